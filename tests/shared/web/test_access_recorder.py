"""访问日志: when there is too much of it, when the database is away, and at the end."""

import asyncio
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from deploy.postgres.provision import ServiceDsns
from shared.eventstore.accesslog import AccessLog, Kept, Wanted
from shared.web.access.recorder import ACTOR, Recorder
from shared.web.clock import SystemClock
from tests.support.city import CityDatabases, as_owner, running_city
from tests.support.given_when_then import OFFICER


class Route(NamedTuple):
    """All that is asked of a request's route."""

    name: str


def scope(project: uuid.UUID | None = None, query: bytes = b"") -> dict[str, Any]:
    """A request's scope, as it is once the request was answered."""
    return {
        "route": Route("read_project"),
        "path_params": {"project_id": str(project or uuid.uuid4())},
        "query_string": query,
        "client": ("192.0.2.7", 50_000),
        "headers": [],
        ACTOR: OFFICER,
    }


@pytest.fixture
def dsns(city_databases: CityDatabases) -> ServiceDsns:
    return city_databases.new("budget")


@pytest.fixture
def kept(dsns: ServiceDsns) -> Iterator[AccessLog]:
    log = AccessLog(dsns.app)
    log.open()
    yield log
    log.close()


def recorder(kept: AccessLog, room: int) -> Recorder:
    return Recorder("budget", kept, SystemClock(), room=room)


def told(kept: AccessLog) -> list[Kept]:
    """All that was written, oldest first."""
    return kept.page(Wanted(), None, 1000)[::-1]


def state(access: Recorder) -> tuple[bool, str | None]:
    """Whether reads have to wait, and what is said of it."""
    return access.full, access.fault


async def test_a_flood_of_denials_leaves_room_for_reads(kept: AccessLog) -> None:
    access = recorder(kept, room=8)
    for _ in range(20):
        access.read(scope(), 403)
    assert state(access) == (False, "访问日志写不下，有 14 条未记")
    access.read(scope(), 200)
    access.read(scope(), 200)
    assert state(access) == (True, "访问日志写不下，有 14 条未记")
    await access.flush()
    assert state(access) == (False, None)
    entries = told(kept)
    assert [e.outcome for e in entries] == ["FORBIDDEN"] * 6 + ["GRANTED"] * 2 + ["LOST"]
    assert entries[-1].filter == "count=14"


async def test_what_was_lost_is_entered_once(kept: AccessLog) -> None:
    access = recorder(kept, room=4)
    for _ in range(2):
        for _ in range(5):
            access.command(scope(), 403)
        await access.flush()
        await access.flush()
    assert [e.filter for e in told(kept) if e.outcome == "LOST"] == ["count=2", "count=2"]


async def test_many_are_written_in_order(kept: AccessLog) -> None:
    access, projects = recorder(kept, room=10_000), [uuid.uuid4() for _ in range(2500)]
    for project in projects:
        access.read(scope(project), 200)
    await access.flush()
    entries: list[Kept] = []
    while page := kept.page(Wanted(), entries[-1].entry if entries else None, 1000):
        entries += page
    assert [e.object for e in reversed(entries)] == [f"project:{p}" for p in projects]


async def test_a_table_that_is_away_delays_but_loses_nothing(
    kept: AccessLog, dsns: ServiceDsns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.web.access.recorder._GATHER_SECONDS", 0.05)
    access = recorder(kept, room=10)
    with as_owner(dsns) as owner:
        owner.execute("ALTER TABLE access_log RENAME TO gone")
        writing = asyncio.create_task(access.run())
        try:
            access.read(scope(), 200)
            await until(lambda: access.fault == "访问日志不可写：UndefinedTable")
            owner.execute("ALTER TABLE gone RENAME TO access_log")
            await until(lambda: access.fault is None)
        finally:
            writing.cancel()
    assert [e.outcome for e in told(kept)] == ["GRANTED"]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.02)


async def test_a_full_log_keeps_reads_waiting_and_nothing_else(
    city_databases: CityDatabases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_city(city_databases, tmp_path) as city:
        access = city.runtime("registry").access
        monkeypatch.setattr(access, "_room", 0)
        project = f"/registry/v1/projects/{uuid.uuid4()}"
        answer = await city.get(project)
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert answer.headers["retry-after"] == "1"
        command = await city.post("/registry/v1/units", {}, by="DEB")
        assert command.status_code == 422
        assert (await city.http.get("/registry/livez")).status_code == 200
        feed = await city.get("/registry/v1/feed/head", by="SYSTEM")
        assert feed.status_code == 200
        monkeypatch.undo()
        assert (await city.get(project)).status_code == 404


async def test_a_service_that_is_losing_says_so(
    city_databases: CityDatabases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.web.access.recorder._GATHER_SECONDS", 3600)
    fault = "访问日志写不下，有 1 条未记"
    async with running_city(city_databases, tmp_path) as city:
        access = city.runtime("budget").access
        monkeypatch.setattr(access, "_denials", 0)
        assert (await city.http.get("/budget/v1/feed")).status_code == 401
        ready = await city.http.get("/budget/readyz")
        assert ready.status_code == 503
        assert fault in ready.json()["faults"]
        await access.flush()
        assert fault not in (await city.http.get("/budget/readyz")).json()["faults"]


async def test_the_last_accesses_are_written_at_a_shutdown(
    city_databases: CityDatabases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.web.access.recorder._GATHER_SECONDS", 3600)
    projects = [uuid.uuid4() for _ in range(3)]
    async with running_city(city_databases, tmp_path) as city:
        for project in projects:
            await city.get(f"/approval/v1/projects/{project}", by="DRC")
        kept = AccessLog(city.dsns["approval"].app)
        kept.open()
        assert kept.page(Wanted(), None, 10) == []
    found = [e.object for e in told(kept)]
    kept.close()
    assert found == [f"project:{project}" for project in projects]
