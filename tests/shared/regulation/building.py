"""Packs to try things on: the shipped one, rewritten line by line into a folder of the test's."""

from pathlib import Path

from shared.regulation.pack import PACKS

SHIPPED = PACKS / "511100-2022.toml"


def rewritten(folder: Path, *changes: tuple[str, str], name: str = "pack.toml") -> Path:
    """The shipped pack with some text exchanged for other, each found exactly once."""
    text = SHIPPED.read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def successor(folder: Path, *changes: tuple[str, str]) -> Path:
    """A pack that follows the shipped one without a gap, with other numbers."""
    return rewritten(
        folder,
        ('id = "511100-2022"', 'id = "511100-2027"'),
        ("valid_from = 2022-06-25", "valid_from = 2027-06-25"),
        ("valid_until = 2027-06-25", "valid_until = 2032-06-25"),
        *changes,
        name="511100-2027.toml",
    )
