"""Views of the budget service: projects' money, O&M plans, line leases and price caps."""

from services.budget.views.projecting import project
from services.budget.views.rows import (
    LineLeasePage,
    OperationPlanPage,
    PriceCapPage,
    ProjectPage,
    line_lease_row,
    operation_plan_row,
    price_cap_row,
    project_row,
)
from services.budget.views.tables import (
    contracts,
    line_leases,
    metadata,
    operation_plans,
    price_caps,
    projects,
)
from shared.eventstore.projection import Views

VIEWS = Views(metadata, project, revision=2)

__all__ = [
    "VIEWS",
    "LineLeasePage",
    "OperationPlanPage",
    "PriceCapPage",
    "ProjectPage",
    "contracts",
    "line_lease_row",
    "line_leases",
    "operation_plan_row",
    "operation_plans",
    "price_cap_row",
    "price_caps",
    "project_row",
    "projects",
]
