"""例外: what lifts a rule for one case, because the regulation itself says so.

`原则上` leaves room for a justified exception in seven places, the ten kinds of Article 8 also for
what a law provides; Article 53 lets special national or provincial rules prevail over any row they
name. Nothing else is ever lifted; what keeps classified content out, and the span of validity, by
nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.regulation.rule import Check


class ExemptionKind(Coded):
    """例外种类: why a rule gives way."""

    JUSTIFIED = "JUSTIFIED", "原则上之外确有理由"
    LEGAL = "LEGAL", "法律法规有明确规定"
    SPECIAL_REGIME = "SPECIAL_REGIME", "国家、省有专门规定"
    """Article 53: by citation, and for hard rules too."""


NEVER_LIFTED = frozenset({"54-1", "57-1"})
"""Rows that no exemption lifts, whatever it names: secrecy, and the regulation's own validity."""


_OF_A_PAUSE = "30-1"


@dataclass(frozen=True, slots=True)
class Exemption:
    """A granted exception as decisions see it."""

    rows: tuple[str, ...]
    kind: ExemptionKind
    number: str
    """文号 of the document that grants it."""
    valid_from: date
    valid_until: date | None
    """Last day on which it may be relied on."""
    ref: EventRef

    def in_force(self, on: date) -> bool:
        """Whether it may be relied on on a day."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    def lifts(self, check: Check, on: date) -> bool:
        """Whether it covers a broken check on a day."""
        if check.row not in self.rows or check.row in NEVER_LIFTED or not self.in_force(on):
            return False
        return check.mode == "SOFT" or self.kind is ExemptionKind.SPECIAL_REGIME


def after_the_end(exemptions: Iterable[Exemption]) -> tuple[Exemption, ...]:
    """What remains of them once a project has been terminated: none lets it be built on."""
    return tuple(
        replace(e, rows=tuple(row for row in e.rows if row != _OF_A_PAUSE)) for e in exemptions
    )
