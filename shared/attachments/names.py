"""文件名: a file's name as headers carry it, and what is no name.

A name is only shown and sent back; where a file lies is decided by its digest alone.
"""

import re
import unicodedata
from email.message import Message
from email.utils import collapse_rfc2231_value
from urllib.parse import quote, unquote_to_bytes

from shared.kernel.text import clean_line

__all__ = ["disposition", "file_name", "from_headers"]

LONGEST = 200
"""Characters; in UTF-8 a name may still be no longer than file systems take."""
LONGEST_BYTES = 255

# The ext-value of RFC 8187: charset, language, percent-encoded octets.
_EXTENDED = re.compile(r"UTF-8'[A-Za-z0-9-]*'((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-Fa-f]{2})+)", re.I)
_PARTS = re.compile(r"[/\\]")


def file_name(value: str) -> str:
    """`value` if it can be a file's name; ValueError otherwise.

    Refused rather than cut to shape: folders, control characters, line breaks, and characters
    that show nothing or turn the writing round, by which a name looks like another.
    """
    name = clean_line(value).strip()
    if not name or len(name) > LONGEST or len(name.encode()) > LONGEST_BYTES:
        raise ValueError(f"文件名须为 1 至 {LONGEST} 个字符")
    if _PARTS.search(name) or name.strip(".") == "":
        raise ValueError("文件名不得包含路径")
    if any(unicodedata.category(c) in {"Cf", "Co", "Cn"} for c in name):
        raise ValueError("文件名不得包含不可见或改变书写方向的字符")
    return name


def from_headers(plain: str | None, content_disposition: str | None) -> str:
    """The name from `X-File-Name` or `Content-Disposition`; ValueError where there is none."""
    if plain is not None:
        return file_name(_extended(plain))
    if content_disposition is not None:
        message = Message()
        message["Content-Disposition"] = content_disposition
        found = message.get_param("filename", header="content-disposition")
        if found is not None:
            return file_name(collapse_rfc2231_value(found, errors="strict"))
    raise ValueError("请以 X-File-Name 给出文件名，非 ASCII 的写作 UTF-8''%E6%8A%A5…（RFC 8187）")


def _extended(value: str) -> str:
    match = _EXTENDED.fullmatch(value.strip())
    if match is not None:
        return unquote_to_bytes(match[1]).decode()
    if not value.isascii():
        raise ValueError("非 ASCII 的文件名须写作 UTF-8''%E6%8A%A5…（RFC 8187）")
    return value


def disposition(name: str) -> str:
    """`Content-Disposition` under which a file is saved and never shown in place."""
    ending = name.rpartition(".")[2]
    plain = f"attachment.{ending}" if ending.isascii() and ending.isalnum() else "attachment"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
