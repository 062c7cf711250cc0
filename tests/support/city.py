"""A running city: all services over fresh databases, spoken to over HTTP.

`city` is shared by the tests of a process: use units of one's own, and leave its clock alone.
`fresh_city` is a test's own: its clock may be advanced.
"""

import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from psycopg import Connection
from psycopg.rows import TupleRow

from deploy.all_in_one import all_in_one
from deploy.postgres.provision import ServiceDsns
from shared.events import Event, Meta
from shared.eventstore.migrations import migrate
from shared.eventstore.records import Append, NewEvent
from shared.kernel.actor import Actor
from shared.kernel.identifiers import credit_code_check
from shared.web.actors import DevelopmentIssuer
from shared.web.clock import SandboxClock
from shared.web.settings import SERVICES, InstanceMode, Settings
from tests.support.given_when_then import OFFICER
from tests.support.postgres import TestServer

START = datetime(2025, 9, 1, 1, 0, tzinfo=UTC)
"""When the city's clock begins: a Monday morning in Leshan, well inside the pack's validity."""


class CityDatabases:
    """Migrated template databases of the services, and copies of them."""

    def __init__(self, server: TestServer) -> None:
        self.server = server
        self.owners = {s: server.create_role(f"{s}_owner") for s in SERVICES}
        self.migrators = {s: server.create_role(f"{s}_migrator") for s in SERVICES}
        for service, owner in self.owners.items():
            server.let_become(self.migrators[service], owner)
        self.apps = {s: server.create_role(s) for s in SERVICES}
        self._templates = {s: self._template(s) for s in SERVICES}

    def _template(self, service: str) -> str:
        database = self.server.create_database(owner=self.owners[service])
        dsn = self.server.dsn(database, self.migrators[service])
        migrate(service, dsn, application_role=self.apps[service], jurisdiction="511100")
        return database

    def new(self, service: str) -> ServiceDsns:
        """A fresh, migrated database of one service."""
        database = self.server.create_database(self._templates[service], owner=self.owners[service])
        return ServiceDsns(
            self.server.dsn(database, self.apps[service]),
            self.server.dsn(database, self.migrators[service]),
        )

    def new_set(self) -> dict[str, ServiceDsns]:
        return {service: self.new(service) for service in SERVICES}


@pytest.fixture(scope="session")
def city_databases(postgres_server: TestServer) -> CityDatabases:
    return CityDatabases(postgres_server)


@dataclass
class City:
    """All services in one process, with a settable clock and tokens for anybody."""

    app: FastAPI
    settings: Settings
    dsns: Mapping[str, ServiceDsns]
    http: httpx.AsyncClient
    issuer: DevelopmentIssuer
    etags: dict[str, str] = field(default_factory=dict)

    def token(self, body: str, *, unit: str | None = None, person: str | None = None) -> str:
        actor = Actor(
            person=person or f"{body.lower()}-1",
            name=f"{body}经办人",
            body=body,
            role="OFFICER",
            unit_id=unit,
        )
        return self.issuer.token(actor)

    def headers(self, body: str, *, unit: str | None = None, **extra: str) -> dict[str, str]:
        """Headers of a fresh command by an officer of a body, for any version."""
        return {
            "Authorization": f"Bearer {self.token(body, unit=unit)}",
            "Idempotency-Key": uuid.uuid4().hex,
            "If-Match": "*",
            **extra,
        }

    async def post(
        self, path: str, command: Any, *, by: str, unit: str | None = None, **headers: str
    ) -> httpx.Response:
        """Issue a command: a model or a plain JSON value."""
        body = (
            command.model_dump(mode="json", exclude_none=True)
            if hasattr(command, "model_dump")
            else command
        )
        return await self.http.post(path, json=body, headers=self.headers(by, unit=unit, **headers))

    async def get(
        self, path: str, *, by: str = "AUD", unit: str | None = None, **query: Any
    ) -> httpx.Response:
        return await self.http.get(path, params=query or None, headers=self.headers(by, unit=unit))

    async def given(self, service: str, *events: Event) -> None:
        """Events in a service's log, as decisions of other days would have recorded them."""
        log = self.runtime(service).log
        meta = Meta(actor=OFFICER, command="given", policy="511100-2022@1").to_bytes()
        for event in events:
            row = NewEvent.of(
                stream_id=event.stream,
                version=len(log.stream(event.stream)) + 1,
                event_id=uuid.uuid4(),
                type=event.type,
                schema_version=event.schema_version,
                data=event.to_bytes(),
                meta=meta,
                effective_on=event.on,
            )
            await log.append(Append((row,)))

    def runtime(self, service: str) -> Any:
        """A service's runtime, for tests that look behind HTTP."""
        route = next(r for r in self.app.routes if getattr(r, "path", "") == f"/{service}")
        return route.app.state.runtime  # type: ignore[attr-defined]

    @property
    def clock(self) -> SandboxClock:
        return SandboxClock(self.settings.home / "clock.json")


@contextmanager
def as_owner(dsns: ServiceDsns) -> Iterator[Connection[TupleRow]]:
    """A session as the owner, which the migrator may become; each statement commits."""
    assert dsns.migrator is not None
    with psycopg.connect(dsns.migrator, autocommit=True) as connection:
        connection.execute(
            "SELECT set_config('role', pg_get_userbyid(datdba), false) FROM pg_database"
            " WHERE datname = current_database()"
        )
        yield connection


@asynccontextmanager
async def running_city(
    databases: CityDatabases, home: Path, *, packs: Path | None = None, start: datetime = START
) -> AsyncIterator[City]:
    """A city on databases of its own for as long as the context lasts."""
    # A year of a city in a minute, by officers with a new token for every request.
    settings = Settings(mode=InstanceMode.SANDBOX, home=home, packs=packs, hosts="city").model_copy(
        update={"rate_per_minute": 10**6, "failures_per_minute": 10**6}
    )
    SandboxClock.start_at(home / "clock.json", start)
    dsns = databases.new_set()
    app = all_in_one(settings, {service: d.app for service, d in dsns.items()})
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        http = await stack.enter_async_context(
            httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://city")
        )
        yield City(app, settings, dsns, http, DevelopmentIssuer(home))


@pytest.fixture(scope="session")
async def city(
    city_databases: CityDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[City]:
    async with running_city(city_databases, tmp_path_factory.mktemp("city")) as running:
        yield running


@pytest.fixture
async def fresh_city(city_databases: CityDatabases, tmp_path: Path) -> AsyncIterator[City]:
    async with running_city(city_databases, tmp_path) as running:
        yield running


def new_unit_id() -> str:
    """A valid 统一社会信用代码 of a municipal body that no other test uses."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    number, middle = uuid.uuid4().int, ""
    for _ in range(9):
        number, place = divmod(number, len(alphabet))
        middle += alphabet[place]
    first17 = f"11511100{middle}"
    return first17 + credit_code_check(first17)
