"""Rules of the registry, each module in article order."""

from services.registry.rules import (
    declarations,
    interpretations,
    lists,
    plans,
    resources,
    systems,
    units,
)

__all__ = ["declarations", "interpretations", "lists", "plans", "resources", "systems", "units"]
