"""Acceptance over HTTP: supervision of a declared project, its lists, and what may be done next."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.events import Event
from tests.acceptance.building import completed, concluded, scheduled, trial_started
from tests.acceptance.performing import (
    management_recorded,
    operation_started,
    performance_report,
    security_stage,
    self_evaluation,
)
from tests.acceptance.supervising import (
    clearance,
    confirmation,
    exclusive_opening,
    inspection,
    lifting,
    measure,
    rectification_order,
    rectification_report,
    security_finding,
    sharing_violation,
    untruthfulness,
    withdrawal,
)
from tests.support.builders import declaration, document, entry, profile
from tests.support.city import START, City, new_unit_id

BASE = "/acceptance/v1"


async def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def rules_of(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 409, answer.text
    return {rule["rule"] for rule in answer.json()["rules"]}


async def declared(city: City, unit: str) -> str:
    await made(await city.post("/registry/v1/units", profile(unit_id=unit), by="DEB"))
    system = await made(
        await city.post("/registry/v1/systems", entry(unit_id=unit), by="UNIT", unit=unit)
    )
    content = declaration(unit_id=unit, system_id=system["id"], plan_year=2026)
    receipt = await made(await city.post("/registry/v1/projects", content, by="UNIT", unit=unit))
    return str(receipt["id"])


async def recorded(city: City, project: str, unit: str, *events: Event) -> None:
    """Events of a project, as the acceptance log would hold them."""
    named = {"project_id": UUID(project), "unit_id": unit}
    await city.given("acceptance", *(e.model_copy(update=named) for e in events))


async def listed(city: City, path: str, position: int, **query: Any) -> list[dict[str, Any]]:
    params = {"min_position": position, **query}
    answer = await city.http.get(f"{BASE}/{path}", params=params, headers=city.headers("AUD"))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def offered(city: City, project: str, **who: Any) -> dict[tuple[str, str], Any]:
    answer = await city.get(f"{BASE}/projects/{project}/next-actions", **who)
    assert answer.status_code == 200, answer.text
    return {(action["operation"], action["body"]): action for action in answer.json()["actions"]}


async def test_a_rectification_that_nobody_reports_ends_in_a_measure(fresh_city: City) -> None:
    city, unit = fresh_city, new_unit_id()
    project = await declared(city, unit)
    path = f"{BASE}/projects/{project}"

    unknown = await city.post(f"{BASE}/projects/{uuid4()}/inspections", inspection(), by="DEB")
    assert await rules_of(unknown) == {"project_is_on_record"}
    found = await made(await city.post(f"{path}/inspections", inspection(), by="DEB"))
    inspected = (await city.get(path)).json()["supervision"]["inspections"][0]
    order = rectification_order(finding_id=inspected["inspection_id"], due_on=date(2025, 9, 30))
    foreign = await city.post(f"{path}/rectifications", order, by="UNIT", unit=unit)
    assert foreign.status_code == 403
    await made(await city.post(f"{path}/rectifications", order, by="DEB"))
    ordered = (await city.get(path)).json()["supervision"]["rectifications"][0]
    rectification = ordered["rectification_id"]

    imposing = measure(rectification_id=rectification)
    early = await city.post(f"{path}/measures", imposing, by="LG")
    assert early.json()["rules"][0]["not_before"] == "2025-10-01"
    actions = await offered(city, project, by="LG")
    assert not actions["impose_measure", "LG"]["allowed"]
    assert actions["impose_measure", "LG"]["not_before"] == "2025-10-01"

    city.clock.advance_to(START.replace(month=10, day=1))
    position = found["position"]
    overdue = await listed(city, "rectifications", position, overdue_on="2025-10-01")
    assert [row["rectification_id"] for row in overdue] == [rectification]
    assert await listed(city, "rectifications", position, overdue_on="2025-09-30") == []
    assert (await offered(city, project, by="LG"))["impose_measure", "LG"]["allowed"]
    taken = await made(await city.post(f"{path}/measures", imposing, by="LG"))
    (in_force,) = await listed(city, "measures", taken["position"], in_force=True)

    reporting = f"{path}/rectifications/{rectification}"
    by_unit: dict[str, Any] = {"by": "UNIT", "unit": unit}
    await made(await city.post(f"{reporting}/report", rectification_report(), **by_unit))
    await made(await city.post(f"{reporting}/confirmation", confirmation(done=True), by="DEB"))
    lifted = f"{path}/measures/{in_force['measure_id']}/lifting"
    assert await rules_of(await city.post(lifted, lifting(), by="DEB")) == {
        "measure_is_lifted_by_its_body"
    }
    done = await made(await city.post(lifted, lifting(), by="LG"))
    assert await listed(city, "measures", done["position"], in_force=True) == []


async def test_findings_are_listed_until_they_are_withdrawn_or_cleared(city: City) -> None:
    unit = new_unit_id()
    project = await declared(city, unit)
    path = f"{BASE}/projects/{project}"
    await made(await city.post(f"{path}/exclusive-openings", exclusive_opening(), by="DEB"))
    await made(await city.post(f"{path}/sharing-violations", sharing_violation(), by="DEB"))
    await made(await city.post(f"{path}/untruthfulness", untruthfulness(), by="FIN"))
    last = await made(await city.post(f"{path}/security-findings", security_finding(), by="PSB"))
    found = await listed(city, "findings", last["position"], unit=unit, standing=True)
    by_kind = {row["kind"]: row for row in found}
    assert set(by_kind) == {"EXCLUSIVE_OPENING", "SHARING", "UNTRUTHFULNESS", "SECURITY"}

    shared, secure = by_kind["SHARING"]["finding_id"], by_kind["SECURITY"]["finding_id"]
    withdrawing = f"{path}/sharing-violations/{shared}/withdrawal"
    await made(await city.post(withdrawing, withdrawal(), by="DEB"))
    clearing = f"{path}/security-findings/{secure}/clearance"
    cleared = await made(await city.post(clearing, clearance(), by="PSB"))
    left = await listed(city, "findings", cleared["position"], unit=unit, standing=True)
    assert {row["kind"] for row in left} == {"EXCLUSIVE_OPENING", "UNTRUTHFULNESS"}
    again = await city.post(clearing, clearance(), by="PSB")
    assert await rules_of(again) == {"security_finding_is_open"}


async def test_a_unit_corrects_what_it_recorded_itself(city: City) -> None:
    unit = new_unit_id()
    project = await declared(city, unit)
    path, by_unit = f"{BASE}/projects/{project}", {"by": "UNIT", "unit": unit}
    own = await made(
        await city.post(f"{path}/management", management_recorded().management, **by_unit)
    )
    other = await made(await city.post(f"{path}/inspections", inspection(), by="DEB"))

    def correcting(receipt: dict[str, Any]) -> dict[str, Any]:
        return {
            "event_id": receipt["events"][0]["event_id"],
            "statement": "合同编号应为 JL-2",
            "reason": "误写",
            "document": document("合同").model_dump(mode="json", exclude_none=True),
        }

    await made(await city.post(f"{path}/corrections", correcting(own), **by_unit))
    foreign = await city.post(f"{path}/corrections", correcting(other), **by_unit)
    assert await rules_of(foreign) == {"correction_is_by_who_recorded"}
    actions = await offered(city, project, **by_unit)
    assert actions["correct_record", "UNIT"]["allowed"]


@pytest.fixture
async def accepted(city: City) -> tuple[str, str]:
    """A project accepted on 2024-06-30 and its unit."""
    unit = new_unit_id()
    project = await declared(city, unit)
    accepted_on = date(2024, 6, 30)
    await recorded(
        city,
        project,
        unit,
        scheduled(on=date(2023, 3, 3), replied_on=date(2023, 3, 3)),
        completed(date(2024, 1, 2)),
        trial_started(date(2024, 1, 3), date(2024, 4, 3)),
        concluded(accepted_on),
        operation_started(date(2024, 7, 31)),
    )
    return project, unit


async def test_missing_reports_and_evaluations_are_listed(
    city: City, accepted: tuple[str, str]
) -> None:
    project, unit = accepted
    path, by_unit = f"{BASE}/projects/{project}", {"by": "UNIT", "unit": unit}

    async def missing(position: int, **query: Any) -> bool:
        return bool(await listed(city, "projects", position, unit=unit, **query))

    head = (await city.runtime("acceptance").head()).position
    years = {year: await missing(head, without_report=year) for year in (2022, 2023, 2024)}
    assert years == {2022: False, 2023: True, 2024: False}
    days = ("2025-07-30", "2025-07-31")
    evaluations = [await missing(head, without_evaluation_on=day) for day in days]
    assert evaluations == [False, True]

    report = performance_report(2023)
    sent = await made(await city.post(f"{path}/performance-reports", report, **by_unit))
    assert not await missing(sent["position"], without_report=2023)
    (row,) = await listed(city, "performance-reports", sent["position"], unit=unit, year=2023)
    assert row["late"]
    evaluated = await made(await city.post(f"{path}/self-evaluation", self_evaluation(), **by_unit))
    assert not await missing(evaluated["position"], without_evaluation_on="2025-07-31")


async def test_assessments_that_come_again_are_listed(
    city: City, accepted: tuple[str, str]
) -> None:
    project, unit = accepted
    path, by_unit = f"{BASE}/projects/{project}", {"by": "UNIT", "unit": unit}
    stage = security_stage(assessment="MLPS", mlps_level=3, on=date(2025, 8, 31))
    made_ = await made(await city.post(f"{path}/security-stages", stage, **by_unit))
    (row,) = await listed(city, "security-assessments", made_["position"], unit=unit)
    assert (row["kind"], row["next_due_on"]) == ("MLPS", "2026-08-31")
    query = {"unit": unit, "due_before": "2026-08-31"}
    assert await listed(city, "security-assessments", made_["position"], **query) == []


async def test_what_is_offered_is_what_a_rehearsal_accepts(
    city: City, accepted: tuple[str, str]
) -> None:
    project, unit = accepted
    actions = await offered(city, project, by="UNIT", unit=unit)
    own = [action for action in actions.values() if action["yours"]]
    assert {action["operation"] for action in own if action["allowed"]} == {
        "file_acceptance",
        "record_exchange_connection",
        "record_management",
        "record_mounted_resources",
        "record_safety_incident",
        "record_security_stage",
        "record_sharing_feedback",
        "submit_performance_report",
        "submit_self_evaluation",
    }
    for action in own:
        rehearsed = await city.http.post(
            f"/acceptance{action['path']}",
            params={"dry_run": "true"},
            content=action["draft"],
            headers={
                **city.headers("UNIT", unit=unit),
                "Content-Type": "application/json",
            },
        )
        assert rehearsed.status_code == (200 if action["allowed"] else 409), action["operation"]
