"""Facts: what a decision here may rest on besides its own stream."""

from dataclasses import dataclass, field

from services.approval.state import Registration
from shared.standing import ProjectStanding, Standing


@dataclass(frozen=True)
class Facts:
    """The project's registration, and how it and its unit stand."""

    registration: Registration = field(default_factory=Registration)
    standing: ProjectStanding = field(default_factory=ProjectStanding)
    """How far the project itself is accepted; no change after that (第二十八条)."""
    unit: Standing = field(default_factory=Standing)
    """What bars the unit from new projects (第三十二条)."""
