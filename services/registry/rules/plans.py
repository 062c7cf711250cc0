"""Rules for the register of plans (第十四条)."""

from services.registry.state import RegisteredPlan
from shared.regulation import Verdict, article, holds


@article(
    14, row="14-1", says="同一规划只登记一次", remedy="直接引用已登记的规划；新一期规划用其全称"
)
def plan_is_not_yet_registered(plan: RegisteredPlan) -> Verdict:
    known = plan.plan
    return holds(known is None, "规划已登记" if known else "规划尚未登记", basis=[plan.ref])
