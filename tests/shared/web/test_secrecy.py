"""保密审看: what bears a marking leaves its digest behind, and nothing of what it said."""

import hashlib
import json
import logging
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from deploy.contracts import documents
from shared.kernel.model import Record
from shared.web.secrecy import _names, _place
from shared.web.settings import LOGS, SERVICES
from tests.shared.web.test_http import PROJECTS, a_declaration, problem
from tests.support.city import City
from tests.support.searching import Search

MARK = "机密★10年"


def secret() -> str:
    """Something said beside the marking, that is said nowhere else."""
    return f"某内容{uuid.uuid4().hex}"


def bodies_of(service: str) -> Iterator[str]:
    """The paths of all that takes a body in a service, with made-up identifiers."""
    for path, item in documents()[service]["paths"].items():
        if "requestBody" in item.get("post", {}):
            yield re.sub(r"\{\w+\}", lambda _: str(uuid.uuid4()), f"/{service}{path}")


async def newest(city: City, service: str) -> dict[str, Any]:
    head = (await city.get(f"/{service}/v1/feed/head")).json()["position"]
    (event,) = (await city.get(f"/{service}/v1/feed", after=head - 1)).json()["events"]
    found: dict[str, Any] = event
    return found


async def head(city: City, service: str) -> int:
    position: int = (await city.get(f"/{service}/v1/feed/head")).json()["position"]
    return position


async def test_the_search_finds_what_is_kept(city: City, kept: Search) -> None:
    """Or else finding nothing would say nothing."""
    said = secret()
    unit, command = await a_declaration(city, name=said)
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    await city.get(PROJECTS, min_position=declared.json()["position"])
    assert {"registry.events", "registry.projects", "audit.inbox"} <= set(await kept(said))


@pytest.mark.parametrize("service", SERVICES)
async def test_nothing_with_a_marking_comes_in_anywhere(
    city: City,
    kept: Search,
    service: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Every command of every service, and every question that has a body."""
    caplog.set_level(logging.DEBUG)
    said, asked = secret(), list(bodies_of(service))
    assert asked
    answers: list[httpx.Response] = []
    with capture_logs() as logged:
        for path in asked:
            body = {"text": f"{MARK} {said}", "surprise": [said]}
            answers.append(await city.post(path, body, by="DEB"))
    for path, answer in zip(asked, answers, strict=True):
        told = problem(answer, 422, "classified_content")
        assert {e["field"] for e in told["errors"]} <= {"text", "（未知字段）"}, path
        assert [r["article"] for r in told["rules"]] == ["54"]
        assert said not in answer.text
        assert said not in str(answer.headers)
    assert await kept(said) == []
    assert said not in caplog.text + "".join(capfd.readouterr()) + str(logged)


@pytest.mark.parametrize("service", LOGS)
async def test_its_digest_stays_on_record_with_actor_and_time(city: City, service: str) -> None:
    said = secret()
    (path, *_) = bodies_of(service)
    body = json.dumps({"note": f"密级：绝密 {said}"}).encode()
    headers = city.headers("DEB", **{"Content-Type": "application/json", "X-Correlation-ID": "c-1"})
    told = problem(
        await city.http.post(path, content=body, headers=headers), 422, "classified_content"
    )
    event = await newest(city, service)
    assert event["type"] == "RequestRefused"
    data, meta = json.loads(event["data"]), json.loads(event["meta"])
    assert data["request_digest"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert (data["request"], data["subject"], data["about"]) == (None, "", [])
    assert data["rules"] == ["content_bears_no_marking"]
    assert meta["actor"]["body"] == "DEB"
    assert meta["command"] == data["command"] == meta["decision"]["command"]
    assert "correlation_id" not in meta  # the caller's, and so it can say anything
    assert meta["decision"]["decision_id"] == told["decision"]["decision_id"]
    assert "note" not in event["data"] + event["meta"]


async def test_an_attachment_is_known_by_its_title(city: City, kept: Search) -> None:
    said = secret()
    unit, command = await a_declaration(city)
    command["materials"][0]["document"]["title"] = f"{said}（机密）.pdf"
    told = problem(
        await city.post(PROJECTS, command, by="UNIT", unit=unit), 422, "classified_content"
    )
    assert [e["field"] for e in told["errors"]] == ["materials.0.document.title"]
    assert (await newest(city, "registry"))["subjects"] == [f"unit:{unit}"]
    assert await kept(said) == []


HOSTILE: dict[str, Callable[[str], object]] = {
    "name": lambda said: {f"{MARK}{said}": 1},
    "beside-an-unknown-field": lambda said: {said: 1, "name": MARK},
    "deep": lambda said: {"a": [{said: [f"{said}【绝密】"]}]},
    "list": lambda said: [said, MARK],
    "text": lambda said: f"{said} 秘密★",
    "column": lambda said: {"密级": "机密", "内容": said},
}


@pytest.mark.parametrize("form", HOSTILE)
@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "plain"])
async def test_whatever_form_it_comes_in(
    city: City, kept: Search, form: str, ascii_only: bool
) -> None:
    said = secret()
    body = json.dumps(HOSTILE[form](said), ensure_ascii=ascii_only).encode()
    headers = city.headers("DEB", **{"Content-Type": "application/json"})
    answer = await city.http.post("/registry/v1/units", content=body, headers=headers)
    told = problem(answer, 422, "classified_content")
    assert said not in answer.text
    assert MARK not in told["detail"]
    assert await kept(said) == []


@pytest.mark.parametrize(
    "body",
    [
        '{"name":"机密★10年 SAID"',
        '{"name":"机密","name":"SAID"}',
        '{"name":"\\u673a\\u5bc6\\u2605 SAID","total":NaN}',
        '{"机密★SAID":1,"机密★SAID":2}',
    ],
    ids=["cut", "twice", "nan", "name-twice"],
)
async def test_what_cannot_be_read_is_looked_through_as_it_came(city: City, body: str) -> None:
    said = secret()
    sent = body.replace("SAID", said).encode()
    headers = city.headers("DEB", **{"Content-Type": "application/json"})
    answer = await city.http.post("/registry/v1/units", content=sent, headers=headers)
    told = problem(answer, 422, "classified_content")
    assert [e["field"] for e in told["errors"]] == ["body"]
    assert said not in answer.text
    event = await newest(city, "registry")
    assert json.loads(event["data"])["request_digest"].endswith(hashlib.sha256(sent).hexdigest())


async def test_a_body_nested_deeper_than_functions_call_is_looked_through(city: City) -> None:
    body = (b"[" * 900) + json.dumps(MARK).encode() + (b"]" * 900)
    headers = city.headers("DEB", **{"Content-Type": "application/json"})
    answer = await city.http.post("/registry/v1/units", content=body, headers=headers)
    problem(answer, 422, "classified_content")


async def test_a_rehearsal_is_turned_away_and_leaves_nothing(city: City) -> None:
    said, before = secret(), await head(city, "registry")
    token = {"Authorization": f"Bearer {city.token('DEB')}"}
    answer = await city.http.post(
        "/registry/v1/units", params={"dry_run": "true"}, json={"n": MARK + said}, headers=token
    )
    problem(answer, 422, "classified_content")
    assert said not in answer.text
    assert await head(city, "registry") == before


async def test_the_same_again_is_answered_as_the_first_time(city: City) -> None:
    key, body = {"Idempotency-Key": uuid.uuid4().hex}, {"n": MARK}
    first = await city.post("/registry/v1/units", body, by="DEB", **key)
    before = await head(city, "registry")
    again = await city.post("/registry/v1/units", body, by="DEB", **key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    other = await city.post("/registry/v1/units", {"n": MARK, "m": 1}, by="DEB", **key)
    problem(other, 422, "idempotency_key_reused")
    assert await head(city, "registry") == before


async def test_nobody_unknown_leaves_a_record(city: City) -> None:
    before = await head(city, "registry")
    answer = await city.http.post("/registry/v1/units", json={"n": MARK})
    problem(answer, 401, "not_authenticated")
    assert await head(city, "registry") == before


async def test_it_is_in_the_register_of_refusals(fresh_city: City) -> None:
    said = secret()
    answer = await fresh_city.post("/budget/v1/price-caps", {"n": MARK, "m": said}, by="FIN")
    problem(answer, 422, "classified_content")
    register = await fresh_city.get("/audit/v1/refusals", article="54")
    (entry,) = register.json()["items"]
    assert entry["rules"] == ["content_bears_no_marking"]
    assert entry["request"] is None
    assert said not in register.text


async def test_who_speaks_of_secrets_is_heard(city: City) -> None:
    unit, command = await a_declaration(city)
    command["tasks"] = (
        "本项目不涉及国家秘密，开展商用密码应用（机密性、完整性）；商业秘密另行约定。"
    )
    answer = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert answer.status_code == 201, answer.text


async def test_a_name_that_is_none_is_not_told_back(city: City) -> None:
    unit, command = await a_declaration(city)
    command["什么都可以写在这里"] = 1
    answer = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert [e["field"] for e in problem(answer, 422, "invalid_payload")["errors"]] == [
        "（未知字段）"
    ]


# -- where it stands ----------------------------------------------------------------------------


class Inner(Record):
    title: str


class Outer(Record):
    inner: tuple[Inner, ...]


def test_names_of_nested_fields_are_known() -> None:
    assert _names(Outer) == {"inner", "title"}


def test_the_first_place_is_told(city: City) -> None:
    markings = city.runtime("registry").policies.packs[0].markings
    content = {"a": {"b": ["", MARK], "c": MARK}, "d": MARK}
    assert _place(content, markings) == ("a", "b", 1)
    assert _place({"a": {"b": 1, "c": None, "d": True}}, markings) is None
