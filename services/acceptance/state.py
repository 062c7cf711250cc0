"""State: a project on its way to acceptance, and what other services say of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from shared.events import Event, Recorded
from shared.events.acceptance import (
    Acceptance,
    AcceptanceApplication,
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceConclusion,
    AcceptanceFiled,
    AcceptanceOverdue,
    AcceptanceReview,
    AcceptanceReviewed,
    AcceptanceScheduled,
    CompletionReported,
    Extension,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    Handover,
    HandoverRecorded,
    ServiceAcceptanceReported,
    TrialIncident,
    TrialIncidentReported,
    TrialRunStarted,
)
from shared.events.approval import ChangeApproved, ReplyIssued
from shared.events.budget import ContractRecorded
from shared.events.envelope import Identity
from shared.events.registry import ProjectDeclared, ProjectListed
from shared.events.vocabulary import DeliveryMode
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.model import present


class Status(Coded):
    """验收状态."""

    SCHEDULED = "SCHEDULED", "建设中"
    COMPLETED = "COMPLETED", "建设内容已完成"
    TRIAL = "TRIAL", "试运行"
    APPLIED = "APPLIED", "已申请验收"
    REPORTED = "REPORTED", "服务验收待审核"
    ACCEPTED = "ACCEPTED", "验收合格"
    FAILED = "FAILED", "验收不合格"


BEFORE_APPLICATION = frozenset({Status.SCHEDULED, Status.COMPLETED, Status.TRIAL})
CONCLUDED = {
    AcceptanceConclusion.PASSED: Status.ACCEPTED,
    AcceptanceConclusion.FAILED: Status.FAILED,
}


@dataclass(frozen=True)
class Project:
    """项目: its way to acceptance. Dates are legal dates."""

    project_id: UUID | None = None
    unit_id: str | None = None
    participants: tuple[str, ...] = ()
    status: Status | None = None
    delivery_mode: DeliveryMode | None = None
    custom_development: bool = False
    open_conditions: tuple[str, ...] = ()
    """Conditions of conditional opinions, as the reply carries them."""
    replied_on: date | None = None
    planned_end: date | None = None
    due_on: date | None = None
    """Last day to apply for acceptance in time."""
    baseline: EventRef | None = None
    policy: str = ""
    completed_on: date | None = None
    trial_started_on: date | None = None
    earliest_end: date | None = None
    """First day on which the trial run counts as normal to its end."""
    incidents: tuple[TrialIncident, ...] = ()
    handover: Handover | None = None
    extension: Extension | None = None
    """The request that awaits its ruling."""
    extension_requested_on: date | None = None
    extension_requested_by: str | None = None
    extended_to: date | None = None
    applied_on: date | None = None
    applied_by: tuple[str, ...] = ()
    """Persons who ever applied for it or reported the unit's own acceptance."""
    application: AcceptanceApplication | None = None
    acceptance: Acceptance | None = None
    reported_on: date | None = None
    """Day of the unit's own acceptance of a service."""
    review: AcceptanceReview | None = None
    concluded_on: date | None = None
    overdue_on: date | None = None
    """Day on which it was found overdue, while that stands."""
    filing_due_on: date | None = None
    filed_on: date | None = None

    @property
    def identity(self) -> Identity:
        """The fields that name the project in its events."""
        return {"project_id": present(self.project_id), "unit_id": present(self.unit_id)}

    @property
    def parties(self) -> frozenset[str]:
        """The project unit and the units that build along."""
        return frozenset((self.unit_id, *self.participants)) if self.unit_id else frozenset()

    @property
    def label(self) -> str:
        return self.status.label if self.status else "未排期"


def evolve_project(project: Project, recorded: Recorded) -> Project:
    on = recorded.on
    match recorded.event:
        case AcceptanceScheduled() as scheduled:
            return _scheduled(project, scheduled)
        case CompletionReported():
            return replace(project, status=Status.COMPLETED, completed_on=on)
        case TrialRunStarted(earliest_end=earliest):
            return replace(project, status=Status.TRIAL, trial_started_on=on, earliest_end=earliest)
        case TrialIncidentReported(incident=incident, earliest_end=earliest):
            incidents = (*project.incidents, incident)
            return replace(project, incidents=incidents, earliest_end=earliest)
        case HandoverRecorded(handover=handover):
            return replace(project, handover=handover)
        case ExtensionRequested(extension=extension):
            return replace(
                project,
                extension=extension,
                extension_requested_on=on,
                extension_requested_by=recorded.meta.actor.person,
            )
        case ExtensionGranted(due_on=due):
            return replace(project, extension=None, due_on=due, extended_to=due, overdue_on=None)
        case ExtensionRefused():
            return replace(project, extension=None)
        case AcceptanceOverdue():
            return replace(project, overdue_on=on)
        case _:
            return _evolve_acceptance(project, recorded)


def _evolve_acceptance(project: Project, recorded: Recorded) -> Project:
    on = recorded.on
    match recorded.event:
        case AcceptanceApplied(application=application):
            # A request to apply later has lost its object once the unit has applied.
            return replace(
                project,
                status=Status.APPLIED,
                applied_on=on,
                applied_by=_and_who(project, recorded),
                application=application,
                extension=None,
                acceptance=None,
                reported_on=None,
                review=None,
                concluded_on=None,
            )
        case ServiceAcceptanceReported(acceptance=acceptance):
            return replace(
                project,
                status=Status.REPORTED,
                applied_by=_and_who(project, recorded),
                acceptance=acceptance,
                reported_on=on,
            )
        case AcceptanceConcluded(acceptance=acceptance, filing_due_on=due):
            return _concluded(
                replace(project, acceptance=acceptance), acceptance.conclusion, on, due
            )
        case AcceptanceReviewed(review=review, filing_due_on=due):
            return _concluded(replace(project, review=review), review.conclusion, on, due)
        case AcceptanceFiled():
            return replace(project, filed_on=on)
        case _:
            return project


def _and_who(project: Project, recorded: Recorded) -> tuple[str, ...]:
    return tuple(sorted({*project.applied_by, recorded.meta.actor.person}))


def _scheduled(project: Project, scheduled: AcceptanceScheduled) -> Project:
    lifted = scheduled.due_on >= scheduled.on  # a due date ahead lifts what was found overdue
    return replace(
        project,
        project_id=scheduled.project_id,
        unit_id=scheduled.unit_id,
        participants=scheduled.participants,
        status=project.status or Status.SCHEDULED,
        delivery_mode=scheduled.delivery_mode,
        custom_development=scheduled.custom_development,
        open_conditions=scheduled.open_conditions,
        replied_on=scheduled.replied_on,
        planned_end=scheduled.planned_end,
        due_on=scheduled.due_on,
        overdue_on=None if lifted else project.overdue_on,
        baseline=scheduled.baseline,
        policy=scheduled.policy,
    )


def _concluded(
    project: Project, conclusion: AcceptanceConclusion, on: date, filing_due_on: date | None
) -> Project:
    passed = conclusion is AcceptanceConclusion.PASSED
    return replace(
        project,
        status=CONCLUDED[conclusion],
        concluded_on=on,
        filing_due_on=filing_due_on,
        overdue_on=None if passed else project.overdue_on,
    )


def moves_the_planned_end(event: Event) -> bool:
    """Whether an event of the approval service sets or moves the planned end.

    A filed change does not: nobody approves it, so it cannot put the unit's own due date off.
    """
    match event:
        case ReplyIssued(final=final):
            return final
        case ChangeApproved():
            return True
        case _:
            return False


@dataclass(frozen=True)
class Origin:
    """来源: what registry, approval and budget say of a project."""

    unit_id: str | None = None
    participants: tuple[str, ...] = ()
    listed: EventRef | None = None
    baseline: EventRef | None = None
    """Last event that set the planned end."""
    custom_contract: EventRef | None = None
    """A contract with custom development, whatever the reply said."""


def origin_of(events: Iterable[Recorded]) -> Origin:
    """From the other services' events about one project."""
    origin = Origin()
    for recorded in events:
        match recorded.event:
            case ProjectDeclared(unit_id=unit):
                origin = replace(origin, unit_id=unit)
            case ProjectListed(participants=participants):
                origin = replace(origin, participants=participants, listed=recorded.ref)
            case ContractRecorded(contract=contract) if contract.custom_development:
                origin = replace(origin, custom_contract=recorded.ref)
            case event if moves_the_planned_end(event):
                origin = replace(origin, baseline=recorded.ref)
            case _:
                pass
    return origin
