"""Whole lives of projects over HTTP, each step by the body that the regulation names."""

import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from datetime import date
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
from shared.web.clock import SandboxClock
from shared.web.settings import SERVICES, InstanceMode, Settings
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
