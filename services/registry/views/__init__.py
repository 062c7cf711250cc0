"""Views of the registry: lists of units, plans, systems, projects and annual lists."""

from collections.abc import Iterable

from services.registry.views import lists, plans, projects, systems, units
from services.registry.views.tables import metadata
from shared.events import Recorded
from shared.eventstore.projection import Views, Write

__all__ = ["VIEWS", "lists", "plans", "projects", "systems", "units"]


def project(recorded: Recorded) -> Iterable[Write]:
    """What one event writes to the views."""
    for view in (projects, systems, units, lists, plans):
        yield from view.project(recorded)


VIEWS = Views(metadata, project, revision=2)
