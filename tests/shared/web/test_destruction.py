"""加密销毁: what was said is gone wherever it stood, and every proof still holds."""

import asyncio
import uuid
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from deploy.purge import Outcome, purge
from shared.events.sealing import Key
from shared.eventstore.errors import KeyDestroyed
from shared.eventstore.records import Append, NewEvent
from shared.eventstore.verify import verify
from shared.eventstore.wire import from_wire
from shared.kernel.sealing import DESTROYED
from shared.web.actors import SYSTEM
from tests.deploy.test_tick import Bridge
from tests.shared.web.test_following import until
from tests.shared.web.test_http import PROJECTS, a_declaration, problem
from tests.support.builders import document
from tests.support.city import START, City
from tests.support.searching import Search

PAPER = document("销毁批准书", "乐数〔2025〕3号").model_dump(mode="json", exclude_none=True)


@dataclass
class Told:
    """A project that says something nobody else says."""

    id: str
    unit: str
    said: str

    @property
    def subject(self) -> str:
        return f"project:{self.id}"


async def a_project(city: City) -> Told:
    said = f"只在此处{uuid.uuid4().hex}"
    unit, command = await a_declaration(city, tasks=said)
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert declared.status_code == 201, declared.text
    await city.get(PROJECTS, min_position=declared.json()["position"])
    return Told(declared.json()["id"], unit, said)


async def destroy(city: City, subject: str, service: str = "registry", *, by: str = "DEB") -> Any:
    body = {"subject": subject, "reason": "保存期限届满", "document": PAPER}
    return await city.post(f"/{service}/v1/destructions", body, by=by)


async def history(city: City, told: Told) -> dict[str, Any]:
    answer = await city.get(f"/audit/v1/projects/{told.id}/history")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_is_said_stands_in_no_log_and_in_no_inbox(city: City, kept: Search) -> None:
    told = await a_project(city)
    where = await kept(told.said)
    assert [place for place in where if "views" not in place and ".events" in place] == []
    assert "audit.inbox" not in where
    assert told.said in (await history(city, told))["entries"][0]["data"]


async def test_what_is_destroyed_is_gone_everywhere(city: City, kept: Search) -> None:
    told = await a_project(city)
    await history(city, told)  # so that it is in memory there
    done = await destroy(city, told.subject)
    assert done.status_code == 201, done.text
    await city.get(PROJECTS, min_position=done.json()["position"])
    assert await kept(told.said) == []
    shown = await city.get(f"{PROJECTS}/{told.id}", by="DEB")
    assert shown.status_code == 200
    assert told.said not in shown.text
    whole = await history(city, told)
    assert told.said not in str(whole)
    assert DESTROYED in whole["entries"][0]["data"]
    assert whole["entries"][0]["actor"]["person"] == DESTROYED
    assert [entry["label"] for entry in whole["entries"]][-1] == "加密销毁"


async def test_every_hash_and_proof_stays_what_it_was(city: City) -> None:
    told = await a_project(city)
    log = city.runtime("registry").log
    before = {e.position: e.leaf for e in await asyncio.to_thread(log.read, 0, 100_000)}
    await destroy(city, told.subject)
    found = await asyncio.to_thread(verify, city.dsns["registry"].app)
    assert found.ok, found
    after = {e.position: e.leaf for e in await asyncio.to_thread(log.read, 0, 100_000)}
    assert {position: after[position] for position in before} == before


async def test_life_goes_on_under_another_key(city: City) -> None:
    told = await a_project(city)
    await destroy(city, told.subject)
    new = f"此后所说{uuid.uuid4().hex}"
    answer = await city.post(
        f"{PROJECTS}/{told.id}/withdrawal", {"reason": new}, by="UNIT", unit=told.unit
    )
    assert answer.status_code == 201, answer.text
    data = [entry["data"] for entry in (await history(city, told))["entries"]]
    assert new in data[-1]
    assert told.said not in str(data)


async def test_who_follows_anew_reads_what_is_left(city: City) -> None:
    """An emptied inbox is filled from feeds that tell of a destruction between two keys."""
    told = await a_project(city)
    await destroy(city, told.subject)
    new = f"此后所说{uuid.uuid4().hex}"
    await city.post(f"{PROJECTS}/{told.id}/withdrawal", {"reason": new}, by="UNIT", unit=told.unit)
    runtime = city.runtime("audit")
    with runtime.inbox._pool.connection() as connection:
        connection.execute("DELETE FROM inbox")
        connection.execute("DELETE FROM inbox_position")
    for follower in runtime.followers:
        follower.healthy = False
        follower._position = 0
    async with asyncio.timeout(30):
        while True:
            answer = await city.get(f"/audit/v1/projects/{told.id}/history")
            if answer.status_code == 200 and new in answer.text:
                break
            await asyncio.sleep(0.2)
    assert told.said not in answer.text
    assert DESTROYED in answer.text


async def test_only_who_looks_after_it_destroys(city: City) -> None:
    told = await a_project(city)
    problem(await destroy(city, told.subject, by="AUD"), 403, "not_authorised")
    nothing = problem(await destroy(city, told.subject, "budget"), 409, "rule_broken")
    assert [rule["rule"] for rule in nothing["rules"]] == ["keys_are_held"]
    assert told.said in (await history(city, told))["entries"][0]["data"]


async def test_keys_are_for_those_who_follow(city: City) -> None:
    await a_project(city)
    for_auditors = (await city.get("/registry/v1/feed", limit=1000)).json()
    assert not any("secret" in event for event in for_auditors["events"])
    token = city.issuer.token(SYSTEM)
    answer = await city.http.get(
        "/registry/v1/feed", params={"limit": 1000}, headers={"Authorization": f"Bearer {token}"}
    )
    secrets = {event["secret"] for event in answer.json()["events"] if event.get("secret")}
    assert secrets
    assert not any(secret in str(for_auditors) for secret in secrets)


async def test_nothing_is_sealed_with_a_destroyed_key(city: City) -> None:
    """A process that has not heard of it yet is refused, and makes another one."""
    told = await a_project(city)
    log = city.runtime("registry").log
    key = log.keys.current(told.subject)
    assert isinstance(key, Key)
    await destroy(city, told.subject)
    log.keys.note([key])  # as one that still remembers it
    row = NewEvent.of(
        stream_id=f"test:{uuid.uuid4()}",
        version=1,
        event_id=uuid.uuid4(),
        type="DeclarationWithdrawn",
        schema_version=1,
        data=b"{}",
        meta=b"{}",
        effective_on=START.date(),
    )
    with pytest.raises(KeyDestroyed):
        await log.append(Append((row,), keys=(key,), earlier_keys=(key.id,)))
    answer = await city.post(
        f"{PROJECTS}/{told.id}/withdrawal", {"reason": "需求变化"}, by="UNIT", unit=told.unit
    )
    assert answer.status_code == 201, answer.text
    assert "需求变化" in (await history(city, told))["entries"][-1]["data"]


async def test_a_key_is_replaced_by_no_other(city: City) -> None:
    """Its id commits to it: what a row is opened with is what it was sealed with."""
    told = await a_project(city)
    with (
        city.runtime("registry").log._reading() as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute(
            "UPDATE subject_keys SET secret = sha256('another') WHERE subject = %s", [told.subject]
        )


async def test_a_key_that_is_sent_for_another_is_not_kept(city: City) -> None:
    told = await a_project(city)
    token = city.issuer.token(SYSTEM)
    answer = await city.http.get(
        "/registry/v1/feed", params={"limit": 1000}, headers={"Authorization": f"Bearer {token}"}
    )
    item = next(e for e in answer.json()["events"] if e["stream"] == told.subject)
    secret = from_wire(item).secret
    assert secret is not None
    with pytest.raises(ValueError, match="another"):
        from_wire(item | {"secret": b64encode(secret[::-1]).decode()})


async def test_other_processes_forget_within_a_second_or_two(city: City) -> None:
    told = await a_project(city)
    runtime = city.runtime("registry")
    await city.get(f"{PROJECTS}/{told.id}", by="DEB")
    with runtime.log._reading() as connection:  # as another process of the service would
        connection.execute(
            "UPDATE subject_keys SET secret = NULL, destroyed_at = now() WHERE subject = %s",
            [told.subject],
        )

    async def forgotten() -> bool:
        return runtime.log.keys.current(told.subject) is None

    await until(forgotten)
    assert runtime._cache == {} or told.subject not in runtime._cache


async def test_the_command_asks_every_service(fresh_city: City, kept_fresh: Search) -> None:
    told = await a_project(fresh_city)
    bridge = Bridge(fresh_city)

    def run() -> list[Outcome]:
        with httpx.Client(transport=bridge, base_url="http://city") as http:
            return purge(http, fresh_city.token("DEB"), told.subject, "保存期限届满", PAPER)

    outcomes = await asyncio.to_thread(run)
    assert {o.service: o.destroyed for o in outcomes}["registry"] == 1
    assert [o.fault for o in outcomes] == ["", "", "", ""]
    head = (await fresh_city.get("/registry/v1/feed/head")).json()["position"]
    await fresh_city.get(PROJECTS, min_position=head)
    assert await kept_fresh(told.said) == []
