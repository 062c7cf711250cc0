"""The gate by itself: whom it lets in, how often, and what every answer tells a browser."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from shared.kernel.actor import Actor
from shared.web.access.recorder import ACTOR
from shared.web.actors import SYSTEM
from shared.web.gate import Gate
from shared.web.heads import OVER_TLS
from shared.web.rate import Rates, Windows
from shared.web.settings import InstanceMode, Settings

OFFICER = Actor(person="chen", name="陈岚", body="DEB", role="OFFICER")
COLLEAGUE = Actor(person="wang", name="王宁", body="DEB", role="OFFICER")
TOKENS = {"Bearer chen": OFFICER, "Bearer wang": COLLEAGUE, "Bearer services": SYSTEM}


class Time:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class House:
    """What stands behind the gate: knows three tokens, and waits where it is asked to."""

    def __init__(self) -> None:
        self.waiting, self.go_on = asyncio.Event(), asyncio.Event()
        self.revoked: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        shown = headers.get("authorization")
        if scope["path"] == "/broken":
            raise ArithmeticError("broken")
        if scope["path"] == "/wait":
            self.waiting.set()
            await self.go_on.wait()
        while (await receive()).get("more_body"):
            pass
        status = 200
        if shown is not None:
            actor = None if shown in self.revoked else TOKENS.get(shown)
            status = 401 if actor is None else 200
            scope[ACTOR] = actor
        kept = [(b"cache-control", b"max-age=60")] if scope["path"] == "/kept" else []
        await send({"type": "http.response.start", "status": status, "headers": kept})
        await send({"type": "http.response.body", "body": b"ok"})


def settings(**given: Any) -> Settings:
    return Settings(_env_prefix="GOVIT_TESTS_", mode=InstanceMode.SANDBOX, **given)


def client(gate: Gate, address: str = "10.0.0.1", base: str = "http://localhost") -> Any:
    transport = httpx.ASGITransport(app=gate, client=(address, 1), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=base)


async def shows(http: httpx.AsyncClient, *tokens: str) -> list[int]:
    """The statuses of requests with these tokens, one after the other; '' for none."""
    answers = [await http.get("/", headers={"Authorization": t} if t else {}) for t in tokens]
    return [answer.status_code for answer in answers]


# -- rates -----------------------------------------------------------------------------------------


async def test_a_person_waits_until_the_oldest_request_is_a_minute_old() -> None:
    clock = Time()
    http = client(Gate(House(), settings(), Rates(3, 100, clock)))
    assert await shows(http, "Bearer chen") == [200]  # charged to the address: not known yet
    for _ in range(3):
        assert await shows(http, "Bearer chen") == [200]
        clock.now += 10
    refused = await http.get("/", headers={"Authorization": "Bearer chen"})
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"] == "30"
    assert refused.headers["ratelimit"] == '"requests";r=0;t=30'
    assert refused.headers["ratelimit-policy"] == '"requests";q=3;w=60'
    assert refused.json()["code"] == "rate_limited"
    assert "30 秒后" in refused.json()["detail"]
    clock.now += 29
    assert await shows(http, "Bearer chen") == [429]
    clock.now += 1
    assert await shows(http, "Bearer chen", "Bearer chen") == [200, 429]


async def test_one_persons_haste_is_nobody_elses_and_follows_her_everywhere() -> None:
    clock = Time()
    gate = Gate(House(), settings(), Rates(2, 100, clock))
    office, home = client(gate, "10.0.0.1"), client(gate, "10.0.0.2")
    assert await shows(office, "Bearer chen", "Bearer wang") == [200, 200]
    assert await shows(office, "Bearer chen", "Bearer chen", "Bearer chen") == [200, 200, 429]
    assert await shows(home, "Bearer chen") == [429]
    assert await shows(office, "Bearer wang") == [200]


async def test_an_address_without_tokens_has_an_account_too() -> None:
    gate = Gate(House(), settings(), Rates(2, 100, Time()))
    assert await shows(client(gate, "10.0.0.1"), "", "", "") == [200, 200, 429]
    assert await shows(client(gate, "10.0.0.2"), "") == [200]


async def test_answers_say_what_is_left() -> None:
    http = client(Gate(House(), settings(), Rates(5, 100, Time())))
    left = [(await http.get("/")).headers["ratelimit"] for _ in range(2)]
    assert left == ['"requests";r=4;t=60', '"requests";r=3;t=60']


async def test_the_services_themselves_follow_as_fast_as_they_can() -> None:
    http = client(Gate(House(), settings(), Rates(2, 100, Time())))
    assert await shows(http, *["Bearer services"] * 50) == [200] * 50


async def test_who_guesses_tokens_is_not_heard_for_a_while() -> None:
    clock = Time()
    gate = Gate(House(), settings(), Rates(1000, 3, clock))
    http = client(gate)
    assert await shows(http, "Bearer chen") == [200]
    assert await shows(http, "a", "b", "c", "d") == [401, 401, 401, 429]
    # Who is known at the same address goes on; so does who shows nothing.
    assert await shows(http, "Bearer chen", "") == [200, 200]
    # A token that nobody knows yet may be the next guess.
    assert await shows(http, "Bearer wang") == [429]
    assert await shows(client(gate, "10.0.0.2"), "Bearer wang") == [200]
    clock.now += 60
    assert await shows(http, "d") == [401]


async def test_a_token_that_ceases_to_be_good_is_charged_to_its_bearer_no_more() -> None:
    house = House()
    http = client(Gate(house, settings(), Rates(2, 100, Time())))
    assert await shows(http, "Bearer chen") == [200]
    house.revoked.add("Bearer chen")
    assert await shows(http, "Bearer chen", "Bearer chen") == [401, 401]  # hers, then the address's
    assert await shows(http, "Bearer chen") == [429]


def test_what_has_run_empty_is_forgotten() -> None:
    clock = Time()
    windows = Windows(clock)
    for number in range(20_000):
        windows.acquire_entry(f"10.{number}", 5, 60)
    clock.now += 61
    windows.acquire_entry("10.0.0.1", 5, 60)
    assert len(windows._hits) == 1


# -- how many at once, and how slowly --------------------------------------------------------------


async def test_more_requests_at_once_than_can_be_borne_are_told_to_come_again() -> None:
    house = House()
    http = client(Gate(house, settings(requests_at_once=1)))
    first = asyncio.create_task(http.get("/wait"))
    await house.waiting.wait()
    refused = await http.get("/")
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert refused.headers["retry-after"] == "1"
    house.go_on.set()
    assert (await first).status_code == 200
    assert await shows(http, "") == [200]


async def dripping(seconds: float, parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(seconds)
        yield part


async def spoken(gate: Gate, receive: Receive) -> list[Message]:
    """What the gate sends to a request whose body comes by `receive`."""
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"transfer-encoding", b"chunked")],
        "client": ("10.0.0.1", 1),
        "scheme": "http",
    }
    await gate(scope, receive, send)
    return said


async def test_a_request_that_is_abandoned_is_not_mistaken_for_a_slow_one() -> None:
    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    asking = asyncio.create_task(spoken(Gate(House(), settings(body_seconds=60)), never))
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_large_body_that_gets_on_is_given_its_time() -> None:
    parts = dripping(0.3, [b"x" * 128 * 1024] * 4)

    async def receive() -> Message:
        part = await anext(parts, b"")
        return {"type": "http.request", "body": part, "more_body": bool(part)}

    said = await spoken(Gate(House(), settings(body_seconds=0.5)), receive)
    assert said[0]["status"] == 200


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("govit.leshan.gov.cn", 200),
        ("GOVIT.leshan.gov.cn:8443", 200),
        ("a.inner.example", 200),
        ("inner.example", 400),
        ("evilinner.example", 400),
        ("govit.leshan.gov.cn.evil.example", 400),
        ("localhost:8080", 200),
        ("127.0.0.1", 200),
        ("[::1]:8080", 200),
        ("registry:8080", 200),
        ("", 400),
        ("evil.example", 400),
        ("localhost:8080, evil.example", 400),
        ("localhost@evil.example", 400),
    ],
)
async def test_only_its_own_names_are_answered_to(host: str, status: int) -> None:
    known = settings(
        hosts="govit.leshan.gov.cn, *.inner.example", registry_url="http://registry:8080"
    )
    http = client(Gate(House(), known))
    for _ in range(2):
        answer = await http.get("/", headers={"Host": host})
        assert answer.status_code == status
    if status == 400:
        assert answer.json()["code"] == "unknown_host"


async def test_two_names_in_one_request_are_none() -> None:
    http = client(Gate(House(), settings()))
    answer = await http.get("/", headers=[("Host", "localhost"), ("Host", "localhost")])
    assert answer.status_code == 400


async def test_a_probe_needs_no_name() -> None:
    http = client(Gate(House(), settings()))
    for path, status in (("/livez", 200), ("/readyz", 200), ("/version", 400)):
        assert (await http.get(path, headers={"Host": "10.1.2.3:8080"})).status_code == status


# -- heads -----------------------------------------------------------------------------------------


async def test_an_address_that_is_far_too_long_is_not_looked_at() -> None:
    http = client(Gate(House(), settings()))
    assert (await http.get("/" + "a" * 8191)).status_code == 200
    refused = await http.get("/" + "a" * 8192)
    assert (refused.status_code, refused.json()["code"]) == (414, "target_too_long")
    assert len(refused.content) < 1000


async def test_a_head_that_is_far_too_large_is_not_looked_at() -> None:
    http = client(Gate(House(), settings(head_bytes=4096)))
    assert (await http.get("/", headers={"X-Large": "a" * 3000})).status_code == 200
    refused = await http.get("/", headers={"X-Large": "a" * 4096})
    assert (refused.status_code, refused.json()["code"]) == (431, "head_too_large")


async def test_also_what_breaks_is_a_problem_with_every_header() -> None:
    broken = await client(Gate(House(), settings())).get("/broken")
    assert (broken.status_code, broken.json()["code"]) == (500, "internal_error")
    assert broken.headers["x-content-type-options"] == "nosniff"
    assert broken.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_what_an_answer_says_itself_is_kept() -> None:
    http = client(Gate(House(), settings()))
    assert (await http.get("/kept")).headers["cache-control"] == "max-age=60"
    assert (await http.get("/")).headers["cache-control"] == "no-store"


async def test_only_what_came_over_tls_is_bound_to_it() -> None:
    gate = Gate(House(), settings())
    plain = await client(gate).get("/")
    assert "strict-transport-security" not in plain.headers
    secure = await client(gate, base="https://localhost").get("/")
    assert secure.headers["strict-transport-security"] == OVER_TLS[1].decode()
