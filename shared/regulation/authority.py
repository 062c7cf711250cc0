"""权限: which body may do what, from when to when, and by which article.

The table is pack data (`[authority]`): operation → one power, or several where bodies differ in
article or come and go on a day. It is laid out once for every span of days in which nothing
changes; asking it costs two look-ups.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Protocol

from shared.kernel.model import Record

UNIT = "UNIT"
"""The one body that is many: every project unit acts for itself."""


class Party(StrEnum):
    """What a project unit has to be to an object that is its own."""

    OWNER = "OWNER"
    """项目单位, or lead of a joint project."""
    PARTICIPANT = "PARTICIPANT"
    """参建单位 of a joint project."""
    EITHER = "EITHER"


class Dated(Protocol):
    """What begins and ends on a day."""

    @property
    def since(self) -> date | None: ...
    @property
    def until(self) -> date | None: ...


class Power(Record):
    """权限: which bodies may do something, in which roles (any when empty), by which article."""

    bodies: tuple[str, ...]
    roles: tuple[str, ...] = ()
    article: str
    own: bool = True
    """A project unit only where the object is its own, as `party` says."""
    party: Party = Party.OWNER
    since: date | None = None
    """First day; from the pack's on where there is none."""
    until: date | None = None
    """First day on which it is no power any more."""


class Body(Record):
    """部门 of the city; its powers begin and end with it."""

    code: str
    name: str
    since: date | None = None
    until: date | None = None


Entries = Mapping[str, tuple[Power, ...]]
Day = Mapping[str, Mapping[str, Power]]
"""Operation → body → power, on one day."""


class Authority:
    """权限表: the table as it stands on any day."""

    def __init__(self, entries: Entries, bodies: Iterable[Body]) -> None:
        self._entries = entries
        self._bodies = {body.code: body for body in bodies}
        dated: tuple[Dated, ...] = (
            *self._bodies.values(),
            *(p for powers in entries.values() for p in powers),
        )
        self.turns = sorted({d for each in dated for d in (each.since, each.until) if d})
        """Days on which something begins or ends."""
        self._spans: dict[int, Day] = {}

    def on(self, day: date) -> Day:
        """The table of a day."""
        span = bisect_right(self.turns, day)
        if (known := self._spans.get(span)) is None:
            known = self._spans[span] = self._laid_out(day)
        return known

    def _laid_out(self, day: date) -> Day:
        return {
            operation: {
                body: power
                for power in powers
                if _stands(power, day)
                for body in power.bodies
                if _stands(self._bodies[body], day)
            }
            for operation, powers in self._entries.items()
        }


def _stands(each: Dated, day: date) -> bool:
    return (each.since is None or each.since <= day) and (each.until is None or day < each.until)


def faults_of(entries: Entries, bodies: Iterable[Body]) -> Iterator[str]:
    """Everything in a table that contradicts itself, each with its key."""
    for body in bodies:
        if _ends_before_it_begins(body):
            yield f"bodies.{body.code}: until is not after since"
    for operation, powers in entries.items():
        if not powers:
            yield f"authority.{operation}: names no power"
        for power in powers:
            if _ends_before_it_begins(power):
                yield f"authority.{operation}: until is not after since"
        for one, other in combinations(powers, 2):
            if (twice := sorted(set(one.bodies) & set(other.bodies))) and _meet(one, other):
                yield f"authority.{operation}: {'、'.join(twice)} twice on one day"


def _ends_before_it_begins(each: Dated) -> bool:
    return each.since is not None and each.until is not None and each.until <= each.since


def _meet(one: Dated, other: Dated) -> bool:
    """Whether two spans have a day in common."""
    first = max(one.since or date.min, other.since or date.min)
    return first < min(one.until or date.max, other.until or date.max)
