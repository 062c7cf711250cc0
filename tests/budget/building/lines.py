"""Price caps and line leases."""

from datetime import date
from typing import Any

from services.budget.decisions import LeaseFacts
from services.budget.state import (
    LeasedLine,
    PriceCaps,
    evolve_caps,
    evolve_lease,
)
from shared.events.budget import (
    LeaseContract,
    LeaseContractRecorded,
    LineLease,
    LineLeaseApproved,
    LineLeaseBudgetIncluded,
    LineLeaseInclusion,
    LineLeaseRuling,
    LineLeaseSubmitted,
    LineQualityAssessed,
    PriceCap,
    PriceCapSet,
    QualityAssessment,
    RentPayment,
    RentPaymentRecorded,
)
from tests.budget.building.known import EXAMINER, NEXT_YEAR
from tests.support.builders import SUPPLIER, UNIT, document, yuan
from tests.support.given_when_then import SUBJECT, TODAY, Case, as_recorded

LEASE: dict[str, Any] = {"lease_id": SUBJECT, "unit_id": UNIT}


def price_cap(max_price: str = "2600.00", **changes: Any) -> PriceCap:
    """The cap of next year, of 2600.00 a month."""
    return PriceCap.model_validate(
        {
            "line_type": "MSTP_100M",
            "name": "100M专线",
            "price_unit": "元/条·月",
            "max_price": max_price,
            "valid_from": date(NEXT_YEAR, 1, 1),
            "valid_until": date(NEXT_YEAR, 12, 31),
            "document": document("限价", "乐数〔2026〕2号"),
            **changes,
        }
    )


def caps(*set_: PriceCap) -> PriceCaps:
    found = PriceCaps()
    for recorded in as_recorded([PriceCapSet(on=TODAY, cap=cap) for cap in set_], "budget"):
        found = evolve_caps(found, recorded)
    return found


def lease(**changes: Any) -> LineLease:
    """Ten merged private lines at the cap for the whole of next year: 312000.00."""
    return LineLease.model_validate(
        {
            "unit_id": UNIT,
            "line_type": "MSTP_100M",
            "kind": "PRIVATE_LINE",
            "merged_into_egov_network": True,
            "bandwidth": "100M",
            "quantity": 10,
            "unit_price": "2600.00",
            "periods": 12,
            "budget_year": NEXT_YEAR,
            "starts_on": date(NEXT_YEAR, 1, 1),
            "ends_on": date(NEXT_YEAR, 12, 31),
            "purpose": "学校接入",
            "document": document("租赁申请"),
            **changes,
        }
    )


def lease_submitted(**changes: Any) -> LineLeaseSubmitted:
    content = lease(**changes)
    amount = yuan("312000.00")
    return LineLeaseSubmitted(
        on=TODAY,
        **{**LEASE, "project_id": content.project_id},
        lease=content,
        amount=amount,
        cap=yuan("2600.00"),
    )


def lease_ruling(**changes: Any) -> LineLeaseRuling:
    return LineLeaseRuling.model_validate({"approved": True, "text": "同意", **changes})


def lease_approved() -> LineLeaseApproved:
    return LineLeaseApproved(on=TODAY, **LEASE, ruling=lease_ruling(), cap=yuan("2600.00"))


def lease_inclusion(amount: str = "312000.00", **changes: Any) -> LineLeaseInclusion:
    return LineLeaseInclusion.model_validate(
        {"amount": amount, "document": document("预算", "乐财预〔2027〕1号"), **changes}
    )


def lease_included() -> LineLeaseBudgetIncluded:
    return LineLeaseBudgetIncluded(
        on=TODAY, **LEASE, budget_year=NEXT_YEAR, inclusion=lease_inclusion()
    )


def lease_contract(amount: str = "300000.00", **changes: Any) -> LeaseContract:
    return LeaseContract.model_validate(
        {
            "number": "XL-1",
            "method": "COMPETITIVE_CONSULTATION",
            "in_central_catalogue": True,
            "supplier_id": SUPPLIER,
            "supplier_name": "通信公司",
            "amount": amount,
            "starts_on": date(NEXT_YEAR, 1, 1),
            "ends_on": date(NEXT_YEAR, 12, 31),
            "document": document("租赁协议"),
            **changes,
        }
    )


def lease_contracted() -> LeaseContractRecorded:
    return LeaseContractRecorded(on=TODAY, **LEASE, contract=lease_contract())


def quality(**changes: Any) -> QualityAssessment:
    """Of the first quarter of next year."""
    return QualityAssessment.model_validate(
        {
            "period_from": date(NEXT_YEAR, 1, 1),
            "period_to": date(NEXT_YEAR, 3, 31),
            "satisfied": True,
            "text": "达标",
            **changes,
        }
    )


def quality_assessed() -> LineQualityAssessed:
    return LineQualityAssessed(on=TODAY, **LEASE, assessment=quality())


def rent(amount: str = "75000.00", **changes: Any) -> RentPayment:
    """For the first quarter of next year."""
    return RentPayment.model_validate(
        {
            "amount": amount,
            "voucher": "ZF-1",
            "period_from": date(NEXT_YEAR, 1, 1),
            "period_to": date(NEXT_YEAR, 3, 31),
            **changes,
        }
    )


def rent_paid(amount: str = "75000.00") -> RentPaymentRecorded:
    return RentPaymentRecorded(on=TODAY, **LEASE, payment=rent(amount), paid_so_far=yuan(amount))


LINE = Case(
    LeasedLine(),
    evolve_lease,
    LeaseFacts(caps=caps(price_cap())),
    "budget",
    actor=EXAMINER,
)
"""No lease yet; the cap of its type is set."""
