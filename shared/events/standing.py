"""未验收: how a project stands with acceptance, and so which ones bar a unit (第三十二条)."""

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
from shared.events.envelope import ProjectEvent, Recorded
from shared.events.vocabulary import Coded
from shared.kernel.actor import EventRef
from shared.kernel.model import present

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
"""What a service follows of acceptance to know how projects and their units stand."""


class AcceptanceStatus(Coded):
    """验收情况, as far as money and new projects depend on it (第三十二、三十六条)."""

    NOT_ACCEPTED = "NOT_ACCEPTED", "未验收"
    OVERDUE = "OVERDUE", "逾期未验收"
    FAILED = "FAILED", "验收不合格"
    PASSED = "PASSED", "验收合格"


@dataclass(frozen=True)
class Standing:
    """A project's standing, and the event it comes from."""

    status: AcceptanceStatus = AcceptanceStatus.NOT_ACCEPTED
    ref: EventRef | None = None


def standing_after(standing: Standing, recorded: Recorded) -> Standing:
    """Fold one event about a project.

    A due date ahead lifts what was overdue, a passed acceptance also what failed. A service's own
    acceptance counts only with DEB's review (第三十一条).
    """
    match recorded.event:
        case AcceptanceOverdue():
            return Standing(AcceptanceStatus.OVERDUE, recorded.ref)
        case ExtensionGranted(due_on=due) | AcceptanceScheduled(due_on=due):
            lifted = standing.status is AcceptanceStatus.OVERDUE and due >= recorded.on
            return Standing(ref=recorded.ref) if lifted else standing
        case AcceptanceConcluded(acceptance=act) | AcceptanceReviewed(review=act):
            passed = act.conclusion is AcceptanceConclusion.PASSED
            status = AcceptanceStatus.PASSED if passed else AcceptanceStatus.FAILED
            return Standing(status, recorded.ref)
        case _:
            return standing


@dataclass(frozen=True)
class Barring:
    """A project that bars its unit, why, and the event that says so."""

    project_id: UUID
    reason: str
    ref: EventRef


def barring_projects(events: Iterable[Recorded], unit_id: str) -> tuple[Barring, ...]:
    """From acceptance's events about a unit: its own projects that are overdue or failed now.

    A unit that only builds along is not hit.
    """
    standings: dict[UUID, Standing] = {}
    for recorded in events:
        event = recorded.event
        if isinstance(event, ProjectEvent) and event.unit_id == unit_id:
            known = standings.get(event.project_id, Standing())
            standings[event.project_id] = standing_after(known, recorded)
    bars = {AcceptanceStatus.OVERDUE, AcceptanceStatus.FAILED}
    return tuple(
        Barring(project, standing.status.label, present(standing.ref))
        for project, standing in standings.items()
        if standing.status in bars
    )
