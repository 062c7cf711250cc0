"""红旗: a pure function from the city's record to findings, with its definition and figures.

    @flag("outgrown-merged-plan", title="…", says="…", articles=("18",))
    def outgrown(city: City) -> Iterator[Finding]: ...

A flag is evidence for a human and never a verdict: it decides nothing, and bars nobody.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.audit.ledger import City
from shared.events import Recorded
from shared.events.refusals import RequestRefused
from shared.kernel.money import Money
from shared.regulation.pack import Policy

NOTICE = "红旗是供审计人员核实的线索，不是结论；触发红旗不等于违规，也不影响任何事项的办理。"
"""What goes with every answer."""

Figures = dict[str, str | int | Money]
"""The figures of a finding by what they are called."""


@dataclass(frozen=True)
class Finding:
    """线索: the very events that show something, and the arithmetic from them."""

    events: tuple[Recorded, ...]
    """In the order of the calculation; those on record last decide the finding's day."""
    arithmetic: str
    figures: Figures
    policy: Policy
    """By which it was calculated: that of its last day."""

    @property
    def on(self) -> date:
        """Since when it shows: the legal date of its last event."""
        return max(recorded.on for recorded in self.events)

    @property
    def units(self) -> tuple[str, ...]:
        return _named(self.events, "unit")

    @property
    def projects(self) -> tuple[UUID, ...]:
        return tuple(map(UUID, _named(self.events, "project")))


def _named(events: Iterable[Recorded], kind: str) -> tuple[str, ...]:
    """The units or projects of some events; of refusals, those that they are about."""
    found: dict[str, None] = {}
    for event in (recorded.event for recorded in events):
        if isinstance(event, RequestRefused):
            about = (subject.partition(":") for subject in event.subjects())
            found |= dict.fromkeys(value for name, _, value in about if name == kind)
        elif value := getattr(event, f"{kind}_id", None):
            found[str(value)] = None
    return tuple(found)


def finding(
    city: City, events: Iterable[Recorded], arithmetic: str, figures: Figures | None = None
) -> Finding:
    """What some events show, under the policy of the last one's day."""
    chosen = tuple(events)
    policy = city.policies.known_on(max(recorded.on for recorded in chosen))
    return Finding(chosen, arithmetic, figures or {}, policy)


@dataclass(frozen=True)
class Flag:
    """红旗 by its id."""

    id: str
    title: str
    says: str
    """When exactly it shows, in words."""
    articles: tuple[str, ...]
    thresholds: tuple[str, ...]
    """Keys of the pack's `[flags]` that it reads."""
    values: tuple[str, ...]
    """Keys of the pack's parameters that it reads."""
    findings: Callable[[City], Iterator[Finding]]


KNOWN: dict[str, Flag] = {}
"""Every flag made so far, by id."""


def flag(
    id: str,
    *,
    title: str,
    says: str,
    articles: tuple[str, ...],
    thresholds: tuple[str, ...] = (),
    values: tuple[str, ...] = (),
) -> Callable[[Callable[[City], Iterator[Finding]]], Flag]:
    """Make a function a flag."""

    def register(findings: Callable[[City], Iterator[Finding]]) -> Flag:
        if id in KNOWN:
            raise ValueError(f"two flags are named {id}")
        KNOWN[id] = Flag(id, title, says, articles, thresholds, values, findings)
        return KNOWN[id]

    return register


def in_time(recorded: Recorded) -> tuple[date, str, int]:
    """The order of legal dates; on one day, of the logs."""
    return recorded.on, recorded.ref.service, recorded.ref.position


def project_of(recorded: Recorded) -> UUID:
    """The project that a project's event is about."""
    project_id = getattr(recorded.event, "project_id", None)
    if not isinstance(project_id, UUID):
        raise TypeError(f"{recorded.event.type} is about no project")
    return project_id


def by_project(events: Iterable[Recorded]) -> dict[UUID, list[Recorded]]:
    """Events of projects, each project's in the order given."""
    found: dict[UUID, list[Recorded]] = {}
    for recorded in events:
        found.setdefault(project_of(recorded), []).append(recorded)
    return found


def bursts(events: Iterable[Recorded], days: int, least: int) -> Iterator[list[Recorded]]:
    """Runs of at least so many events, any so many neighbours at most so many days apart."""
    ordered, run = sorted(events, key=in_time), 0
    for first in range(len(ordered) - least + 1):
        if (ordered[first + least - 1].on - ordered[first].on).days <= days:
            run += 1
        elif run:
            yield ordered[first - run : first + least - 1]
            run = 0
    if run:
        yield ordered[-(run + least - 1) :]
