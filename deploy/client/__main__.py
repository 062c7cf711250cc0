"""`python -m deploy.client DIRECTORY`: generate the client there."""

import sys
from pathlib import Path

from deploy.client import GeneratorFailed, generate
from deploy.contracts import documents

GENERATOR = Path(".venv-client/bin/openapi-python-client")
"""Where `make client` puts the generator."""


def main(directory: str = "build/client") -> int:
    """0 when the client was generated, 1 when the generator failed."""
    try:
        package = generate(documents(), Path(directory), GENERATOR.absolute())
    except GeneratorFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write(f"{package}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
