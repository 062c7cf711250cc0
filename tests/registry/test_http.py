"""The registry over HTTP: what is answered, listed, refused and never even considered."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from services.registry.reactions import activate
from shared.events.acceptance import AcceptanceConcluded
from tests.registry.building import plan, requirement, review
from tests.shared.web.test_next_actions import actions, dry_run
from tests.support.builders import declaration, document, entry, profile
from tests.support.city import START, City, new_unit_id
from tests.support.given_when_then import as_recorded

BASE = "/registry/v1"


def wire(act: Any, **changes: Any) -> dict[str, Any]:
    """A body as it is sent, with a difference."""
    return {**act.model_dump(mode="json", exclude_none=True), **changes}


COORDINATION = {
    "requirements": wire(document("总体要求")),
    "standards": [wire(document("接口规范"))],
}


async def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def refused(answer: httpx.Response, *rules: str) -> None:
    assert answer.status_code == 409, answer.text
    assert [r["rule"] for r in answer.json()["rules"]] == list(rules)


async def a_unit(city: City) -> str:
    unit = new_unit_id()
    await made(await city.post(f"{BASE}/units", profile(unit_id=unit), by="DEB"))
    return unit


async def a_system(city: City, unit: str, **changes: Any) -> str:
    content = entry(unit_id=unit, **changes)
    receipt = await made(await city.post(f"{BASE}/systems", content, by="UNIT", unit=unit))
    return str(receipt["id"])


def content(unit: str, system: str, **changes: Any) -> dict[str, Any]:
    """A declaration of 2025 for 2026."""
    return wire(declaration(unit_id=unit, system_id=system, plan_year=2026), **changes)


async def a_project(city: City, **changes: Any) -> tuple[str, str, str]:
    """Unit, system, project."""
    unit = await a_unit(city)
    system = await a_system(city, unit)
    declared = content(unit, system, **changes)
    receipt = await made(await city.post(f"{BASE}/projects", declared, by="UNIT", unit=unit))
    return unit, system, receipt["id"]


# -- units -----------------------------------------------------------------------------------


async def test_responsibility_follows_the_head_in_office(city: City) -> None:
    unit, system, project = await a_project(city)
    change = {"head": "周建国", "head_since": "2025-09-15", "on": "2025-09-01"}
    path = f"{BASE}/units/{unit}/changes"
    stranger = await city.post(path, change, by="UNIT", unit=new_unit_id())
    assert stranger.status_code == 403
    await made(await city.post(path, change, by="UNIT", unit=unit))

    asked = await city.get(f"{BASE}/projects/{project}/responsible-persons", by="UNIT", unit=unit)
    assert [(t["name"], t["since"]) for t in asked.json()["terms"]] == [
        ("李四", "2025-09-01"),
        ("周建国", "2025-09-15"),
    ]
    hidden = f"{BASE}/projects/{project}/responsible-persons"
    assert (await city.get(hidden, by="UNIT", unit=new_unit_id())).status_code == 404
    not_yet = content(unit, system, responsible_person="周建国")
    await refused(
        await city.post(f"{BASE}/projects", not_yet, by="UNIT", unit=unit),
        "responsible_person_is_the_head",
    )


async def test_an_incomplete_profile_is_accepted_and_listed_as_such(city: City) -> None:
    unit = new_unit_id()
    bare = wire(profile(unit_id=unit))
    del bare["informatization_office"]
    receipt = await made(await city.post(f"{BASE}/units", bare, by="DEB"))
    assert (await city.get(f"{BASE}/units/{unit}")).json()["missing"] == ["信息化工作机构"]

    async def listed(position: int) -> list[dict[str, Any]]:
        answer = await city.get(
            f"{BASE}/units", by="UNIT", unit=unit, incomplete=True, min_position=position
        )
        rows: list[dict[str, Any]] = answer.json()["items"]
        return rows

    assert [row["unit_id"] for row in await listed(receipt["position"])] == [unit]
    completed = {"informatization_office": "信息中心"}
    receipt = await made(
        await city.post(f"{BASE}/units/{unit}/changes", completed, by="UNIT", unit=unit)
    )
    assert await listed(receipt["position"]) == []


# -- systems ---------------------------------------------------------------------------------


async def test_a_system_is_reviewed_told_to_stop_and_stops(city: City) -> None:
    unit = await a_unit(city)
    system = await a_system(city, unit, status="RUNNING")
    path = f"{BASE}/systems/{system}"
    update = {"functions": "统一平台和消息"}
    await made(await city.post(f"{path}/changes", update, by="UNIT", unit=unit))
    await made(await city.post(f"{path}/reviews", {"statement": "现行"}, by="UNIT", unit=unit))
    order = requirement(terminate_by="2025-12-31")
    assert (
        await city.post(f"{path}/termination-requirement", order, by="UNIT", unit=unit)
    ).status_code == 403
    await made(await city.post(f"{path}/termination-requirement", order, by="DEB"))
    await refused(
        await city.post(f"{BASE}/projects", content(unit, system), by="UNIT", unit=unit),
        "system_goes_on",
    )
    waiver = {"reason": "不能替代", "document": wire(document("函", "1号"))}
    await made(await city.post(f"{path}/termination-waiver", waiver, by="DEB"))
    receipt = await made(await city.post(f"{path}/termination-requirement", order, by="DEB"))

    async def listed(position: int) -> list[tuple[str, str]]:
        answer = await city.get(
            f"{BASE}/systems", by="UNIT", unit=unit, to_stop=True, min_position=position
        )
        return [(row["phase"], row["terminate_by"]) for row in answer.json()["items"]]

    assert await listed(receipt["position"]) == [("TO_STOP", "2025-12-31")]
    stop = {"statement": "已下线", "evidence": wire(document("下线确认单"))}
    receipt = await made(await city.post(f"{path}/termination", stop, by="UNIT", unit=unit))
    assert await listed(receipt["position"]) == []
    state = (await city.get(path, by="UNIT", unit=unit)).json()
    assert (state["phase"], state["stopped_on"]) == ("STOPPED", "2025-09-01")


async def test_entries_that_nobody_looked_at_for_long_are_listed(fresh_city: City) -> None:
    unit = await a_unit(fresh_city)
    system = await a_system(fresh_city, unit)

    async def stale() -> list[str]:
        answer = await fresh_city.get(f"{BASE}/systems", stale=True, min_position=2)
        return [row["system_id"] for row in answer.json()["items"]]

    fresh_city.clock.advance_to(START + timedelta(days=180))
    assert await stale() == []
    fresh_city.clock.advance_to(START + timedelta(days=181))
    assert await stale() == [system]


def acceptance(project: str, unit: str, conclusion: str) -> AcceptanceConcluded:
    return AcceptanceConcluded.model_validate(
        {
            "on": "2025-09-01",
            "project_id": project,
            "unit_id": unit,
            "acceptance": {
                "conclusion": conclusion,
                "document": document("验收意见", "乐数验〔2025〕1号"),
                "findings": [],
                "text": "意见",
            },
        }
    )


async def test_a_provisional_entry_becomes_active_once_with_a_passed_acceptance(
    city: City,
) -> None:
    unit, system, project = await a_project(city)
    path, runtime = f"{BASE}/systems/{system}", city.runtime("registry")
    failed, passed = as_recorded(
        [acceptance(project, unit, "FAILED"), acceptance(project, unit, "PASSED")], "acceptance"
    )
    await activate(runtime, failed)
    assert (await city.get(path)).json()["phase"] == "PROVISIONAL"
    for _ in range(2):
        await activate(runtime, passed)
    answer = await city.get(path)
    assert (answer.json()["phase"], answer.headers["ETag"]) == ("ACTIVE", '"2"')
    elsewhere = acceptance(str(uuid4()), unit, "PASSED")
    await activate(runtime, *as_recorded([elsewhere], "acceptance"))


# -- plans -----------------------------------------------------------------------------------


async def test_a_plan_is_found_by_its_name_whoever_registered_it(city: City) -> None:
    title = f"乐山市数字政府建设规划（{new_unit_id()}）"
    unit, system, _ = await a_project(city, plan_alignment=[title])
    registered = plan(title=title, first_year=2025, last_year=2026)
    receipt = await made(await city.post(f"{BASE}/plans", registered, by="DRC"))
    await refused(
        await city.post(f"{BASE}/plans", registered, by="DEB"), "plan_is_not_yet_registered"
    )
    read = await city.get(f"{BASE}/plans/{receipt['id']}", by="UNIT", unit=unit)
    assert read.json()["plan"]["title"] == title
    listed = await city.get(f"{BASE}/plans", limit=200, min_position=receipt["position"])
    assert title in {row["title"] for row in listed.json()["items"]}

    named = content(unit, system, plan_alignment=[title])
    declared = await made(await city.post(f"{BASE}/projects", named, by="UNIT", unit=unit))
    basis = [ref["stream"] for ref in declared["decision"]["basis"]]
    assert basis == [f"plan:{receipt['id']}"]


# -- projects --------------------------------------------------------------------------------


async def test_what_is_out_of_scope_is_refused_and_the_refusal_is_on_record(city: City) -> None:
    unit = await a_unit(city)
    outside = content(unit, await a_system(city, unit), category="OUT_OF_SCOPE")
    answer = await city.post(f"{BASE}/projects", outside, by="UNIT", unit=unit)
    await refused(answer, "project_is_in_scope")
    assert answer.json()["rules"][0]["row"] == "2-1"
    refusals = await city.get("/audit/v1/refusals", by="AUD", unit=None, limit=1000)
    found = [r for r in refusals.json()["items"] if unit in str(r)]
    assert len(found) == 1, refusals.text


async def test_an_urgent_project_waits_for_the_bureaus_word(city: City) -> None:
    urgent = {"reason": "汛期应急", "evidence": wire(document("通知"))}
    _, _, project = await a_project(city, plan_year=2025, off_cycle=urgent)
    listed = {"year": 2025, "number": "1号", "project_ids": [project], "supplementary": True}
    path = f"{BASE}/projects/{project}/central-review"
    await made(await city.post(path, review(), by="DEB"))
    await refused(
        await city.post(f"{BASE}/annual-lists", listed, by="DEB"), "off_cycle_projects_are_agreed"
    )
    await made(await city.post(path, review(off_cycle_agreed=True), by="DEB"))
    receipt = await made(await city.post(f"{BASE}/annual-lists", listed, by="DEB"))
    read = await city.get(f"{BASE}/annual-lists/{receipt['id']}")
    assert read.json()["ranking"] == [{"project_id": project, "priority_types": []}]
    found = await city.get(
        f"{BASE}/annual-lists", year=2025, limit=200, min_position=receipt["position"]
    )
    assert receipt["id"] in {row["list_id"] for row in found.json()["items"]}


async def test_a_county_project_is_linked_and_read_with_the_project(city: City) -> None:
    unit, _, project = await a_project(
        city, county_codes=["511181"], county_coordination=COORDINATION
    )
    linked = {
        "county_code": "511181",
        "unit_name": "峨眉山市教育局",
        "name": "接入工程",
        "number": "峨发改〔2025〕3号",
        "approver": "峨眉山市发展和改革局",
    }
    path = f"{BASE}/projects/{project}"
    await made(await city.post(f"{path}/county-projects", linked, by="UNIT", unit=unit))
    state = (await city.get(path)).json()
    assert [each["number"] for each in state["county_projects"]] == ["峨发改〔2025〕3号"]


async def test_the_bureaus_own_projects_are_marked_and_listed(fresh_city: City) -> None:
    bureau = fresh_city.runtime("registry").policy_now().text("deb_unit_id")
    await a_project(fresh_city)
    await made(await fresh_city.post(f"{BASE}/units", profile(unit_id=bureau), by="DEB"))
    system = await a_system(fresh_city, bureau)
    own = content(bureau, system)
    receipt = await made(await fresh_city.post(f"{BASE}/projects", own, by="UNIT", unit=bureau))
    answer = await fresh_city.get(
        f"{BASE}/projects", self_review=True, min_position=receipt["position"]
    )
    assert [row["project_id"] for row in answer.json()["items"]] == [receipt["id"]]
    answer = await fresh_city.get(f"{BASE}/projects", self_review=False)
    assert receipt["id"] not in [row["project_id"] for row in answer.json()["items"]]


# -- what may be done next -------------------------------------------------------------------


async def offered(city: City, project: str) -> set[str]:
    """What is offered; what is tried is accepted exactly then."""
    found = await actions(city, "registry", project)
    for action in found:
        assert action["allowed"] is (await dry_run(city, "registry", action) == 200), action
    return {action["operation"] for action in found if action["allowed"]}


async def test_an_action_is_offered_exactly_when_its_dry_run_is_accepted(city: City) -> None:
    unit, _, project = await a_project(
        city, county_codes=["511181"], county_coordination=COORDINATION
    )
    path = f"{BASE}/projects/{project}"
    always = {"assign_project_code", "catalogue_resources", "link_county_project"}
    undecided = always | {"withdraw_declaration", "record_central_review"}
    assert await offered(city, project) == undecided
    no_data = {"no_data_statement": "不产生数据资源"}
    await made(await city.post(f"{path}/resources", no_data, by="UNIT", unit=unit))
    assert await offered(city, project) == undecided | {"approve_no_data_statement"}
    await made(await city.post(f"{path}/central-review", review(), by="DEB"))
    listed = {"year": 2026, "number": "1号", "project_ids": [project]}
    receipt = await made(await city.post(f"{BASE}/annual-lists", listed, by="DEB"))
    approval = {"document": wire(document("审定文件", "乐府〔2025〕1号"))}
    lists = f"{BASE}/annual-lists/{receipt['id']}/approval"
    await made(await city.post(lists, approval, by="GOV"))
    assert await offered(city, project) == always | {"approve_no_data_statement"}


async def test_no_county_project_is_offered_where_no_county_joins(city: City) -> None:
    _, _, project = await a_project(city)
    assert "link_county_project" not in await offered(city, project)
