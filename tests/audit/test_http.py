"""The audit service over HTTP: eligibility, reports, registers, and what may be done next."""

import io
import zipfile
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.audit.api.next_actions import of_service
from services.audit.reports import REPORTS
from services.audit.workbook import MEDIA_TYPE
from shared.web.follower import Follower
from shared.web.keptalive import KeptAlive
from shared.web.problems import ProblemError
from shared.web.settings import LOGS
from tests.shared.web.test_http import PROJECTS, a_declaration, problem
from tests.support.builders import document
from tests.support.city import City, as_owner, new_unit_id

ELIGIBILITY = "/audit/v1/eligibility"


async def declared(city: City) -> tuple[str, str]:
    """A unit and its declared project."""
    unit, command = await a_declaration(city)
    answer = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert answer.status_code == 201, answer.text
    return unit, answer.json()["id"]


async def get(
    city: City, path: str, query: dict[str, Any], *, by: str = "AUD", caller: str | None = None
) -> httpx.Response:
    """A read by a body, or by a unit as `caller`, of whatever unit the query names."""
    return await city.http.get(path, params=query, headers=city.headers(by, unit=caller))


async def read(city: City, path: str, **query: Any) -> dict[str, Any]:
    answer = await get(city, path, query)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def flag(city: City, unit: str) -> None:
    restriction = {"reason": "未归集", "evidence": document("通报").model_dump(mode="json")}
    path = f"/registry/v1/units/{unit}/data-collection-flag"
    answer = await city.post(path, restriction, by="DEB")
    assert answer.status_code == 201, answer.text


# -- eligibility --------------------------------------------------------------------------------


async def test_what_is_barred_in_advance_is_refused_when_it_is_tried(city: City) -> None:
    unit, command = await a_declaration(city)
    asked = {"unit": unit, "action": "DECLARE"}
    free = await read(city, ELIGIBILITY, **asked)
    assert (free["allowed"], free["blocks"], free["label"]) == (True, [], "申报新项目")

    await flag(city, unit)
    barred = await read(city, ELIGIBILITY, **asked)
    (block,) = barred["blocks"]
    assert barred["allowed"] is False
    assert (block["row"], block["strength"], block["since"]) == ("12-1", "SOFT", barred["on"])
    assert block["exception_possible"] is True
    (source,) = block["sources"]
    assert (source["type"], source["ref"]["service"]) == ("DataCollectionFlagged", "registry")
    assert barred["positions"]["registry"] >= source["ref"]["position"]

    refused = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert [rule["rule"] for rule in refused.json()["rules"]] == [block["rule"]]


async def test_a_unit_asks_for_itself_and_bodies_for_all(city: City) -> None:
    unit, project = await declared(city)
    asked = {"unit": unit, "action": "OPERATION_MONEY", "project": project}
    own = await get(city, ELIGIBILITY, asked, by="UNIT", caller=unit)
    assert {block["row"] for block in own.json()["blocks"]} == {"8-(10)", "32-1"}
    for body in ("AUD", "FIN", "GAB", "LG"):
        assert (await get(city, ELIGIBILITY, asked, by=body)).json() == own.json()
    stranger = new_unit_id()
    foreign = await get(city, ELIGIBILITY, asked, by="UNIT", caller=stranger)
    problem(foreign, 403, "not_authorised")


async def test_many_questions_are_answered_in_their_order(city: City) -> None:
    unit, project = await declared(city)
    questions = [
        {"unit": unit, "action": "DECLARE"},
        {"unit": unit, "action": "APPROVE", "project": project},
        {"unit": unit, "action": "APPROVE", "project": project, "as_of": "2025-12-31"},
    ]
    answer = await city.http.post(
        ELIGIBILITY, json={"questions": questions}, headers=city.headers("AUD")
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()["answers"]
    assert [each["question"]["action"] for each in found] == ["DECLARE", "APPROVE", "APPROVE"]
    assert found[0]["allowed"] is True
    assert [block["row"] for block in found[1]["blocks"]] == ["20-1"]
    assert found[2]["on"] == "2025-12-31"


async def test_a_unit_may_not_slip_another_into_its_questions(city: City) -> None:
    unit, _ = await declared(city)
    other, _ = await declared(city)
    questions = [{"unit": u, "action": "DECLARE"} for u in (unit, other)]
    answer = await city.http.post(
        ELIGIBILITY, json={"questions": questions}, headers=city.headers("UNIT", unit=unit)
    )
    problem(answer, 403, "not_authorised")


async def test_what_is_not_on_record_is_not_found(city: City) -> None:
    unit, project = await declared(city)
    other, _ = await declared(city)
    for asked in (
        {"unit": new_unit_id(), "action": "DECLARE"},
        {"unit": other, "action": "APPROVE", "project": project},
        {"unit": unit, "action": "DECLARE", "base": str(UUID(int=7))},
    ):
        problem(await get(city, ELIGIBILITY, asked), 404, "not_found")


@pytest.mark.parametrize(
    "asked",
    [
        {"action": "DECLARE"},
        {"unit": "11511100MB1A2B3CXE", "action": "BUILD"},
        {"unit": "11511100MB1A2B3CXE", "action": "APPROVE"},
        {"unit": "11511100MB1A2B3CXE", "action": "DECLARE", "as_of": "morgen"},
        {"unit": "11511100MB1A2B3CXE", "action": "DECLARE", "colour": "blue"},
    ],
)
async def test_a_question_that_is_none_is_explained(city: City, asked: dict[str, str]) -> None:
    found = problem(await get(city, ELIGIBILITY, asked), 422, "invalid_payload")
    assert found["errors"]


# -- reports ------------------------------------------------------------------------------------


async def test_the_reports_are_listed_with_their_columns(city: City) -> None:
    found = await read(city, "/audit/v1/reports")
    assert [report["id"] for report in found["items"]] == list(REPORTS)
    assert all(report["columns"] and report["articles"] for report in found["items"])


@pytest.mark.parametrize("report", REPORTS)
async def test_every_report_is_given_in_both_forms(city: City, report: str) -> None:
    content = await read(city, f"/audit/v1/reports/{report}", as_of="2026-01-01")
    assert content["as_of"] == "2026-01-01"
    assert set(content["positions"]) == set(LOGS)
    codes = [column["code"] for column in content["columns"]]
    assert all(list(row) == codes for row in content["rows"])
    sheet = await city.get(f"/audit/v1/reports/{report}", format="xlsx")
    assert sheet.headers["content-type"] == MEDIA_TYPE
    assert "attachment" in sheet.headers["content-disposition"]
    assert zipfile.is_zipfile(io.BytesIO(sheet.content))


async def test_a_report_shows_what_was_recorded_a_moment_ago(city: City) -> None:
    _, project = await declared(city)
    content = await read(city, "/audit/v1/reports/annual-list")
    row = next(row for row in content["rows"] if row["project_id"] == project)
    assert (row["total"], row["phase"]) == ("1000000.00", "DECLARED")
    before = await read(city, "/audit/v1/reports/annual-list", as_of="2025-08-31")
    assert project not in {row["project_id"] for row in before["rows"]}


async def test_a_report_is_for_auditors_and_one_that_is_not_there_is_not_found(city: City) -> None:
    unit, _ = await declared(city)
    refused = await city.get("/audit/v1/reports/funds", by="UNIT", unit=unit)
    problem(refused, 403, "not_authorised")
    problem(await city.get("/audit/v1/reports/colours"), 404, "not_found")


async def test_an_inbox_that_was_emptied_is_read_again(fresh_city: City) -> None:
    unit, project = await declared(fresh_city)
    asked = {"unit": unit, "action": "APPROVE", "project": project}
    before = await read(fresh_city, ELIGIBILITY, **asked)
    runtime = fresh_city.runtime("audit")
    with as_owner(fresh_city.dsns["audit"]) as owner:
        owner.execute("TRUNCATE inbox, inbox_position")
    for follower in runtime.followers:
        follower.healthy = False  # as after a restart: it asks the inbox where it stands
    await flag(fresh_city, unit)
    after = await read(fresh_city, ELIGIBILITY, **asked)
    assert after["blocks"] == before["blocks"]
    assert after["positions"]["registry"] == before["positions"]["registry"] + 1


# -- registers ----------------------------------------------------------------------------------


async def test_a_refusal_is_found_with_what_was_asked_for(city: City) -> None:
    unit, command = await a_declaration(city)
    late = {**command, "plan_year": 2030}
    refused = await city.post(PROJECTS, late, by="UNIT", unit=unit)
    assert refused.status_code == 409
    query = {"unit": unit, "article": "15", "rule": "plan_year_is_next_year_or_off_cycle"}
    (entry,) = (await read(city, "/audit/v1/refusals", **query))["items"]
    assert '"plan_year":2030' in entry["request"]
    assert entry["decision"]["accepted"] is False
    assert (await read(city, "/audit/v1/refusals", unit=unit, article="16"))["items"] == []


async def test_the_other_registers_answer_auditors_only(city: City) -> None:
    unit, _ = await declared(city)
    for register in ("exceptions", "late-notices"):
        assert (await read(city, f"/audit/v1/{register}", unit=unit))["items"] == []
        refused = await city.get(f"/audit/v1/{register}", by="UNIT", unit=unit)
        problem(refused, 403, "not_authorised")


# -- next actions -------------------------------------------------------------------------------


async def test_next_actions_of_all_services_are_put_together(city: City) -> None:
    unit, project = await declared(city)
    path = f"/audit/v1/projects/{project}/next-actions"
    for by, whose in (("AUD", None), ("DEB", None), ("UNIT", unit)):
        answer = await city.get(path, by=by, unit=whose)
        assert answer.status_code == 200, answer.text
        joined = answer.json()["actions"]
        single = []
        for service in LOGS:
            own = await city.get(
                f"/{service}/v1/projects/{project}/next-actions", by=by, unit=whose
            )
            if own.status_code == 200:
                single += [{**action, "service": service} for action in own.json()["actions"]]
        assert [dict(action) for action in joined] == single
    assert {action["service"] for action in joined} >= {"registry"}
    assert {action["operation"] for action in joined if action["allowed"]} >= {
        "record_central_review"
    }


async def test_next_actions_of_a_strangers_or_unknown_project_are_not_told(city: City) -> None:
    _, project = await declared(city)
    stranger, _ = await a_declaration(city)
    path = f"/audit/v1/projects/{project}/next-actions"
    problem(await city.get(path, by="UNIT", unit=stranger), 404, "not_found")
    unknown = f"/audit/v1/projects/{UUID(int=7)}/next-actions"
    problem(await city.get(unknown, by="DEB"), 404, "not_found")


async def _nothing_new(page: bytes) -> None:
    """It is only asked, not followed."""


def answering(city: City, status: int) -> Follower:
    """A follower of a service that answers everything with one status."""

    async def answer(request: Request) -> Response:
        return JSONResponse({}, status)

    app = Starlette(routes=[Route("/{path:path}", answer)])
    line = httpx.ASGITransport(app=app)
    client = httpx.AsyncClient(transport=line, base_url="http://there")
    return Follower("approval", client, line, city.runtime("audit").inbox, _nothing_new)


async def test_without_an_answer_of_every_service_there_is_none(city: City) -> None:
    project = UUID(int=7)
    assert await of_service(answering(city, 404), project, "Bearer x") == ()
    for status in (500, 503):
        with pytest.raises(ProblemError) as failed:
            await of_service(answering(city, status), project, "Bearer x")
        assert failed.value.status == 503
        assert failed.value.headers["Retry-After"]


async def test_a_service_that_cannot_be_reached_is_named(city: City) -> None:
    line = KeptAlive()
    client = httpx.AsyncClient(base_url="http://127.0.0.1:9", transport=line)
    gone = Follower("budget", client, line, city.runtime("audit").inbox, _nothing_new)
    with pytest.raises(ProblemError, match="budget") as failed:
        await of_service(gone, UUID(int=7), "Bearer x")
    assert failed.value.status == 503


@pytest.mark.parametrize("report", REPORTS)
async def test_a_report_can_be_asked_for_a_day_before_the_regulation(
    city: City, report: str
) -> None:
    content = await read(city, f"/audit/v1/reports/{report}", as_of="2000-01-01")
    assert content["as_of"] == "2000-01-01"
