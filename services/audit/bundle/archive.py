"""压缩包: files as a zip, the same bytes for the same files."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MEDIA_TYPE = "application/zip"

_CREATED = (1980, 1, 1, 0, 0, 0)  # the format's earliest: a time of making would differ each time
_UNIX = 3
_MODE = 0o100644 << 16


def archived(files: Mapping[str, bytes]) -> bytes:
    """The files, by name, in one zip."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = ZipInfo(name, _CREATED)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, _UNIX
            entry.external_attr = _MODE
            archive.writestr(entry, files[name])
    return buffer.getvalue()
