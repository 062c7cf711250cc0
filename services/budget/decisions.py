"""Decisions of the budget service: a project's money in, events or a refusal out."""

from dataclasses import dataclass, field
from uuid import UUID

from services.budget import rules
from services.budget.state import Background, PlannedOperation, Project
from shared.events import Event
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
from shared.events.vocabulary import amount_of
from shared.kernel.model import present
from shared.regulation import Context
from shared.standing import rules as standing


@dataclass(frozen=True)
class Facts:
    """What a decision here may rest on besides its own stream."""

    background: Background = field(default_factory=Background)
    plan_id: UUID | None = None
    """The O&M plan the command is about."""


def include_in_budget(
    project: Project, inclusion: Inclusion, facts: Facts, context: Context
) -> Event:
    """列入预算（第九、三十五条）."""
    context.require(
        rules.system_of_the_money_is_catalogued(facts.background),
        rules.money_follows_the_final_reply(facts.background),
        rules.included_sources_sum_above_zero(inclusion),
        rules.inclusion_document_bears_a_number(inclusion),
    )
    context.require(
        rules.included_money_stays_within_the_approved_total(project, inclusion, facts.background)
    )
    amount = amount_of(inclusion.sources)
    return BudgetIncluded(
        on=context.date_of(inclusion),
        **_identity(facts, context),
        inclusion=inclusion,
        amount=amount,
        included_so_far=project.included + amount,
    )


def set_cost_share(
    project: Project, cost_share: CostShare, facts: Facts, context: Context
) -> Event:
    """市县分摊（第三十五条）; a later one replaces it."""
    context.require(
        rules.money_follows_the_final_reply(facts.background),
        rules.shared_cost_needs_county_collaboration(facts.background),
        rules.shares_sum_to_a_hundred_percent(cost_share),
    )
    context.require(
        rules.shares_are_of_distinct_collaborating_divisions(
            cost_share, facts.background, context.policy
        )
    )
    return CostShareSet(
        on=context.date_of(cost_share), **_identity(facts, context), cost_share=cost_share
    )


def record_procurement(
    project: Project, procurement: Procurement, facts: Facts, context: Context
) -> Event:
    """采购（第三十六、四十条）."""
    context.require(
        rules.procurement_stays_within_the_budget(project, procurement),
        rules.procurement_number_is_new(project, procurement),
        rules.catalogue_purchase_uses_a_statutory_method(procurement),
        rules.self_organised_purchase_is_below_the_threshold(procurement, context.policy),
    )
    return ProcurementRecorded(
        on=context.date_of(procurement), **project.identity, procurement=procurement
    )


def record_contract(project: Project, contract: Contract, facts: Facts, context: Context) -> Event:
    """合同签订（第二十六、四十、四十三条）."""
    context.require(
        rules.contract_number_is_new(project, contract),
        rules.contract_follows_a_procurement(project, contract),
        rules.custom_development_belongs_to_the_unit(contract),
        rules.custom_development_has_ip_and_breach_clauses(contract),
    )
    procurement = present(project.procurement(contract.procurement_number))
    context.require(rules.contract_stays_within_the_procurement(project, contract, procurement))
    return ContractRecorded(on=context.date_of(contract), **project.identity, contract=contract)


def record_payment(project: Project, payment: Payment, facts: Facts, context: Context) -> Event:
    """支付（第三十六条）."""
    context.require(
        rules.payment_rests_on_a_contract(project, payment),
        rules.voucher_is_new(project, payment),
        rules.payment_uses_the_project_account(project, payment),
    )
    contract = present(project.contract(payment.contract_number))
    context.require(
        rules.payment_stays_within_the_contract(project, payment, contract),
        rules.payment_stays_within_the_budget(project, payment),
    )
    return PaymentRecorded(
        on=context.date_of(payment),
        **project.identity,
        payment=payment,
        paid_so_far=project.paid + payment.amount,
    )


def return_surplus(
    project: Project, surplus: SurplusReturn, facts: Facts, context: Context
) -> Event:
    """结余退回（第三十六条）."""
    context.require(
        rules.surplus_is_returned_after_acceptance(facts.background),
        rules.return_stays_within_the_surplus(project, surplus),
        rules.voucher_is_new(project, surplus),
    )
    return SurplusReturned(
        on=context.date_of(surplus),
        **project.identity,
        surplus=surplus,
        outstanding=project.outstanding - surplus.amount,
    )


def submit_operation_plan(
    project: Project, plan: OperationPlan, facts: Facts, context: Context
) -> Event:
    """运维方案报送（第九、三十二、三十七条）."""
    on = context.date_of(plan)
    context.require(
        rules.system_of_the_money_is_catalogued(facts.background),
        standing.operation_money_needs_a_passed_acceptance(facts.background.standing),
        rules.operation_plan_is_submitted_the_year_before(plan, context.today),
        rules.budget_year_has_no_other_operation_plan(project, plan),
    )
    return OperationPlanSubmitted(
        on=on, **_identity(facts, context), plan_id=context.new_id(), plan=plan
    )


def assess_operation_plan(
    project: Project, assessment: Assessment, facts: Facts, context: Context
) -> Event:
    """运维方案论证（第三十七条）."""
    planned = project.operation_plan(facts.plan_id)
    context.require(rules.operation_plan_awaits_assessment(planned))
    plan = present(planned)
    context.require(
        rules.decider_did_not_submit(context.actor, (plan.submitted_by,)),
        rules.added_content_is_assessed_anew(plan.plan, assessment),
    )
    return OperationPlanAssessed(
        on=context.date_of(assessment),
        **project.identity,
        plan_id=plan.plan_id,
        assessment=assessment,
    )


def include_operation_budget(
    project: Project, inclusion: OperationInclusion, facts: Facts, context: Context
) -> Event:
    """运维经费列入预算（第九、三十二、三十七、三十九条）."""
    planned = project.operation_plan(facts.plan_id)
    context.require(
        rules.system_of_the_money_is_catalogued(facts.background),
        standing.operation_money_needs_a_passed_acceptance(facts.background.standing),
        rules.operation_plan_is_approved(planned),
        rules.operation_money_is_included_once(planned),
        rules.inclusion_document_bears_a_number(inclusion),
    )
    plan: PlannedOperation = present(planned)
    context.require(rules.operation_money_stays_within_the_assessment(plan, inclusion))
    return OperationBudgetIncluded(
        on=context.date_of(inclusion),
        **project.identity,
        plan_id=plan.plan_id,
        budget_year=plan.plan.budget_year,
        inclusion=inclusion,
    )


def _identity(facts: Facts, context: Context) -> Identity:
    # The stream may still be empty: then only the other services know whose project it is.
    return {"project_id": context.subject_id, "unit_id": present(facts.background.unit_id)}
