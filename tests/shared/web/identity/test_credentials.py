"""凭据: the services' own token: fetched once for all, renewed in time, told to nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import httpx
import pytest
from joserfc.jwk import ECKey
from pydantic import SecretStr
from structlog.testing import capture_logs

from shared.web.follower import Follower
from shared.web.identity import credentials as module
from shared.web.identity.credentials import ClientCredentials, Endpoint, GivenToken, NoToken
from shared.web.identity.provider import Provider
from tests.support.issuer import CLIENT, SECRET, Issuer


class Time:
    """A clock of the test's own, that runs when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(module, "monotonic", clock)
    return clock


@pytest.fixture
def issuer() -> Issuer:
    return Issuer(ECKey.generate_key("P-256", auto_kid=True))


@asynccontextmanager
async def client_of(
    issuer: Issuer, secret: str = SECRET, **parameters: str
) -> AsyncIterator[ClientCredentials]:
    async with issuer.client() as http:
        endpoint = partial(Endpoint.of, Provider(issuer.url, http))
        yield ClientCredentials(http, endpoint, CLIENT, SecretStr(secret), parameters)


async def settled(issuer: Issuer, what: str, count: int) -> None:
    """Return when the issuer has been asked so often, and its answer is taken in."""
    async with asyncio.timeout(5):
        while issuer.asked[what] < count:  # noqa: ASYNC110 - the issuer knows no events
            await asyncio.sleep(0)
    await asyncio.sleep(0.05)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_a_token_is_granted_for_id_and_secret(issuer: Issuer, method: str) -> None:
    issuer.metadata = {"token_endpoint_auth_methods_supported": [method]}
    async with client_of(issuer, resource="urn:govit") as credentials:
        assert (await credentials.header()).startswith("Bearer ey")
    (form,) = issuer.forms
    assert (form["grant_type"], form["resource"]) == ("client_credentials", "urn:govit")
    assert ("client_secret" in form) is (method == "client_secret_post")


async def test_many_who_need_it_at_once_ask_once(issuer: Issuer) -> None:
    issuer.slow = 0.02
    async with client_of(issuer) as credentials:
        headers = await asyncio.gather(*(credentials.header() for _ in range(50)))
    assert len(set(headers)) == 1
    assert issuer.asked["token"] == 1


async def test_it_is_renewed_before_it_ends_and_nobody_waits(issuer: Issuer, clock: Time) -> None:
    async with client_of(issuer) as credentials:
        first = await credentials.header()
        clock.now += issuer.lifetime - 61
        assert await credentials.header() is first
        assert issuer.asked["token"] == 1
        clock.now += 2
        issuer.slow = 0.01
        assert await credentials.header() is first, "the next one is on its way"
        assert await credentials.header() is first
        await settled(issuer, "token", 2)
        assert await credentials.header() != first
        assert issuer.asked["token"] == 2


async def test_one_that_lives_shortly_is_used_for_most_of_its_life(
    issuer: Issuer, clock: Time
) -> None:
    issuer.lifetime = 10
    async with client_of(issuer) as credentials:
        await credentials.header()
        clock.now += 7.9
        await credentials.header()
        await asyncio.sleep(0)
        assert issuer.asked["token"] == 1
        clock.now += 0.2
        await credentials.header()
        await settled(issuer, "token", 2)


async def test_while_the_issuer_is_away_it_is_used_to_its_end(issuer: Issuer, clock: Time) -> None:
    async with client_of(issuer) as credentials:
        first = await credentials.header()
        issuer.away = True
        for attempt in range(8):  # from a minute before the end on, again and again
            clock.now = 1000 + issuer.lifetime - 59 + 7 * attempt
            assert await credentials.header() is first
            await settled(issuer, "discovery", 2 + attempt)
        clock.now = 1000.0 + issuer.lifetime
        with pytest.raises(NoToken):
            await credentials.header()
        issuer.away = False
        clock.now += 6
        assert await credentials.header() != first


async def test_an_issuer_that_refuses_is_not_pressed(issuer: Issuer, clock: Time) -> None:
    async with client_of(issuer, secret="wrong") as credentials:
        for _ in range(20):
            with pytest.raises(NoToken):
                await credentials.header()
        assert issuer.asked["refused"] == 1
        clock.now += 6
        with pytest.raises(NoToken):
            await credentials.header()
        assert issuer.asked["refused"] == 2


async def test_what_is_logged_names_the_reason_and_no_secret(issuer: Issuer) -> None:
    with capture_logs() as logs:
        async with client_of(issuer, secret="wrong-but-secret") as credentials:
            with pytest.raises(NoToken):
                await credentials.header()
            assert "wrong-but-secret" not in repr(vars(credentials))
    (entry,) = logs
    assert entry["reason"] == "401 invalid_client"
    assert "wrong-but-secret" not in str(logs)


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": "x y", "token_type": "Bearer", "expires_in": 60},
        {"access_token": "x\r\nX-Admin: 1", "token_type": "Bearer", "expires_in": 60},
        {"access_token": "x", "token_type": "DPoP", "expires_in": 60},
        {"access_token": "x", "token_type": "Bearer", "expires_in": -1},
        {"token_type": "Bearer"},
        [],
    ],
)
async def test_an_answer_that_is_no_token_is_none(answer: Any) -> None:
    async def answers(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=answer)

    async def endpoint() -> Endpoint:
        return Endpoint(url="https://issuer.example/token")

    async with httpx.AsyncClient(transport=httpx.MockTransport(answers)) as http:
        with pytest.raises(NoToken):
            await ClientCredentials(http, endpoint, CLIENT, SecretStr("x"), {}).header()


# -- how it is shown ------------------------------------------------------------------------


class Peer(httpx.AsyncBaseTransport):
    """Notes what it is shown, and accepts some of it."""

    def __init__(self, *accepted: str) -> None:
        self.shown: list[str] = []
        self.accepted = accepted

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.shown.append(request.headers["Authorization"])
        good = not self.accepted or self.shown[-1] in self.accepted
        return httpx.Response(200 if good else 401, json={"position": 7, "root": ""})


async def test_a_peer_that_refuses_it_is_asked_again_with_a_new_one(
    issuer: Issuer, clock: Time
) -> None:
    async with client_of(issuer) as credentials:
        first = await credentials.header()
        clock.now += 6
        peer = Peer("none of them")
        async with httpx.AsyncClient(transport=peer, auth=credentials) as http:
            answer = await http.get("http://peer/v1/feed")
    assert answer.status_code == 401
    assert len(peer.shown) == 2, "once more, and no more"
    assert peer.shown[0] == first != peer.shown[1]


async def test_a_given_token_is_not_shown_twice_to_a_peer_that_refuses_it() -> None:
    peer = Peer("another")
    async with httpx.AsyncClient(transport=peer, auth=GivenToken("x")) as http:
        assert (await http.get("http://peer/")).status_code == 401
    assert peer.shown == ["Bearer x"]


async def _nothing_new(page: bytes) -> None:
    pass


async def test_a_follower_shows_the_newest_wherever_it_asks(issuer: Issuer, clock: Time) -> None:
    async with client_of(issuer) as credentials:
        peer = Peer()
        http = httpx.AsyncClient(base_url="http://peer", transport=peer, auth=credentials)
        follower = Follower("registry", http, peer, cast(Any, None), _nothing_new, credentials)
        assert (await follower.head())["position"] == 7
        clock.now += issuer.lifetime + 1
        await follower.head()
        await follower.head()
        await http.get("/v1/feed")
        await follower.ask("/v1/projects", "Bearer of-somebody-else")
        first, second, *others, asked_for = peer.shown
    assert first != second
    assert others == [second, second]
    assert asked_for == "Bearer of-somebody-else"


async def test_a_follower_that_is_refused_gets_a_new_one(issuer: Issuer, clock: Time) -> None:
    async with client_of(issuer) as credentials:
        peer = Peer("none of them")
        http = httpx.AsyncClient(base_url="http://peer", transport=peer, auth=credentials)
        follower = Follower("registry", http, peer, cast(Any, None), _nothing_new, credentials)
        with pytest.raises(httpx.TransportError):
            await follower.head()
        clock.now += 6
        with pytest.raises(httpx.TransportError):
            await follower.head()
    assert len(set(peer.shown)) == 2
