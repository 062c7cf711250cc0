"""Facts from other services: never stale behind the fence; followers outlive faults."""

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import psycopg
import pytest
from psycopg import sql
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from shared.events import decode
from shared.eventstore.inbox import Gap, Inbox
from shared.eventstore.wire import Arrived, from_wire
from shared.web.commands import Reading
from shared.web.follower import Fence, Follower
from shared.web.problems import ProblemError
from shared.web.runtime import Runtime
from tests.budget.building import included, replied, terminated
from tests.support.city import City, CityDatabases, as_owner

UNIT = "unit:11511100MB1A2B3CXE"
SAMPLES = Path(__file__).parents[3] / "shared/events/samples"
UPDATED = (SAMPLES / "UnitUpdated.v1.json").read_bytes()


def item(position: int) -> dict[str, Any]:
    """An event of one unit as another service's feed hands it out."""
    return {
        "position": position,
        "stream": UNIT,
        "version": position,
        "event_id": f"00000000-0000-7000-8000-00000000000{position}",
        "type": "UnitRegistered",
        "schema_version": 1,
        "data": (SAMPLES / "UnitRegistered.v1.json").read_text(),
        "meta": "{}",
        "effective_on": "2026-05-06",
        "recorded_at": "2026-05-06T01:00:00+00:00",
        "leaf": "AA==",
        "subjects": [UNIT],
    }


@pytest.fixture(scope="module")
def page() -> list[Arrived]:
    """Three events of one unit."""
    return [from_wire(item(position)) for position in (1, 2, 3)]


@pytest.fixture
def subject(page: list[Arrived]) -> str:
    return next(decode(page[0].type, 1, page[0].data).subjects())


def opened(dsn: str) -> Inbox:
    inbox = Inbox(dsn, lambda source: frozenset())
    inbox.open()
    return inbox


def test_a_page_that_another_process_stored_makes_remembered_facts_stale(
    city_databases: CityDatabases, page: list[Arrived], subject: str
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
    city_databases: CityDatabases, page: list[Arrived], subject: str
) -> None:
    class Slow(Inbox):
        def _select(self, *arguments: Any, **options: Any) -> Any:
            found = super()._select(*arguments, **options)
            reading.set()
            stored.wait(10)
            return found

    reading, stored = threading.Event(), threading.Event()
    inbox = Slow(city_databases.new("audit").app, lambda source: frozenset())
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


@pytest.mark.owasp("API10")
def test_a_page_that_starts_too_late_is_refused(
    city_databases: CityDatabases, page: list[Arrived]
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


def of_types(dsn: str, *types: str) -> Inbox:
    """The inbox of a release that follows these types."""
    inbox = Inbox(dsn, lambda source: frozenset(types))
    inbox.open()
    return inbox


def test_a_release_that_follows_more_reads_a_source_again(
    city_databases: CityDatabases, page: list[Arrived], subject: str
) -> None:
    dsn = city_databases.new("budget").app
    mixed = [page[0], page[1]._replace(type="UnitUpdated", data=UPDATED), page[2]]
    before, after = of_types(dsn, "UnitRegistered"), of_types(dsn, "UnitRegistered", "UnitUpdated")
    try:
        assert before.begin("registry") == 0
        before.store("registry", mixed)
        assert [r.ref.position for r in before.about(subject)] == [1, 3]
        assert before.begin("registry") == 3

        assert after.followed("registry").position == 0  # nothing rests on it, nobody reacts yet
        assert after.begin("registry") == 0
        assert [r.ref.position for r in after.after("registry", 0, 0, 10)] == []
        after.store("registry", mixed[:2])
        assert [r.ref.position for r in after.after("registry", 0, 2, 10)] == [1, 2]
        assert after.store("registry", mixed) == 3
        assert [r.ref.position for r in after.about(subject)] == [1, 2, 3]
        assert after.begin("registry") == 3  # once
        assert after.followed("registry") == (3, 1)
    finally:
        before.close()
        after.close()


def test_a_process_of_the_release_before_moves_no_position(
    city_databases: CityDatabases, page: list[Arrived]
) -> None:
    dsn = city_databases.new("budget").app
    old, new = of_types(dsn, "UnitRegistered"), of_types(dsn, "UnitRegistered", "UnitUpdated")
    try:
        old.store("registry", page[:1])
        new.begin("registry")
        with pytest.raises(Gap):
            old.store("registry", page)
        assert new.store("registry", page) == 3
    finally:
        old.close()
        new.close()


def test_what_was_followed_before_types_were_remembered_is_followed_again(
    city_databases: CityDatabases, page: list[Arrived], subject: str
) -> None:
    dsns = city_databases.new("budget")
    inbox = of_types(dsns.app, "UnitRegistered")
    try:
        inbox.store("registry", page)
        with as_owner(dsns) as owner:  # as an installation of the release before
            owner.execute("UPDATE inbox_position SET types = NULL")
        assert inbox.begin("registry") == 0
        assert inbox.store("registry", page) == 3
        assert len(inbox.about(subject)) == 3
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


class Source:
    """Another service, as far as it is followed: how far its log reaches, and what it answers."""

    def __init__(self) -> None:
        self.reaches = 1
        self.asked, self.answer = asyncio.Event(), asyncio.Event()
        routes = [Route("/v1/feed", self._feed), Route("/v1/feed/head", self._head)]
        self.line = httpx.ASGITransport(app=Starlette(routes=routes))

    async def _feed(self, request: Request) -> JSONResponse:
        after = int(request.query_params["after"])
        return JSONResponse({"events": [item(p) for p in range(after + 1, self.reaches + 1)]})

    async def _head(self, request: Request) -> JSONResponse:
        reaches = self.reaches
        self.asked.set()
        await self.answer.wait()
        return JSONResponse({"position": reaches})


@pytest.mark.parametrize("lost", [False, True])
async def test_only_what_was_followed_before_the_question_can_be_missing(
    city_databases: CityDatabases, lost: bool
) -> None:
    """What is recorded and followed while it answers does not make its log look cut short."""
    inbox, source = opened(city_databases.new("audit").app), Source()
    client = httpx.AsyncClient(transport=source.line, base_url="http://there")

    async def heard(content: bytes) -> None:
        """Nobody reacts."""

    follower = Follower("registry", client, source.line, inbox, heard)
    following = asyncio.create_task(follower.run())
    await follower.reach(1, 5)
    source.reaches = 0 if lost else 1
    fresh = asyncio.create_task(follower.fresh(5))
    await source.asked.wait()
    if not lost:
        source.reaches = 2
        await follower.reach(2, 5)
    source.answer.set()
    if lost:
        with pytest.raises(ProblemError, match="registry"):
            await fresh
    else:
        await fresh
    following.cancel()
    await asyncio.wait([following])
    inbox.close()


class Quiet:
    """A source that answers when the test says so."""

    def __init__(self) -> None:
        self.answer = asyncio.Event()

    async def fresh(self, seconds: float) -> None:
        await self.answer.wait()


def decides(inbox: Inbox, source: Quiet, *, fresh: bool) -> Reading:
    """What a decision looks at that rests on the facts of one source."""
    fence = Fence([cast(Follower, source)], 5)
    runtime = SimpleNamespace(inbox=inbox, fence=fence)
    return Reading(cast(Runtime, runtime), "somebody", fresh=fresh)


@pytest.mark.parametrize("news", [False, True])
async def test_a_decision_made_while_others_were_asked_holds_if_nothing_came(
    city_databases: CityDatabases, page: list[Arrived], subject: str, news: bool
) -> None:
    inbox = opened(city_databases.new("audit").app)
    source = Quiet()
    reading = decides(inbox, source, fresh=False)
    inbox.store("registry", page[:1])
    assert len(await reading.others(subject)) == 1
    confirmed = asyncio.create_task(reading.confirmed())
    await asyncio.sleep(0)
    assert not confirmed.done()
    if news:
        inbox.store("registry", page[1:])
    source.answer.set()
    assert await confirmed is not news
    inbox.close()


async def test_a_second_look_waits_for_the_answers_first(
    city_databases: CityDatabases, page: list[Arrived], subject: str
) -> None:
    inbox = opened(city_databases.new("audit").app)
    source = Quiet()
    reading = decides(inbox, source, fresh=True)
    facts = asyncio.create_task(reading.others(subject))
    await asyncio.sleep(0)
    assert not facts.done()
    inbox.store("registry", page)
    source.answer.set()
    assert len(await facts) == 3
    assert await reading.confirmed()
    inbox.close()


async def test_what_a_release_follows_anew_is_also_reacted_to(fresh_city: City) -> None:
    """The budget service of before did not follow terminations, and has gone past one."""
    runtime, ended = fresh_city.runtime("budget"), terminated()
    types, runtime.inbox._types = runtime.inbox._types, lambda source: frozenset({"ReplyIssued"})
    await followed_anew(fresh_city)
    await fresh_city.given("budget", included())
    await fresh_city.given("approval", ended, replied())
    for follower in runtime.followers:
        await follower.fresh(10)
    assert [r.event.type for r in runtime.inbox.about(ended.stream)] == ["ReplyIssued"]

    async def demanded() -> bool:
        stream = await asyncio.to_thread(runtime.log.stream, ended.stream)
        return bool(stream[-1].type == "SurplusReturnDemanded")

    assert not await demanded()
    runtime.inbox._types = types
    await followed_anew(fresh_city)
    await until(demanded)
    kept = await asyncio.to_thread(runtime.inbox.after, "approval", 0, 2, 10)
    assert [r.event.type for r in kept] == ["ProjectTerminated", "ReplyIssued"]


async def followed_anew(city: City) -> None:
    """As after a restart: the followers ask the inbox where it stands."""
    followers = city.runtime("budget").followers
    for follower in followers:
        follower.healthy = False

    async def following() -> bool:
        return all(follower.healthy for follower in followers)

    await until(following)
