"""The language the services share: one module of events per service.

Importing this package makes every event type known to `decode`.
"""

from shared.events import (
    acceptance,
    approval,
    budget,
    destructions,
    obligations,
    refusals,
    registry,
)
from shared.events.envelope import EVENTS, Event, Meta, ProjectEvent, Recorded
from shared.events.upcasting import decode

__all__ = [
    "EVENTS",
    "Event",
    "Meta",
    "ProjectEvent",
    "Recorded",
    "acceptance",
    "approval",
    "budget",
    "decode",
    "destructions",
    "obligations",
    "refusals",
    "registry",
]
