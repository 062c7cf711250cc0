"""Strings from outside: NFC, no control characters, bounded."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from shared.kernel.sealing import SEALED


def clean(value: str) -> str:
    """NFC of `value`; ValueError where it holds control characters other than tab and newline."""
    if value.isascii() and value.isprintable():
        return value
    value = unicodedata.normalize("NFC", value)
    # All that is refused is unprintable, and most text has nothing of it.
    if not value.isprintable() and any(map(_refused, value)):
        raise ValueError("文本不得包含控制字符")
    return value


def clean_line(value: str) -> str:
    """`clean`, and on one line; ValueError where it holds a tab or a line break."""
    value = clean(value)
    if not value.isprintable() and any(c in "\t\n\u2028\u2029" for c in value):
        raise ValueError("文本须为一行，不得包含换行或制表符")
    return value


def _refused(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n"


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(clean_line),
]
"""One line: a name, a number, a title (1–200 characters)."""

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    AfterValidator(clean),
    SEALED,
]
"""Prose: reasons, opinions, descriptions (1–20,000 characters); sealed in a log."""

PersonName = Annotated[Line, SEALED]
"""Who somebody is: a name, or what stands for it; sealed in a log."""

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
"""An ASCII code: `SELF_BUILD`, `DEB`."""
