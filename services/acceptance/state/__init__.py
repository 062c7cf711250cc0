"""State: a project on its way to acceptance and after it, and what other services say of it."""

from services.acceptance.state.management import Management
from services.acceptance.state.origin import Catalogue, Origin, moves_the_planned_end, origin_of
from services.acceptance.state.performance import Performance
from services.acceptance.state.project import (
    BEFORE_APPLICATION,
    CONCLUDED,
    Project,
    Status,
    evolve_project,
)
from services.acceptance.state.sharing import Sharing
from services.acceptance.state.supervision import (
    MeasureTaken,
    Rectification,
    RectificationStatus,
    SecurityFound,
    SharingFound,
    Supervision,
)

__all__ = [
    "BEFORE_APPLICATION",
    "CONCLUDED",
    "Catalogue",
    "Management",
    "MeasureTaken",
    "Origin",
    "Performance",
    "Project",
    "Rectification",
    "RectificationStatus",
    "SecurityFound",
    "Sharing",
    "SharingFound",
    "Status",
    "Supervision",
    "evolve_project",
    "moves_the_planned_end",
    "origin_of",
]
