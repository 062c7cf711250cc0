"""监督情况: what was found about a project, what it was told to mend, what was imposed."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from shared.events import Recorded
from shared.events.acceptance import (
    ExclusiveOpeningFound,
    InspectionRecorded,
    MeasureImposed,
    MeasureKind,
    MeasureLifted,
    RectificationConfirmed,
    RectificationOrder,
    RectificationOrdered,
    RectificationReported,
    SecurityFault,
    SecurityFindingCleared,
    SecurityFindingRecorded,
    SharingFault,
    SharingViolationFound,
    SharingViolationWithdrawn,
    SupervisedMatter,
    UntruthfulnessFound,
    UntruthfulnessKind,
)
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.standing import Finding, Imposed, ProjectStanding


@dataclass(frozen=True)
class InspectionMade:
    """检查 of one matter."""

    inspection_id: UUID
    matter: SupervisedMatter
    body: str
    on: date
    problems: int


@dataclass(frozen=True)
class SharingFound:
    """数据共享问题认定."""

    finding_id: UUID
    fault: SharingFault
    on: date
    ref: EventRef
    withdrawn_on: date | None = None


@dataclass(frozen=True)
class SecurityFound:
    """安全问题认定."""

    finding_id: UUID
    fault: SecurityFault
    body: str
    on: date
    cleared_on: date | None = None


@dataclass(frozen=True)
class OpeningFound:
    """排他开放认定."""

    finding_id: UUID
    resource: str
    on: date


@dataclass(frozen=True)
class UntruthFound:
    """不如实提供资料认定."""

    finding_id: UUID
    kind: UntruthfulnessKind
    body: str
    on: date


class RectificationStatus(Coded):
    """整改状态."""

    ORDERED = "ORDERED", "整改中"
    REPORTED = "REPORTED", "已报待核验"
    DONE = "DONE", "核验符合要求"
    FAILED = "FAILED", "核验不符合要求"


@dataclass(frozen=True)
class Rectification:
    """限期整改; overdue once its limit has passed and nobody reported (第四十七条)."""

    rectification_id: UUID
    body: str
    order: RectificationOrder
    ordered_on: date
    ref: EventRef
    status: RectificationStatus = RectificationStatus.ORDERED
    reported_on: date | None = None
    reported_by: str | None = None
    """Person who reported last."""


@dataclass(frozen=True)
class MeasureTaken:
    """处理措施."""

    measure_id: UUID
    kind: MeasureKind
    body: str
    on: date
    ref: EventRef
    lifted_on: date | None = None


@dataclass(frozen=True)
class Supervision:
    """监督情况 (第十一、三十三、四十四、四十七、四十九、五十一条)."""

    inspections: tuple[InspectionMade, ...] = ()
    sharing: tuple[SharingFound, ...] = ()
    security: tuple[SecurityFound, ...] = ()
    exclusive_openings: tuple[OpeningFound, ...] = ()
    untruthfulness: tuple[UntruthFound, ...] = ()
    rectifications: tuple[Rectification, ...] = ()
    measures: tuple[MeasureTaken, ...] = ()

    def rectification(self, rectification_id: UUID | None) -> Rectification | None:
        found = (r for r in self.rectifications if r.rectification_id == rectification_id)
        return next(found, None)

    def measure(self, measure_id: UUID | None) -> MeasureTaken | None:
        return next((m for m in self.measures if m.measure_id == measure_id), None)

    def sharing_found(self, finding_id: UUID | None) -> SharingFound | None:
        return next((f for f in self.sharing if f.finding_id == finding_id), None)

    def security_found(self, finding_id: UUID | None) -> SecurityFound | None:
        return next((f for f in self.security if f.finding_id == finding_id), None)

    @property
    def violations(self) -> tuple[UUID, ...]:
        """Ids of what was found wrong and stands: a rectification may rest on each."""
        return (
            *(i.inspection_id for i in self.inspections if i.problems),
            *(f.finding_id for f in self.sharing if f.withdrawn_on is None),
            *(f.finding_id for f in self.security if f.cleared_on is None),
            *(f.finding_id for f in self.exclusive_openings),
            *(f.finding_id for f in self.untruthfulness),
        )

    def standing(self, elsewhere: ProjectStanding) -> ProjectStanding:
        """处境: what the other services say, with the findings and measures in force here."""
        sharing = tuple(
            Finding(f.finding_id, f.fault.label, "DEB", f.on, f.ref)
            for f in self.sharing
            if f.withdrawn_on is None
        )
        measures = tuple(
            Imposed(m.measure_id, m.kind, m.ref) for m in self.measures if m.lifted_on is None
        )
        ended = (m.ref for m in measures if m.kind is MeasureKind.TERMINATION)
        terminated = elsewhere.terminated or next(ended, None)
        return replace(elsewhere, sharing=sharing, measures=measures, terminated=terminated)


def supervised_after(supervision: Supervision, recorded: Recorded) -> Supervision:
    on, ref, s = recorded.on, recorded.ref, supervision
    match recorded.event:
        case InspectionRecorded(inspection_id=made, body=body, inspection=act):
            inspected = InspectionMade(made, act.matter, body, on, len(act.problems))
            return replace(s, inspections=(*s.inspections, inspected))
        case SharingViolationFound(finding_id=found, violation=act):
            return replace(s, sharing=(*s.sharing, SharingFound(found, act.fault, on, ref)))
        case SharingViolationWithdrawn(finding_id=found):
            withdrawn = _changed(s.sharing, s.sharing_found(found), withdrawn_on=on)
            return replace(s, sharing=withdrawn)
        case SecurityFindingRecorded(finding_id=found, body=body, finding=act):
            return replace(s, security=(*s.security, SecurityFound(found, act.fault, body, on)))
        case SecurityFindingCleared(finding_id=found):
            cleared = _changed(s.security, s.security_found(found), cleared_on=on)
            return replace(s, security=cleared)
        case ExclusiveOpeningFound(finding_id=found, opening=act):
            opened = OpeningFound(found, act.resource, on)
            return replace(s, exclusive_openings=(*s.exclusive_openings, opened))
        case UntruthfulnessFound(finding_id=found, body=body, untruthfulness=act):
            untruth = UntruthFound(found, act.kind, body, on)
            return replace(s, untruthfulness=(*s.untruthfulness, untruth))
        case MeasureImposed(measure_id=imposed, body=body, measure=act):
            taken = MeasureTaken(imposed, act.kind, body, on, ref)
            return replace(s, measures=(*s.measures, taken))
        case MeasureLifted(measure_id=lifted):
            return replace(s, measures=_changed(s.measures, s.measure(lifted), lifted_on=on))
        case _:
            return _rectified(s, recorded)


def _rectified(s: Supervision, recorded: Recorded) -> Supervision:
    match recorded.event:
        case RectificationOrdered(rectification_id=ordered, body=body, order=order):
            new = Rectification(ordered, body, order, recorded.on, recorded.ref)
            return replace(s, rectifications=(*s.rectifications, new))
        case RectificationReported(rectification_id=reported):
            changes: dict[str, Any] = {
                "status": RectificationStatus.REPORTED,
                "reported_on": recorded.on,
                "reported_by": recorded.actor.person,
            }
            which = s.rectification(reported)
        case RectificationConfirmed(rectification_id=confirmed, confirmation=act):
            status = RectificationStatus.DONE if act.done else RectificationStatus.FAILED
            changes, which = {"status": status}, s.rectification(confirmed)
        case _:
            return s
    return replace(s, rectifications=_changed(s.rectifications, which, **changes))


_T = TypeVar("_T", SharingFound, SecurityFound, MeasureTaken, Rectification)


def _changed(parts: tuple[_T, ...], which: _T | None, **changes: Any) -> tuple[_T, ...]:
    return tuple(replace(p, **changes) if p is which else p for p in parts)
