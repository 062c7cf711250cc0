"""What a flag sees: events with their actors and the days they were entered on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from services.audit.flags.answer import FlagFilter, Hit, hits
from services.audit.ledger import City, Shelves
from shared.events import Event, Meta, Recorded
from shared.kernel.actor import Actor, Delegation
from shared.kernel.dates import SHANGHAI
from shared.regulation.calendar import calendar_of
from shared.regulation.pack import installed
from tests.audit.building import UNIT, event, recorded

LAST = date(2027, 6, 1)
"""A day after everything that happens here."""


@dataclass(frozen=True)
class Step:
    """An event, by whom, and on which day it was entered."""

    event: Event
    by: Actor | None = None
    entered: date | None = None


def by(person: str, body: str = "DEB", *, instead_of: str | None = None) -> Actor:
    """Somebody of a body, perhaps for somebody else."""
    delegation = instead_of and Delegation(
        person=instead_of, name="委托人", until=datetime(2030, 1, 1, tzinfo=UTC)
    )
    return Actor(
        person=person,
        name="某人",
        body=body,
        role="OFFICER",
        unit_id=UNIT if body == "UNIT" else None,
        delegation=delegation or None,
    )


def number(value: int) -> UUID:
    """A project or exception of one's own."""
    return UUID(int=0x0199_0000_0000_7000_8000_0000_0000_0000 + value)


def seen(steps: Iterable[Event | Step], as_of: date = LAST) -> City:
    """The city in which these were recorded, each log in the order given."""
    told = [each if isinstance(each, Step) else Step(each) for each in steps]
    shelves = Shelves()
    for step, each in zip(told, recorded(*(step.event for step in told)), strict=True):
        shelves.add(_entered(step, each))
    return City(shelves, as_of, installed(), calendar_of())


def _entered(step: Step, each: Recorded) -> Recorded:
    if step.by is not None:
        each = replace(
            each,
            stored_meta=Meta(actor=step.by, command="given", policy="511100-2022@1").to_bytes(),
        )
    if step.entered is not None:
        at = datetime.combine(step.entered, time(9), SHANGHAI).astimezone(UTC)
        each = replace(each, recorded_at=at)
    return each


def found(rule: str, *steps: Event | Step, as_of: date = LAST) -> list[Hit]:
    """What one flag finds."""
    return hits(seen(steps, as_of), FlagFilter(rule=rule))


def declared(project: int, on: date, total: str, name: str, tasks: str, **changes: Any) -> Event:
    """A project of its own, with what flags compare."""
    declaration = {"total": total, "name": name, "tasks": tasks, "plan_year": 2026}
    declaration |= changes.pop("declaration", {})
    return event(
        "ProjectDeclared", on, project_id=number(project), declaration=declaration, **changes
    )
