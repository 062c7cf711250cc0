"""HTTP of the registry."""

from services.registry.api import lists, plans, policies, projects, systems, units

ROUTERS = (
    projects.router,
    lists.router,
    units.router,
    systems.router,
    plans.router,
    policies.router,
)
"""Most asked first: routes are matched in this order."""
