"""摘要：预算的事件."""

from collections.abc import Callable
from typing import Any

from shared.events import Event
from shared.events.budget import (
    BudgetIncluded,
    ContractRecorded,
    LineLeaseBudgetIncluded,
    LineLeaseSubmitted,
    OperationBudgetIncluded,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    PaymentRecorded,
    PriceCapSet,
    ProcurementRecorded,
    RentPaymentRecorded,
    SurplusReturnDemanded,
    SurplusReturned,
)

LINES: dict[type[Event], Callable[[Any], str]] = {
    BudgetIncluded: lambda e: f"{e.inclusion.fiscal_year}年{e.amount}元，累计{e.included_so_far}元",
    ProcurementRecorded: lambda e: f"{e.procurement.method.label}，预算{e.procurement.amount}元",
    ContractRecorded: lambda e: (
        f"{e.contract.number}，{e.contract.supplier_name}，{e.contract.amount}元"
    ),
    PaymentRecorded: lambda e: (
        f"{e.payment.amount}元，累计{e.paid_so_far}元，凭证{e.payment.voucher}"
    ),
    SurplusReturned: lambda e: f"退回{e.surplus.amount}元，尚余{e.outstanding}元",
    OperationPlanSubmitted: lambda e: f"{e.plan.budget_year}年度，申请{e.plan.amount}元",
    OperationPlanAssessed: lambda e: (
        f"{'通过' if e.assessment.approved else '不通过'}，评估{e.assessment.assessed_amount}元"
    ),
    OperationBudgetIncluded: lambda e: f"{e.budget_year}年度{e.inclusion.amount}元",
    SurplusReturnDemanded: lambda e: f"应退{e.outstanding}元，期限{e.due_on}",
    PriceCapSet: lambda e: f"{e.cap.name}，{e.cap.max_price}{e.cap.price_unit}",
    LineLeaseSubmitted: lambda e: f"{e.lease.budget_year}年度，{e.amount}元，限价{e.cap}元",
    LineLeaseBudgetIncluded: lambda e: f"{e.budget_year}年度{e.inclusion.amount}元",
    RentPaymentRecorded: lambda e: f"{e.payment.amount}元，累计{e.paid_so_far}元",
}
