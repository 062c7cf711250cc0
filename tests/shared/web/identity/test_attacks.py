"""Tokens that must not be believed: by a running city, and by every kind of verifier."""

import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey

from shared.kernel.actor import Actor
from shared.web.identity.development import ISSUER
from shared.web.identity.keys import key_file
from shared.web.identity.tokens import Verifier
from shared.web.problems import ProblemError
from tests.support.city import City
from tests.support.forge import ATTACKS, UNKNOWN, Forge
from tests.support.issuer import Issuer

FEED = "/registry/v1/feed/head"

every_attack = pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
every_attack_on_names = pytest.mark.parametrize(
    "attack", (ATTACKS | UNKNOWN).values(), ids=ATTACKS | UNKNOWN
)


@pytest.fixture(scope="module")
def at_city(city: City) -> Forge:
    """Makes tokens with the very key of the city's issuer."""
    key = ECKey.import_key(json.loads((city.settings.home / "issuer.json").read_text()))
    return Forge(key, ISSUER)


@pytest.fixture(scope="module")
def key() -> ECKey:
    return ECKey.generate_key("P-256", parameters={"kid": "first"})


async def asked(city: City, token: str) -> httpx.Response:
    # Header values travel as Latin-1; what a client writes there is bytes.
    headers = {b"Authorization": f"Bearer {token}".encode("latin-1")}
    return await city.http.get(FEED, headers=headers)


async def refusal(verifier: Verifier, token: str) -> ProblemError:
    with pytest.raises(ProblemError) as refused:
        await verifier.actor(token)
    return refused.value


async def test_the_forge_makes_good_tokens_too(city: City, at_city: Forge) -> None:
    answer = await asked(city, at_city.good())
    assert answer.status_code == 200, answer.text


@every_attack_on_names
async def test_a_city_does_not_believe_it(
    city: City, at_city: Forge, attack: Callable[[Forge], str]
) -> None:
    answer = await asked(city, attack(at_city))
    if answer.status_code == 431:  # too long to be looked at
        assert answer.json()["code"] == "head_too_large"
        return
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")


@every_attack
async def test_a_key_file_does_not_verify_it(
    key: ECKey, tmp_path: Path, attack: Callable[[Forge], str]
) -> None:
    forge = Forge(key, "https://issuer.example")
    (tmp_path / "key.pem").write_bytes(forge.pem)
    keys = key_file(tmp_path / "key.pem")
    verifier = Verifier(keys, issuer=forge.issuer, audience=forge.audience)
    assert (await verifier.actor(forge.good())).person == "zhang-1"
    assert (await refusal(verifier, attack(forge))).status == 401


@pytest.fixture(scope="module")
async def published(key: ECKey) -> AsyncIterator[tuple[Verifier, Forge]]:
    issuer = Issuer(key)
    async with issuer.provider() as provider:
        verifier = Verifier(provider, issuer=issuer.url, audience="govit")
        yield verifier, Forge(key, issuer.url)


@every_attack_on_names
async def test_published_keys_do_not_verify_it(
    published: tuple[Verifier, Forge], attack: Callable[[Forge], str]
) -> None:
    verifier, forge = published
    assert (await verifier.actor(forge.good())).person == "zhang-1"
    assert (await refusal(verifier, attack(forge))).status == 401


async def test_a_minute_of_difference_between_clocks_does_no_harm(
    key: ECKey, tmp_path: Path
) -> None:
    forge, now = Forge(key, "https://issuer.example"), int(time.time())
    (tmp_path / "key.json").write_bytes(forge.public())
    keys = key_file(tmp_path / "key.json")
    verifier = Verifier(keys, issuer=forge.issuer, audience=forge.audience)
    for ahead in (forge.good(exp=now - 50, iat=now - 600), forge.good(iat=now + 50, nbf=now + 50)):
        assert isinstance(await verifier.actor(ahead), Actor)


async def test_a_remembered_token_is_forgotten_when_it_ends(
    key: ECKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge, now = Forge(key, "https://issuer.example"), time.time()
    (tmp_path / "key.json").write_bytes(forge.public())
    keys = key_file(tmp_path / "key.json")
    verifier = Verifier(keys, issuer=forge.issuer, audience=forge.audience)
    token = forge.good(exp=int(now) + 60)
    first = await verifier.actor(token)
    assert await verifier.actor(token) is first
    monkeypatch.setattr(time, "time", lambda: now + 121)
    assert (await refusal(verifier, token)).status == 401
