"""Wires the approval service."""

from collections.abc import Mapping

from fastapi import FastAPI

from services.approval.api import ROUTERS
from services.approval.reactions import COMMANDS, FOLLOWS
from services.approval.views import VIEWS
from shared.web.application import application
from shared.web.runtime import ServiceSpec
from shared.web.settings import Settings

SPEC = ServiceSpec("approval", "审批", follows=FOLLOWS, views=VIEWS, commands=COMMANDS)


def create(
    settings: Settings | None = None, dsn: str = "", peers: Mapping[str, FastAPI] | None = None
) -> FastAPI:
    """The approval service's application; without settings it only describes itself."""
    return application(SPEC, ROUTERS, settings, dsn, peers)
