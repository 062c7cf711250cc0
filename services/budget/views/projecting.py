"""What one event writes to the budget service's views."""

from collections.abc import Iterable, Iterator

from services.budget.state import LeaseStatus, PlanStatus
from services.budget.views.tables import (
    contracts,
    line_leases,
    operation_plans,
    price_caps,
    projects,
)
from shared.events import ProjectEvent, Recorded
from shared.events.budget import (
    BudgetIncluded,
    ContractRecorded,
    LeaseContractRecorded,
    LineLeaseApproved,
    LineLeaseBudgetIncluded,
    LineLeaseEvent,
    LineLeaseRefused,
    LineLeaseSubmitted,
    OperationBudgetIncluded,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    PaymentRecorded,
    PriceCapSet,
    ProcurementRecorded,
    ProjectFundsClosed,
    RentPaymentRecorded,
    SurplusReturnDemanded,
    SurplusReturned,
    UnassessedRentFound,
)
from shared.eventstore.projection import Change, Put, Write
from shared.kernel.dates import legal_date


def project(recorded: Recorded) -> Iterable[Write]:
    """What one event writes to the views."""
    event = recorded.event
    if isinstance(event, ProjectEvent):
        yield Put(projects, {"project_id": event.project_id}, {"unit_id": event.unit_id})
        yield from _money(event)
        yield from _operation(recorded, event)
    elif isinstance(event, LineLeaseEvent):
        yield from _line(event)
    elif isinstance(event, PriceCapSet):
        cap = event.cap
        row = {
            "name": cap.name,
            "price_unit": cap.price_unit,
            "max_price": int(cap.max_price),
            "valid_from": cap.valid_from,
            "valid_until": cap.valid_until,
        }
        yield Put(price_caps, {"line_type": cap.line_type}, row)


def _money(event: ProjectEvent) -> Iterator[Write]:
    key = {"project_id": event.project_id}
    match event:
        case BudgetIncluded(included_so_far=included):
            yield Change(projects, key, {"included": int(included)})
        case ProcurementRecorded(procurement=procurement):
            yield Change(projects, key, add={"procured": int(procurement.amount)})
        case ContractRecorded(contract=contract):
            row = {**key, "unit_id": event.unit_id, "warranty_end": contract.warranty_end}
            # Numbers are given per project.
            number = f"{event.project_id}/{contract.number}"
            yield Put(contracts, {"contract_id": number}, row)
        case PaymentRecorded(paid_so_far=paid):
            yield Change(projects, key, {"paid": int(paid)})
        case SurplusReturnDemanded(due_on=due_on):
            yield Change(projects, key, {"surplus_due_on": due_on})
        case SurplusReturned(surplus=surplus):
            yield Change(projects, key, add={"returned": int(surplus.amount)})
        case ProjectFundsClosed():
            yield Change(projects, key, {"closed": True})
        case _:
            pass


def _operation(recorded: Recorded, event: ProjectEvent) -> Iterator[Write]:
    match event:
        case OperationPlanSubmitted(plan_id=plan_id, plan=plan):
            row = {
                "project_id": event.project_id,
                "unit_id": event.unit_id,
                "budget_year": plan.budget_year,
                "received_on": legal_date(recorded.recorded_at),
                "mode": plan.mode.value if plan.mode else None,
                "term_to": plan.term_to,
                "status": PlanStatus.SUBMITTED.value,
                "amount": int(plan.amount),
            }
            yield Put(operation_plans, {"plan_id": plan_id}, row)
            if event.replaces:
                given_way = {"status": PlanStatus.SUPERSEDED.value}
                yield Change(operation_plans, {"plan_id": event.replaces}, given_way)
        case OperationPlanAssessed(plan_id=plan_id, assessment=assessment):
            status = PlanStatus.APPROVED if assessment.approved else PlanStatus.REJECTED
            row = {"status": status.value, "assessed": int(assessment.assessed_amount)}
            yield Change(operation_plans, {"plan_id": plan_id}, row)
        case OperationBudgetIncluded(plan_id=plan_id, inclusion=inclusion):
            row = {"status": PlanStatus.INCLUDED.value, "included": int(inclusion.amount)}
            yield Change(operation_plans, {"plan_id": plan_id}, row)
        case _:
            pass


def _line(event: LineLeaseEvent) -> Iterator[Write]:
    key = {"lease_id": event.lease_id}
    match event:
        case LineLeaseSubmitted(lease=lease, amount=amount, cap=cap):
            row = {
                "unit_id": lease.unit_id,
                "project_id": lease.project_id,
                "line_type": lease.line_type,
                "budget_year": lease.budget_year,
                "status": LeaseStatus.SUBMITTED.value,
                "unit_price": int(lease.unit_price),
                "cap": int(cap),
                "amount": int(amount),
            }
            yield Put(line_leases, key, row)
        case LineLeaseApproved(cap=cap):
            yield Change(line_leases, key, {"status": LeaseStatus.APPROVED.value, "cap": int(cap)})
        case LineLeaseRefused():
            yield Change(line_leases, key, {"status": LeaseStatus.REFUSED.value})
        case LineLeaseBudgetIncluded(inclusion=inclusion):
            included = int(inclusion.amount)
            status = LeaseStatus.INCLUDED.value
            yield Change(line_leases, key, {"status": status, "included": included})
        case LeaseContractRecorded(contract=contract):
            contracted, status = int(contract.amount), LeaseStatus.CONTRACTED.value
            yield Change(line_leases, key, {"status": status, "contracted": contracted})
        case RentPaymentRecorded(paid_so_far=paid):
            yield Change(line_leases, key, {"paid": int(paid)})
        case UnassessedRentFound():
            yield Change(line_leases, key, add={"unassessed": 1})
        case _:
            pass
