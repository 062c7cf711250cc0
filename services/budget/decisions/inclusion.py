"""Decisions: 列入预算 and 市县分摊 (第三十五条)."""

from services.budget import rules
from services.budget.decisions.facts import Facts
from services.budget.state import Project
from shared.events import Event
from shared.events.budget import BudgetIncluded, CostShare, CostShareSet, Inclusion
from shared.events.vocabulary import amount_of
from shared.kernel.actor import EventRef
from shared.regulation import Context
from shared.standing import rules as standing


def include_in_budget(
    project: Project, inclusion: Inclusion, facts: Facts, context: Context
) -> Event:
    """列入预算（第九、三十五、四十七条）."""
    exemptions = facts.exemptions(context)
    context.require(
        rules.system_of_the_money_is_catalogued(facts.background),
        standing.construction_goes_on(facts.project(context)),
        rules.money_follows_the_final_reply(facts.background),
        rules.included_sources_sum_above_zero(inclusion),
        rules.inclusion_document_bears_a_number(inclusion),
        standing.investment_is_not_deferred(facts.project(context)),
        exemptions=exemptions,
        firm=(rules.project_funds_are_open(project),),
    )
    context.require(
        rules.included_money_stays_within_the_approved_total(project, inclusion, facts.background),
        rules.counties_part_is_not_in_the_citys_budget(
            project, inclusion, facts.background, context.policy
        ),
        exemptions=exemptions,
    )
    _somebody_else(facts, context)
    amount = amount_of(inclusion.sources)
    return BudgetIncluded(
        on=context.date_of(inclusion),
        **facts.identity(context),
        inclusion=inclusion,
        amount=amount,
        included_so_far=project.included + amount,
        weighed=weighed(facts, context),
    )


def _somebody_else(facts: Facts, context: Context) -> None:
    """Who declared the project does not decide on its money (第五条)."""
    declared_by = facts.background.declared_by
    context.require(rules.decider_did_not_submit(context.actor, (declared_by,)))


def weighed(facts: Facts, context: Context) -> tuple[EventRef, ...]:
    """What the decision takes note of (第二十、四十六条): in its record, and as events."""
    noted = (
        rules.sharing_and_security_are_in_order(facts.project(context)),
        rules.evaluations_are_not_poor(facts.background),
    )
    context.require(*noted)
    return tuple(ref for check in noted for ref in check.basis)


def set_cost_share(
    project: Project, cost_share: CostShare, facts: Facts, context: Context
) -> Event:
    """市县分摊（第三十五条）; a later one replaces it."""
    exemptions = facts.exemptions(context)
    context.require(
        rules.money_follows_the_final_reply(facts.background),
        rules.shared_cost_needs_county_collaboration(facts.background),
        rules.shares_sum_to_a_hundred_percent(cost_share),
        rules.project_funds_are_open(project),
        exemptions=exemptions,
    )
    context.require(
        rules.shares_are_of_distinct_collaborating_divisions(
            cost_share, facts.background, context.policy
        ),
        exemptions=exemptions,
    )
    _somebody_else(facts, context)
    return CostShareSet(
        on=context.date_of(cost_share), **facts.identity(context), cost_share=cost_share
    )
