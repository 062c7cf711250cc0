"""运维方案: the plans of a project, each with its assessment and the money included."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from shared.events import Recorded
from shared.events.budget import (
    Assessment,
    OperationBudgetIncluded,
    OperationInclusion,
    OperationPlan,
    OperationPlanAssessed,
    OperationPlanSubmitted,
)
from shared.kernel.coded import Coded
from shared.kernel.dates import legal_date
from shared.kernel.model import present

OperationEvent = OperationPlanSubmitted | OperationPlanAssessed | OperationBudgetIncluded


class PlanStatus(Coded):
    """运维方案状态."""

    SUBMITTED = "SUBMITTED", "待论证"
    APPROVED = "APPROVED", "论证通过"
    REJECTED = "REJECTED", "论证未通过"
    SUPERSEDED = "SUPERSEDED", "已由内容有新增的方案替代"
    INCLUDED = "INCLUDED", "已列入预算"


@dataclass(frozen=True)
class PlannedOperation:
    """运维方案 of one budget year: the plan, DEB's assessment of it, and the money included."""

    plan_id: UUID
    plan: OperationPlan
    submitted_by: str
    """Person who submitted it."""
    received_on: date
    """Day of receipt, whatever date the paper bears."""
    status: PlanStatus = PlanStatus.SUBMITTED
    assessment: Assessment | None = None
    inclusion: OperationInclusion | None = None

    @property
    def assessed(self) -> Assessment:
        return present(self.assessment)

    @property
    def late(self) -> bool:
        """Received only in its budget year (第三十七条)."""
        return self.received_on.year >= self.plan.budget_year


def evolve_plans(
    plans: tuple[PlannedOperation, ...], event: OperationEvent, recorded: Recorded
) -> tuple[PlannedOperation, ...]:
    if isinstance(event, OperationPlanSubmitted):
        planned = PlannedOperation(
            plan_id=event.plan_id,
            plan=event.plan.model_copy(update={"on": event.on}),
            submitted_by=recorded.actor.person,
            received_on=legal_date(recorded.recorded_at),
        )
        return (*(_given_way(p, event.replaces) for p in plans), planned)
    return tuple(_evolve_plan(p, event) if p.plan_id == event.plan_id else p for p in plans)


def _given_way(planned: PlannedOperation, replaced: UUID | None) -> PlannedOperation:
    if planned.plan_id != replaced:
        return planned
    return replace(planned, status=PlanStatus.SUPERSEDED)


def _evolve_plan(
    plan: PlannedOperation, event: OperationPlanAssessed | OperationBudgetIncluded
) -> PlannedOperation:
    dated = {"on": event.on}
    if isinstance(event, OperationBudgetIncluded):
        inclusion = event.inclusion.model_copy(update=dated)
        return replace(plan, inclusion=inclusion, status=PlanStatus.INCLUDED)
    status = PlanStatus.APPROVED if event.assessment.approved else PlanStatus.REJECTED
    assessment = event.assessment.model_copy(update=dated)
    return replace(plan, assessment=assessment, status=status)
