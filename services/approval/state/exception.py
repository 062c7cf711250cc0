"""例外: the state of one exception, from request to revocation (原则上; 第八、五十三条)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TypedDict
from uuid import UUID

from shared.events import Recorded
from shared.events.approval import (
    ExceptionAgreed,
    ExceptionAgreement,
    ExceptionGranted,
    ExceptionRefused,
    ExceptionRequest,
    ExceptionRequested,
    ExceptionRevoked,
)
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.model import present
from shared.regulation.exemption import Exemption
from shared.standing import exemption_of


class ExceptionStatus(Coded):
    """例外状态."""

    REQUESTED = "REQUESTED", "待批"
    GRANTED = "GRANTED", "已批准"
    REFUSED = "REFUSED", "不予批准"
    REVOKED = "REVOKED", "已撤销"


class ExceptionIdentity(TypedDict):
    """What names an exception in its events."""

    exception_id: UUID
    unit_id: UnitId
    project_id: UUID | None


@dataclass(frozen=True)
class Agreed:
    """例外意见 that agrees."""

    body: str
    agreement: ExceptionAgreement
    given_by: str
    """Person who agreed, and so may not agree for another body."""
    ref: EventRef


@dataclass(frozen=True)
class ExceptionCase:
    """例外: what was asked for, who has agreed, and what came of it."""

    exception_id: UUID | None = None
    unit_id: UnitId | None = None
    project_id: UUID | None = None
    """None for what has to give way before there is a project."""
    request: ExceptionRequest | None = None
    requested_on: date | None = None
    requested_by: str = ""
    """Person who asked, and so may not agree."""
    status: ExceptionStatus | None = None
    agreements: tuple[Agreed, ...] = ()
    approvers: tuple[str, ...] = ()
    exemption: Exemption | None = None
    """What decisions may rest on, while it is granted."""

    @property
    def identity(self) -> ExceptionIdentity:
        """The fields that name the exception in its events."""
        return {
            "exception_id": present(self.exception_id),
            "unit_id": present(self.unit_id),
            "project_id": self.project_id,
        }

    @property
    def parties(self) -> frozenset[str]:
        return frozenset(u for u in (self.unit_id,) if u)

    @property
    def agreed(self) -> frozenset[str]:
        """The bodies that have agreed so far."""
        return frozenset(a.body for a in self.agreements)


def evolve_exception(case: ExceptionCase, recorded: Recorded) -> ExceptionCase:
    """The exception after one more event of its stream."""
    match recorded.event:
        case ExceptionRequested(request=request) as event:
            return ExceptionCase(
                exception_id=event.exception_id,
                unit_id=event.unit_id,
                project_id=event.project_id,
                request=request,
                requested_on=event.on,
                requested_by=recorded.actor.person,
                status=ExceptionStatus.REQUESTED,
            )
        case ExceptionAgreed(body=body, agreement=agreement):
            agreed = Agreed(body, agreement, recorded.actor.person, recorded.ref)
            return replace(case, agreements=(*case.agreements, agreed))
        case ExceptionGranted() as granted:
            return replace(
                case,
                status=ExceptionStatus.GRANTED,
                approvers=granted.approvers,
                exemption=exemption_of(granted, recorded.ref),
            )
        case ExceptionRefused():
            return replace(case, status=ExceptionStatus.REFUSED)
        case ExceptionRevoked():
            return replace(case, status=ExceptionStatus.REVOKED, exemption=None)
        case _:
            return case
