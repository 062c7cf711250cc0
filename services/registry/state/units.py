"""State of a unit: its profile, its heads over time, and whether its data are collected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.events import Recorded
from shared.events.registry import (
    DataCollectionCleared,
    DataCollectionFlagged,
    UnitChange,
    UnitProfile,
    UnitRegistered,
    UnitUpdated,
)
from shared.kernel.actor import EventRef
from shared.kernel.model import Record


class Term(Record):
    """任期: who heads a unit, and from which day; the next one's first day ends it."""

    name: str
    post: str
    since: date


@dataclass(frozen=True)
class Unit:
    """项目单位."""

    profile: UnitProfile | None = None
    heads: tuple[Term, ...] = ()
    """主要负责人, one after the other; a term may begin in the future."""
    missing: tuple[str, ...] = ()
    """What a complete profile would also have (第五条)."""
    data_collection_flag: EventRef | None = None
    """Event that found its 数据归集 incomplete, while that stands (第十二条)."""

    def head_on(self, day: date) -> Term | None:
        """The principal head in office on a day, or the first known, where that was before him."""
        begun = [term for term in self.heads if term.since <= day]
        return begun[-1] if begun else next(iter(self.heads), None)


def terms_since(heads: Sequence[Term], day: date) -> tuple[Term, ...]:
    """The heads in office on a day and after it: who has been responsible for what began then."""
    ended = sum(1 for following in heads[1:] if following.since <= day)
    return tuple(heads[ended:])


def evolve_unit(unit: Unit, recorded: Recorded) -> Unit:
    match recorded.event:
        case UnitRegistered(profile=profile, on=on):
            first = Term(name=profile.head, post=profile.head_post, since=on)
            return replace(unit, profile=profile, heads=(first,), missing=_missing(profile))
        case UnitUpdated(change=change, on=on):
            return _changed(unit, change, on)
        case DataCollectionFlagged():
            return replace(unit, data_collection_flag=recorded.ref)
        case DataCollectionCleared():
            return replace(unit, data_collection_flag=None)
        case _:
            return unit


def _missing(profile: UnitProfile) -> tuple[str, ...]:
    """What a profile lacks, by the titles of its fields."""
    wanted = ("informatization_office", "contact")
    fields = UnitProfile.model_fields
    return tuple(str(fields[n].title) for n in wanted if getattr(profile, n) is None)


def _changed(unit: Unit, change: UnitChange, on: date) -> Unit:
    if unit.profile is None:
        return unit
    given = change.model_dump(exclude={"on", "head_since"}, exclude_none=True)
    profile = unit.profile.model_copy(update=given)
    heads = unit.heads
    if change.head or change.head_post:
        term = Term(name=profile.head, post=profile.head_post, since=change.head_since or on)
        # Of two who begin on one day the later entry corrects the earlier.
        heads = (*(h for h in heads if h.since < term.since), term)
    return replace(unit, profile=profile, heads=heads, missing=_missing(profile))
