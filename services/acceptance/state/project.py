"""项目: its way to acceptance, and what else is on record of it here."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.acceptance.state.management import Management, managed_after
from services.acceptance.state.performance import Performance, performed_after
from services.acceptance.state.sharing import Sharing, shared_after
from services.acceptance.state.supervision import Supervision, supervised_after
from shared.events import ProjectEvent, Recorded
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
    AcceptanceScheduleEnded,
    CompletionReported,
    Extension,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    Handover,
    HandoverRecorded,
    MeasureImposed,
    MeasureKind,
    ServiceAcceptanceReported,
    TrialIncident,
    TrialIncidentReported,
    TrialRunStarted,
)
from shared.events.envelope import Identity
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
    TERMINATED = "TERMINATED", "项目已终止"


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
    sharing: Sharing = Sharing()
    management: Management = Management()
    performance: Performance = Performance()
    supervision: Supervision = Supervision()

    @property
    def accepted_on(self) -> date | None:
        return self.concluded_on if self.status is Status.ACCEPTED else None

    @property
    def operation_on(self) -> date | None:
        """投入运行: as reported, else the day of acceptance; never that of the trial run."""
        return self.performance.operation_started_on or self.accepted_on

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
    event = recorded.event
    if isinstance(event, ProjectEvent):
        # What is found or recorded may come before the final reply.
        project = replace(project, project_id=event.project_id, unit_id=event.unit_id)
    return _evolve_completion(_evolve_rest(project, recorded), recorded)


def _evolve_rest(project: Project, recorded: Recorded) -> Project:
    """What is kept beside the way to acceptance."""
    return replace(
        project,
        sharing=shared_after(project.sharing, recorded),
        management=managed_after(project.management, recorded),
        performance=performed_after(project.performance, recorded),
        supervision=supervised_after(project.supervision, recorded),
    )


def _evolve_completion(project: Project, recorded: Recorded) -> Project:
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
                extension_requested_by=recorded.actor.person,
            )
        case ExtensionGranted(due_on=due):
            return replace(project, extension=None, due_on=due, extended_to=due, overdue_on=None)
        case ExtensionRefused():
            return replace(project, extension=None)
        case AcceptanceOverdue():
            return replace(project, overdue_on=on)
        case AcceptanceScheduleEnded():
            return _ended(project)
        case MeasureImposed(measure=measure) if measure.kind is MeasureKind.TERMINATION:
            return _ended(project)
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
    return tuple(sorted({*project.applied_by, recorded.actor.person}))


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


def _ended(project: Project) -> Project:
    """No due date stands after termination, nor what was found overdue by it (第三十条)."""
    status = Status.TERMINATED if project.status else None
    return replace(project, status=status, extension=None, overdue_on=None)


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
