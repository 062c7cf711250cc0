"""Decisions: 运维方案 and 运维经费 (第三十四、三十七、三十九条)."""

from services.budget import rules
from services.budget.decisions.dates import runs_forward
from services.budget.decisions.facts import Facts
from services.budget.decisions.inclusion import weighed
from services.budget.state import PlannedOperation, Project
from shared.events import Event
from shared.events.budget import (
    Assessment,
    OperationBudgetIncluded,
    OperationInclusion,
    OperationPlan,
    OperationPlanAssessed,
    OperationPlanSubmitted,
)
from shared.kernel.model import present
from shared.regulation import Check, Context
from shared.standing import rules as standing


def submit_operation_plan(
    project: Project, plan: OperationPlan, facts: Facts, context: Context
) -> Event:
    """运维方案报送（第八、九、三十二至三十四、三十七、五十一条）."""
    on = context.date_of(plan)
    runs_forward("term_to", plan.term_from, plan.term_to)
    context.require(
        *_operation_money_may_flow(facts, plan.budget_year, context),
        rules.operation_mode_is_reasoned(plan),
        rules.operation_plan_is_submitted_the_year_before(plan, context.today, context.policy),
        rules.operation_term_begins_in_the_budget_year(plan),
        rules.operation_plan_takes_over_known_contracts(project, plan),
        rules.warranty_ends_before_the_operation_term(project, plan),
        rules.budget_year_has_no_other_operation_plan(project, plan),
        exemptions=facts.exemptions(context),
    )
    replaced = project.approved_plan(plan.budget_year)
    return OperationPlanSubmitted(
        on=on,
        **facts.identity(context),
        plan_id=context.new_id(),
        plan=plan,
        replaces=replaced.plan_id if replaced else None,
    )


def _operation_money_may_flow(
    facts: Facts, budget_year: int, context: Context
) -> tuple[Check, ...]:
    """What bars O&M money of a budget year, whoever plans or includes it."""
    project = facts.project(context)
    return (
        rules.system_may_go_on_running(facts.background),
        rules.system_is_under_asset_management(facts.background),
        rules.system_of_the_money_is_catalogued(facts.background),
        standing.operation_money_needs_a_passed_acceptance(project.acceptance),
        standing.no_sharing_violation_bars_operation_money(project, budget_year),
        standing.no_security_finding_bars_operation_money(project),
    )


def assess_operation_plan(
    project: Project, assessment: Assessment, facts: Facts, context: Context
) -> Event:
    """运维方案论证（第三十七条）."""
    planned = project.operation_plan(facts.plan_id)
    exemptions = facts.exemptions(context)
    context.require(rules.operation_plan_awaits_assessment(planned))
    plan = present(planned)
    context.require(
        rules.decider_did_not_submit(context.actor, (plan.submitted_by,)),
        rules.added_content_is_assessed_anew(plan.plan, assessment),
        rules.renewal_is_argued_by_the_market(plan.plan, assessment),
        exemptions=exemptions,
    )
    return OperationPlanAssessed(
        on=context.date_of(assessment, since=plan.plan.on),
        **project.identity,
        plan_id=plan.plan_id,
        assessment=assessment,
    )


def include_operation_budget(
    project: Project, inclusion: OperationInclusion, facts: Facts, context: Context
) -> Event:
    """运维经费列入预算（第八、九、三十二、三十三、三十七、三十九、五十一条）."""
    planned = project.operation_plan(facts.plan_id)
    exemptions = facts.exemptions(context)
    context.require(
        rules.operation_plan_is_approved(planned),
        rules.operation_money_is_included_once(planned),
        rules.inclusion_document_bears_a_number(inclusion),
    )
    plan: PlannedOperation = present(planned)
    context.require(
        rules.decider_did_not_submit(context.actor, (plan.submitted_by,)),
        *_operation_money_may_flow(facts, plan.plan.budget_year, context),
        rules.late_operation_money_bears_a_reason(plan, inclusion),
        rules.operation_money_stays_within_the_assessment(plan, inclusion),
        exemptions=exemptions,
    )
    return OperationBudgetIncluded(
        on=context.date_of(inclusion, since=plan.assessed.on),
        **project.identity,
        plan_id=plan.plan_id,
        budget_year=plan.plan.budget_year,
        inclusion=inclusion,
        weighed=weighed(facts, context),
    )
