"""Wires the registry."""

from collections.abc import Mapping

from fastapi import FastAPI

from services.registry import api
from services.registry.reactions import COMMANDS, FOLLOWS, REACTIONS
from services.registry.views import VIEWS
from shared.web.application import application
from shared.web.runtime import ServiceSpec
from shared.web.settings import Settings

SPEC = ServiceSpec(
    "registry", "登记备案", follows=FOLLOWS, views=VIEWS, reactions=REACTIONS, commands=COMMANDS
)


def create(
    settings: Settings | None = None, dsn: str = "", peers: Mapping[str, FastAPI] | None = None
) -> FastAPI:
    """The registry's application; without settings it only describes itself."""
    return application(SPEC, api.ROUTERS, settings, dsn, peers)
