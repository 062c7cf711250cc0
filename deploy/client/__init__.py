"""客户端: a typed Python client, generated from the contracts, one package per service.

    from govit_client.registry import AuthenticatedClient
    from govit_client.registry.api.projects import declare_project

The generator works in an environment of its own (`.venv-client`, from `requirements.txt` beside
this file), because it needs other versions of libraries than the services do.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

from deploy.contracts import text
from shared.web.application import VERSION

PACKAGE = "govit_client"
_STAMP = ".contracts"
_CONFIG = Path(__file__).with_name("config.yaml")

# The generator (0.29) annotates what a `with` block hands over as `object`, which httpx does not
# take; every type checker of an integrator would stumble over it.
_UNTYPED, _TYPED = "__(self, *args: object, **kwargs: Any)", "__(self, *args: Any, **kwargs: Any)"

_PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "govit-client"
version = "{version}"
description = "Client of govit, the record of a city's government-IT projects"
requires-python = ">=3.11"
dependencies = ["attrs>=22.2", "httpx>=0.23,<0.29"]

[tool.setuptools.packages.find]
include = ["govit_client*"]

[tool.setuptools.package-data]
"*" = ["py.typed"]
"""


class GeneratorFailed(Exception):
    """The generator refused a contract or warned about it; the message is what it said."""


def generate(contracts: Mapping[str, Mapping[str, Any]], directory: Path, generator: Path) -> Path:
    """Write an installable project into `directory`; returns the package's folder.

    `generator` is the `openapi-python-client` command. Nothing is done where the directory holds
    what these contracts and this generator give already. GeneratorFailed on the first warning.
    """
    package = directory / PACKAGE
    stamp, digest = directory / _STAMP, _digest(contracts)
    if stamp.is_file() and stamp.read_text() == digest:
        return package
    shutil.rmtree(directory, ignore_errors=True)
    package.mkdir(parents=True)
    with ThreadPoolExecutor() as pool:
        services = [
            pool.submit(_generate_service, service, contract, package, generator)
            for service, contract in contracts.items()
        ]
    for service in services:
        service.result()
    names = "、".join(contracts)
    (package / "__init__.py").write_text(f'"""govit 客户端：{names}。"""\n', encoding="utf-8")
    (package / "py.typed").touch()
    (directory / "pyproject.toml").write_text(_PROJECT.format(version=VERSION))
    stamp.write_text(digest)
    return package


def _digest(contracts: Mapping[str, Mapping[str, Any]]) -> str:
    here = Path(__file__).parent
    parts = [text(dict(contract)) for contract in contracts.values()]
    parts += [Path(__file__).read_text(encoding="utf-8"), (here / "requirements.txt").read_text()]
    return sha256("\0".join(parts).encode()).hexdigest()


def _generate_service(
    service: str, contract: Mapping[str, Any], package: Path, generator: Path
) -> None:
    document = package / f"{service}.json"
    document.write_text(text(dict(contract)), encoding="utf-8")
    command = [generator, "generate", "--path", document, "--output-path", package / service]
    command += ["--config", _CONFIG]
    # The generator formats with the ruff that stands beside it.
    path = os.pathsep.join([str(generator.parent), os.environ.get("PATH", "")])
    done = subprocess.run(  # noqa: S603 - the command is ours, the contract a file
        [*map(str, command), "--meta", "none", "--fail-on-warning"],
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise GeneratorFailed(f"{service}: {done.stdout}{done.stderr}")
    document.unlink()
    client = package / service / "client.py"
    client.write_text(client.read_text().replace(_UNTYPED, _TYPED))
