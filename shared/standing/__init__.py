"""处境: how projects and units stand, folded from the events of all services, and what follows.

Every service that lets somebody begin something or spend money asks these rules, and so does the
audit service when somebody asks in advance (资格查询).
"""

from shared.standing.acceptance import AcceptanceStanding, AcceptanceStatus, accepted_after
from shared.standing.project import (
    RESTRICTING,
    Finding,
    Imposed,
    ProjectStanding,
    Standing,
    exemption_of,
    standing_of,
)
from shared.standing.registration import Registration, registration_of
from shared.standing.system import SystemStanding, system_of
from shared.standing.weighing import EVALUATIONS, Evaluated, evaluated_after

__all__ = [
    "EVALUATIONS",
    "RESTRICTING",
    "AcceptanceStanding",
    "AcceptanceStatus",
    "Evaluated",
    "Finding",
    "Imposed",
    "ProjectStanding",
    "Registration",
    "Standing",
    "SystemStanding",
    "accepted_after",
    "evaluated_after",
    "exemption_of",
    "registration_of",
    "standing_of",
    "system_of",
]
