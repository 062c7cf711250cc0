"""Facts from other services: never stale behind the fence; followers outlive faults."""

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from psycopg import sql

from shared.events import decode
from shared.eventstore.inbox import Gap, Inbox
from shared.eventstore.records import RecordedEvent
from shared.web.commands import Reading
from shared.web.follower import from_wire
from shared.web.runtime import Runtime
from tests.support.city import City, CityDatabases

UNIT = "unit:11511100MB1A2B3CXE"


@pytest.fixture(scope="module")
def page() -> list[RecordedEvent]:
    """Three events of one unit as another service's log would hand them out."""
    sample = Path(__file__).parents[3] / "shared/events/samples/UnitRegistered.v1.json"
    return [
        from_wire(
            {
                "position": position,
                "stream": UNIT,
                "version": position,
                "event_id": f"00000000-0000-7000-8000-00000000000{position}",
                "type": "UnitRegistered",
                "schema_version": 1,
                "data": sample.read_text(),
                "meta": "{}",
                "effective_on": "2026-05-06",
                "recorded_at": "2026-05-06T01:00:00+00:00",
                "leaf": "AA==",
            }
        )
        for position in (1, 2, 3)
    ]


@pytest.fixture
def subject(page: list[RecordedEvent]) -> str:
    return next(decode(page[0].type, 1, page[0].data).subjects())


def opened(dsn: str) -> Inbox:
    inbox = Inbox(dsn, lambda source, event_type: True)
    inbox.open()
    return inbox


def test_a_page_that_another_process_stored_makes_remembered_facts_stale(
    city_databases: CityDatabases, page: list[RecordedEvent], subject: str
) -> None:
    dsn = city_databases.new("audit").app
    first, second = opened(dsn), opened(dsn)
    try:
        first.store("registry", page[:1])
        second.store("registry", page[:1])
        assert len(second.about(subject)) == 1
        first.store("registry", page)
        assert second.store("registry", page) == 3
        assert len(second.about(subject)) == 3
    finally:
        first.close()
        second.close()


def test_a_read_that_a_page_overtook_is_not_remembered(
    city_databases: CityDatabases, page: list[RecordedEvent], subject: str
) -> None:
    class Slow(Inbox):
        def _select(self, *arguments: Any, **options: Any) -> Any:
            found = super()._select(*arguments, **options)
            reading.set()
            stored.wait(10)
            return found

    reading, stored = threading.Event(), threading.Event()
    inbox = Slow(city_databases.new("audit").app, lambda source, event_type: True)
    inbox.open()
    try:
        inbox.store("registry", page[:1])
        reader = threading.Thread(target=inbox.about, args=[subject])
        reader.start()
        assert reading.wait(10)
        inbox.store("registry", page)
        stored.set()
        reader.join(10)
        assert len(inbox.about(subject)) == 3
    finally:
        inbox.close()


def test_a_page_that_starts_too_late_is_refused(
    city_databases: CityDatabases, page: list[RecordedEvent]
) -> None:
    inbox = opened(city_databases.new("audit").app)
    try:
        with pytest.raises(Gap):
            inbox.store("registry", page[1:])
        assert inbox.position("registry") == 0
        assert inbox.store("registry", page) == 3
        assert inbox.store("registry", page[:2]) == 3
    finally:
        inbox.close()


async def until(condition: Any, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - what it waits for is seen over HTTP
            await asyncio.sleep(0.1)


async def test_followers_and_views_outlive_a_database_that_goes_away(
    fresh_city: City, city_databases: CityDatabases
) -> None:
    async def ready() -> bool:
        return (await fresh_city.http.get("/approval/readyz")).status_code == 200

    async def unready() -> bool:
        return not await ready()

    await until(ready)
    dsn = fresh_city.dsns["approval"].app
    name = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
    with psycopg.connect(city_databases.server.dsn(), autocommit=True) as admin:
        closed = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        admin.execute(closed.format(sql.Identifier(str(name)), sql.SQL("false")))
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        await until(unready)
        await asyncio.sleep(7)  # past the patience of the inbox's pool
        admin.execute(closed.format(sql.Identifier(str(name)), sql.SQL("true")))
    await until(ready)


class Asked:
    """A fence whose answers come when the test says so."""

    def __init__(self) -> None:
        self.answers: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def ask(self) -> asyncio.Future[Any]:
        return self.answers


@pytest.mark.parametrize("news", [False, True])
async def test_a_decision_made_while_others_were_asked_holds_if_nothing_came(
    city_databases: CityDatabases, page: list[RecordedEvent], subject: str, news: bool
) -> None:
    inbox = opened(city_databases.new("audit").app)
    runtime = SimpleNamespace(inbox=inbox, fence=Asked())
    reading = Reading(cast(Runtime, runtime), "somebody", fresh=False)
    inbox.store("registry", page[:1])
    assert len(await reading.others(subject)) == 1
    confirmed = asyncio.create_task(reading.confirmed())
    await asyncio.sleep(0)
    assert not confirmed.done()
    if news:
        inbox.store("registry", page[1:])
    runtime.fence.answers.set_result(None)
    assert await confirmed is not news
    inbox.close()


async def test_a_second_look_waits_for_the_answers_first(
    city_databases: CityDatabases, page: list[RecordedEvent], subject: str
) -> None:
    inbox = opened(city_databases.new("audit").app)
    runtime = SimpleNamespace(inbox=inbox, fence=Asked())
    reading = Reading(cast(Runtime, runtime), "somebody", fresh=True)
    facts = asyncio.create_task(reading.others(subject))
    await asyncio.sleep(0)
    assert not facts.done()
    inbox.store("registry", page)
    runtime.fence.answers.set_result(None)
    assert len(await facts) == 3
    assert await reading.confirmed()
    inbox.close()
