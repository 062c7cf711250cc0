"""Rules of the registry, each module in article order."""

from services.registry.rules import declarations, lists, plans, resources, systems, units

__all__ = ["declarations", "lists", "plans", "resources", "systems", "units"]
