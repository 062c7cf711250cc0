"""State: one project's approval folded from its stream, and what the registry says of it."""

from services.approval.state.evolve import evolve_project
from services.approval.state.project import (
    Baseline,
    Concurred,
    Evaluated,
    Examination,
    PendingChange,
    Project,
    SentLetter,
    SignedOff,
    Stage,
    StandingOpinion,
)
from services.approval.state.registration import (
    Registration,
    evolve_registration,
    registration_of,
)

__all__ = [
    "Baseline",
    "Concurred",
    "Evaluated",
    "Examination",
    "PendingChange",
    "Project",
    "Registration",
    "SentLetter",
    "SignedOff",
    "Stage",
    "StandingOpinion",
    "evolve_project",
    "evolve_registration",
    "registration_of",
]
