"""密级标志: how a text is marked that may not come in (第五十四条).

A marking is a level with the sign beside it, in brackets, after the name of a column, or alone on
a line. Sentences that speak of secrets, or of keys and passwords, are none.
"""

import re
import unicodedata
from functools import cached_property
from typing import Annotated

from pydantic import Field

from shared.kernel.model import Record
from shared.regulation.rule import Verdict, article, holds

_BLANK = (
    r"\s\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
)
_GAP = f"[{_BLANK}]*+"
"""What may stand between the characters: anything that prints as nothing. Taken whole, never in
part, so that no text takes longer than its length."""

_GAP_IN_LINE = rf"(?:(?!\n)[{_BLANK}])*+"
_TERM = rf"(?:[0-9一二三四五六七八九十百两]++{_GAP}(?:年|个{_GAP}月|月|日|天)|长{_GAP}期)"
"""保密期限."""

_COLUMN = "[:=|—-]"

Word = Annotated[str, Field(min_length=1, max_length=20)]
Level = Annotated[str, Field(pattern=r"^[一-鿿]{2,8}$")]
Pair = Annotated[str, Field(min_length=2, max_length=2)]


class Markings(Record):
    """密级标志: what marks a text as classified, as a policy pack has it."""

    article: str
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    """密级."""
    signs: Annotated[tuple[Word, ...], Field(min_length=1)]
    """What follows a level whatever comes after it."""
    typed_signs: tuple[Word, ...] = ()
    """What is typed instead; it marks only before a term."""
    columns: tuple[Word, ...]
    """Names of columns that a level is entered in."""
    brackets: tuple[Pair, ...]
    unless_after: tuple[Word, ...] = ()
    """What before a level makes it none: 商业秘密."""

    @cached_property
    def _hints(self) -> tuple[tuple[bytes, bytes], ...]:
        """The last character of every level: as it is in a body, and escaped."""
        last = sorted({level[-1] for level in self.levels})
        return tuple((c.encode(), f"\\u{ord(c):04x}".encode()) for c in last)

    @cached_property
    def _level(self) -> re.Pattern[str]:
        return re.compile(_any_of(self.levels))

    @cached_property
    def _marking(self) -> re.Pattern[str]:
        before = "".join(f"(?<!{re.escape(word)})" for word in self.unless_after)
        level = f"{before}{_any_of(self.levels)}"
        term = f"(?:{_GAP}级)?(?:{_GAP}{_TERM})?"
        signed = f"{level}{_GAP}{_any_of(self.signs)}"
        typed = [f"{level}{_GAP}{_any_of(self.typed_signs)}{_GAP}{_TERM}"] * bool(self.typed_signs)
        pairs = [(re.escape(pair[0]), re.escape(pair[1])) for pair in map(_plain, self.brackets)]
        bracketed = [f"{left}{_GAP}{level}{term}{_GAP}{right}" for left, right in pairs]
        entered = f"{_any_of(self.columns)}(?:{_GAP}{_COLUMN}{_GAP}|[{_BLANK}]++){level}"
        alone = f"^{_GAP_IN_LINE}{level}{term.replace(_GAP, _GAP_IN_LINE)}{_GAP_IN_LINE}$"
        return re.compile("|".join((signed, *typed, *bracketed, entered, alone)), re.MULTILINE)

    def may_be_in(self, body: bytes) -> bool:
        """Whether a JSON text can hold a marking at all: a quick look at it, before it is read."""
        return self._hinted(body) and bool(self._level.search(unescaped(body)))

    def _hinted(self, body: bytes) -> bool:
        for plain, _ in self._hints:
            if plain in body:
                return True
        if b"\\" not in body:  # one byte is found faster than two
            return False
        lower = body.lower()
        return any(escaped in lower for _, escaped in self._hints)

    def mark(self, text: str) -> bool:
        """Whether a text bears one."""
        # Making it plain is slow, and neither makes a level nor takes one away.
        return bool(self._level.search(text) and self._marking.search(_plain(text)))


def unescaped(body: bytes) -> str:
    """A JSON text as somebody reads it, whether or not it is sound."""
    text = body.decode("utf-8", "replace")
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\[nrtbf]")


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else " "


def _plain(text: str) -> str:
    """Full and half width are one."""
    return unicodedata.normalize("NFKC", text)


def _any_of(words: tuple[str, ...]) -> str:
    spaced = (_GAP.join(map(re.escape, _plain(word))) for word in words)
    return f"(?:{'|'.join(spaced)})"


@article(
    54,
    row="54-1",
    says="带有密级标志的内容不进入本系统",
    remedy="请勿在本系统办理，按保密规定经涉密渠道办理；本系统未保存所报内容",
)
def content_bears_no_marking(marked: bool) -> Verdict:
    return holds(not marked, "所报内容带有密级标志" if marked else "无密级标志")
