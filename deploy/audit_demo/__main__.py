"""`python -m deploy.audit_demo`: forge, find out, carry away; an exit code that tells."""

import sys

from rich.console import Console

from deploy.audit_demo import play
from deploy.demo import Surprise


def main(console: Console | None = None) -> int:
    """Play the demonstration; 0 when every attack was caught and all else held, else 1."""
    console = console or Console()
    try:
        failed = play(console)
    except Surprise as surprise:
        console.print(f"\n与预期不符：{surprise}", style="bold red", markup=False)
        return 1
    for each in failed:
        console.print(f"没有做到：{each}", style="bold red", markup=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
