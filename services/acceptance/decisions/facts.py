"""What a decision here may rest on besides its own stream."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.acceptance.state import Origin, Project
from shared.events import Recorded
from shared.events.envelope import Identity
from shared.kernel.model import present
from shared.regulation import Context, Policy
from shared.regulation.exemption import Exemption
from shared.standing import ProjectStanding


@dataclass(frozen=True)
class Facts:
    """What a decision here may rest on besides its own stream."""

    origin: Origin = field(default_factory=Origin)
    elsewhere: ProjectStanding = ProjectStanding()
    """How the project stands by the other services: suspended, terminated."""
    exemptions: tuple[Exemption, ...] = ()
    part: UUID | None = None
    """Which finding, rectification or measure of the project the command is about."""
    stream: tuple[Recorded, ...] = ()
    """What is on record of the project here, where a correction has to find it."""


def standing(project: Project, facts: Facts) -> ProjectStanding:
    """处境 of the project by all services."""
    return project.supervision.standing(facts.elsewhere)


def identity(project: Project, facts: Facts, context: Context) -> Identity:
    """What names a project that a rule has found on record, be it scheduled here or not."""
    unit_id = project.unit_id or facts.origin.unit_id
    return {"project_id": context.subject_id, "unit_id": present(unit_id)}


def policy_cited(reference: str, begun: date | None, context: Context) -> Policy:
    """The policy that a baseline cites, seen today, for a project in the making since `begun`.

    A successor pack, and a value for what begins later only, leave running projects be.
    """
    return context.policies.cited(reference, context.today, begun)


def policy_of(project: Project, context: Context) -> Policy:
    return policy_cited(project.policy, project.replied_on, context)
