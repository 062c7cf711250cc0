"""问以往: a history cut four ways, what was known at a decision, and why an event is there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.web.settings import LOGS
from tests.registry.building import review
from tests.registry.test_http import BASE, a_project, made, wire
from tests.shared.web.test_http import problem
from tests.support.builders import document
from tests.support.city import City, CityDatabases, new_unit_id, running_city
from tests.support.clock import advance

DECLARED, REVIEWED, LISTED, RESOURCES = (
    *("ProjectDeclared", "CentralReviewRecorded", "ProjectListed", "ResourcesCatalogued"),
)
SUBMITTED = "AnnualListSubmitted"


@dataclass
class Told:
    """A project whose steps were not recorded on the days that their papers bear.

    Declared on 1 September; on the 11th its review of the 6th is recorded; listed on the 12th; and
    on the 15th its resources are catalogued, on a paper of the 10th.
    """

    city: City
    unit: str
    project: str
    list_id: str

    async def history(self, **cut: Any) -> dict[str, Any]:
        path = f"/audit/v1/projects/{self.project}/history"
        answer = await self.city.get(path, **cut)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    async def entry(self, kind: str) -> dict[str, Any]:
        found: dict[str, Any]
        (found,) = [e for e in (await self.history())["entries"] if e["type"] == kind]
        return found

    async def read(self, path: str, **query: Any) -> dict[str, Any]:
        answer = await self.asked(path, query)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    async def asked(self, path: str, query: dict[str, Any]) -> httpx.Response:
        """An auditor's read; its query may name a unit."""
        return await self.city.http.get(path, params=query, headers=self.city.headers("AUD"))


@pytest.fixture(scope="module")
async def told(
    city_databases: CityDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Told]:
    async with running_city(city_databases, tmp_path_factory.mktemp("asking")) as city:
        unit, _, project = await a_project(city)
        path = f"{BASE}/projects/{project}"
        advance(city, days=10)
        late = wire(review(on="2025-09-06"))
        await made(await city.post(f"{path}/central-review", late, by="DEB"))
        advance(city, days=1)
        listed = {"year": 2026, "number": "乐数〔2025〕1号", "project_ids": [project]}
        annual = (await made(await city.post(f"{BASE}/annual-lists", listed, by="DEB")))["id"]
        approval = {"document": wire(document("审定文件", "乐府〔2025〕1号"))}
        approving = f"{BASE}/annual-lists/{annual}/approval"
        await made(await city.post(approving, approval, by="GOV"))
        advance(city, days=3)
        resources = {"no_data_statement": "不产生数据资源", "on": "2025-09-10"}
        await made(await city.post(f"{path}/resources", resources, by="UNIT", unit=unit))
        yield Told(city, unit, project, annual)


# -- four cuts ----------------------------------------------------------------------------------

MIDDAY = "2025-09-{}T04:00:00Z"
"""Noon in Shanghai."""

CUTS: list[tuple[dict[str, str], list[str]]] = [
    # what was true
    ({"valid_at": "2025-08-31"}, []),
    ({"valid_at": "2025-09-05"}, [DECLARED]),
    ({"valid_at": "2025-09-06"}, [DECLARED, REVIEWED]),
    ({"valid_at": "2025-09-10"}, [DECLARED, REVIEWED, RESOURCES]),
    # what was known
    ({"known_at": MIDDAY.format("06")}, [DECLARED]),
    ({"known_at": MIDDAY.format("11")}, [DECLARED, REVIEWED]),
    ({"known_at": MIDDAY.format("12")}, [DECLARED, REVIEWED, SUBMITTED, LISTED]),
    # what of it was true as far as was known
    ({"valid_at": "2025-09-10", "known_at": MIDDAY.format("10")}, [DECLARED]),
    ({"valid_at": "2025-09-10", "known_at": MIDDAY.format("12")}, [DECLARED, REVIEWED]),
    # how far the project's stream had come
    ({"versions": "registry:0"}, []),
    ({"versions": "registry:1"}, [DECLARED]),
    ({"versions": "registry:2"}, [DECLARED, REVIEWED]),
    ({"versions": "registry:3"}, [DECLARED, REVIEWED, SUBMITTED, LISTED]),
    ({"versions": "registry:3", "valid_at": "2025-09-11"}, [DECLARED, REVIEWED]),
    ({"versions": "registry:3", "known_at": MIDDAY.format("10")}, [DECLARED]),
    # how far the logs had come
    ({"positions": "registry:0"}, []),
    ({"positions": "approval:0,budget:0"}, [DECLARED, REVIEWED, SUBMITTED, LISTED, RESOURCES]),
    ({"positions": "registry:0", "versions": "registry:3"}, []),
    ({"steps": "1"}, [DECLARED]),
    ({"steps": "3", "valid_at": "2025-09-06"}, [DECLARED, REVIEWED]),
]


@pytest.mark.parametrize(("cut", "expected"), CUTS, ids=[str(cut) for cut, _ in CUTS])
async def test_a_project_as_it_was(told: Told, cut: dict[str, str], expected: list[str]) -> None:
    found = await told.history(**cut)
    assert [entry["type"] for entry in found["entries"]] == expected
    assert found["state"]["events"] == len(expected)


async def test_a_position_is_where_an_event_stands(told: Told) -> None:
    reviewed = await told.entry(REVIEWED)
    upto, before = reviewed["position"], reviewed["position"] - 1
    found = await told.history(positions=f"registry:{upto}")
    assert [e["type"] for e in found["entries"]] == [DECLARED, REVIEWED]
    assert found["positions"]["registry"] == upto
    found = await told.history(positions=f"registry:{before}")
    assert [e["type"] for e in found["entries"]] == [DECLARED]


async def test_the_state_at_the_heads_is_the_state_now(told: Told) -> None:
    now = await told.history()
    heads = ",".join(f"{service}:{now['positions'][service]}" for service in LOGS)
    assert await told.history(positions=heads) == now
    assert await told.history(known_at="2099-01-01T00:00:00Z", valid_at="2099-01-01") == now


async def test_what_was_entered_late_says_by_how_many_days(told: Told) -> None:
    days = {e["type"]: e["backdated_days"] for e in (await told.history())["entries"]}
    assert days == {DECLARED: 0, REVIEWED: 5, SUBMITTED: 0, LISTED: 0, RESOURCES: 5}
    assert {e["type"] for e in (await told.history())["entries"] if e["backdated"]} == {
        REVIEWED,
        RESOURCES,
    }


@pytest.mark.parametrize(
    ("cut", "says"),
    [
        ({"positions": "registry:999999"}, "只到位置"),
        ({"versions": "registry:99"}, "只到版本 4"),
        ({"versions": "budget:1"}, "只到版本 0"),
        ({"positions": "registry:1,registry:2"}, "只写一次"),
        ({"positions": "audit:1"}, "positions"),
        ({"positions": "1"}, "positions"),
        ({"known_at": "2025-09-06"}, "RFC 3339"),
    ],
)
async def test_a_cut_that_cannot_be_made_is_explained(
    told: Told, cut: dict[str, str], says: str
) -> None:
    answer = await told.city.get(f"/audit/v1/projects/{told.project}/history", **cut)
    assert says in str(problem(answer, 422, "invalid_payload"))


# -- units, eligibility, lists ------------------------------------------------------------------


async def test_a_unit_as_it_was(told: Told) -> None:
    path = f"/audit/v1/units/{told.unit}/history"
    now = await told.read(path)
    (project,) = now["state"]["projects"]
    assert (project["project_id"], project["phase"]) == (told.project, "LISTED")
    assert [e["type"] for e in now["entries"]] == ["UnitRegistered", "SystemCatalogued"]
    known = await told.read(path, known_at=MIDDAY.format("11"))
    assert known["state"]["projects"][0]["phase"] == "REVIEWED"
    assert (await told.read(path, valid_at="2025-08-31"))["state"]["projects"] == []
    assert (await told.read(path, versions="registry:1"))["state"]["projects"] == []
    own = await told.city.get(path, by="UNIT", unit=told.unit)
    assert own.json() == now
    other = await told.city.http.get(path, headers=told.city.headers("UNIT", unit=new_unit_id()))
    problem(other, 403, "not_authorised")
    nobody = await told.city.get(f"/audit/v1/units/{new_unit_id()}/history")
    problem(nobody, 404, "not_found")


async def test_what_stands_against_a_unit_is_shown_while_it_does(told: Told) -> None:
    unit, _, _ = await a_project(told.city)
    path = f"{BASE}/units/{unit}/data-collection-flag"
    restriction = {"reason": "未归集", "evidence": wire(document("通报"))}
    await made(await told.city.post(path, restriction, by="DEB"))
    view = f"/audit/v1/units/{unit}/history"
    now = await told.read(view)
    (barred,) = now["state"]["restrictions"]
    assert (barred["project_id"], barred["event"]["service"]) == (None, "registry")
    before = f"registry:{barred['event']['position'] - 1}"
    assert (await told.read(view, positions=before))["state"]["restrictions"] == []

    asked = {"unit": unit, "action": "DECLARE"}
    eligible = "/audit/v1/eligibility"
    assert (await told.read(eligible, **asked))["allowed"] is False
    then = await told.read(eligible, **asked, positions=before)
    assert then["allowed"] is True
    assert then["positions"]["registry"] == barred["event"]["position"] - 1
    early = await told.read(eligible, **asked, known_at="2099-01-01T00:00:00Z")
    assert early["allowed"] is False
    beyond = await told.asked(eligible, {**asked, "positions": "registry:999999"})
    problem(beyond, 422, "invalid_payload")


async def test_an_annual_list_as_it_was(told: Told) -> None:
    path = "/audit/v1/annual-lists/2026"
    (now,) = (await told.read(path))["lists"]
    (project,) = now["projects"]
    assert (now["list_id"], now["approved"]["on"]) == (told.list_id, "2025-09-12")
    assert (project["project_id"], project["phase"]) == (told.project, "LISTED")
    submitted = f"registry:{now['submitted']['event']['position']}"
    (open_,) = (await told.read(path, positions=submitted))["lists"]
    assert (open_["approved"], open_["projects"][0]["listed"]) == (None, None)
    assert open_["projects"][0]["phase"] == "REVIEWED"
    for cut in ({"valid_at": "2025-09-11"}, {"known_at": MIDDAY.format("11")}):
        assert (await told.read(path, **cut))["lists"] == []
    assert (await told.read("/audit/v1/annual-lists/2031"))["lists"] == []
    problem(await told.city.get(path, by="UNIT", unit=told.unit), 403, "not_authorised")


# -- what was known -----------------------------------------------------------------------------


async def test_what_was_known_at_a_decision_and_what_came_later(told: Told) -> None:
    listed = await told.entry(LISTED)
    path = f"/audit/v1/projects/{told.project}/knowledge"
    found = await told.read(path, known_before=listed["event_id"])
    assert found["event"]["event_id"] == listed["event_id"]
    assert [e["type"] for e in found["known"]] == [DECLARED, REVIEWED, SUBMITTED]
    assert all(event["read"] is not None for event in found["known"])
    (later,) = found["came_later"]
    assert (later["type"], later["backdated_days"]) == (RESOURCES, 5)

    declared = await told.entry(DECLARED)
    found = await told.read(path, known_before=declared["event_id"])
    assert (found["known"], found["came_later"]) == ([], [])


async def test_what_is_no_event_of_the_project_is_not_found(told: Told) -> None:
    path = f"/audit/v1/projects/{told.project}/knowledge"
    unknown = await told.city.get(path, known_before=str(UUID(int=7)))
    assert "history" in problem(unknown, 404, "not_found")["detail"]


# -- why it is on record ------------------------------------------------------------------------


async def test_every_event_of_a_project_is_explained_and_comes_out_again(told: Told) -> None:
    for entry in (await told.history())["entries"]:
        place = f"/audit/v1/events/{entry['service']}"
        found = await told.read(f"{place}/{entry['position']}/explanation")
        assert found == await told.read(f"{place}/{entry['event_id']}/explanation")
        assert found["entry"]["event_id"] == entry["event_id"]
        assert found["checks"], "no step is taken without a rule"
        assert found["recheck"]["same"] is True
        assert [c["text"] for c in found["recheck"]["checks"]] == [
            c["text"] for c in found["checks"]
        ]
        assert found["policy"]["reference"] == entry["policy"]
        assert found["power"]["operation"] == entry["command"]
        assert found["power"]["body"] == entry["actor"]["body"]
        assert found["basis_missing"] == []
        for event in found["basis"]:
            assert event["cited_by"]
            assert (await told.city.get(f"/audit{event['explanation']}")).status_code == 200


async def test_what_was_recorded_together_is_explained_by_one_decision(told: Told) -> None:
    listed = await told.entry(LISTED)
    assert listed["decision"] is None
    path = f"/audit/v1/events/registry/{listed['position']}/explanation"
    found = await told.read(path)
    assert "AnnualListApproved" in [event["type"] for event in found["decided_with"]]
    assert found["recheck"]["command"] == "approve_annual_list"


@pytest.mark.parametrize("place", ["registry/999999", f"registry/{UUID(int=7)}"])
async def test_an_event_that_is_not_there_is_not_found(told: Told, place: str) -> None:
    answer = await told.city.get(f"/audit/v1/events/{place}/explanation")
    problem(answer, 404, "not_found")


@pytest.mark.parametrize("place", ["audit/1", "registry/first", "registry/-1"])
async def test_a_place_that_is_none_is_refused(told: Told, place: str) -> None:
    answer = await told.city.get(f"/audit/v1/events/{place}/explanation")
    problem(answer, 422, "invalid_payload")


async def test_a_recheck_is_of_a_decision(told: Told) -> None:
    listed = await told.entry(LISTED)
    path = f"/registry/v1/rechecks/{listed['position']}"
    assert "第一个事件" in problem(await told.city.get(path), 422, "invalid_payload")["detail"]
    problem(await told.city.get("/registry/v1/rechecks/999999"), 404, "not_found")
    problem(await told.city.get(path, by="UNIT", unit=told.unit), 403, "not_authorised")
