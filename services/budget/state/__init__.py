"""State: a project's money, a line lease, price caps; and what other services say of a project."""

from services.budget.state.background import (
    Background,
    background_of,
    ends_the_project,
)
from services.budget.state.lines import (
    LeasedLine,
    LeaseStatus,
    PriceCaps,
    SetCap,
    evolve_caps,
    evolve_lease,
)
from services.budget.state.operation import PlannedOperation, PlanStatus
from services.budget.state.project import Project, evolve_project

__all__ = [
    "Background",
    "LeaseStatus",
    "LeasedLine",
    "PlanStatus",
    "PlannedOperation",
    "PriceCaps",
    "Project",
    "SetCap",
    "background_of",
    "ends_the_project",
    "evolve_caps",
    "evolve_lease",
    "evolve_project",
]
