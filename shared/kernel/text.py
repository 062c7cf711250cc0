"""Strings from outside: NFC, no control characters, bounded."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints


def clean(value: str) -> str:
    """NFC of `value`; ValueError where it holds control characters other than tab and newline."""
    if value.isascii() and value.isprintable():
        return value
    value = unicodedata.normalize("NFC", value)
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\n" for c in value):
        raise ValueError("文本不得包含控制字符")
    return value


Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(clean)
]
"""One line: a name, a number, a title (1–200 characters)."""

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    AfterValidator(clean),
]
"""Prose: reasons, opinions, descriptions (1–20,000 characters)."""

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
"""An ASCII code: `SELF_BUILD`, `DEB`."""
