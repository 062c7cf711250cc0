"""What a decision of the registry may rest on besides its own stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from services.registry.state import Project, RegisteredPlan, System, TakenCode, Unit
from shared.kernel.actor import EventRef
from shared.standing import Standing


@dataclass(frozen=True)
class Facts:
    """What a decision here may rest on besides its own stream."""

    unit: Unit = Unit()
    system: System = System()
    standing: Standing = Standing()
    """How the unit stands with its other projects and with its data."""
    plans: tuple[RegisteredPlan, ...] = ()
    """Those of the plans that a declaration names which are registered."""
    projects: Mapping[UUID, Project] = field(default_factory=dict)
    code: TakenCode = TakenCode()
    cause: EventRef | None = None
    """The event that is reacted to."""
