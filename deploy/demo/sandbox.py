"""沙箱: a fresh city for one demonstration, on a loopback port, gone when it ends."""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from socket import socket
from threading import Thread

import uvicorn
from fastapi import FastAPI

from deploy.all_in_one import all_in_one
from deploy.instance import databases
from deploy.postgres.provision import ServiceDsns
from shared.kernel.dates import SHANGHAI
from shared.web.clock import SandboxClock
from shared.web.settings import InstanceMode, Settings

OPENING = datetime(2025, 9, 1, 8, 30, tzinfo=SHANGHAI)
"""When the city's clock begins, whatever the machine's says: the pack is valid long enough."""

START_SECONDS = 30.0

GRACE_SECONDS = 2
"""How long requests under way may take to end when the city closes."""


@dataclass(frozen=True)
class Ground:
    """Where a city can be run: its settings and its migrated databases."""

    settings: Settings
    dsns: Mapping[str, ServiceDsns]

    @contextmanager
    def running(self, dsns: Mapping[str, str] | None = None) -> Iterator[str]:
        """The address of the city while it runs, on its own databases or on those named here."""
        own = {service: found.app for service, found in self.dsns.items()}
        with served(all_in_one(self.settings, own | dict(dsns or {}))) as addresses:
            yield addresses[0]


@contextmanager
def sandbox(opening: datetime = OPENING) -> Iterator[str]:
    """The address of a fresh sandbox instance with an embedded PostgreSQL, while it lasts."""
    with ground(opening) as found, found.running() as address:
        yield address


@contextmanager
def ground(opening: datetime = OPENING) -> Iterator[Ground]:
    """A fresh sandbox instance with an embedded PostgreSQL, not running yet."""
    with tempfile.TemporaryDirectory(prefix="govit-demo-") as directory:
        home = Path(directory)
        # A prefix of its own: nothing set for a real instance may reach the sandbox.
        settings = Settings(_env_prefix="GOVIT_DEMO_", mode=InstanceMode.SANDBOX, home=home)
        SandboxClock.start_at(home / "clock.json", opening)
        with databases(settings) as found:
            found.migrate(settings)
            yield Ground(settings, found.dsns)


@contextmanager
def served(*apps: FastAPI, listeners: Sequence[socket | None] = (None,)) -> Iterator[list[str]]:
    """Applications, each on a loopback port or its listener and in a thread; their addresses."""
    servers = [uvicorn.Server(_config(app)) for app in apps]
    threads = [
        Thread(target=server.run, args=([listener] if listener else None,))
        for server, listener in zip(servers, listeners, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        yield [_address(*each) for each in zip(servers, threads, strict=True)]
    finally:
        for server in servers:
            server.should_exit = True
        for thread in threads:
            thread.join()


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _address(server: uvicorn.Server, thread: Thread) -> str:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the city did not start; its log says why")
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    return f"http://127.0.0.1:{port}"
