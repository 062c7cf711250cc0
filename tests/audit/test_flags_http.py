"""Red flags over HTTP: found in what the services recorded, by auditors only, page after page."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.audit.flags import FLAGS, NOTICE
from shared.regulation.pack import installed
from tests.audit.building import event
from tests.shared.web.test_http import PROJECTS, a_declaration, problem
from tests.support.city import City, new_unit_id

FLAGGED = "/audit/v1/flags"
NEAR = "near-merged-plan-limit"


async def declare(city: City, total: str, names: tuple[str, ...]) -> tuple[str, list[str]]:
    """A unit's projects over HTTP, each of its own name."""
    unit, command = await a_declaration(city)
    projects = []
    for name in names:
        sources = [{"channel": "MUNICIPAL", "amount": total}]
        told = {**command, "name": name, "tasks": name, "total": total, "sources": sources}
        answer = await city.post(PROJECTS, told, by="UNIT", unit=unit)
        assert answer.status_code == 201, answer.text
        projects.append(answer.json()["id"])
    return unit, projects


async def ask(city: City, **query: Any) -> httpx.Response:
    return await city.http.get(FLAGGED, params=query, headers=city.headers("AUD"))


async def flags(city: City, **query: Any) -> dict[str, Any]:
    answer = await ask(city, **query)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def test_projects_just_below_the_limit_show_with_the_events_that_show_it(
    city: City,
) -> None:
    unit, projects = await declare(city, "4900000.00", ("校园安防", "学籍管理"))
    page = await flags(city, unit_id=unit)
    (hit,) = page["items"]
    assert page["notice"] == NOTICE
    assert (hit["rule"], hit["unit_ids"], hit["project_ids"]) == (NEAR, [unit], projects)
    assert "5000000.00 × 96% = 4800000.00" in hit["arithmetic"]
    for project, evidence in zip(projects, hit["events"], strict=True):
        history = await city.get(f"/audit/v1/projects/{project}/history")
        entry = next(e for e in history.json()["entries"] if e["event_id"] == evidence["event_id"])
        assert {entry[name] for name in ("type", "on")} == {"ProjectDeclared", hit["on"]}
        assert entry["actor"]["person"] == evidence["person"]
        found = (await flags(city, project_id=project))["items"]
        assert found == [hit]
    assert (await flags(city, unit_id=unit, rule="split-projects"))["items"] == []
    assert (await flags(city, unit_id=unit, to="2025-08-31"))["items"] == []
    assert (await flags(city, unit_id=unit, as_of="2025-08-31"))["items"] == []


async def test_projects_a_little_smaller_do_not(city: City) -> None:
    unit, _ = await declare(city, "4799999.99", ("校园安防", "学籍管理"))
    assert [hit["rule"] for hit in (await flags(city, unit_id=unit))["items"]] == []


async def test_pages_follow_each_other(city: City) -> None:
    unit, _ = await declare(city, "4900000.00", ("校园安防一期", "校园安防二期", "校园安防三期"))
    whole = (await flags(city, unit_id=unit))["items"]
    assert {hit["rule"] for hit in whole} == {NEAR, "split-projects"}
    paged: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = await flags(city, unit_id=unit, limit=1, **cursor)
        paged += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert paged == whole


async def test_what_followed_from_other_services_shows_too(city: City) -> None:
    unit, day = new_unit_id(), event("ReplyIssued").on
    early: dict[str, Any] = {"project_id": uuid4(), "unit_id": unit}
    proper = {**early, "project_id": uuid4()}
    await city.given("budget", event("ContractRecorded", day.replace(day=1), **early))
    await city.given("budget", event("ContractRecorded", day, **proper))
    await city.given("approval", *(event("ReplyIssued", day, **each) for each in (early, proper)))
    asked = {"unit_id": unit, "rule": "contract-before-reply", "as_of": "2026-12-31"}
    (hit,) = (await flags(city, **asked))["items"]
    assert [each["service"] for each in hit["events"]] == ["budget", "approval"]
    assert hit["project_ids"] == [str(early["project_id"])]


@pytest.mark.parametrize("path", [FLAGGED, f"{FLAGGED}/definitions"])
@pytest.mark.parametrize("day", ["2000-01-01", "2099-12-31"])
async def test_no_day_is_too_far_from_the_pack(city: City, path: str, day: str) -> None:
    answer = await city.get(path, as_of=day)
    assert answer.status_code == 200, answer.text


async def test_definitions_say_with_what_they_are_calculated(city: City) -> None:
    answer = await city.get(f"{FLAGGED}/definitions")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [each["id"] for each in told["items"]] == list(FLAGS)
    policy = installed().packs[-1]
    for each in told["items"]:
        for parameter in each["parameters"]:
            if parameter["key"] in policy.flags:
                assert parameter["value"] == str(policy.flags[parameter["key"]][0].value)
    assert told["notice"] == NOTICE


@pytest.mark.parametrize("body", ["DEB", "DRC", "FIN", "LG", "SYSTEM"])
@pytest.mark.parametrize("path", [FLAGGED, f"{FLAGGED}/definitions"])
async def test_flags_are_for_auditors_only(city: City, body: str, path: str) -> None:
    problem(await city.get(path, by=body), 403, "not_authorised")
    unit = new_unit_id()
    problem(await city.get(path, by="UNIT", unit=unit), 403, "not_authorised")
    assert (await city.http.get(path)).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        {"rule": "no-such-flag"},
        {"cursor": "!"},
        {"cursor": "YQ"},
        {"project_id": "x"},
        {"unit_id": "x"},
        {"from": "2026-13-01"},
        {"since": "2026-01-01"},
        {"limit": 0},
        {"limit": 201},
        {"as_of": "1999-12-31"},
    ],
)
async def test_what_cannot_be_asked_is_said(city: City, query: dict[str, Any]) -> None:
    problem(await ask(city, **query), 422, "invalid_payload")


async def test_what_was_looked_for_is_in_the_access_log(city: City) -> None:
    project = str(UUID(int=77))
    await flags(city, project_id=project, **{"from": "2026-01-01"})
    log = await city.get("/audit/v1/access-log", limit=20)
    assert f"from=2026-01-01&project_id={project}" in {
        each["filter"] for each in log.json()["items"] if each["operation"] == "list_flags"
    }
