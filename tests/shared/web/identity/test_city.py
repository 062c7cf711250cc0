"""A city whose people and services all get their tokens from an OpenID provider."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey

from shared.web.identity import credentials as credentials_module
from shared.web.identity import keys as keys_module
from shared.web.settings import SERVICES
from tests.support.builders import declaration, entry, profile
from tests.support.city import City, CityDatabases, new_unit_id, running_city
from tests.support.forge import Forge
from tests.support.issuer import CLIENT, SECRET, Issuer, local


def key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", parameters={"kid": kid})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = local(key("first"))
    with issuer.served():
        yield issuer


@pytest.fixture
async def foreign_city(
    issuer: Issuer,
    city_databases: CityDatabases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[City]:
    (tmp_path / "secret").write_text(SECRET)
    monkeypatch.setenv("GOVIT_ISSUER", issuer.url)
    monkeypatch.setenv("GOVIT_CLIENT_ID", CLIENT)
    monkeypatch.setenv("GOVIT_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    async with running_city(city_databases, tmp_path / "home") as running:
        yield running


async def ready(city: City) -> None:
    async with asyncio.timeout(20):
        for service in SERVICES:
            while not (await city.http.get(f"/{service}/readyz")).is_success:  # noqa: ASYNC110
                await asyncio.sleep(0.02)  # it is asked as an orchestrator would ask


def headers(issuer: Issuer, **claims: str | None) -> dict[str, str]:
    signing = issuer.keys[-1]
    assert isinstance(signing, ECKey)
    token = Forge(signing, issuer.url).good(**claims)
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}


async def declared(city: City, issuer: Issuer) -> httpx.Response:
    """A declaration, which waits for what the other services have to say."""
    unit = new_unit_id()
    at, post = "/registry/v1", city.http.post
    bureau = headers(issuer, body="DEB")
    by_unit = {"body": "UNIT", "unit_id": unit}
    body = profile(unit_id=unit).model_dump(mode="json", exclude_none=True)
    answer = await post(f"{at}/units", json=body, headers=bureau)
    assert answer.status_code == 201, answer.text
    body = entry(unit_id=unit).model_dump(mode="json", exclude_none=True)
    answer = await post(f"{at}/systems", json=body, headers=headers(issuer, **by_unit))
    assert answer.status_code == 201, answer.text
    command = declaration(unit_id=unit, system_id=answer.json()["id"], plan_year=2026)
    body = command.model_dump(mode="json", exclude_none=True)
    return await post(f"{at}/projects", json=body, headers=headers(issuer, **by_unit))


async def test_people_and_services_work_with_its_tokens(foreign_city: City, issuer: Issuer) -> None:
    await ready(foreign_city)
    answer = await declared(foreign_city, issuer)
    assert answer.status_code == 201, answer.text
    assert issuer.asked["token"] == len(SERVICES), "each service fetched one"
    own = foreign_city.headers("DEB")
    refused = await foreign_city.http.get("/registry/v1/projects", headers=own)
    assert refused.status_code == 401, "the development issuer's tokens are none here"
    gone = await foreign_city.http.post("/registry/development/tokens", json={})
    assert gone.status_code == 404


async def test_its_keys_change_and_everybody_goes_on(
    foreign_city: City, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ready(foreign_city)
    # As if a quarter of an hour had passed: keys are read again, and may be asked for again.
    for module in (keys_module, credentials_module):
        monkeypatch.setattr(module, "monotonic", lambda: time.monotonic() + 100)
    issuer.keys = [key("second")]
    for service in SERVICES:
        published = foreign_city.runtime(service).verifier.published
        await published.renew()
        assert published.ring.find("second", "ES256")
    # Now the services' own tokens are refused too, and each fetches another one.
    answer = await declared(foreign_city, issuer)
    for _ in range(20):
        if answer.status_code != 503:
            break
        await asyncio.sleep(0.2)
        answer = await declared(foreign_city, issuer)
    assert answer.status_code == 201, answer.text
    await ready(foreign_city)


async def test_it_goes_away_and_who_is_known_goes_on(foreign_city: City, issuer: Issuer) -> None:
    await ready(foreign_city)
    issuer.away = True
    answer = await declared(foreign_city, issuer)
    assert answer.status_code == 201, answer.text
    assert (await foreign_city.http.get("/registry/readyz")).status_code == 200
