"""Wires the audit service."""

import asyncio
from collections.abc import Mapping

from fastapi import FastAPI

from services.audit import api
from services.audit.api.heads import witnessed
from services.audit.bundle import ReportPrinter
from services.audit.bundle.operations import Operations
from services.audit.ledger import Ledger
from services.audit.witness import Witness
from shared.web.application import application
from shared.web.runtime import ServiceSpec
from shared.web.settings import LOGS, Settings

SPEC = ServiceSpec(
    "audit",
    "审计",
    follows={service: frozenset() for service in LOGS},
    decides=False,
    beside=(Witness,),
)
"""Follows every event of every log; has no log of its own."""


def create(
    settings: Settings | None = None, dsn: str = "", peers: Mapping[str, FastAPI] | None = None
) -> FastAPI:
    """The audit service's application; without settings it only describes itself."""
    app = application(SPEC, [api.router], settings, dsn, peers)
    app.state.ledger = Ledger()
    app.state.bundling = asyncio.Lock()
    if settings is not None:
        app.state.noting = witnessed(app.state.runtime)
        app.state.printer = ReportPrinter(settings.font_folders)
        app.state.printer.look()
        app.state.operations = Operations(
            settings.bundle_folder, settings.bundle_days, app.state.runtime.clock.now
        )
        app.state.runtime.stopping.append(app.state.operations.stop)
    return app
