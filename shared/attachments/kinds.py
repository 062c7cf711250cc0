"""文件类型: what may be kept, and whether the bytes are of the type they are said to be.

Only the outside is looked at: nothing is unpacked, shown or run.
"""

import codecs
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

__all__ = ["KINDS", "Kind", "kind_of"]

ANY = "application/octet-stream"
"""What a client says that does not know: then the name's ending decides."""

_CHUNK = 1 << 20
_DIRECTORY_BYTES = 4 << 20
"""A package's table of contents at most: read whole, it is what could be made to swell."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of file: media type, endings of names, and what its bytes must show."""

    media_type: str
    label: str
    endings: tuple[str, ...]
    fits: Callable[[BinaryIO], bool]


def _starts(*magic: bytes) -> Callable[[BinaryIO], bool]:
    def fits(file: BinaryIO) -> bool:
        return file.read(16).startswith(magic)

    return fits


class _Sparing:
    """A file of which no more than a bearable table of contents is read at once."""

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self._read = file.read

    def read(self, size: int = -1) -> bytes:
        if size > _DIRECTORY_BYTES:
            raise zipfile.BadZipFile("table of contents too large")
        return self._read(_DIRECTORY_BYTES if size < 0 else size)


def _package(*parts: str) -> Callable[[BinaryIO], bool]:
    """A ZIP that holds these parts, and no macros."""

    def fits(file: BinaryIO) -> bool:
        if file.read(2) != b"PK":
            return False
        try:
            with zipfile.ZipFile(_Sparing(file)) as package:
                names = set(package.namelist())
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            return False
        macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        return names.issuperset(parts) and not (parts and macros)

    return fits


_NO_TEXT = {*range(0x20)} - {0x09, 0x0A, 0x0D, 0x0C} | {0x7F}


def _text(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
            if not _NO_TEXT.isdisjoint(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


_OFFICE = "application/vnd.openxmlformats-officedocument"

KINDS = {
    kind.media_type: kind
    for kind in (
        Kind("application/pdf", "PDF", (".pdf",), _starts(b"%PDF-")),
        Kind("application/ofd", "OFD 版式文件", (".ofd",), _package("OFD.xml")),
        Kind(
            f"{_OFFICE}.wordprocessingml.document",
            "DOCX",
            (".docx",),
            _package("[Content_Types].xml", "word/document.xml"),
        ),
        Kind(
            f"{_OFFICE}.spreadsheetml.sheet",
            "XLSX",
            (".xlsx",),
            _package("[Content_Types].xml", "xl/workbook.xml"),
        ),
        Kind("image/jpeg", "JPEG", (".jpg", ".jpeg"), _starts(b"\xff\xd8\xff")),
        Kind("image/png", "PNG", (".png",), _starts(b"\x89PNG\r\n\x1a\n")),
        Kind("text/plain", "UTF-8 文本", (".txt",), _text),
        Kind("text/csv", "UTF-8 的 CSV", (".csv",), _text),
        Kind("application/zip", "ZIP", (".zip",), _package()),
    )
}
"""Every type that can be recognised; which of them are taken is a setting."""


def kind_of(said: str, name: str, allowed: tuple[str, ...]) -> Kind | None:
    """The kind that a media type and a name agree on; None where they do not, or not allowed."""
    ending = Path(name).suffix.lower()
    media_type = said.partition(";")[0].strip().lower()
    for kind in (KINDS[each] for each in allowed):
        if ending in kind.endings and media_type in (kind.media_type, ANY):
            return kind
    return None
