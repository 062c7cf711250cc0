"""放行登记: what gave way to an exception is listed with it; a refusal is not."""

from typing import Any

from shared.web.access.outcome import AccessOutcome
from tests.audit.building import event
from tests.audit.flagged import LAST, seen
from tests.audit.test_http import flag, get, read
from tests.shared.web.test_http import PROJECTS, a_declaration, problem
from tests.support.builders import document
from tests.support.city import City

REGISTER = "/audit/v1/overrides"


async def excepted(city: City, unit: str) -> str:
    """An exception to Article 12 for a unit's declarations; its id."""
    paper = document("论证", "函7号").model_dump(mode="json")
    asked = {"unit_id": unit, "rows": ["12-1"], "kind": "JUSTIFIED", "reason": "民生急需"}
    path = "/approval/v1/exceptions"
    requested = await city.post(path, {**asked, "evidence": paper}, by="UNIT", unit=unit)
    assert requested.status_code == 201, requested.text
    one: str = requested.json()["id"]
    agreement = {"approved": True, "text": "同意", "document": paper}
    agreed = await city.post(f"{path}/{one}/agreements", agreement, by="DEB")
    assert agreed.status_code == 201, agreed.text
    return one


async def test_a_rule_that_gave_way_is_listed_with_its_exception(city: City) -> None:
    unit, command = await a_declaration(city)
    await flag(city, unit)
    refused = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert refused.status_code == 409
    assert (await read(city, REGISTER, unit=unit))["items"] == []
    exception = await excepted(city, unit)
    answer = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert answer.status_code == 201, answer.text
    project = answer.json()["id"]
    (entry,) = (await read(city, REGISTER, unit=unit))["items"]
    assert (entry["command"], entry["row"], entry["article"]) == ("declare_project", "12-1", "12")
    assert (entry["exception_id"], entry["number"]) == (exception, "函7号")
    assert (entry["project_id"], entry["person"], entry["body"]) == (project, "unit-1", "UNIT")
    for query, count in (
        ({"project": project, "row": "12-1"}, 1),
        ({"unit": unit, "row": "8-(1)"}, 0),
        ({"unit": unit, "since": "2099-01-01"}, 0),
        ({"unit": unit, "until": "2000-01-01"}, 0),
    ):
        assert len((await read(city, REGISTER, **query))["items"]) == count, query
    report = await read(city, "/audit/v1/reports/overrides")
    (row,) = (each for each in report["rows"] if each["project_id"] == project)
    assert (row["row"], row["number"]) == ("12-1", "函7号")
    refusals = await read(city, "/audit/v1/reports/refusal-register")
    (row,) = (each for each in refusals["rows"] if each["units"] == unit)
    assert (row["command"], row["person"], row["articles"]) == ("declare_project", "unit-1", "12")
    assert row["reason"]


async def test_the_register_is_not_for_units(city: City) -> None:
    unit, _ = await a_declaration(city)
    problem(
        await get(city, REGISTER, {"unit": unit}, by="UNIT", caller=unit), 403, "not_authorised"
    )
    assert AccessOutcome.FORBIDDEN.value in await _outcomes(city)


async def _outcomes(city: City) -> set[Any]:
    log = await city.get("/audit/v1/access-log", limit=50)
    return {
        each["outcome"] for each in log.json()["items"] if each["operation"] == "list_overrides"
    }


def test_what_needed_no_exception_is_not_listed() -> None:
    assert seen([event("ProjectDeclared"), event("ReplyIssued")], LAST).shelves.lifted == []
