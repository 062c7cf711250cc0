"""访问日志: on a real city, over HTTP: what is kept of reads and denials, and what never is."""

import uuid
from typing import Any

import psycopg
import pytest
from psycopg import errors
from pydantic import ValidationError

from deploy.contracts import documents
from shared.web.access.entries import PASSED_OVER, SHOWN
from shared.web.actors import SYSTEM
from shared.web.settings import SERVICES, Settings
from tests.audit.test_http import declared
from tests.support.builders import profile
from tests.support.city import City, CityDatabases, as_owner, new_unit_id

MARKER = "kouling-3f9c2a"


CITY_WIDE = "/audit/v1/city-access-log"


async def log(city: City, service: str = "registry", **query: Any) -> list[dict[str, Any]]:
    """What auditors read, newest first."""
    answer = await city.get(f"/{service}/v1/access-log", **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def superuser(databases: CityDatabases, city: City, service: str) -> str:
    name = psycopg.conninfo.conninfo_to_dict(city.dsns[service].app)["dbname"]
    return databases.server.dsn(str(name))


def everything(databases: CityDatabases, city: City, service: str) -> str:
    """All that the table holds, as one text."""
    with psycopg.connect(superuser(databases, city, service)) as admin:
        row = admin.execute("SELECT string_agg(a::text, chr(10)) FROM access_log a").fetchone()
    assert row is not None
    return row[0] or ""


# -- what is kept ----------------------------------------------------------------------------------


async def test_an_answered_read_says_who_what_and_from_where(city: City) -> None:
    project, person = uuid.uuid4(), f"reader-{uuid.uuid4().hex[:8]}"
    headers = {"Authorization": f"Bearer {city.token('DRC', person=person)}"}
    await city.http.get(f"/registry/v1/projects/{project}", headers=headers)
    await city.http.get("/registry/v1/projects?year=2026&limit=3", headers=headers)
    listed, single = await log(city, person=person)
    assert single["outcome"] == "NOT_FOUND"
    assert (single["operation"], single["object"]) == ("read_project", f"project:{project}")
    assert (listed["outcome"], listed["operation"]) == ("GRANTED", "list_projects")
    assert (listed["object"], listed["filter"]) == (None, "year=2026")
    for entry in (listed, single):
        assert (entry["person"], entry["body"], entry["role"]) == (person, "DRC", "OFFICER")
        assert (entry["unit_id"], entry["address"]) == (None, "127.0.0.1")


async def test_what_is_hidden_is_told_from_what_is_not_there(city: City) -> None:
    _, theirs = await declared(city)
    stranger, other = new_unit_id(), f"unit-{uuid.uuid4().hex[:8]}"
    token = city.token("UNIT", unit=stranger, person=other)
    for project in (theirs, uuid.uuid4()):
        answer = await city.http.get(
            f"/registry/v1/projects/{project}", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 404
    absent, hidden = await log(city, person=other)
    assert (hidden["outcome"], absent["outcome"]) == ("HIDDEN", "NOT_FOUND")
    assert hidden["unit_id"] == stranger


async def test_a_denied_read_is_kept(city: City) -> None:
    unit, person = new_unit_id(), f"denied-{uuid.uuid4().hex[:8]}"
    token = city.token("UNIT", unit=unit, person=person)
    headers = {"Authorization": f"Bearer {token}"}
    assert (await city.http.get("/registry/v1/feed", headers=headers)).status_code == 403
    (entry,) = await log(city, person=person)
    assert (entry["operation"], entry["outcome"]) == ("read_feed", "FORBIDDEN")
    assert entry["unit_id"] == unit


async def test_a_command_without_authority_is_kept_and_an_accepted_one_is_not(city: City) -> None:
    unit, person = new_unit_id(), f"command-{uuid.uuid4().hex[:8]}"
    body = profile(unit_id=unit).model_dump(mode="json", exclude_none=True)
    for token, status in (
        (city.token("FIN", person=person), 403),
        (city.token("DEB", person=person), 201),
    ):
        headers = city.headers("DEB") | {"Authorization": f"Bearer {token}"}
        answer = await city.http.post("/registry/v1/units", json=body, headers=headers)
        assert answer.status_code == status, answer.text
    headers = city.headers("DEB") | {"Authorization": f"Bearer {token}"}
    rehearsed = await city.http.post("/registry/v1/units?dry_run=true", json=body, headers=headers)
    assert rehearsed.status_code == 409
    entries = [(e["outcome"], e["body"]) for e in await log(city, person=person)]
    assert entries == [("REHEARSED", "DEB"), ("FORBIDDEN", "FIN")]


@pytest.mark.parametrize("service", SERVICES)
async def test_who_is_not_known_is_kept_without_a_name(city: City, service: str) -> None:
    path = f"/{service}/v1/access-log"
    for headers in ({}, {"Authorization": f"Bearer {MARKER}"}):
        assert (await city.http.get(path, headers=headers)).status_code == 401
    first, second = (await log(city, service, outcome="UNAUTHENTICATED", limit=2))[:2]
    for entry in (first, second):
        assert (entry["operation"], entry["person"]) == ("list_access_log", None)


async def test_following_is_not_reading(city: City) -> None:
    headers = {"Authorization": f"Bearer {city.issuer.token(SYSTEM)}"}
    assert (await city.http.get("/registry/v1/feed", headers=headers)).status_code == 200
    assert await log(city, body="SYSTEM") == []
    await city.get("/registry/v1/feed", by="FIN")
    assert (await log(city, body="FIN"))[0]["operation"] == "read_feed"


# -- what never is ---------------------------------------------------------------------------------


async def test_nothing_that_was_sent_is_kept(city: City, city_databases: CityDatabases) -> None:
    body, unit = {"name": MARKER, "reason": MARKER}, new_unit_id()
    tokens = (city.token("AUD"), city.token("UNIT", unit=unit), MARKER)
    for token in tokens:
        headers = city.headers("AUD", **{"X-Correlation-ID": MARKER, "X-Note": MARKER})
        headers |= {"Authorization": f"Bearer {token}", "Cookie": MARKER}
        headers |= {"X-Forwarded-For": MARKER, "User-Agent": MARKER}
        for service in SERVICES:
            for path in (
                f"projects/{MARKER}",
                f"projects?unit={MARKER}&status={MARKER}&note={MARKER}&{MARKER}=1",
                f"projects/{uuid.uuid4()}?{MARKER}",
                f"refusals?rule={MARKER}&command={MARKER}&article={MARKER[:3]}",
                f"reports/{MARKER}",
                f"access-log?person={MARKER}&object={MARKER}",
                f"feed?after={MARKER}",
                MARKER,
            ):
                await city.http.get(f"/{service}/v1/{path}", headers=headers)
            for path in ("projects", f"projects/{MARKER}/reply", f"units?dry_run=true&x={MARKER}"):
                await city.http.post(f"/{service}/v1/{path}", json=body, headers=headers)
    for service in SERVICES:
        await log(city, service)
        kept = everything(city_databases, city, service)
        assert kept
        assert MARKER not in kept
        for token in tokens:
            assert token[-40:] not in kept
            assert token[:40] not in kept


def test_every_query_parameter_is_either_kept_or_passed_over() -> None:
    asked = {
        parameter["name"]
        for document in documents().values()
        for path in document["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    }
    assert asked - SHOWN - PASSED_OVER == set()
    assert frozenset() == SHOWN & PASSED_OVER


# -- who reads it ----------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
async def test_it_is_for_auditors(city: City, service: str) -> None:
    for body in ("DEB", "DRC", "FIN", "LG", "SYSTEM"):
        answer = await city.get(f"/{service}/v1/access-log", by=body)
        assert answer.status_code == 403
    answer = await city.get(f"/{service}/v1/access-log", by="UNIT", unit=new_unit_id())
    assert answer.status_code == 403
    assert (await log(city, service, outcome="FORBIDDEN"))[0]["operation"] == "list_access_log"


async def test_it_is_read_in_pages_from_the_newest_on(city: City) -> None:
    person = f"pages-{uuid.uuid4().hex[:8]}"
    headers = {"Authorization": f"Bearer {city.token('DRC', person=person)}"}
    for year in range(2020, 2025):
        await city.http.get(f"/registry/v1/projects?year={year}", headers=headers)
    seen: list[str] = []
    before: dict[str, Any] = {}
    while True:
        answer = await city.get("/registry/v1/access-log", person=person, limit=2, **before)
        page = answer.json()
        seen += [item["filter"] for item in page["items"]]
        if page.get("next") is None:
            break
        before = {"before": page["next"]}
    assert seen == [f"year={year}" for year in range(2024, 2019, -1)]


async def test_the_audit_service_tells_of_all_services_at_once(city: City) -> None:
    person = f"everywhere-{uuid.uuid4().hex[:8]}"
    headers = {"Authorization": f"Bearer {city.token('DRC', person=person)}"}
    asked = [f"/{service}/v1/access-log" for service in SERVICES * 3]
    for path in asked:
        assert (await city.http.get(path, headers=headers)).status_code == 403
    for limit in (4, 200):
        seen: list[str] = []
        cursor: dict[str, Any] | None = {}
        while cursor is not None:
            answer = await city.get(CITY_WIDE, person=person, limit=limit, **cursor)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            seen += [item["service"] for item in page["items"]]
            cursor = {"cursor": page["next"]} if page.get("next") else None
        assert seen[::-1] == list(SERVICES * 3)
    refused = await city.http.get(CITY_WIDE, headers=headers)
    assert refused.status_code == 403
    assert (await city.get(CITY_WIDE, cursor="registry")).status_code == 422


async def test_it_is_filtered_by_object_and_by_instant(city: City) -> None:
    project, start = uuid.uuid4(), city.clock.now()
    for _ in range(2):
        await city.get(f"/registry/v1/projects/{project}", by="GAB")
    found = await log(city, object=f"project:{project}", since=start.isoformat())
    assert [e["body"] for e in found] == ["GAB", "GAB"]
    assert await log(city, object=f"project:{project}", until=start.isoformat()) == []


# -- from where ------------------------------------------------------------------------------------


async def test_what_a_caller_says_of_its_address_is_not_believed(city: City) -> None:
    person = f"far-{uuid.uuid4().hex[:8]}"
    headers = {"Authorization": f"Bearer {city.token('DRC', person=person)}"}
    headers["X-Forwarded-For"] = "6.6.6.6, 203.0.113.77"
    await city.http.get("/registry/v1/projects", headers=headers)
    assert (await log(city, person=person))[0]["address"] == "127.0.0.1"


# -- how long --------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [182, 0, -1])
def test_six_months_are_the_least(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVIT_ACCESS_LOG_DAYS", str(days))
    with pytest.raises(ValidationError, match="access_log_days"):
        Settings()


AGES = (1, 100, 182, 190, 250, 405)


@pytest.fixture
async def aged(fresh_city: City, city_databases: CityDatabases) -> City:
    """A city whose registry's access log holds entries of some ages in days."""
    for age in AGES:
        await fresh_city.get(f"/registry/v1/projects?year={2000 + age % 100}", by="DRC")
    await log(fresh_city)
    dsn = superuser(city_databases, fresh_city, "registry")
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("ALTER TABLE access_log DISABLE TRIGGER ALL")
        for age in AGES:
            admin.execute(
                "UPDATE access_log SET recorded_at = now() - make_interval(days => %s)"
                " WHERE filter = %s",
                [age, f"year={2000 + age % 100}"],
            )
        admin.execute("ALTER TABLE access_log ENABLE ALWAYS TRIGGER entries_are_kept")
        admin.execute("ALTER TABLE access_log ENABLE ALWAYS TRIGGER entries_stay")
    return fresh_city


async def test_what_is_older_than_told_is_pruned_by_the_daily_job_only(aged: City) -> None:
    for body in ("AUD", "DEB"):
        refused = await aged.http.delete("/registry/v1/access-log", headers=aged.headers(body))
        assert refused.status_code == 403
    token = {"Authorization": f"Bearer {aged.issuer.token(SYSTEM)}"}
    pruned = await aged.http.delete("/registry/v1/access-log", headers=token)
    assert pruned.json() == {"removed": 3, "kept_days": 183}
    left = {e["filter"] for e in await log(aged, body="DRC")}
    assert left == {f"year={2000 + age % 100}" for age in (1, 100, 182)}
    assert (await aged.http.delete("/registry/v1/access-log", headers=token)).json()["removed"] == 0


async def test_nobody_removes_what_is_younger(aged: City) -> None:
    app = aged.dsns["registry"].app
    with psycopg.connect(app, autocommit=True) as connection:
        for statement in (
            "DELETE FROM access_log",
            "UPDATE access_log SET person = 'nobody'",
            "TRUNCATE access_log",
            "SELECT prune_access_log(30)",
            "SELECT prune_access_log(NULL)",
            "INSERT INTO access_log (recorded_at, at, outcome, operation)"
            " VALUES ('2000-01-01', now(), 'GRANTED', 'x')",
        ):
            with pytest.raises((errors.InsufficientPrivilege, errors.RestrictViolation)):
                connection.execute(statement.encode())
    with as_owner(aged.dsns["registry"]) as owner:
        for statement in (
            "DELETE FROM access_log WHERE recorded_at > now() - interval '182 days'",
            "UPDATE access_log SET person = 'nobody'",
            "TRUNCATE access_log",
        ):
            with pytest.raises(errors.RestrictViolation):
                owner.execute(statement.encode())
