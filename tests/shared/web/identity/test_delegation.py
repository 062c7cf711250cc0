"""委托: who acts for whom is on record with everything he does, and ends when it ends."""

import asyncio
import io
import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey
from pydantic import ValidationError
from rich.console import Console

from deploy.timeline import show_history
from shared.events import Meta
from shared.events.sealing import opened_meta
from shared.eventstore.keys import provided
from shared.kernel.actor import Actor, Delegation
from shared.regulation.common import decider_did_not_submit
from shared.web.identity.claims import ClaimNames
from shared.web.identity.keys import KeyRing
from shared.web.identity.tokens import Verifier
from shared.web.problems import ProblemError
from tests.support.builders import declaration, entry, profile
from tests.support.city import City, new_unit_id
from tests.support.forge import Forge

OFFICER = Actor(person="zhang-1", name="张一", body="DEB", role="OFFICER")
GIVEN: dict[str, Any] = {
    "from": "li-1",
    "name": "李一",
    "until": "2099-12-31",
    "document": "乐数委〔2026〕3号",
}


def delegated(**changes: Any) -> Actor:
    return Actor.model_validate(OFFICER.model_dump() | {"delegation": GIVEN | changes})


async def register(city: City, actor: Actor) -> httpx.Response:
    body = profile(unit_id=new_unit_id()).model_dump(mode="json", exclude_none=True)
    headers = {
        "Authorization": f"Bearer {city.issuer.token(actor)}",
        "Idempotency-Key": uuid.uuid4().hex,
    }
    return await city.http.post("/registry/v1/units", json=body, headers=headers)


async def meta_of(city: City, answer: httpx.Response) -> dict[str, Any]:
    (row,) = city.runtime("registry").log.read(answer.json()["position"] - 1, 1)
    meta: dict[str, Any] = json.loads(opened_meta(row.meta, row.event_id, provided(row)))
    return meta


async def test_what_is_done_for_another_names_both(city: City) -> None:
    answer = await register(city, delegated())
    assert answer.status_code == 201, answer.text
    assert (await meta_of(city, answer))["actor"] == {
        "person": "zhang-1",
        "name": "张一",
        "body": "DEB",
        "role": "OFFICER",
        "delegation": GIVEN | {"until": "2100-01-01T00:00:00+08:00"},
    }


async def test_who_reads_a_history_sees_for_whom_it_was_done(city: City) -> None:
    unit = new_unit_id()
    await city.post("/registry/v1/units", profile(unit_id=unit), by="DEB")
    answer = await city.post("/registry/v1/systems", entry(unit_id=unit), by="UNIT", unit=unit)
    command = declaration(unit_id=unit, system_id=answer.json()["id"], plan_year=2026)
    acting = Actor(
        person="wang-1",
        name="王一",
        body="UNIT",
        role="OFFICER",
        unit_id=unit,
        delegation=Delegation.model_validate(GIVEN),
    )
    headers = {
        "Authorization": f"Bearer {city.issuer.token(acting)}",
        "Idempotency-Key": uuid.uuid4().hex,
    }
    body = command.model_dump(mode="json", exclude_none=True)
    declared = await city.http.post("/registry/v1/projects", json=body, headers=headers)
    assert declared.status_code == 201, declared.text
    path = f"/audit/v1/projects/{declared.json()['id']}/history"
    async with asyncio.timeout(20):
        while not (shown := await city.get(path)).is_success:  # noqa: ASYNC110 - the audit follows
            await asyncio.sleep(0.05)
    (first, *_) = shown.json()["entries"]
    assert first["actor"]["delegation"]["from"] == "li-1"
    with io.StringIO() as written:
        show_history(Console(file=written, width=160), shown.json())
        assert "王一（受李一委托）" in written.getvalue()


async def test_what_is_done_in_ones_own_name_is_recorded_as_ever(city: City) -> None:
    answer = await register(city, OFFICER)
    actor = (await meta_of(city, answer))["actor"]
    assert list(actor) == ["person", "name", "body", "role"]


def test_without_a_delegation_an_actor_is_written_as_before_there_were_any() -> None:
    meta = Meta(actor=OFFICER, command="register_unit", policy="511100-2022@1")
    expected = (
        b'{"person":"zhang-1","name":"\xe5\xbc\xa0\xe4\xb8\x80","body":"DEB","role":"OFFICER"'
    )
    assert meta.to_bytes().startswith(b'{"actor":' + expected + b"}")
    assert OFFICER.model_dump_json().encode() == expected + b',"unit_id":null}'


def test_what_was_written_is_read_again() -> None:
    meta = Meta(actor=delegated(), command="register_unit", policy="511100-2022@1")
    again = Meta.model_validate_json(meta.to_bytes())
    assert again == meta
    assert again.to_bytes() == meta.to_bytes()


async def test_a_delegation_that_is_over_is_refused_and_says_so(city: City) -> None:
    answer = await register(city, delegated(until="2026-01-31"))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_authorised")
    assert "李一的委托已于 2026-02-01 00:00 届满" in answer.json()["detail"]


async def test_a_remembered_token_does_not_outlast_its_delegation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    forge, now = Forge(key, "https://issuer.example"), time.time()
    verifier = Verifier(KeyRing([key]), issuer=forge.issuer, audience="govit")
    until = datetime.fromtimestamp(now + 100, UTC).isoformat()
    token = forge.good(delegation=GIVEN | {"until": until})
    first = await verifier.actor(token)
    assert first.delegation is not None
    assert await verifier.actor(token) is first
    monkeypatch.setattr(time, "time", lambda: now + 99)
    assert await verifier.actor(token) is first
    monkeypatch.setattr(time, "time", lambda: now + 101)  # the token itself is good for longer
    with pytest.raises(ProblemError) as refused:
        await verifier.actor(token)
    assert refused.value.code == "not_authorised"


@pytest.mark.parametrize(
    ("until", "ends"),
    [
        ("2026-05-06", "2026-05-07T00:00:00+08:00"),
        ("2026-12-31", "2027-01-01T00:00:00+08:00"),
        ("2026-05-06T17:30:00+08:00", "2026-05-06T17:30:00+08:00"),
        ("2026-05-06T09:30:00Z", "2026-05-06T17:30:00+08:00"),
    ],
)
def test_a_delegation_until_a_day_includes_that_day(until: str, ends: str) -> None:
    found = Delegation.model_validate(GIVEN | {"until": until}).until
    assert found == datetime.fromisoformat(ends)
    assert found.utcoffset() is not None


@pytest.mark.parametrize("until", ["2026-05-06T17:30:00", "9999-12-31", "soon", None, ""])
def test_a_delegation_whose_end_nobody_knows_is_none(until: str | None) -> None:
    with pytest.raises(ValidationError):
        Delegation.model_validate(GIVEN | {"until": until})


def test_whoever_acts_for_the_submitter_does_not_decide() -> None:
    assert decider_did_not_submit(delegated(), {"somebody"}).holds
    assert not decider_did_not_submit(delegated(), {"zhang-1"}).holds
    assert not decider_did_not_submit(delegated(), {"li-1"}).holds
    assert decider_did_not_submit(OFFICER, {"li-1"}).holds


def test_an_issuer_may_have_other_names_for_the_claims() -> None:
    names = ClaimNames(person="uid", body="dept", role="post", delegation="wt")
    found = names.actor({"uid": "zhang-1", "dept": "DEB", "post": "OFFICER", "wt": GIVEN})
    assert found == delegated().model_copy(update={"name": "zhang-1"})
