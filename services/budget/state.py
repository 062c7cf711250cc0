"""State: a project's money, folded from its stream, and what other services say of the project."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from shared.events import ProjectEvent, Recorded
from shared.events.approval import ChangeApproved, ReplyIssued
from shared.events.budget import (
    Assessment,
    BudgetIncluded,
    Contract,
    ContractRecorded,
    CostShare,
    CostShareSet,
    Inclusion,
    OperationBudgetIncluded,
    OperationInclusion,
    OperationPlan,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    Payment,
    PaymentRecorded,
    Procurement,
    ProcurementRecorded,
    SurplusReturn,
    SurplusReturned,
)
from shared.events.envelope import Identity
from shared.events.registry import ProjectDeclared, SystemCatalogued, SystemTerminated
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.model import present
from shared.kernel.money import ZERO, Money, total
from shared.standing import AcceptanceStanding, accepted_after


class PlanStatus(Coded):
    """运维方案状态."""

    SUBMITTED = "SUBMITTED", "待论证"
    APPROVED = "APPROVED", "论证通过"
    REJECTED = "REJECTED", "论证未通过"
    INCLUDED = "INCLUDED", "已列入预算"


@dataclass(frozen=True)
class PlannedOperation:
    """运维方案 of one budget year: the plan, DEB's assessment of it, and the money included."""

    plan_id: UUID
    plan: OperationPlan
    submitted_by: str
    """Person who submitted it."""
    status: PlanStatus = PlanStatus.SUBMITTED
    assessment: Assessment | None = None
    inclusion: OperationInclusion | None = None

    @property
    def assessed(self) -> Assessment:
        return present(self.assessment)


@dataclass(frozen=True)
class Project:
    """项目资金: a project's money; every amount is a sum over the whole stream."""

    project_id: UUID | None = None
    unit_id: str | None = None
    included: Money = ZERO
    """列入预算: of all years and sources."""
    procured: Money = ZERO
    paid: Money = ZERO
    returned: Money = ZERO
    surplus: Money = ZERO
    """结余: included and not paid."""
    outstanding: Money = ZERO
    """结余 that has not been returned yet."""
    inclusions: tuple[Inclusion, ...] = ()
    cost_share: CostShare | None = None
    procurements: tuple[Procurement, ...] = ()
    contracts: tuple[Contract, ...] = ()
    payments: tuple[Payment, ...] = ()
    returns: tuple[SurplusReturn, ...] = ()
    operation_plans: tuple[PlannedOperation, ...] = ()

    @property
    def identity(self) -> Identity:
        """The fields that name the project in its events; its stream has begun."""
        return {"project_id": present(self.project_id), "unit_id": present(self.unit_id)}

    @property
    def parties(self) -> frozenset[str]:
        """The project unit: the money is its own, also where others build along."""
        return frozenset({self.unit_id} if self.unit_id else ())

    def procurement(self, number: str) -> Procurement | None:
        return next((p for p in self.procurements if p.number == number), None)

    def contracted_on(self, procurement_number: str) -> Money:
        """Sum of the contracts made on one procurement."""
        made = (c.amount for c in self.contracts if c.procurement_number == procurement_number)
        return total(made)

    def contract(self, number: str) -> Contract | None:
        return next((c for c in self.contracts if c.number == number), None)

    def paid_on(self, contract_number: str) -> Money:
        return total(p.amount for p in self.payments if p.contract_number == contract_number)

    def operation_plan(self, plan_id: UUID | None) -> PlannedOperation | None:
        return next((p for p in self.operation_plans if p.plan_id == plan_id), None)


def evolve_project(project: Project, recorded: Recorded) -> Project:
    event = recorded.event
    if isinstance(event, ProjectEvent) and project.project_id is None:
        project = replace(project, project_id=event.project_id, unit_id=event.unit_id)
    match event:
        case BudgetIncluded(inclusion=inclusion, included_so_far=included):
            inclusions = (*project.inclusions, inclusion)
            project = replace(project, inclusions=inclusions, included=included)
        case CostShareSet(cost_share=cost_share):
            project = replace(project, cost_share=cost_share)
        case ProcurementRecorded(procurement=procurement):
            procured = project.procured + procurement.amount
            procurements = (*project.procurements, procurement)
            project = replace(project, procurements=procurements, procured=procured)
        case ContractRecorded(contract=contract):
            project = replace(project, contracts=(*project.contracts, contract))
        case PaymentRecorded(payment=payment, paid_so_far=paid):
            project = replace(project, payments=(*project.payments, payment), paid=paid)
        case SurplusReturned(surplus=surplus):
            returned = project.returned + surplus.amount
            project = replace(project, returns=(*project.returns, surplus), returned=returned)
        case OperationPlanSubmitted() | OperationPlanAssessed() | OperationBudgetIncluded():
            plans = _evolve_plans(project.operation_plans, event, recorded)
            project = replace(project, operation_plans=plans)
        case _:
            pass
    return _balanced(project)


def _balanced(project: Project) -> Project:
    surplus = project.included - project.paid
    return replace(project, surplus=surplus, outstanding=surplus - project.returned)


def _evolve_plans(
    plans: tuple[PlannedOperation, ...],
    event: OperationPlanSubmitted | OperationPlanAssessed | OperationBudgetIncluded,
    recorded: Recorded,
) -> tuple[PlannedOperation, ...]:
    if isinstance(event, OperationPlanSubmitted):
        return (*plans, PlannedOperation(event.plan_id, event.plan, recorded.meta.actor.person))
    return tuple(_evolve_plan(p, event) if p.plan_id == event.plan_id else p for p in plans)


def _evolve_plan(
    plan: PlannedOperation, event: OperationPlanAssessed | OperationBudgetIncluded
) -> PlannedOperation:
    if isinstance(event, OperationBudgetIncluded):
        return replace(plan, inclusion=event.inclusion, status=PlanStatus.INCLUDED)
    status = PlanStatus.APPROVED if event.assessment.approved else PlanStatus.REJECTED
    return replace(plan, assessment=event.assessment, status=status)


@dataclass(frozen=True)
class Background:
    """What registry, approval and acceptance have recorded of a project, each with its event."""

    unit_id: str | None = None
    system_id: UUID | None = None
    county_codes: tuple[str, ...] = ()
    declared: EventRef | None = None
    catalogued: EventRef | None = None
    """Entry of the project's system in the catalogue."""
    stopped: EventRef | None = None
    """Event by which that system has stopped (第八条)."""
    approved_total: Money | None = None
    """批复总投资 of the baseline in force; none before the final reply."""
    approved: EventRef | None = None
    standing: AcceptanceStanding = AcceptanceStanding()
    """How it stands with acceptance."""


def background_of(events: Iterable[Recorded]) -> Background:
    """Fold the events about a project and those about its system, per service in log order."""
    background = Background()
    for recorded in events:
        background = _evolve_background(background, recorded)
    return background


def _evolve_background(known: Background, recorded: Recorded) -> Background:
    ref = recorded.ref
    if isinstance(recorded.event, ProjectEvent) and known.unit_id is None:
        known = replace(known, unit_id=recorded.event.unit_id)
    match recorded.event:
        case ProjectDeclared(declaration=declaration):
            return replace(
                known,
                system_id=declaration.system_id,
                county_codes=declaration.county_codes,
                declared=ref,
            )
        case SystemCatalogued():
            return replace(known, catalogued=ref)
        case SystemTerminated():
            return replace(known, stopped=ref)
        case ReplyIssued(final=True, total=approved) | ChangeApproved(total=approved):
            return replace(known, approved_total=approved, approved=ref)
        case _:
            return replace(known, standing=accepted_after(known.standing, recorded))
