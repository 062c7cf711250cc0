"""What is malformed is never decided on, and the answer names the field."""

from typing import Any
from uuid import uuid4

import pytest

from tests.registry.test_http import (
    BASE,
    COORDINATION,
    a_project,
    a_system,
    a_unit,
    content,
    refused,
)
from tests.support.city import City, new_unit_id


def without_digest(title: str = "文件") -> dict[str, Any]:
    return {"title": title}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"plan_year": "2026"}, "plan_year"),
        ({"plan_year": 1999}, "plan_year"),
        ({"plan_year": 2101}, "plan_year"),
        ({"county_codes": ["51110"]}, "county_codes.0"),
        ({"county_codes": ["511102", "乐山市中区"]}, "county_codes.1"),
        ({"unit_id": "11511100MB1A2B3CXF"}, "unit_id"),
        ({"total": "1000000"}, "total"),
        ({"total": "0.00"}, "total"),
        ({"category": "SOFTWARE"}, "category"),
        ({"sub_category": "SERVER_ROOM"}, "sub_category"),
        ({"plan_alignment": []}, "plan_alignment"),
        ({"system_id": "1"}, "system_id"),
        ({"on": "2025/09/01"}, "on"),
        (
            {"off_cycle": {"reason": "急", "evidence": without_digest()}},
            "off_cycle.evidence.digest",
        ),
        (
            {"materials": [{"code": "MLPS_PLAN", "document": without_digest()}]},
            "materials.0.document.digest",
        ),
        (
            {"priority_basis": [{"type": "SECURITY", "document": without_digest()}]},
            "priority_basis.0.document.digest",
        ),
        (
            {"county_coordination": {"requirements": without_digest(), "standards": []}},
            "county_coordination.requirements.digest",
        ),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_malformed_declaration_names_the_field(
    city: City, changes: dict[str, Any], field: str
) -> None:
    unit = new_unit_id()
    sent = content(unit, str(uuid4()), **changes)
    answer = await city.post(f"{BASE}/projects", sent, by="UNIT", unit=unit)
    assert answer.status_code == 422, answer.text
    assert field in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("county", ["511121", "511182", "513800"])
async def test_a_county_that_is_not_of_the_city_is_refused(city: City, county: str) -> None:
    unit = await a_unit(city)
    sent = content(
        unit,
        await a_system(city, unit),
        county_codes=[county],
        county_coordination=COORDINATION,
    )
    await refused(
        await city.post(f"{BASE}/projects", sent, by="UNIT", unit=unit),
        "counties_are_of_the_city",
    )


@pytest.mark.parametrize(
    "code",
    [
        "2509-511100-04-04-12345",
        "2500-511100-04-04-123456",
        "2513-511100-04-04-123456",
        "2021-511100-04-04-123456",
        "２５09-511100-04-04-123456",
        " 2509-511100-04-04-123456",
    ],
)
async def test_a_project_code_of_another_shape_names_the_field(city: City, code: str) -> None:
    unit, _, project = await a_project(city)
    sent = {"code": code, "obtained_on": "2025-09-01"}
    path = f"{BASE}/projects/{project}/code"
    answer = await city.post(path, sent, by="UNIT", unit=unit)
    assert answer.status_code == 422, answer.text
    assert {error["field"] for error in answer.json()["errors"]} == {"code"}


@pytest.mark.parametrize(
    ("path", "body", "by", "field"),
    [
        ("data-collection-flag", {"reason": "未归集"}, "DEB", "evidence"),
        (
            "data-collection-flag",
            {"reason": "未归集", "evidence": without_digest()},
            "DEB",
            "evidence.digest",
        ),
        ("changes", {"head_since": "2025-9-1", "head": "周建国"}, "DEB", "head_since"),
    ],
)
async def test_a_malformed_act_on_a_unit_names_the_field(
    city: City, path: str, body: dict[str, Any], by: str, field: str
) -> None:
    answer = await city.post(f"{BASE}/units/{new_unit_id()}/{path}", body, by=by)
    assert answer.status_code == 422, answer.text
    assert field in {error["field"] for error in answer.json()["errors"]}


async def test_an_approval_of_a_list_without_a_digest_names_the_field(city: City) -> None:
    path = f"{BASE}/annual-lists/{uuid4()}/approval"
    answer = await city.post(path, {"document": without_digest()}, by="GOV")
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == ["document.digest"]
