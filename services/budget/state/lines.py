"""线路租赁: one lease, and the price caps of one type of line, each folded from its stream."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from shared.events import Recorded
from shared.events.budget import (
    LeaseContract,
    LeaseContractRecorded,
    LineLease,
    LineLeaseApproved,
    LineLeaseBudgetIncluded,
    LineLeaseInclusion,
    LineLeaseRefused,
    LineLeaseRuling,
    LineLeaseSubmitted,
    LineQualityAssessed,
    PriceCap,
    PriceCapSet,
    QualityAssessment,
    RentPayment,
    RentPaymentRecorded,
)
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.money import ZERO, Money


@dataclass(frozen=True)
class SetCap:
    """A price cap, and the event that set it."""

    cap: PriceCap
    ref: EventRef

    def valid_on(self, day: date) -> bool:
        """Both ends are inclusive; without an end it stands until another is set."""
        until = self.cap.valid_until or date.max
        return self.cap.valid_from <= day <= until


@dataclass(frozen=True)
class PriceCaps:
    """线路限价: all that were set for one type of line, the latest last."""

    caps: tuple[SetCap, ...] = ()

    def on(self, day: date) -> SetCap | None:
        """The cap of a day: of several the one set last."""
        return next((c for c in reversed(self.caps) if c.valid_on(day)), None)


def evolve_caps(caps: PriceCaps, recorded: Recorded) -> PriceCaps:
    if isinstance(recorded.event, PriceCapSet):
        return PriceCaps((*caps.caps, SetCap(recorded.event.cap, recorded.ref)))
    return caps


class LeaseStatus(Coded):
    """线路租赁状态."""

    SUBMITTED = "SUBMITTED", "待审批"
    APPROVED = "APPROVED", "已批准"
    REFUSED = "REFUSED", "未批准"
    INCLUDED = "INCLUDED", "已列入预算"
    CONTRACTED = "CONTRACTED", "已签租赁协议"


@dataclass(frozen=True)
class LeasedLine:
    """线路租赁: the application and what has become of it."""

    lease_id: UUID | None = None
    status: LeaseStatus | None = None
    lease: LineLease | None = None
    amount: Money = ZERO
    """申请金额."""
    submitted_by: str = ""
    """Person who submitted it."""
    ruling: LineLeaseRuling | None = None
    inclusion: LineLeaseInclusion | None = None
    contract: LeaseContract | None = None
    assessments: tuple[QualityAssessment, ...] = ()
    payments: tuple[RentPayment, ...] = ()
    paid: Money = ZERO

    @property
    def parties(self) -> frozenset[str]:
        return frozenset({self.lease.unit_id} if self.lease else ())

    def assessed(self, payment: RentPayment) -> bool:
        """Whether an assessment covers all days that a payment is for."""
        return any(
            a.period_from <= payment.period_from and payment.period_to <= a.period_to
            for a in self.assessments
        )


def evolve_lease(line: LeasedLine, recorded: Recorded) -> LeasedLine:
    dated = {"on": recorded.on}
    match recorded.event:
        case LineLeaseSubmitted(lease_id=lease_id, lease=lease, amount=amount):
            return LeasedLine(
                lease_id=lease_id,
                status=LeaseStatus.SUBMITTED,
                lease=lease.model_copy(update=dated),
                amount=amount,
                submitted_by=recorded.actor.person,
            )
        case LineLeaseApproved(ruling=ruling):
            ruling = ruling.model_copy(update=dated)
            return replace(line, ruling=ruling, status=LeaseStatus.APPROVED)
        case LineLeaseRefused(ruling=ruling):
            ruling = ruling.model_copy(update=dated)
            return replace(line, ruling=ruling, status=LeaseStatus.REFUSED)
        case LineLeaseBudgetIncluded(inclusion=inclusion):
            inclusion = inclusion.model_copy(update=dated)
            return replace(line, inclusion=inclusion, status=LeaseStatus.INCLUDED)
        case LeaseContractRecorded(contract=contract):
            contract = contract.model_copy(update=dated)
            return replace(line, contract=contract, status=LeaseStatus.CONTRACTED)
        case LineQualityAssessed(assessment=assessment):
            assessments = (*line.assessments, assessment.model_copy(update=dated))
            return replace(line, assessments=assessments)
        case RentPaymentRecorded(payment=payment, paid_so_far=paid):
            payments = (*line.payments, payment.model_copy(update=dated))
            return replace(line, payments=payments, paid=paid)
        case _:
            return line
