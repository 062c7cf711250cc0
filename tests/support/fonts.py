"""A folder with a Chinese font for the tests: the system's, or Debian's, or a reason to skip."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest
import typst

INSTALLED = Path(__file__).parents[2] / "build" / "fonts"
PACKAGE = "fonts-wqy-microhei"


def _has_chinese(fonts: typst.Fonts) -> bool:
    return any("CJK" in name or "WenQuanYi" in name for name in fonts.families())


def chinese_fonts() -> list[Path]:
    """Folders to look in; none: the system's own have what it takes."""
    if _has_chinese(typst.Fonts(True, False, [])):
        return []
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not list(INSTALLED.rglob("*.ttc")):
            _fetch()
    return [INSTALLED]


def _fetch() -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        pytest.skip(f"no Chinese font, and no apt-get to fetch {PACKAGE} with")
    fetched = subprocess.run(
        ["apt-get", "download", PACKAGE], cwd=INSTALLED, capture_output=True, text=True, timeout=90
    )
    packages = list(INSTALLED.glob("*.deb"))
    if fetched.returncode or not packages:
        pytest.skip(f"no Chinese font, and {PACKAGE} cannot be fetched: {fetched.stderr[-200:]}")
    subprocess.run(["dpkg", "-x", str(packages[0]), str(INSTALLED)], check=True, timeout=60)
