"""Approval over HTTP: from the annual list to the reply and a filed change, with its facts."""

import asyncio
import json
from typing import Any

import httpx

from shared.events.vocabulary import amount_of
from tests.approval.building import (
    ASKED,
    DUTIES,
    built,
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


async def uncopied(city: City, unit: str, after: dict[str, Any]) -> list[str]:
    """Numbers of the unit's replies whose copy has not been acknowledged."""
    listed = await city.get(
        "/approval/v1/replies", unit=unit, copied=False, min_position=after["position"], by="UNIT"
    )
    return [item["number"] for item in listed.json()["items"]]


async def test_of_two_changes_of_eight_percent_at_once_one_is_filed(city: City) -> None:
    unit = new_unit_id()
    project = await an_approved_project(city, unit)
    path = f"/approval/v1/projects/{project}/change-filings"
    both = await asyncio.gather(
        *(city.post(path, moving(fen), by="UNIT", unit=unit) for fen in (8_000_000, -8_000_000))
    )
    refused, filed = sorted(both, key=lambda answer: answer.status_code, reverse=True)
    assert (filed.status_code, refused.status_code) == (201, 409)
    assert [r["rule"] for r in refused.json()["rules"]] == ["moved_money_stays_within_ratio"]
    state = (await city.get(f"/approval/v1/projects/{project}")).json()
    assert state["baseline"]["moved_so_far"] == "80000.00"


async def an_approved_project(city: City, unit: str) -> str:
    """A project with its final reply, by what is drafted for each body."""
    project = await a_declared_project(city, unit)
    await list_it(city, project)
    code = {
        "code": f"2509-511100-04-04-{int(project[-5:], 16) % 1_000_000:06d}",
        "obtained_on": "2025-09-01",
    }
    registered = f"/registry/v1/projects/{project}"
    await made(await city.post(f"{registered}/code", code, by="UNIT", unit=unit))
    shared = {"code": "R-1", "name": "学校基本信息", "sharing": "UNCONDITIONAL"}
    catalogue = {"resources": [shared]}
    await made(await city.post(f"{registered}/resources", catalogue, by="UNIT", unit=unit))
    path = f"/approval/v1/projects/{project}"
    await made(await city.post(f"{path}/document", plan(), by="UNIT", unit=unit))
    for body in ASKED:
        await made(await city.post(f"{path}/letters", letter(body), by="DRC"))
    digest = (await city.get(path)).json()["examination"]["digest"]
    for body, kind in DUTIES:
        given = opinion(kind).model_copy(update={"digest": digest})
        await made(await city.post(f"{path}/opinions", given, by=body))
    judged = evaluation().model_copy(update={"digest": digest})
    await made(await city.post(f"{path}/evaluation", judged, by="DRC"))
    await made(await city.post(f"{path}/concurrence", {"digest": digest}, by="DEB"))
    await made(
        await city.post(f"{path}/reply", reply().model_copy(update={"digest": digest}), by="DRC")
    )
    return project


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
    assert await uncopied(city, unit, receipt) == [number["number"]]
    copied = await made(await city.post(f"{path}/copy-receipt", number, by="GAB"))
    assert await uncopied(city, unit, copied) == []
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
            "suspended": False,
            "round": "IMPLEMENTATION_PLAN",
            "total": str(amount_of(change.items)),
            "reply_number": number["number"],
            "replied_on": "2025-09-01",
            "moved_so_far": "150000.00",
        }
    ]


async def act_as_drafted(
    city: City, project: str, operation: str, body: str, unit: str | None = None
) -> dict[str, Any]:
    """Take a next action with the very body that is drafted for it."""
    path = f"/approval/v1/projects/{project}/next-actions"
    offered = (await city.get(path, by=body, unit=unit)).json()["actions"]
    action = next(a for a in offered if a["operation"] == operation and a["yours"])
    assert action["allowed"], (operation, body, action["missing"], action["errors"])
    return await made(
        await city.post(
            f"/approval{action['path']}", json.loads(action["draft"]), by=body, unit=unit
        )
    )


async def test_every_step_is_taken_as_it_is_drafted(city: City) -> None:
    unit = new_unit_id()
    project = await a_declared_project(city, unit)
    await list_it(city, project)
    code = {"code": f"2509-511100-04-04-{int(project[-5:], 16) % 1_000_000:06d}"}
    code["obtained_on"] = "2025-09-01"
    await made(await city.post(f"/registry/v1/projects/{project}/code", code, by="UNIT", unit=unit))
    resource = {"code": "JY-1", "name": "学籍", "sharing": "NONE", "citation": "保密规定"}
    resources = f"/registry/v1/projects/{project}/resources"
    await made(await city.post(resources, {"resources": [resource]}, by="UNIT", unit=unit))
    await act_as_drafted(city, project, "approve_unshared_project", "LG")
    for _ in ("the feasibility study", "the design"):
        await act_as_drafted(city, project, "submit_document", "UNIT", unit)
        await act_as_drafted(city, project, "return_submission", "DRC")
        await act_as_drafted(city, project, "submit_document", "UNIT", unit)
        for _ in ASKED:
            await act_as_drafted(city, project, "request_opinion", "DRC")
        for body, _ in DUTIES:
            await act_as_drafted(city, project, "give_opinion", body)
        await act_as_drafted(city, project, "record_evaluation", "DRC")
        await act_as_drafted(city, project, "concur", "DEB")
        await act_as_drafted(city, project, "issue_reply", "DRC")
        await act_as_drafted(city, project, "confirm_copy", "GAB")
    for operation, body in (
        ("file_change", "UNIT"),
        ("dispute_filing", "DEB"),
        ("apply_for_change", "UNIT"),
        ("concur_in_change", "DEB"),
        ("rule_on_change", "DRC"),
        ("report_trouble", "UNIT"),
        ("suspend_construction", "DEB"),
        ("resume_construction", "DEB"),
        ("request_termination", "UNIT"),
        ("submit_termination", "DEB"),
        ("rule_on_termination", "LG"),
    ):
        by_unit = unit if body == "UNIT" else None
        last = await act_as_drafted(city, project, operation, body, by_unit)
    seen: dict[str, Any] = {"by": "UNIT", "unit": unit, "min_position": last["position"]}
    listed = await city.get("/approval/v1/projects", **seen)
    assert [item["stage"] for item in listed.json()["items"]] == ["TERMINATED"]


async def test_an_action_is_offered_exactly_when_its_draft_would_be_accepted(city: City) -> None:
    unit = new_unit_id()
    project = await a_declared_project(city, unit)
    await list_it(city, project)
    path = f"/approval/v1/projects/{project}"
    await act_as_drafted(city, project, "submit_document", "UNIT", unit)
    await act_as_drafted(city, project, "request_opinion", "DRC")
    actions = (await city.get(f"{path}/next-actions", by="DEB")).json()["actions"]
    assert {"give_opinion", "issue_reply", "file_change"} <= {a["operation"] for a in actions}
    for action in actions:
        tried = await city.post(
            f"/approval{action['path']}?dry_run=true",
            json.loads(action["draft"]),
            by=action["body"],
            unit=action.get("unit_id"),
        )
        assert (tried.status_code == 200) == action["allowed"], (action, tried.text)


async def test_an_exception_is_asked_for_granted_relied_on_and_revoked(city: City) -> None:
    unit, stranger = new_unit_id(), new_unit_id()
    project = await a_declared_project(city, unit)
    await list_it(city, project)
    major = {"unit_id": unit, "project_id": project, "rows": ["6-1", "6-2"], "kind": "JUSTIFIED"}
    asked = {**major, "reason": "专网隔离", "evidence": document("论证").model_dump()}
    register = "/approval/v1/exceptions"
    assert (await city.post(register, asked, by="UNIT", unit=stranger)).status_code == 403
    requested = await made(await city.post(register, asked, by="UNIT", unit=unit))
    one = f"{register}/{requested['id']}"
    agreed = {"approved": True, "text": "同意", "document": document("意见", "函1号").model_dump()}
    await made(await city.post(f"{one}/agreements", agreed, by="DRC"))
    granted = await made(await city.post(f"{one}/agreements", agreed, by="DEB"))
    assert [e["type"] for e in granted["events"]] == [
        "ExceptionAgreed",
        "ExceptionGranted",
        "ExceptionAttached",
    ]
    seen: dict[str, Any] = {"by": "UNIT", "unit": unit, "min_position": granted["position"]}
    for filters, found in (
        ({}, 1),
        ({"row": "6-2", "status": "GRANTED", "project": project}, 1),
        ({"row": "8-(1)"}, 0),
        ({"status": "REVOKED"}, 0),
    ):
        listed = await city.get(register, **seen, **filters)
        assert len(listed.json()["items"]) == found, filters
    assert (await city.get(one, by="UNIT", unit=unit)).json()["status"] == "GRANTED"
    assert (await city.get(one, by="UNIT", unit=stranger)).status_code == 404

    isolated = built(integrations=[], network="OTHER")
    path = f"/approval/v1/projects/{project}"
    await made(await city.post(f"{path}/document", isolated, by="UNIT", unit=unit))
    digest = (await city.get(path)).json()["examination"]["digest"]
    approved = reply().model_copy(update={"digest": digest})
    with_it = await city.post(f"{path}/reply", approved, by="DRC")
    assert not {"6-1", "6-2"} & {r["row"] for r in with_it.json()["rules"]}
    taken = {"reason": "网络已打通", "document": document("撤销", "函2号").model_dump()}
    await made(await city.post(f"{one}/revocation", taken, by="DRC"))
    without = await city.post(f"{path}/reply", approved, by="DRC")
    assert {"6-1", "6-2"} <= {r["row"] for r in without.json()["rules"]}


async def test_ruling_needs_an_application_and_the_right_body(city: City) -> None:
    project = "01890000-0000-7000-8000-00000000dead"
    path = f"/approval/v1/projects/{project}"
    ruling = {"approved": True, "document": document("批复", "1号").model_dump(), "text": "同意"}
    answer = await city.post(f"{path}/change-application/ruling", ruling, by="DRC")
    assert [r["rule"] for r in answer.json()["rules"]] == ["some_application_is_pending"]
    other = await city.post(f"{path}/change-application/ruling", ruling, by="FIN")
    assert other.status_code == 403
    assert (await city.get(path)).status_code == 404
