"""压缩包: files as a zip, the same bytes for the same files."""

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MEDIA_TYPE = "application/zip"

_CREATED = (1980, 1, 1, 0, 0, 0)  # the format's earliest: a time of making would differ each time
_UNIX = 3
_MODE = 0o100644 << 16
_BLOCK = 1 << 20


def archived(files: Mapping[str, bytes]) -> bytes:
    """The files, by name, in one zip."""
    buffer = BytesIO()
    _write(buffer, {name: (content,) for name, content in files.items()})
    return buffer.getvalue()


def archive_folder(folder: Path, names: Iterable[str], out: Path) -> None:
    """Files of a folder in one zip, whatever their size."""
    with out.open("wb") as target:
        _write(target, {name: _blocks(folder / name) for name in names})


def _write(target: IO[bytes], files: Mapping[str, Iterable[bytes]]) -> None:
    with ZipFile(target, "w") as archive:
        for name in sorted(files):
            entry = ZipInfo(name, _CREATED)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, _UNIX
            entry.external_attr = _MODE
            # Sizes of more than 4 GiB need room in the header before they are known.
            with archive.open(entry, "w", force_zip64=True) as stream:
                for block in files[name]:
                    stream.write(block)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block
