"""Approval over HTTP: from the annual list to the reply and a filed change, with its facts."""

from typing import Any

import httpx

from shared.events.vocabulary import amount_of
from tests.approval.building import (
    ASKED,
    DUTIES,
    evaluation,
    letter,
    moving,
    opinion,
    plan,
    reply,
)
from tests.support.builders import declaration, document, profile
from tests.support.city import City, new_unit_id


async def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def a_declared_project(city: City, unit: str) -> str:
    """A project that has all but its annual list."""
    await made(await city.post("/registry/v1/units", profile(unit_id=unit), by="DEB"))
    entry = {
        "unit_id": unit,
        "name": "智慧教育平台",
        "category": "BUSINESS_SYSTEM",
        "status": "PLANNED",
        "functions": "教学管理",
    }
    system = await made(await city.post("/registry/v1/systems", entry, by="UNIT", unit=unit))
    declared = declaration(unit_id=unit, system_id=system["id"], plan_year=2026)
    project: str = (
        await made(await city.post("/registry/v1/projects", declared, by="UNIT", unit=unit))
    )["id"]
    return project


async def list_it(city: City, project: str) -> None:
    base = "/registry/v1"
    included = {"result": "INCLUDE", "reason": "必要", "bodies": ["DRC", "FIN"]}
    await made(await city.post(f"{base}/projects/{project}/central-review", included, by="DEB"))
    content = {"year": 2026, "number": "乐数〔2025〕1号", "project_ids": [project]}
    listed = await made(await city.post(f"{base}/annual-lists", content, by="DEB"))
    approval = {"document": document("审定文件", "乐府〔2025〕1号").model_dump(mode="json")}
    await made(await city.post(f"{base}/annual-lists/{listed['id']}/approval", approval, by="GOV"))


async def test_a_project_goes_from_its_list_to_the_reply_and_a_filed_change(city: City) -> None:
    unit, stranger = new_unit_id(), new_unit_id()
    project = await a_declared_project(city, unit)
    path = f"/approval/v1/projects/{project}"

    early = await city.post(f"{path}/document", plan(), by="UNIT", unit=unit)
    assert early.status_code == 409
    assert [r["rule"] for r in early.json()["rules"]] == ["project_is_on_an_approved_list"]
    foreign = await city.post(f"{path}/document", plan(), by="UNIT", unit=stranger)
    assert foreign.status_code == 403

    await list_it(city, project)
    await made(await city.post(f"{path}/document", plan(), by="UNIT", unit=unit))
    for body in ASKED:
        await made(await city.post(f"{path}/letters", letter(body), by="DRC"))
    state = (await city.get(path)).json()
    digest = state["examination"]["digest"]
    for body, kind in DUTIES:
        given = opinion(kind).model_copy(update={"digest": digest})
        await made(await city.post(f"{path}/opinions", given, by=body))
    judged = evaluation().model_copy(update={"digest": digest})
    await made(await city.post(f"{path}/evaluation", judged, by="DRC"))
    await made(await city.post(f"{path}/concurrence", {"digest": digest}, by="DEB"))

    approved = reply().model_copy(update={"digest": digest})
    refused = await city.post(f"{path}/reply", approved, by="DRC")
    assert {r["rule"] for r in refused.json()["rules"]} == {
        "project_code_is_assigned",
        "resource_catalogue_is_present",
    }
    code = {"code": f"2509-511100-04-04-{int(project[-5:], 16) % 1_000_000:06d}"}
    code["obtained_on"] = "2025-09-01"
    await made(await city.post(f"/registry/v1/projects/{project}/code", code, by="UNIT", unit=unit))
    catalogue = {"no_data_statement": "不产生数据资源"}
    resources = f"/registry/v1/projects/{project}/resources"
    await made(await city.post(resources, catalogue, by="UNIT", unit=unit))
    undecided = await city.post(f"{path}/reply", approved, by="DRC")
    assert [r["rule"] for r in undecided.json()["rules"]] == ["resource_catalogue_is_present"]
    agreed = f"/registry/v1/projects/{project}/no-data-statement-approval"
    await made(await city.post(agreed, {"text": "同意"}, by="DEB"))
    receipt = await made(await city.post(f"{path}/reply", approved, by="DRC"))
    services = {ref["service"] for ref in receipt["decision"]["basis"]}
    assert services == {"approval", "registry"}

    number = {"number": approved.document.number}
    await made(await city.post(f"{path}/copy-receipt", number, by="GAB"))
    change = moving(15_000_000)
    filing = await made(await city.post(f"{path}/change-filings", change, by="UNIT", unit=unit))
    again = await city.post(f"{path}/change-filings", moving(15_000_001), by="UNIT", unit=unit)
    assert [r["article"] for r in again.json()["rules"]] == ["29"]

    answer = await city.get(path, by="UNIT", unit=unit)
    baseline = answer.json()["baseline"]
    assert (baseline["moved_so_far"], baseline["copied"]) == ("150000.00", True)
    assert answer.headers["ETag"] == f'"{filing["version"]}"'
    assert (await city.get(path, by="UNIT", unit=stranger)).status_code == 404

    listed = await city.get(
        "/approval/v1/projects", by="UNIT", unit=unit, min_position=filing["position"]
    )
    assert listed.json()["items"] == [
        {
            "project_id": project,
            "unit_id": unit,
            "stage": "APPROVED",
            "round": "IMPLEMENTATION_PLAN",
            "total": str(amount_of(change.items)),
            "reply_number": number["number"],
            "replied_on": "2025-09-01",
            "moved_so_far": "150000.00",
        }
    ]


async def test_ruling_needs_an_application_and_the_right_body(city: City) -> None:
    project = "01890000-0000-7000-8000-00000000dead"
    path = f"/approval/v1/projects/{project}"
    ruling = {"approved": True, "document": document("批复", "1号").model_dump(), "text": "同意"}
    answer = await city.post(f"{path}/change-application/ruling", ruling, by="DRC")
    assert [r["rule"] for r in answer.json()["rules"]] == ["some_application_is_pending"]
    other = await city.post(f"{path}/change-application/ruling", ruling, by="FIN")
    assert other.status_code == 403
    assert (await city.get(path)).status_code == 404
