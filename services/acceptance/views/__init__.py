"""Views of acceptance: projects and what is late about them, findings, rectifications, measures."""

from collections.abc import Iterable

from services.acceptance.views import performance, projects, supervision
from services.acceptance.views.schema import metadata
from shared.events import ProjectEvent, Recorded
from shared.eventstore.projection import Views, Write

__all__ = ["VIEWS", "performance", "projects", "supervision"]


def project(recorded: Recorded) -> Iterable[Write]:
    """What one event writes to the views."""
    event = recorded.event
    if isinstance(event, ProjectEvent):
        yield from projects.writes(event)
        yield from supervision.writes(event, recorded)
        yield from performance.writes(event, recorded)


VIEWS = Views(metadata, project, revision=2)
