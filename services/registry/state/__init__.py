"""State: units, plans, systems, projects and lists, each folded from its own stream."""

from services.registry.state.interpretations import Interpretations, evolve_interpretations
from services.registry.state.lists import ProjectList, evolve_list
from services.registry.state.plans import RegisteredPlan, evolve_plan
from services.registry.state.projects import (
    REVIEWED,
    Project,
    Status,
    TakenCode,
    evolve_code,
    evolve_project,
)
from services.registry.state.systems import Phase, System, evolve_system, phase_of
from services.registry.state.units import Term, Unit, evolve_unit, terms_since

__all__ = [
    "REVIEWED",
    "Interpretations",
    "Phase",
    "Project",
    "ProjectList",
    "RegisteredPlan",
    "Status",
    "System",
    "TakenCode",
    "Term",
    "Unit",
    "evolve_code",
    "evolve_interpretations",
    "evolve_list",
    "evolve_plan",
    "evolve_project",
    "evolve_system",
    "evolve_unit",
    "phase_of",
    "terms_since",
]
