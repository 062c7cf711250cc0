"""State: a project's approval and an exception folded from their streams, and the registration."""

from services.approval.state.evolve import evolve_project
from services.approval.state.exception import (
    Agreed,
    ExceptionCase,
    ExceptionIdentity,
    ExceptionStatus,
    evolve_exception,
)
from services.approval.state.project import (
    Baseline,
    Concurred,
    Evaluated,
    Examination,
    Filing,
    PendingChange,
    Project,
    SentLetter,
    SignedOff,
    Stage,
    StandingOpinion,
    Termination,
)
from shared.standing import Registration, registration_of

__all__ = [
    "Agreed",
    "Baseline",
    "Concurred",
    "Evaluated",
    "Examination",
    "ExceptionCase",
    "ExceptionIdentity",
    "ExceptionStatus",
    "Filing",
    "PendingChange",
    "Project",
    "Registration",
    "SentLetter",
    "SignedOff",
    "Stage",
    "StandingOpinion",
    "Termination",
    "evolve_exception",
    "evolve_project",
    "registration_of",
]
