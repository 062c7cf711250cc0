"""页面: what a web server in front of the separate processes shows by itself.

python -m deploy.pages DIRECTORY
"""

import sys
from pathlib import Path

from deploy.entry_page import entry_page
from shared.web.settings import Settings


def write(directory: Path, settings: Settings) -> Path:
    """Write the entry page as `index.html` into a directory; returns the file."""
    directory.mkdir(parents=True, exist_ok=True)
    page = directory / "index.html"
    page.write_text(entry_page(settings), encoding="utf-8")
    return page


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("用法：python -m deploy.pages <目录>")
    sys.stdout.write(f"{write(Path(sys.argv[1]), Settings())}\n")


if __name__ == "__main__":
    main()
