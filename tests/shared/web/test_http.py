"""What any client of any service can rely on: problems, idempotency, versions, pages, documents."""

import asyncio
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from shared.web.settings import LOGS, SERVICES
from tests.support.builders import declaration, entry, profile
from tests.support.city import City, new_unit_id

PROJECTS = "/registry/v1/projects"


async def a_unit(city: City) -> str:
    unit = new_unit_id()
    answer = await city.post("/registry/v1/units", profile(unit_id=unit), by="DEB")
    assert answer.status_code == 201, answer.text
    return unit


async def a_system(city: City, unit: str) -> str:
    answer = await city.post(
        "/registry/v1/systems",
        entry(unit_id=unit),
        by="UNIT",
        unit=unit,
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def a_declaration(city: City, **changes: Any) -> tuple[str, dict[str, Any]]:
    """A unit and a declaration of it that would be accepted."""
    unit = await a_unit(city)
    command = declaration(
        unit_id=unit, system_id=await a_system(city, unit), plan_year=2026, **changes
    )
    return unit, command.model_dump(mode="json", exclude_none=True)


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem an answer must be."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = answer.json()
    assert content["code"] == code
    assert content["type"] == f"urn:govit:problem:{code}"
    assert content["detail"]
    return content


# -- identity ------------------------------------------------------------------------------


@pytest.mark.owasp("API2")
async def test_without_a_token_nothing_is_told(city: City) -> None:
    answer = await city.http.get(PROJECTS)
    problem(answer, 401, "not_authenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.owasp("API2")
async def test_a_forged_token_is_refused(city: City) -> None:
    good = city.token("DEB")
    forged = good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB")
    answer = await city.http.get(PROJECTS, headers={"Authorization": f"Bearer {forged}"})
    problem(answer, 401, "not_authenticated")


@pytest.mark.owasp("API5")
async def test_the_wrong_body_is_told_whose_duty_it_is(city: City) -> None:
    answer = await city.post("/registry/v1/units", profile(unit_id=new_unit_id()), by="FIN")
    detail = problem(answer, 403, "not_authorised")["detail"]
    assert "第5条" in detail
    assert "市数字经济局" in detail


@pytest.mark.owasp("API1")
async def test_a_unit_neither_acts_on_nor_sees_anothers_project(city: City) -> None:
    unit, command = await a_declaration(city)
    stranger = await a_unit(city)
    answer = await city.post(PROJECTS, command, by="UNIT", unit=stranger)
    problem(answer, 403, "not_authorised")
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    path = f"{PROJECTS}/{declared.json()['id']}"
    assert (await city.get(path, by="UNIT", unit=unit)).status_code == 200
    problem(await city.get(path, by="UNIT", unit=stranger), 404, "not_found")
    shown = await city.get(
        PROJECTS, by="UNIT", unit=stranger, min_position=declared.json()["position"]
    )
    assert shown.json()["items"] == []


# -- idempotency and versions --------------------------------------------------------------


@pytest.mark.owasp("API6")
async def test_the_same_request_again_gets_the_first_receipt(city: City) -> None:
    unit, command = await a_declaration(city)
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    first = await city.post(PROJECTS, command, by="UNIT", unit=unit, **headers)
    again = await city.post(PROJECTS, command, by="UNIT", unit=unit, **headers)
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.owasp("API6")
async def test_two_callers_with_one_key_at_once_declare_one_project(city: City) -> None:
    unit, command = await a_declaration(city)
    key = uuid.uuid4().hex
    answers = await asyncio.gather(
        *(
            city.post(PROJECTS, command, by="UNIT", unit=unit, **{"Idempotency-Key": key})
            for _ in range(8)
        )
    )
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["id"] for a in answers}) == 1


async def test_a_refusal_is_repeated_too(city: City) -> None:
    unit, command = await a_declaration(city)
    command["plan_year"] = 2030
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    first = await city.post(PROJECTS, command, by="UNIT", unit=unit, **headers)
    again = await city.post(PROJECTS, command, by="UNIT", unit=unit, **headers)
    assert problem(first, 409, "rule_broken") == problem(again, 409, "rule_broken")


async def test_a_key_is_not_reused_for_another_request(city: City) -> None:
    unit, command = await a_declaration(city)
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    await city.post(PROJECTS, command, by="UNIT", unit=unit, **headers)
    command["name"] = "另一个项目"
    answer = await city.post(PROJECTS, command, by="UNIT", unit=unit, **headers)
    problem(answer, 422, "idempotency_key_reused")


async def test_a_command_needs_a_key(city: City) -> None:
    headers = city.headers("DEB")
    del headers["Idempotency-Key"]
    body = profile(unit_id=new_unit_id()).model_dump(mode="json", exclude_none=True)
    answer = await city.http.post("/registry/v1/units", json=body, headers=headers)
    problem(answer, 400, "idempotency_key_missing")


async def test_versions_guard_commands_on_what_exists(city: City) -> None:
    unit, command = await a_declaration(city)
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert declared.headers["etag"] == '"1"'
    path = f"{declared.headers['location'].removeprefix('http://city')}/central-review"
    review = {"result": "INCLUDE", "reason": "符合规划", "bodies": ["DRC", "FIN"]}
    headers = city.headers("DEB")
    del headers["If-Match"]
    problem(await city.http.post(path, json=review, headers=headers), 428, "version_missing")
    stale = await city.post(path, review, by="DEB", **{"If-Match": '"7"'})
    problem(stale, 412, "version_conflict")
    assert stale.headers["etag"] == '"1"'
    good = await city.post(path, review, by="DEB", **{"If-Match": '"1"'})
    assert good.status_code == 201
    assert good.headers["etag"] == '"2"'


@pytest.mark.owasp("API6")
async def test_of_two_callers_with_one_version_one_wins(city: City) -> None:
    unit, command = await a_declaration(city)
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    path = f"{PROJECTS}/{declared.json()['id']}/central-review"
    review = {"result": "INCLUDE", "reason": "符合规划", "bodies": ["DRC", "FIN"]}
    answers = await asyncio.gather(
        *(city.post(path, review, by="DEB", **{"If-Match": '"1"'}) for _ in range(6))
    )
    assert sorted(a.status_code for a in answers) == [201, 412, 412, 412, 412, 412]


async def test_a_lost_reply_is_made_good_under_the_old_version(city: City) -> None:
    """The client repeats its request as it was, with the version it knew then."""
    unit, command = await a_declaration(city)
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    path = f"{PROJECTS}/{declared.json()['id']}/withdrawal"
    headers = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1"'}
    body = {"reason": "需求变化"}
    first = await city.post(path, body, by="UNIT", unit=unit, **headers)
    again = await city.post(path, body, by="UNIT", unit=unit, **headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


# -- bad input -----------------------------------------------------------------------------


@pytest.mark.owasp("API4", "API8")
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"unit_id": "\xff"}',
        b'{"unit_id": "\\ud800"}',
        b'{"total": NaN}',
        b'{"name": "a", "name": "b"}',
        b'{"name":"a","name":"b"}',
        b"[" * 100_000,
    ],
    ids=["cut", "not-utf8", "surrogate", "nan", "twice", "twice-compact", "deep"],
)
async def test_hostile_json_is_refused(city: City, body: bytes) -> None:
    headers = {**city.headers("DEB"), "Content-Type": "application/json"}
    answer = await city.http.post("/registry/v1/units", content=body, headers=headers)
    problem(answer, 400, "malformed_json")


async def test_a_body_nested_deeper_than_any_document_is_only_invalid(city: City) -> None:
    headers = {**city.headers("DEB"), "Content-Type": "application/json"}
    content = b"[" * 500 + b"]" * 500
    answer = await city.http.post("/registry/v1/units", content=content, headers=headers)
    problem(answer, 422, "invalid_payload")


async def test_a_missing_body_is_asked_for(city: City) -> None:
    headers = {**city.headers("DEB"), "Content-Type": "application/json"}
    answer = await city.http.post("/registry/v1/units", content=b"", headers=headers)
    assert problem(answer, 422, "invalid_payload")["errors"][0]["field"] == "body"


async def test_a_body_that_is_not_json_is_told_so(city: City) -> None:
    headers = {**city.headers("DEB"), "Content-Type": "text/plain"}
    answer = await city.http.post("/registry/v1/units", content=b"{}", headers=headers)
    problem(answer, 415, "unsupported_media_type")


@pytest.mark.owasp("API4")
async def test_an_oversized_body_is_cut_off(city: City) -> None:
    headers = {**city.headers("DEB"), "Content-Type": "application/json"}
    content = b'{"name": "' + b"a" * (5 * 1024 * 1024) + b'"}'
    answer = await city.http.post("/registry/v1/units", content=content, headers=headers)
    problem(answer, 413, "too_large")


@pytest.mark.owasp("API3")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("total", "1000000"),
        ("total", "1000000.001"),
        ("total", "-1.00"),
        ("total", 1000000),
        ("total", 1e6),
        ("plan_year", "2026"),
        ("plan_year", 2026.0),
        ("classified", "yes"),
        ("delivery_mode", "自行建设"),
        ("name", ""),
        ("name", "a\u0000b"),
        ("name", "x" * 201),
        ("on", "2025-9-1"),
        ("on", 1756684800),
        ("on", "2025-02-30"),
        ("unit_id", "91350100M000100Y4Z"),
        ("surprise", 1),
    ],
)
async def test_a_malformed_field_is_named(city: City, field: str, value: object) -> None:
    unit, command = await a_declaration(city)
    command[field] = value
    answer = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    errors = problem(answer, 422, "invalid_payload")["errors"]
    assert [e["field"] for e in errors] == [field]


@pytest.mark.owasp("API3")
async def test_what_was_sent_is_not_echoed(city: City) -> None:
    unit, command = await a_declaration(city)
    command["total"] = command["surprise"] = "一段不应回显的内容"
    answer = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    problem(answer, 422, "invalid_payload")
    assert "回显" not in answer.text


async def test_a_paper_of_tomorrow_is_refused(city: City) -> None:
    unit, command = await a_declaration(city)
    command["on"] = "2039-01-01"
    answer = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert problem(answer, 422, "invalid_payload")["errors"][0]["field"] == "on"


@pytest.mark.owasp("API8", "API9")
async def test_unknown_addresses_and_methods_are_problems(city: City) -> None:
    problem(await city.get("/registry/v1/nothing"), 404, "not_found")
    problem(await city.get("/nothing"), 404, "not_found")
    wrong = await city.http.delete(PROJECTS, headers=city.headers("DEB"))
    problem(wrong, 405, "method_not_allowed")
    problem(await city.get(f"{PROJECTS}/{uuid.uuid4()}"), 404, "not_found")
    problem(await city.get(f"{PROJECTS}/not-a-uuid"), 422, "invalid_payload")


# -- refusals ------------------------------------------------------------------------------


async def test_a_refusal_names_every_broken_rule_with_article_and_remedy(city: City) -> None:
    unit, command = await a_declaration(city)
    command["plan_year"] = 2030
    command["responsible_person"] = "赵六"
    answer = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    refusal = problem(answer, 409, "rule_broken")
    assert {(r["rule"], r["article"]) for r in refusal["rules"]} == {
        ("plan_year_is_next_year_or_off_cycle", "15"),
        ("responsible_person_is_the_head", "26"),
    }
    assert all(r["remedy"] for r in refusal["rules"])
    assert refusal["decision"]["accepted"] is False
    assert refusal["decision"]["policy"] == "511100-2022@1"


@pytest.mark.owasp("API3")
async def test_a_classified_project_leaves_no_content_behind(city: City) -> None:
    unit, command = await a_declaration(city)
    secret = f"机密{uuid.uuid4().hex}"
    command |= {"classified": True, "name": secret, "tasks": secret, "goals": secret}
    answer = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    refusal = problem(answer, 409, "rule_broken")
    assert [r["article"] for r in refusal["rules"]] == ["54"]
    assert secret not in answer.text
    log = city.runtime("registry").log
    events = await asyncio.to_thread(log.read, 0, 100_000)
    mine = [e for e in events if unit.encode() in e.data]
    assert [e.type for e in mine][-1] == "RequestRefused"
    assert not any(secret.encode() in e.data + e.meta for e in events)


# -- reading -------------------------------------------------------------------------------


async def test_lists_are_read_page_by_page_without_loss(city: City) -> None:
    unit, command = await a_declaration(city)
    made = [await city.post(PROJECTS, command, by="UNIT", unit=unit) for _ in range(5)]
    position = made[-1].json()["position"]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2, "min_position": position, **({"cursor": cursor} if cursor else {})}
        page = (await city.get(PROJECTS, by="UNIT", unit=unit, **query)).json()
        assert page["position"] >= position
        seen += [row["project_id"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(m.json()["id"] for m in made)


async def test_a_made_up_cursor_is_refused(city: City) -> None:
    answer = await city.get(PROJECTS, by="DEB", cursor="bm90LWEtY3Vyc29y")
    assert problem(answer, 422, "invalid_payload")["errors"][0]["field"] == "cursor"


async def test_the_feed_is_gapless_and_waits_for_news(city: City) -> None:
    head = (await city.get("/registry/v1/feed/head", by="DEB")).json()["position"]
    waiting = asyncio.create_task(
        city.get("/registry/v1/feed", by="DEB", after=head, limit=1000, wait=4)
    )
    await asyncio.sleep(0.05)
    await a_unit(city)
    events = (await waiting).json()["events"]
    assert events[0]["position"] == head + 1
    whole = (await city.get("/registry/v1/feed", by="DEB", after=0, limit=1000)).json()["events"]
    assert [e["position"] for e in whole] == list(range(1, len(whole) + 1))
    assert all(json.loads(e["meta"])["clock"] == "sandbox" for e in whole)


@pytest.mark.owasp("API5")
async def test_a_unit_does_not_read_the_feed(city: City) -> None:
    unit = await a_unit(city)
    problem(await city.get("/registry/v1/feed", by="UNIT", unit=unit), 403, "not_authorised")


# -- running -------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_says_how_it_is(city: City, service: str) -> None:
    assert (await city.http.get(f"/{service}/livez")).json() == {"status": "ok"}
    ready = await city.http.get(f"/{service}/readyz")
    assert ready.json() == {"ready": True, "faults": []}
    version = (await city.http.get(f"/{service}/version")).json()
    assert (version["service"], version["clock"], version["mode"]) == (
        service,
        "sandbox",
        "sandbox",
    )


@pytest.mark.owasp("API8")
@pytest.mark.parametrize("service", SERVICES)
async def test_documentation_needs_no_other_server(city: City, service: str) -> None:
    page = (await city.http.get(f"/{service}/docs")).text
    assert "http://" not in page
    assert "https://" not in page
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css"):
        path = next(p for p in page.split('"') if p.endswith(asset))
        assert path.startswith(f"/{service}/")
        assert (await city.http.get(path)).status_code == 200


async def test_the_entry_page_lists_the_services(city: City) -> None:
    page = (await city.http.get("/")).text
    assert all(f'href="/{service}/docs"' in page for service in SERVICES)
    assert "沙箱" in page


@pytest.mark.parametrize("service", LOGS)
async def test_a_sandbox_clock_only_runs_forwards(city: City, service: str) -> None:
    now = (await city.http.get(f"/{service}/sandbox/clock")).json()["now"]
    answer = await city.http.put(f"/{service}/sandbox/clock", json={"to": "2020-01-01T00:00:00Z"})
    assert problem(answer, 422, "invalid_payload")["errors"][0]["field"] == "to"
    assert (await city.http.get(f"/{service}/sandbox/clock")).json()["now"] >= now


# -- what nobody learns --------------------------------------------------------------------


@pytest.mark.owasp("API1")
async def test_anothers_project_cannot_be_probed(city: City) -> None:
    unit, command = await a_declaration(city)
    stranger = await a_unit(city)
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    there, absent = f"{PROJECTS}/{declared.json()['id']}", f"{PROJECTS}/{uuid.uuid4()}"
    seen = [await city.get(path, by="UNIT", unit=stranger) for path in (there, absent)]
    assert {a.json()["detail"] for a in seen} == {seen[0].json()["detail"]}
    body = {"reason": "需求变化"}
    for version in ('"1"', '"7"', "*"):
        tried = [
            await city.post(
                f"{path}/withdrawal", body, by="UNIT", unit=stranger, **{"If-Match": version}
            )
            for path in (there, absent)
        ]
        assert [a.status_code for a in tried] == [403, 403]
        assert not any("etag" in a.headers for a in tried)


async def test_an_unknown_body_reads_nothing(city: City) -> None:
    unit, command = await a_declaration(city)
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    for path in (PROJECTS, f"{PROJECTS}/{declared.json()['id']}", "/registry/v1/units"):
        problem(await city.get(path, by="SUPPLIER"), 403, "not_authorised")


async def test_a_token_for_a_unit_names_the_unit(city: City) -> None:
    nameless = {"person": "x", "name": "x", "body": "UNIT", "role": "OFFICER"}
    answer = await city.http.post("/registry/development/tokens", json=nameless)
    problem(answer, 422, "invalid_payload")


@pytest.mark.owasp("API4")
@pytest.mark.parametrize("cursor", ["AA", "_", "中"])
async def test_a_hostile_cursor_is_refused(city: City, cursor: str) -> None:
    problem(await city.get("/registry/v1/units", by="DEB", cursor=cursor), 422, "invalid_payload")


@pytest.mark.owasp("API4")
async def test_positions_beyond_the_databases_are_refused(city: City) -> None:
    answer = await city.get("/registry/v1/feed", by="DEB", after=10**30)
    problem(answer, 422, "invalid_payload")
    problem(await city.get(PROJECTS, by="DEB", min_position=10**30), 422, "invalid_payload")


@pytest.mark.owasp("API4")
async def test_the_last_of_all_positions_is_one_like_any(city: City) -> None:
    await a_unit(city)
    answer = await city.get("/registry/v1/feed", by="DEB", after=2**63 - 1)
    assert (answer.status_code, answer.json()["events"]) == (200, [])


@pytest.mark.owasp("API4")
async def test_nobody_waits_for_what_the_log_has_not_reached(city: City) -> None:
    async with asyncio.timeout(3):  # a view is waited for longer
        answer = await city.get(PROJECTS, by="DEB", min_position=2**63 - 1)
    assert problem(answer, 422, "invalid_payload")["errors"][0]["field"] == "min_position"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("refusals", "since"),
        ("exceptions", "as_of"),
        ("projects/01890000-0000-7000-8000-000000000001/history", "known_at"),
    ],
)
async def test_a_number_is_no_date(city: City, path: str, name: str) -> None:
    answer = await city.get(f"/audit/v1/{path}", **{name: "1756684800"})
    assert problem(answer, 422, "invalid_payload")["errors"][0]["field"] == name


async def test_the_headers_of_a_rehearsal_are_read_as_strictly(city: City) -> None:
    body = profile(unit_id=new_unit_id())
    path = "/registry/v1/units?dry_run=true"
    long = await city.post(path, body, by="DEB", **{"If-Match": "9" * 101})
    assert problem(long, 422, "invalid_payload")["errors"][0]["field"] == "If-Match"
    empty = await city.post(path, body, by="DEB", **{"Idempotency-Key": ""})
    problem(empty, 400, "idempotency_key_missing")


# -- refusals and the end of the regulation ------------------------------------------------


async def test_a_bodys_refusal_is_on_the_units_register(city: City) -> None:
    unit, command = await a_declaration(city)
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    path = f"{PROJECTS}/{declared.json()['id']}/no-data-statement-approval"
    refused = await city.post(path, {"text": "同意"}, by="DEB")
    problem(refused, 409, "rule_broken")
    register = (await city.get(f"/audit/v1/refusals?unit={unit}")).json()["items"]
    assert [item["command"] for item in register] == ["approve_no_data_statement"]


async def test_after_the_regulation_decisions_end_and_the_record_stays(fresh_city: City) -> None:
    city = fresh_city
    unit, command = await a_declaration(city)
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    city.clock.advance_to(datetime(2027, 6, 24, 16, 0, tzinfo=UTC))  # midnight in Leshan
    late = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    problem(late, 503, "no_policy_in_force")
    project = declared.json()["id"]
    assert (await city.get(f"{PROJECTS}/{project}", by="DEB")).status_code == 200
    assert (await city.get(f"/audit/v1/projects/{project}/history")).status_code == 200
    assert (await city.get("/audit/v1/integrity")).json()["intact"] is True
    assert (await city.http.get("/registry/version")).status_code == 200
