"""Plans of operation, their assessment, and the money included."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.events.budget import (
    Assessment,
    OperationBudgetIncluded,
    OperationInclusion,
    OperationPlan,
    OperationPlanAssessed,
    OperationPlanSubmitted,
)
from tests.budget.building.known import NEXT_YEAR, PLAN, PROJECT
from tests.support.builders import document
from tests.support.given_when_then import TODAY


def operation_plan(**changes: Any) -> OperationPlan:
    year = changes.get("budget_year", NEXT_YEAR)
    return OperationPlan.model_validate(
        {
            "budget_year": year,
            "amount": "60000.00",
            "content": "巡检和维护",
            "document": document("运维方案"),
            "mode": "PURCHASED_SERVICE",
            "mode_reason": "没有专职运维人员",
            "term_from": date(year, 1, 1),
            "term_to": date(year, 12, 31),
            **changes,
        }
    )


def plan_submitted(
    on: date = TODAY, plan_id: UUID = PLAN, replaces: UUID | None = None, **changes: Any
) -> OperationPlanSubmitted:
    plan = operation_plan(**changes)
    return OperationPlanSubmitted(on=on, **PROJECT, plan_id=plan_id, plan=plan, replaces=replaces)


def assessment(**changes: Any) -> Assessment:
    return Assessment.model_validate(
        {"approved": True, "assessed_amount": "50000.00", "text": "按市场价格核减", **changes}
    )


def plan_assessed(**changes: Any) -> OperationPlanAssessed:
    return OperationPlanAssessed(
        on=TODAY, **PROJECT, plan_id=PLAN, assessment=assessment(**changes)
    )


def operation_inclusion(amount: str = "50000.00", **changes: Any) -> OperationInclusion:
    return OperationInclusion.model_validate(
        {"amount": amount, "document": document("预算", "乐财预〔2027〕1号"), **changes}
    )


def operation_included() -> OperationBudgetIncluded:
    return OperationBudgetIncluded(
        on=TODAY,
        **PROJECT,
        plan_id=PLAN,
        budget_year=NEXT_YEAR,
        inclusion=operation_inclusion(),
    )
