"""Facts: what a decision here may rest on besides its own stream."""

from dataclasses import dataclass, field

from services.approval.state import Registration
from shared.events.standing import Barring


@dataclass(frozen=True)
class Facts:
    """The project's registration, and what bars its unit from new projects (第三十二条)."""

    registration: Registration = field(default_factory=Registration)
    barring: tuple[Barring, ...] = ()
