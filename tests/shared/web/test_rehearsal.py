"""试办: the same decision as the real run, told in the same words, and nothing on record."""

from typing import Any

import httpx

from tests.shared.web.test_http import PROJECTS, a_declaration, problem
from tests.support.city import City


async def rehearse(
    city: City, path: str, command: dict[str, Any], *, by: str = "UNIT", unit: str | None = None
) -> httpx.Response:
    """A dry run, with nothing but a token."""
    token = {"Authorization": f"Bearer {city.token(by, unit=unit)}"}
    return await city.http.post(path, params={"dry_run": "true"}, json=command, headers=token)


async def head(city: City) -> int:
    answer = await city.get("/registry/v1/feed/head")
    position: int = answer.json()["position"]
    return position


def verdicts(decision: dict[str, Any]) -> list[tuple[str, bool, str]]:
    return [(c["rule"], c["holds"], c["text"]) for c in decision["checks"]]


async def test_a_rehearsal_shows_what_would_be_recorded_and_records_nothing(city: City) -> None:
    unit, command = await a_declaration(city)
    before = await head(city)
    answer = await rehearse(city, PROJECTS, command, unit=unit)
    assert answer.status_code == 200, answer.text
    receipt = answer.json()
    assert receipt["dry_run"] is True
    assert [e["type"] for e in receipt["events"]] == ["ProjectDeclared"]
    assert '"declaration"' in receipt["events"][0]["data"]
    assert await head(city) == before
    missing = await city.get(f"{PROJECTS}/{receipt['id']}", by="DEB")
    problem(missing, 404, "not_found")


async def test_the_real_run_decides_as_it_was_rehearsed(city: City) -> None:
    unit, command = await a_declaration(city)
    rehearsed = (await rehearse(city, PROJECTS, command, unit=unit)).json()
    real = (await city.post(PROJECTS, command, by="UNIT", unit=unit)).json()
    assert verdicts(rehearsed["decision"]) == verdicts(real["decision"])
    assert [e["type"] for e in rehearsed["events"]] == [e["type"] for e in real["events"]]
    assert real["dry_run"] is False


async def test_a_rehearsed_refusal_is_told_in_full_and_leaves_no_trace(city: City) -> None:
    unit, command = await a_declaration(city)
    command["total"] = "1000000.01"
    before = await head(city)
    told = problem(await rehearse(city, PROJECTS, command, unit=unit), 409, "rule_broken")
    assert [rule["rule"] for rule in told["rules"]] == ["sources_sum_to_total"]
    assert await head(city) == before
    real = problem(await city.post(PROJECTS, command, by="UNIT", unit=unit), 409, "rule_broken")
    assert verdicts(told["decision"]) == verdicts(real["decision"])
    assert await head(city) == before + 1


async def test_a_rehearsal_is_as_strict_as_the_real_run(city: City) -> None:
    unit, command = await a_declaration(city)
    problem(await rehearse(city, PROJECTS, command, by="FIN"), 403, "not_authorised")
    del command["goals"]
    problem(await rehearse(city, PROJECTS, command, unit=unit), 422, "invalid_payload")


async def test_whether_it_is_a_rehearsal_must_be_clear(city: City) -> None:
    unit, command = await a_declaration(city)
    answer = await city.http.post(
        PROJECTS, params={"dry_run": "yes"}, json=command, headers=city.headers("UNIT", unit=unit)
    )
    told = problem(answer, 422, "invalid_payload")
    assert told["errors"][0]["field"] == "dry_run"


async def test_a_refused_request_stays_on_record_with_what_was_asked(city: City) -> None:
    unit, command = await a_declaration(city)
    command["total"] = "1000000.01"
    problem(await city.post(PROJECTS, command, by="UNIT", unit=unit), 409, "rule_broken")
    refusal = await _newest(city)
    assert refusal["type"] == "RequestRefused"
    assert "1000000.01" not in refusal["data"]  # sealed, as all that somebody wrote
    register = await city.get("/audit/v1/refusals", command="declare_project")
    assert "1000000.01" in register.json()["items"][0]["request"]


async def test_nothing_of_a_classified_project_is_kept(city: City) -> None:
    unit, command = await a_declaration(city)
    command |= {"classified": True, "tasks": "机密内容一二三"}
    told = problem(await city.post(PROJECTS, command, by="UNIT", unit=unit), 409, "rule_broken")
    assert "机密" not in str(told)
    refusal = await _newest(city)
    assert "机密" not in refusal["data"] + refusal["meta"]


async def _newest(city: City) -> dict[str, Any]:
    answer = await city.get("/registry/v1/feed", after=await head(city) - 1)
    (event,) = answer.json()["events"]
    newest: dict[str, Any] = event
    return newest
