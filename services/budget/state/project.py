"""项目资金: a project's money, folded from its stream."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.budget.state.operation import (
    OperationEvent,
    PlannedOperation,
    PlanStatus,
    evolve_plans,
)
from shared.events import ProjectEvent, Recorded
from shared.events.budget import (
    BudgetIncluded,
    Contract,
    ContractRecorded,
    CostShare,
    CostShareSet,
    Inclusion,
    MisuseReferral,
    MisuseReferred,
    OperationBudgetIncluded,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    Payment,
    PaymentRecorded,
    Procurement,
    ProcurementRecorded,
    ProjectFundsClosed,
    SurplusReturn,
    SurplusReturnDemanded,
    SurplusReturned,
)
from shared.events.envelope import Identity
from shared.events.vocabulary import FundingChannel
from shared.kernel.model import present
from shared.kernel.money import ZERO, Money, total


@dataclass(frozen=True)
class Project:
    """项目资金: a project's money; every amount is a sum over the whole stream.

    What is recorded of it bears its legal date, also where the paper named none.
    """

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
    surplus_due_on: date | None = None
    """结余退回期限: set when the project ends."""
    closed: bool = False
    """项目资金已关账."""
    inclusions: tuple[Inclusion, ...] = ()
    cost_share: CostShare | None = None
    procurements: tuple[Procurement, ...] = ()
    contracts: tuple[Contract, ...] = ()
    payments: tuple[Payment, ...] = ()
    returns: tuple[SurplusReturn, ...] = ()
    returned_by: tuple[str, ...] = ()
    """Persons who recorded returns."""
    operation_plans: tuple[PlannedOperation, ...] = ()
    referrals: tuple[MisuseReferral, ...] = ()

    @property
    def identity(self) -> Identity:
        """The fields that name the project in its events; its stream has begun."""
        return {"project_id": present(self.project_id), "unit_id": present(self.unit_id)}

    @property
    def parties(self) -> frozenset[str]:
        """The project unit: the money is its own, also where others build along."""
        return frozenset({self.unit_id} if self.unit_id else ())

    @property
    def available(self) -> Money:
        """What may still be procured: included, neither returned nor procured."""
        return self.included - self.returned - self.procured

    @property
    def included_of_counties(self) -> Money:
        """What counties bear of the money included."""
        sources = (s for i in self.inclusions for s in i.sources)
        return total(s.amount for s in sources if s.channel is FundingChannel.COUNTY)

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

    def paid_for(self, item_code: str) -> Money:
        """Sum of what was paid for one item of the reply."""
        items = (item for p in self.payments for item in p.items)
        return total(item.amount for item in items if item.code == item_code)

    def approved_plan(self, budget_year: int) -> PlannedOperation | None:
        """The assessed plan of a year, while no money is included on it."""
        approved = (p for p in self.operation_plans if p.status is PlanStatus.APPROVED)
        return next((p for p in approved if p.plan.budget_year == budget_year), None)

    def operation_plan(self, plan_id: UUID | None) -> PlannedOperation | None:
        return next((p for p in self.operation_plans if p.plan_id == plan_id), None)


def evolve_project(project: Project, recorded: Recorded) -> Project:
    event = recorded.event
    if isinstance(event, ProjectEvent):
        project = replace(project, project_id=event.project_id, unit_id=event.unit_id)
    if isinstance(event, OperationPlanSubmitted | OperationPlanAssessed | OperationBudgetIncluded):
        return _with_plans(project, event, recorded)
    return _balanced(_evolve_money(project, recorded))


def _with_plans(project: Project, event: OperationEvent, recorded: Recorded) -> Project:
    plans = evolve_plans(project.operation_plans, event, recorded)
    return replace(project, operation_plans=plans)


def _evolve_money(project: Project, recorded: Recorded) -> Project:
    dated = {"on": recorded.on}
    match recorded.event:
        case BudgetIncluded(inclusion=inclusion, included_so_far=included):
            inclusions = (*project.inclusions, inclusion.model_copy(update=dated))
            return replace(project, inclusions=inclusions, included=included)
        case CostShareSet(cost_share=cost_share):
            return replace(project, cost_share=cost_share.model_copy(update=dated))
        case ProcurementRecorded(procurement=procurement):
            procured = project.procured + procurement.amount
            procurements = (*project.procurements, procurement.model_copy(update=dated))
            return replace(project, procurements=procurements, procured=procured)
        case ContractRecorded(contract=contract):
            contracts = (*project.contracts, contract.model_copy(update=dated))
            return replace(project, contracts=contracts)
        case PaymentRecorded(payment=payment, paid_so_far=paid):
            payments = (*project.payments, payment.model_copy(update=dated))
            return replace(project, payments=payments, paid=paid)
        case SurplusReturnDemanded(due_on=due_on):
            return replace(project, surplus_due_on=due_on)
        case SurplusReturned(surplus=surplus):
            return _returned(project, surplus.model_copy(update=dated), recorded.actor.person)
        case ProjectFundsClosed():
            return replace(project, closed=True)
        case MisuseReferred(referral=referral):
            referrals = (*project.referrals, referral.model_copy(update=dated))
            return replace(project, referrals=referrals)
        case _:
            return project


def _returned(project: Project, surplus: SurplusReturn, person: str) -> Project:
    return replace(
        project,
        returns=(*project.returns, surplus),
        returned=project.returned + surplus.amount,
        returned_by=(*project.returned_by, person),
    )


def _balanced(project: Project) -> Project:
    surplus = project.included - project.paid
    return replace(project, surplus=surplus, outstanding=surplus - project.returned)
