"""State of a plan that projects name (第十四条)."""

from dataclasses import dataclass

from shared.events import Recorded
from shared.events.registry import Plan, PlanRegistered
from shared.kernel.actor import EventRef


@dataclass(frozen=True)
class RegisteredPlan:
    """规划."""

    plan: Plan | None = None
    ref: EventRef | None = None

    def covers(self, year: int) -> bool:
        """Whether a year lies in its period."""
        return self.plan is not None and self.plan.first_year <= year <= self.plan.last_year


def evolve_plan(plan: RegisteredPlan, recorded: Recorded) -> RegisteredPlan:
    match recorded.event:
        case PlanRegistered(plan=content):
            return RegisteredPlan(content, recorded.ref)
        case _:
            return plan
