"""Serving: one uvicorn worker, set up for a process that remembers much and commits in a thread."""

import gc
import sys

import uvicorn
from starlette.types import ASGIApp

from deploy.protocol import bounded
from shared.web.settings import Settings

GRACE_SECONDS = 5
"""How long requests under way may go on once the server is told to stop."""


def serve(
    application: ASGIApp,
    host: str,
    port: int,
    *,
    settings: Settings | None = None,
    root_path: str = "",
    log_level: str = "info",
) -> None:
    """Serve until told to stop."""
    settings = settings or Settings()
    # The log's writer is a thread: at the default of 5 ms it would wait long for its turn.
    sys.setswitchinterval(0.0005)
    # Remembered states live long; collecting at the default thresholds costs a fifth of the time.
    # Young ones are few at a time: nobody waits longer than some milliseconds.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 250, 100)
    uvicorn.run(
        application,
        host=host,
        port=port,
        root_path=root_path,
        log_level=log_level,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies or None,
        http=bounded(settings),
        ws="none",
        server_header=False,
    )
