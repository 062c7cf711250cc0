"""处境: what stands for or against a project, from the events of all services."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from shared.events.acceptance import (
    MeasureImposed,
    MeasureKind,
    MeasureLifted,
    SecurityFindingCleared,
    SecurityFindingRecorded,
    SharingViolationFound,
    SharingViolationWithdrawn,
)
from shared.events.approval import (
    ConstructionResumed,
    ConstructionSuspended,
    ExceptionGranted,
    ExceptionRevoked,
    ProjectTerminated,
)
from shared.events.envelope import ProjectEvent, Recorded
from shared.events.registry import DataCollectionCleared, DataCollectionFlagged
from shared.kernel.actor import EventRef
from shared.regulation.exemption import Exemption, after_the_end
from shared.standing.acceptance import AcceptanceStanding, accepted_after

RESTRICTING: Mapping[str, frozenset[str]] = {
    "registry": frozenset({"DataCollectionFlagged", "DataCollectionCleared"}),
    "approval": frozenset(
        {
            "ConstructionSuspended",
            "ConstructionResumed",
            "ProjectTerminated",
            "ExceptionGranted",
            "ExceptionRevoked",
        }
    ),
    "acceptance": frozenset(
        {
            "AcceptanceConcluded",
            "AcceptanceOverdue",
            "AcceptanceReviewed",
            "AcceptanceScheduled",
            "ExtensionGranted",
            "SharingViolationFound",
            "SharingViolationWithdrawn",
            "SecurityFindingRecorded",
            "SecurityFindingCleared",
            "MeasureImposed",
            "MeasureLifted",
        }
    ),
}
"""What a service follows of the others to know how projects and units stand."""


@dataclass(frozen=True)
class Finding:
    """认定 that stands: what was found, by whom, when."""

    finding_id: UUID
    label: str
    body: str
    on: date
    ref: EventRef


@dataclass(frozen=True)
class Imposed:
    """处理措施 in force."""

    measure_id: UUID
    kind: MeasureKind
    ref: EventRef


@dataclass(frozen=True)
class ProjectStanding:
    """项目处境."""

    acceptance: AcceptanceStanding = AcceptanceStanding()
    sharing: tuple[Finding, ...] = ()
    """数据共享问题 (第三十三条); each tells on the calendar year after it."""
    security: tuple[Finding, ...] = ()
    """安全问题 not cleared (第五十一条)."""
    measures: tuple[Imposed, ...] = ()
    """处理措施 not lifted (第四十七条)."""
    suspended: EventRef | None = None
    """暂停建设 not resumed (第三十条)."""
    terminated: EventRef | None = None


@dataclass(frozen=True)
class Standing:
    """处境: of all projects that the events are about, and of their unit; exceptions granted."""

    projects: Mapping[UUID, ProjectStanding] = field(default_factory=dict)
    uncollected: EventRef | None = None
    """Event that found the unit's 数据归集 incomplete, while that stands (第十二条)."""
    exceptions: Mapping[UUID, tuple[UUID | None, Exemption]] = field(default_factory=dict)
    """例外 in force by id, each with the project it is for; None for the unit's declarations."""

    def of(self, project_id: UUID) -> ProjectStanding:
        return self.projects.get(project_id, ProjectStanding())

    def exemptions(self, project_id: UUID | None = None) -> tuple[Exemption, ...]:
        """The exceptions that a decision about a project may rest on, or a new declaration's."""
        found = tuple(e for project, e in self.exceptions.values() if project == project_id)
        ended = project_id is not None and self.of(project_id).terminated is not None
        return after_the_end(found) if ended else found


def standing_of(events: Iterable[Recorded], unit_id: str | None = None) -> Standing:
    """Fold events about a unit or a project, per service in log order.

    With `unit_id`, only that unit's own projects count: one that builds along is not hit.
    """
    standing = Standing()
    for recorded in events:
        standing = standing_after(standing, recorded, unit_id)
    return standing


def standing_after(standing: Standing, recorded: Recorded, unit_id: str | None = None) -> Standing:
    """The standing after one more event."""
    match recorded.event:
        case DataCollectionFlagged():
            return replace(standing, uncollected=recorded.ref)
        case DataCollectionCleared():
            return replace(standing, uncollected=None)
        case ExceptionGranted() as granted:
            exemption = exemption_of(granted, recorded.ref)
            kept = {**standing.exceptions, granted.exception_id: (granted.project_id, exemption)}
            return replace(standing, exceptions=kept)
        case ExceptionRevoked(exception_id=revoked):
            kept = {i: e for i, e in standing.exceptions.items() if i != revoked}
            return replace(standing, exceptions=kept)
        case ProjectEvent(project_id=project_id, unit_id=owner) if unit_id in (None, owner):
            before = standing.of(project_id)
            after = project_after(before, recorded)
            if after is before:
                return standing
            return replace(standing, projects={**standing.projects, project_id: after})
        case _:
            return standing


def exemption_of(granted: ExceptionGranted, ref: EventRef) -> Exemption:
    """The exception as decisions see it."""
    return Exemption(
        rows=granted.rows,
        kind=granted.kind,
        number=granted.number,
        valid_from=granted.valid_from,
        valid_until=granted.valid_until,
        ref=ref,
    )


def project_after(project: ProjectStanding, recorded: Recorded) -> ProjectStanding:
    """A project's standing after one more event about it."""
    event, ref = recorded.event, recorded.ref
    match event:
        case SharingViolationFound(finding_id=finding, violation=violation):
            found = Finding(finding, violation.fault.label, "DEB", event.on, ref)
            return replace(project, sharing=(*project.sharing, found))
        case SharingViolationWithdrawn(finding_id=finding):
            return replace(project, sharing=_without(project.sharing, finding))
        case SecurityFindingRecorded(finding_id=finding, body=body, finding=content):
            found = Finding(finding, content.fault.label, body, event.on, ref)
            return replace(project, security=(*project.security, found))
        case SecurityFindingCleared(finding_id=finding):
            return replace(project, security=_without(project.security, finding))
        case MeasureImposed(measure_id=measure_id, measure=measure):
            imposed = Imposed(measure_id, measure.kind, ref)
            ended = ref if measure.kind is MeasureKind.TERMINATION else project.terminated
            return replace(project, measures=(*project.measures, imposed), terminated=ended)
        case MeasureLifted(measure_id=measure_id):
            kept = tuple(m for m in project.measures if m.measure_id != measure_id)
            return replace(project, measures=kept)
        case ConstructionSuspended():
            return replace(project, suspended=ref)
        case ConstructionResumed():
            return replace(project, suspended=None)
        case ProjectTerminated():
            return replace(project, terminated=ref)
        case _:
            acceptance = accepted_after(project.acceptance, recorded)
            if acceptance is project.acceptance:
                return project
            return replace(project, acceptance=acceptance)


_F = TypeVar("_F", bound=Finding)


def _without(findings: tuple[_F, ...], finding_id: UUID) -> tuple[_F, ...]:
    return tuple(f for f in findings if f.finding_id != finding_id)
