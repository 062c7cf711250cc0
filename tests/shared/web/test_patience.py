"""A database that takes too long is 503, whichever way it was asked; nobody waits for ever."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg import sql

from deploy.postgres.provision import ServiceDsns
from tests.support.builders import profile
from tests.support.city import City, CityDatabases, as_owner, new_unit_id, running_city


@pytest.fixture(params=["statement", "lock"])
async def hurried(
    request: pytest.FixtureRequest,
    city_databases: CityDatabases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[City]:
    """A city that waits half a second for a statement, or for a lock, and longer for the other."""
    for name, seconds in {"statement": 30.0, "lock": 30.0, request.param: 0.5}.items():
        monkeypatch.setenv(f"GOVIT_{name.upper()}_SECONDS", str(seconds))
    async with running_city(city_databases, tmp_path) as running:
        yield running


@contextmanager
def held(dsns: ServiceDsns, table: str) -> Iterator[None]:
    """Nobody else reads this table while it lasts."""
    name = sql.Identifier(*table.split("."))
    views = table.startswith("views.")  # the application's own; all else is the owner's
    with psycopg.connect(dsns.app) if views else as_owner(dsns) as session, session.transaction():
        session.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(name))
        yield


def busy(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "busy"
    assert answer.headers["retry-after"] == "1"


async def test_a_list_that_does_not_come_is_503(hurried: City) -> None:
    path = "/registry/v1/projects"
    assert (await hurried.get(path)).status_code == 200
    with held(hurried.dsns["registry"], "views.view_position"):
        began = monotonic()
        busy(await hurried.get(path))
        assert monotonic() - began < 10
    assert (await hurried.get(path)).status_code == 200


async def test_facts_that_do_not_come_are_503(hurried: City) -> None:
    path = f"/acceptance/v1/projects/{uuid4()}/next-actions"
    with held(hurried.dsns["acceptance"], "inbox"):
        began = monotonic()
        busy(await hurried.get(path))
        assert monotonic() - began < 10


async def test_an_event_store_that_does_not_answer_is_503_for_commands_too(hurried: City) -> None:
    unit = profile(unit_id=new_unit_id())
    path = f"/registry/v1/units/{unit.unit_id}"
    rehearsal, change = f"{path}/changes?dry_run=true", {"name": "乐山市教育和体育局"}
    assert (await hurried.post("/registry/v1/units", unit, by="DEB")).status_code == 201
    assert (await hurried.get(path)).status_code == 200
    before = await hurried.post(rehearsal, change, by="DEB")
    with held(hurried.dsns["registry"], "events"):
        began = monotonic()
        busy(await hurried.get(path))
        busy(await hurried.post(rehearsal, change, by="DEB"))
        assert monotonic() - began < 10
    assert (await hurried.post(rehearsal, change, by="DEB")).status_code == before.status_code
    assert before.status_code != 503, before.text
