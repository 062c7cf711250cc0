"""Wires the budget service."""

from collections.abc import Mapping

from fastapi import FastAPI

from services.budget import api
from services.budget.reactions import COMMANDS, FOLLOWS, REACTIONS
from services.budget.views import VIEWS
from shared.web.application import application
from shared.web.runtime import ServiceSpec
from shared.web.settings import Settings

SPEC = ServiceSpec(
    "budget", "预算", follows=FOLLOWS, views=VIEWS, reactions=REACTIONS, commands=COMMANDS
)


def create(
    settings: Settings | None = None, dsn: str = "", peers: Mapping[str, FastAPI] | None = None
) -> FastAPI:
    """The budget service's application; without settings it only describes itself."""
    return application(SPEC, api.ROUTERS, settings, dsn, peers)
