"""Whole lives of projects over HTTP, each step by the body that the regulation names."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from deploy.catalogue import CREATORS
from deploy.demo import STORIES, City, Surprise, epilogue, tell
from deploy.demo.board import Board
from deploy.demo.cast import AUD, DEB, DRC, Project, unit
from deploy.demo.sandbox import served
from deploy.demo.story import Story
from shared.kernel.actor import Actor
from shared.kernel.model import Record
from shared.web.clock import SandboxClock
from shared.web.settings import LOGS, SERVICES, InstanceMode, Settings
from tests.support.city import START, CityDatabases, running_city

UNIT = unit(71, "乐山市文化广播电视和旅游局", "方圆", "石磊")


@asynccontextmanager
async def together(databases: CityDatabases, home: Path) -> AsyncIterator[City]:
    """All services in one process."""
    async with running_city(databases, home) as running:
        yield City.at(running.http, "http://city")


@asynccontextmanager
async def apart(databases: CityDatabases, home: Path) -> AsyncIterator[City]:
    """A server per service, following each other over HTTP."""
    SandboxClock.start_at(home / "clock.json", START)
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        with servers(databases, home) as urls:
            yield City(http, urls)


@contextmanager
def servers(databases: CityDatabases, home: Path) -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        # All listen before the first one starts, for each asks the others at once.
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in SERVICES]
        ports = (listener.getsockname()[1] for listener in listeners)
        urls = {s: f"http://127.0.0.1:{p}" for s, p in zip(SERVICES, ports, strict=True)}
        addresses: dict[str, Any] = {f"{service}_url": url for service, url in urls.items()}
        settings = Settings(mode=InstanceMode.SANDBOX, home=home, **addresses)
        apps = [CREATORS[s](settings, databases.new(s).app) for s in SERVICES]
        stack.enter_context(served(*apps, listeners=listeners))
        yield urls


@pytest.fixture(params=[together, apart])
async def whole_city(
    request: pytest.FixtureRequest, city_databases: CityDatabases, tmp_path: Path
) -> AsyncIterator[City]:
    topology: AbstractAsyncContextManager[City] = request.param(city_databases, tmp_path)
    async with topology as city:
        yield city


@pytest.fixture
async def city(city_databases: CityDatabases, tmp_path: Path) -> AsyncIterator[City]:
    async with together(city_databases, tmp_path) as running:
        yield running


def board() -> Board:
    return Board(Console(file=StringIO()))


async def dossier(city: City, project: Project) -> dict[str, Any]:
    """What the audit service makes of a project."""
    history = await city.read(AUD, f"/audit/v1/projects/{project.id}/history")
    state: dict[str, Any] = history["state"]
    return state


async def test_every_story_comes_out_as_the_regulation_says(whole_city: City) -> None:
    projects = await tell(whole_city, STORIES, board())

    found = {p.name: await dossier(whole_city, p) for p in projects}
    small, large = found["中小学智慧作业监测平台"], found["全民健康信息平台二期"]
    assert small["phase"] == "ACCEPTED"
    assert (small["included"], small["paid"]) == ("5000000.00", "4860000.00")
    assert (small["returned"], small["operation_included"]) == ("140000.00", "262000.00")
    assert (large["approved_total"], large["paid"]) == ("18900000.00", "18650000.00")
    assert found["城镇燃气安全应急监管系统"]["phase"] == "ACCEPTED"
    assert found["房屋建筑安全管理平台"]["phase"] == "IMPLEMENTING"
    for project in projects:
        await epilogue.check_replay(whole_city, project)
    await epilogue.check_integrity(whole_city, Console(file=StringIO()))


async def test_every_refusal_of_the_stories_is_on_record(city: City) -> None:
    told = board()
    await tell(city, STORIES, told)

    refusals = (await city.read(AUD, "/audit/v1/refusals"))["items"]
    articles = Counter(
        check["article"]
        for r in refusals
        for check in r["decision"]["checks"]
        if not check["holds"]
    )
    turned_away = 4  # without authority, or with a stale version: not the regulation's refusals
    assert len(refusals) == told.refusals - turned_away
    assert articles.keys() >= {"15", "17", "18", "19", "21", "22", "24", "25", "28", "29"}
    assert articles.keys() >= {"31", "32", "35", "36", "43", "54"}


class RehearsingCity(City):
    """A city in which every step is rehearsed first, and must come out as it was rehearsed."""

    rehearsals = 0

    async def send(
        self,
        actor: Actor,
        path: str,
        command: Record,
        *,
        key: str | None = None,
        if_match: str | None = None,
    ) -> httpx.Response:
        rehearsed = await self._rehearse(actor, path, command, if_match)
        real = await super().send(actor, path, command, key=key, if_match=if_match)
        if "Idempotency-Replayed" not in real.headers:  # an earlier answer, not a decision
            assert _outcome(rehearsed) == _outcome(real), path
            self.rehearsals += 1
        return real

    async def _rehearse(
        self, actor: Actor, path: str, command: Record, if_match: str | None
    ) -> httpx.Response:
        body = command.model_dump(mode="json", exclude_none=True)
        again = {httpx.codes.SERVICE_UNAVAILABLE}
        if if_match is None:
            again.add(httpx.codes.PRECONDITION_FAILED)  # somebody stepped in between
        for _ in range(100):
            version = if_match or await self.version(actor, path)
            headers = await self._identity(actor) | ({"If-Match": version} if version else {})
            answer = await self._http.post(
                self._address(path), params={"dry_run": "true"}, json=body, headers=headers
            )
            if answer.status_code not in again:
                break
            await asyncio.sleep(0.05)
        return answer


def _outcome(answer: httpx.Response) -> Any:
    """What was decided, by which checks, and what is recorded of it; ids and times aside."""
    content = answer.json()
    decision = content.get("decision")
    if decision is None:
        return answer.status_code, content["code"]
    checks = [(c["rule"], c["holds"], c["text"]) for c in decision["checks"]]
    return decision["accepted"], checks, [e["type"] for e in content.get("events", ())]


async def test_every_step_of_the_stories_is_decided_as_it_was_rehearsed(
    city_databases: CityDatabases, tmp_path: Path
) -> None:
    async with running_city(city_databases, tmp_path) as running:
        urls = {service: f"http://city/{service}" for service in SERVICES}
        rehearsing = RehearsingCity(running.http, urls)
        await tell(rehearsing, STORIES, board())
    assert rehearsing.rehearsals > 250


async def simulated(city: City, service: str, **overrides: str) -> dict[str, Any]:
    """What the auditors are told of a service's past under other values of the policy."""
    values = [{"key": key, "value": value} for key, value in overrides.items()]
    answer = await city._http.post(
        f"http://city/{service}/v1/simulations",
        json={"overrides": values},
        headers=await city._identity(AUD),
    )
    assert answer.status_code == httpx.codes.OK, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def test_the_past_is_decided_again_as_it_was_and_otherwise_under_another_policy(
    city: City,
) -> None:
    await tell(city, STORIES, board())
    for service in LOGS:
        same = await simulated(city, service)
        assert same["decisions"] > 20
        assert same["different"] == []

    stricter = await simulated(city, "approval", art29_max_percent="1")
    filed = [d for d in stricter["different"] if d["command"] == "file_change"]
    assert filed, "filings of more than one percent would have been refused"
    assert all(d["was_accepted"] and not d["would_be_accepted"] for d in filed)
    assert {r["rule"] for d in filed for r in d["rules"]} == {"moved_money_stays_within_ratio"}
    sums = sum(Decimal(d["amount"]) for d in filed)
    assert Decimal(stricter["refused_amount"]) == sums > 0

    laxer = await simulated(city, "approval", art29_max_percent="100")
    assert laxer["accepted_instead"] >= 1, "what crossed fifteen percent would have been filed"


async def test_an_answer_unlike_the_regulation_ends_the_stories(city: City) -> None:
    async def hopeful(story: Story) -> None:
        await story.on(1, 8)
        await story.act(DRC, "/registry/v1/units", UNIT.profile, "登记单位")

    with pytest.raises(Surprise, match="应当办理，却答复 403 not_authorised"):
        await tell(city, {"登记": hopeful}, board())


async def test_a_refusal_by_another_rule_than_expected_is_a_surprise(city: City) -> None:
    async def mistaken(story: Story) -> None:
        await story.act(DEB, "/registry/v1/units", UNIT.profile, "登记单位")
        await story.is_refused(
            DEB,
            "/registry/v1/units",
            UNIT.profile,
            rule="unit_is_registered",
            article=5,
            says="再次登记",
        )

    with pytest.raises(Surprise, match="unit_is_not_yet_registered"):
        await tell(city, {"登记": mistaken}, board())


async def test_a_step_that_should_be_refused_but_is_taken_is_a_surprise(city: City) -> None:
    async def mistaken(story: Story) -> None:
        await story.is_turned_away(
            DEB, "/registry/v1/units", UNIT.profile, status=403, code="not_authorised", says="登记"
        )

    with pytest.raises(Surprise, match="应当答复 403 not_authorised，却答复 201"):
        await tell(city, {"登记": mistaken}, board())


async def test_the_clock_moves_to_the_nearest_day_that_a_story_waits_for(city: City) -> None:
    days: list[tuple[str, date]] = []

    async def early(story: Story) -> None:
        for day in (3, 20):
            await story.on(1, day)
            days.append(("early", await story.city.today()))

    async def late(story: Story) -> None:
        await story.on(1, 11)
        days.append(("late", await story.city.today()))

    await tell(city, {"早": early, "晚": late}, board())

    assert [name for name, _ in days] == ["early", "late", "early"]
    assert [day.day for _, day in days] == [3, 11, 20]
