"""所涉金额: how much money a step is about, where it is about money."""

from collections.abc import Callable
from typing import Any

from shared.events.approval import ChangeApplied, ChangeFiled, DocumentSubmitted, ReplyIssued
from shared.events.budget import (
    BudgetIncluded,
    ContractRecorded,
    LeaseContractRecorded,
    LineLeaseBudgetIncluded,
    LineLeaseSubmitted,
    OperationBudgetIncluded,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    PaymentRecorded,
    ProcurementRecorded,
    RentPaymentRecorded,
    SurplusReturned,
)
from shared.events.envelope import Event
from shared.events.registry import ProjectDeclared
from shared.kernel.money import Money

_STAKES: dict[type[Event], Callable[[Any], Money]] = {
    ProjectDeclared: lambda e: e.declaration.total,
    DocumentSubmitted: lambda e: e.submission.total,
    ReplyIssued: lambda e: e.total,
    ChangeFiled: lambda e: e.moved,
    ChangeApplied: lambda e: e.total,
    BudgetIncluded: lambda e: e.amount,
    ProcurementRecorded: lambda e: e.procurement.amount,
    ContractRecorded: lambda e: e.contract.amount,
    PaymentRecorded: lambda e: e.payment.amount,
    SurplusReturned: lambda e: e.surplus.amount,
    OperationPlanSubmitted: lambda e: e.plan.amount,
    OperationPlanAssessed: lambda e: e.assessment.assessed_amount,
    OperationBudgetIncluded: lambda e: e.inclusion.amount,
    LineLeaseSubmitted: lambda e: e.amount,
    LineLeaseBudgetIncluded: lambda e: e.inclusion.amount,
    LeaseContractRecorded: lambda e: e.contract.amount,
    RentPaymentRecorded: lambda e: e.payment.amount,
}


def stake(event: Event) -> Money | None:
    """The amount a step decides on: of a change what it moves, of a document its total."""
    of = _STAKES.get(type(event))
    return of(event) if of else None
