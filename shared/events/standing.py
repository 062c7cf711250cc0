"""未验收: which of a unit's projects bar it from new ones (第三十二条)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shared.events.acceptance import (
    AcceptanceConcluded,
    AcceptanceConclusion,
    AcceptanceOverdue,
    AcceptanceReviewed,
    AcceptanceScheduled,
    ExtensionGranted,
)
from shared.events.envelope import Recorded
from shared.kernel.actor import EventRef

OVERDUE = "逾期未验收"

STANDING_EVENTS = frozenset(
    event.__name__
    for event in (
        AcceptanceConcluded,
        AcceptanceOverdue,
        AcceptanceReviewed,
        AcceptanceScheduled,
        ExtensionGranted,
    )
)
"""What a service follows of acceptance to know a unit's standing."""


@dataclass(frozen=True)
class Barring:
    """A project that bars its unit, why, and the event that says so."""

    project_id: UUID
    reason: str
    ref: EventRef


def barring_projects(events: Iterable[Recorded], unit_id: str) -> tuple[Barring, ...]:
    """From acceptance's events about a unit: its own projects that are overdue or failed now.

    A new due date lifts an overdue project, a passed acceptance lifts both; a unit that only builds
    along is not hit.
    """
    barring: dict[UUID, Barring] = {}
    for recorded in events:
        match recorded.event:
            case AcceptanceOverdue(unit_id=unit, project_id=project) if unit == unit_id:
                barring[project] = Barring(project, OVERDUE, recorded.ref)
            case (
                ExtensionGranted(project_id=project, due_on=due)
                | AcceptanceScheduled(project_id=project, due_on=due)
            ) if due >= recorded.on:
                if project in barring and barring[project].reason == OVERDUE:
                    del barring[project]
            case AcceptanceConcluded(unit_id=unit, project_id=project, acceptance=act):
                _concluded(barring, project, act.conclusion, recorded.ref, unit == unit_id)
            case AcceptanceReviewed(unit_id=unit, project_id=project, review=act):
                _concluded(barring, project, act.conclusion, recorded.ref, unit == unit_id)
            case _:
                pass
    return tuple(barring.values())


def _concluded(
    barring: dict[UUID, Barring],
    project: UUID,
    conclusion: AcceptanceConclusion,
    ref: EventRef,
    own: bool,
) -> None:
    if conclusion is AcceptanceConclusion.PASSED:
        barring.pop(project, None)
    elif own:
        barring[project] = Barring(project, "验收不合格", ref)
