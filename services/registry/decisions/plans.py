"""Decisions about the register of plans."""

from services.registry.decisions.facts import Facts
from services.registry.rules import plans as rules
from services.registry.state import RegisteredPlan
from shared.events import Event
from shared.events.registry import Plan, PlanRegistered
from shared.regulation import Context


def register_plan(known: RegisteredPlan, plan: Plan, facts: Facts, context: Context) -> Event:
    """规划登记（第十四条）."""
    context.require(rules.plan_is_not_yet_registered(known))
    return PlanRegistered(on=context.date_of(plan), plan_id=context.subject_id, plan=plan)
