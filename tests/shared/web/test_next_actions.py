"""下一步: an action is offered exactly when its dry run is accepted."""

from datetime import date
from typing import Any

import pytest

from services.budget.decisions.drafts import operation_plan
from shared.events.budget import OperationPlan
from shared.web.drafts import drafted
from shared.web.settings import LOGS
from tests.budget.building import ACCEPTED, contracted, included, procured
from tests.shared.web.test_http import PROJECTS, a_declaration, problem
from tests.support.city import City


async def a_project(city: City) -> tuple[str, str]:
    unit, command = await a_declaration(city)
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert declared.status_code == 201, declared.text
    return unit, declared.json()["id"]


async def actions(
    city: City, service: str, project: str, *, by: str = "AUD", unit: str | None = None
) -> list[dict[str, Any]]:
    answer = await city.get(f"/{service}/v1/projects/{project}/next-actions", by=by, unit=unit)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["actions"]
    return found


async def dry_run(city: City, service: str, action: dict[str, Any]) -> int:
    token = city.token(action["body"], unit=action.get("unit_id"), person="somebody-else")
    answer = await city.http.post(
        f"/{service}{action['path']}",
        params={"dry_run": "true"},
        content=action["draft"],
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "If-Match": "*",
        },
    )
    return answer.status_code


@pytest.mark.parametrize("service", LOGS)
async def test_an_action_is_offered_exactly_when_its_dry_run_is_accepted(
    city: City, service: str
) -> None:
    _, project = await a_project(city)
    for action in await actions(city, service, project):
        accepted = await dry_run(city, service, action) == 200
        assert action["allowed"] is accepted, action


async def test_what_is_missing_is_told_with_article_and_remedy(city: City) -> None:
    _, project = await a_project(city)
    found = {a["operation"]: a for a in await actions(city, "registry", project)}
    assert found["record_central_review"]["allowed"] is True
    assert found["record_central_review"]["body"] == "DEB"
    waiting = found["approve_no_data_statement"]
    assert waiting["allowed"] is False
    assert waiting["missing"][0]["article"] == "20"
    assert waiting["missing"][0]["remedy"]


async def test_a_caller_sees_which_actions_are_its_own(city: City) -> None:
    unit, project = await a_project(city)
    of_unit = await actions(city, "registry", project, by="UNIT", unit=unit)
    assert {a["body"] for a in of_unit if a["yours"]} == {"UNIT"}
    of_bureau = await actions(city, "registry", project, by="DEB")
    assert {a["body"] for a in of_bureau if a["yours"]} == {"DEB"}


async def test_a_stranger_is_told_nothing_of_a_project(city: City) -> None:
    _, project = await a_project(city)
    stranger, _ = await a_declaration(city)
    answer = await city.get(
        f"/registry/v1/projects/{project}/next-actions", by="UNIT", unit=stranger
    )
    problem(answer, 404, "not_found")


@pytest.mark.parametrize("year", [2098, 2100, 9999])
def test_a_draft_is_well_formed_whatever_the_record_holds(year: int) -> None:
    covered = contracted(warranty_end=date(year, 12, 31))
    case = ACCEPTED.given(included(), procured(), covered)
    plan = drafted(OperationPlan, operation_plan(case.state(), case.facts, case.context()))
    assert (plan.budget_year == year + 1) is (year == 2098)
