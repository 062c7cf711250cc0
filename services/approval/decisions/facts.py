"""Facts: what a decision here may rest on besides its own stream."""

from dataclasses import dataclass, field

from services.approval.state import Registration
from shared.events.standing import Barring, Standing


@dataclass(frozen=True)
class Facts:
    """The project's registration and acceptance, and what bars its unit from new projects."""

    registration: Registration = field(default_factory=Registration)
    standing: Standing = field(default_factory=Standing)
    """How far the project itself is accepted; no change after that (第二十八条)."""
    barring: tuple[Barring, ...] = ()
    """Projects of the unit that are overdue or failed (第三十二条)."""
