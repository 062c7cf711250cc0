"""Wires the acceptance service."""

from collections.abc import Mapping

from fastapi import FastAPI

from services.acceptance import api
from services.acceptance.reactions import COMMANDS, FOLLOWS, REACTIONS
from services.acceptance.views import VIEWS
from shared.web.application import application
from shared.web.runtime import ServiceSpec
from shared.web.settings import Settings

SPEC = ServiceSpec(
    "acceptance", "验收", follows=FOLLOWS, views=VIEWS, commands=COMMANDS, reactions=REACTIONS
)


def create(
    settings: Settings | None = None, dsn: str = "", peers: Mapping[str, FastAPI] | None = None
) -> FastAPI:
    """The acceptance service's application; without settings it only describes itself."""
    return application(SPEC, api.ROUTERS, settings, dsn, peers)
