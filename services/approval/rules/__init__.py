"""Rules of the approval service, each module in article order."""

from services.approval.rules import (
    adjustments,
    changes,
    construction,
    documents,
    exceptions,
    interruption,
    joint,
    opinions,
    reply,
    separation,
    services,
)

__all__ = [
    "adjustments",
    "changes",
    "construction",
    "documents",
    "exceptions",
    "interruption",
    "joint",
    "opinions",
    "reply",
    "separation",
    "services",
]
