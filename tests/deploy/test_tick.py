"""每日任务: on a city whose clock has run on, what is late is found, once."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from rich.console import Console

from deploy.tick import NoList, Outcome, prune, show_outcomes, show_pruned, tick
from shared.kernel.actor import Actor
from shared.web.actors import SYSTEM, DevelopmentIssuer
from shared.web.clock import SandboxClock
from shared.web.settings import SERVICES
from tests.support.builders import UNIT, entry, profile
from tests.support.city import START, City
from tests.support.late_city import LATE, TODAY, LateProject, a_late_project, advance, obligations
from tests.support.processes import Running, free_port, govit, running


class Bridge(httpx.BaseTransport):
    """A blocking client's way into the city; requests below a path in `cut` are not answered."""

    def __init__(self, city: City, *cut: str) -> None:
        self.city, self.cut = city, cut
        self.loop = asyncio.get_running_loop()
        self.after: list[str] = []
        """Paths whose next answer is lost on its way, after the city gave it."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        if any(path.startswith(cut) for cut in self.cut):
            raise httpx.ConnectError("gone", request=request)
        sending = self.city.http.request(
            request.method, path, content=request.read(), headers=request.headers
        )
        answer = asyncio.run_coroutine_threadsafe(sending, self.loop).result()
        if lost := next((p for p in self.after if path.startswith(p)), None):
            self.after.remove(lost)
            raise httpx.ReadTimeout("lost", request=request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


async def ticked(bridge: Bridge, token: str | None = None) -> list[Outcome]:
    """The daily job, run by the system unless a token says otherwise."""
    token = token or bridge.city.issuer.token(SYSTEM)
    with httpx.Client(transport=bridge, base_url="http://city") as http:
        return await asyncio.to_thread(tick, http, token)


async def a_late_city(city: City) -> LateProject:
    late = await a_late_project(city)
    advance(city)
    return late


def kinds(outcomes: list[Outcome]) -> list[str]:
    return sorted(o.obligation["duty"] for o in outcomes)


async def pruned(bridge: Bridge, token: str) -> dict[str, int | None]:
    with httpx.Client(transport=bridge, base_url="http://city") as http:
        return await asyncio.to_thread(prune, http, token)


async def test_old_access_logs_go_where_a_service_answers(fresh_city: City) -> None:
    token = fresh_city.issuer.token(SYSTEM)
    nothing: dict[str, int | None] = dict.fromkeys(SERVICES, 0)
    assert await pruned(Bridge(fresh_city), token) == nothing
    assert await pruned(Bridge(fresh_city, "/budget"), token) == {**nothing, "budget": None}
    assert await pruned(Bridge(fresh_city), "nobody") == dict.fromkeys(SERVICES)


def test_it_is_told_what_went_and_what_could_not() -> None:
    text = StringIO()
    show_pruned(Console(file=text), {"registry": 3, "approval": 0, "budget": None})
    assert text.getvalue() == "registry：访问日志已清理 3 条\nbudget：访问日志未能清理\n"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.tick.PATIENCE", 0)


async def found(city: City, service: str, kind: str) -> int:
    """How many events of a type a service's log holds."""
    rows = await city.runtime(service).read(0, 1000)
    return [row.type for row in rows].count(kind)


async def test_what_is_late_in_all_four_services_is_found_once(fresh_city: City) -> None:
    late = await a_late_city(fresh_city)
    outcomes = await ticked(Bridge(fresh_city))
    assert kinds(outcomes) == sorted(LATE)
    assert {o.obligation["service"] for o in outcomes} == {
        "registry",
        "approval",
        "budget",
        "acceptance",
    }
    assert all(o.found for o in outcomes), [o.text for o in outcomes]
    assert await ticked(Bridge(fresh_city)) == []
    assert await obligations(fresh_city, state="UNFOUND") == []
    for service, count in (("registry", 1), ("approval", 2), ("budget", 1), ("acceptance", 3)):
        assert await found(fresh_city, service, "ObligationOverdue") == count
    # An acceptance is found overdue by the project's own command, which also bars the unit.
    assert await found(fresh_city, "acceptance", "AcceptanceOverdue") == 1
    barred = await fresh_city.http.get(
        "/audit/v1/eligibility",
        params={"unit": late.unit, "action": "DECLARE"},
        headers=fresh_city.headers("AUD"),
    )
    assert "32-2" in {block["row"] for block in barred.json()["blocks"]}


async def test_run_again_on_a_later_day_it_finds_only_what_has_come_since(
    fresh_city: City,
) -> None:
    late = await a_late_city(fresh_city)
    await ticked(Bridge(fresh_city))
    last_day = TODAY + timedelta(days=7)
    order = {"rectification_id": UUID(int=1), "order": {"due_on": last_day}}
    await fresh_city.given("acceptance", late.of("RectificationOrdered", TODAY, **order))
    advance(fresh_city, last_day)
    assert await ticked(Bridge(fresh_city)) == []
    advance(fresh_city, last_day + timedelta(days=1))
    assert kinds(await ticked(Bridge(fresh_city))) == ["RECTIFICATION"]


async def test_a_service_that_was_away_is_made_up_for_by_the_next_run(fresh_city: City) -> None:
    await a_late_city(fresh_city)
    outcomes = await ticked(Bridge(fresh_city, "/budget"))
    (away,) = [o for o in outcomes if not o.settled]
    assert (away.obligation["duty"], away.status) == ("SURPLUS_RETURN", None)
    assert "ConnectError" in away.text
    assert sum(o.found for o in outcomes) == len(LATE) - 1
    (made_up,) = await ticked(Bridge(fresh_city))
    assert (made_up.obligation["duty"], made_up.found) == ("SURPLUS_RETURN", True)


async def test_an_answer_lost_on_its_way_is_asked_for_again_and_nothing_found_twice(
    fresh_city: City,
) -> None:
    await a_late_city(fresh_city)
    bridge = Bridge(fresh_city)
    bridge.after = ["/approval", "/acceptance", "/acceptance/v1/projects"]
    outcomes = await ticked(bridge)
    assert bridge.after == []
    assert all(o.found for o in outcomes), [o.text for o in outcomes]
    assert await found(fresh_city, "approval", "ObligationOverdue") == 2


async def test_without_the_list_nothing_is_found_and_that_is_said(fresh_city: City) -> None:
    await a_late_city(fresh_city)
    with pytest.raises(NoList, match="ConnectError"):
        await ticked(Bridge(fresh_city, "/audit"))
    with pytest.raises(NoList, match="令牌"):
        await ticked(Bridge(fresh_city), token="nobody")


async def test_an_extension_that_awaits_its_ruling_is_not_asked_about(fresh_city: City) -> None:
    late = await a_late_project(fresh_city)
    await fresh_city.given("acceptance", late.of("ExtensionRequested", date(2026, 2, 28)))
    advance(fresh_city)
    assert not {"ACCEPTANCE_APPLICATION", "OPINION_CONDITIONS"} & set(
        kinds(await ticked(Bridge(fresh_city)))
    )
    await fresh_city.given("acceptance", late.of("ExtensionRefused", TODAY))
    outcomes = await ticked(Bridge(fresh_city))
    assert kinds(outcomes) == ["ACCEPTANCE_APPLICATION", "OPINION_CONDITIONS"]
    assert all(o.found for o in outcomes)


def test_what_came_of_it_is_shown() -> None:
    owed = {
        "label": "限期整改",
        "name": "智慧教育平台",
        "owner_name": "乐山市教育局",
        "due_on": "2026-01-31",
        "article": "47",
    }
    shown = Console(file=StringIO(), width=120)
    show_outcomes(shown, [])
    show_outcomes(shown, [Outcome(owed, 201, ""), Outcome(owed, 409, "已认定逾期，不必重复")])
    text = shown.file.getvalue()  # type: ignore[attr-defined]
    assert "没有新的逾期" in text
    assert text.count("智慧教育平台") == 2
    assert "不必重复" in text


# -- the command --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ticking") / "home"
    home.mkdir(mode=0o700)
    SandboxClock.start_at(home / "clock.json", START)
    return home


@pytest.fixture(scope="module")
def instance(home: Path) -> Iterator[Running]:
    with running(home) as started:
        yield started


def post(instance: Running, home: Path, body: str, path: str, content: Any) -> None:
    unit = UNIT if body == "UNIT" else None
    actor = Actor(person=f"{body}-1", name="经办人", body=body, role="OFFICER", unit_id=unit)
    token = DevelopmentIssuer(home).token(actor)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": path}
    body_ = content.model_dump(mode="json", exclude_none=True)
    answer = httpx.post(f"{instance.url}{path}", json=body_, headers=headers)
    assert answer.status_code == 201, answer.text


def test_the_command_finds_what_is_late_says_so_and_then_has_nothing_to_say(
    instance: Running, home: Path
) -> None:
    post(instance, home, "DEB", "/registry/v1/units", profile())
    post(instance, home, "UNIT", "/registry/v1/systems", entry())

    def ran(url: str = instance.url) -> tuple[int, str]:
        shown = govit("tick", "--url", url, GOVIT_HOME=str(home), GOVIT_MODE="sandbox")
        return shown.returncode, shown.stdout + shown.stderr

    code, text = ran()
    assert (code, text.strip()) == (0, "没有新的逾期")
    SandboxClock(home / "clock.json").advance_to(START.replace(year=2026, month=3, day=1))
    code, text = ran()
    assert code == 0, text
    assert "复核系统目录" in text
    assert "2026-02-28" in text
    assert "已认定逾期" in text
    code, text = ran()
    assert (code, text.strip()) == (0, "没有新的逾期")
    code, text = ran(f"http://127.0.0.1:{free_port()}")
    assert code == 2
    assert "没有给出义务清单" in text


def test_in_production_the_job_brings_its_own_token(tmp_path: Path) -> None:
    shown = govit("tick", GOVIT_HOME=str(tmp_path), GOVIT_MODE="production")
    assert shown.returncode != 0
    assert "GOVIT_SERVICE_TOKEN" in shown.stderr
    assert not (tmp_path / "issuer.json").exists()
