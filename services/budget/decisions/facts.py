"""Facts: what a decision here may rest on besides its own stream."""

from dataclasses import dataclass, field
from uuid import UUID

from services.budget.state import Background, PriceCaps
from shared.events.envelope import Identity
from shared.kernel.actor import EventRef
from shared.kernel.model import present
from shared.regulation import Context
from shared.regulation.exemption import Exemption
from shared.standing import ProjectStanding, Standing


@dataclass(frozen=True)
class Facts:
    """Facts for a decision about a project's money."""

    background: Background = field(default_factory=Background)
    standing: Standing = field(default_factory=Standing)
    """How the project stands across services, and its exceptions."""
    plan_id: UUID | None = None
    """The O&M plan the command is about."""
    cause: EventRef | None = None
    """The event it reacts to."""

    def project(self, context: Context) -> ProjectStanding:
        return self.standing.of(context.subject_id)

    def exemptions(self, context: Context) -> tuple[Exemption, ...]:
        return self.standing.exemptions(context.subject_id)

    def identity(self, context: Context) -> Identity:
        """The stream may still be empty: then only the other services know whose project it is."""
        return {"project_id": context.subject_id, "unit_id": present(self.background.unit_id)}


@dataclass(frozen=True)
class LeaseFacts:
    """Facts for a decision about a line lease."""

    background: Background = field(default_factory=Background)
    """Of the project that the line serves."""
    standing: Standing = field(default_factory=Standing)
    """Of the unit, all its projects, and their exceptions."""
    caps: PriceCaps = field(default_factory=PriceCaps)
    """Of the line's type."""
