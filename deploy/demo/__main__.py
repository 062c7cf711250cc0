"""`python -m deploy.demo`: a fresh sandbox, the stories, and an exit code that tells."""

import asyncio
import sys

from rich.console import Console

from deploy.demo import Surprise, run
from deploy.demo.sandbox import sandbox


def main(console: Console | None = None) -> int:
    """Play the demonstration; 0 when every answer was as the regulation says, else 1."""
    console = console or Console()
    with sandbox() as address:
        console.print(f"沙箱城市在 {address}/ 上运行，各部门经 HTTP 办理", highlight=False)
        try:
            asyncio.run(run(address, console))
        except Surprise as surprise:
            console.print(f"\n与规定不符：{surprise}", style="bold red", markup=False)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
