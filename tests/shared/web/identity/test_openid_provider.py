"""A city with a real OpenID provider: platforms and services register there, and nowhere else."""

import asyncio
import json
import time
import uuid
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from shared.events.sealing import Key, opened_meta
from shared.web.identity import credentials as credentials_module
from shared.web.identity import keys as keys_module
from shared.web.settings import SERVICES
from tests.support.builders import profile
from tests.support.city import City, CityDatabases, new_unit_id, running_city
from tests.support.openid import OpenId, installed, signing_keys

CLIENTS = {
    "govit-services": {
        "secret": "s3cr+t %of:services",
        "claims": {"name": "系统", "body": "SYSTEM", "role": "SERVICE"},
    },
    "bureau-platform": {
        "secret": "of-the-bureau",
        "claims": {"name": "数字经济局平台", "body": "DEB", "role": "OFFICER"},
    },
    "unknown-platform": {"secret": "of-nobody", "claims": {"name": "无部门平台"}},
}
RESOURCE = "urn:govit:ES256"

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def openid(tmp_path_factory: pytest.TempPathFactory) -> OpenId:
    return OpenId(installed(), tmp_path_factory.mktemp("openid"), CLIENTS)


@pytest.fixture
def provider(openid: OpenId) -> Iterator[OpenId]:
    with openid.running():
        yield openid


@pytest.fixture
async def foreign_city(
    openid: OpenId,
    city_databases: CityDatabases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[City]:
    monkeypatch.setenv("GOVIT_ISSUER", openid.url)
    monkeypatch.setenv("GOVIT_CLIENT_ID", "govit-services")
    monkeypatch.setenv("GOVIT_CLIENT_SECRET", str(CLIENTS["govit-services"]["secret"]))
    monkeypatch.setenv("GOVIT_TOKEN_PARAMETERS", json.dumps({"resource": RESOURCE}))
    async with running_city(city_databases, tmp_path) as running:
        yield running


async def faults(city: City) -> list[str]:
    return [
        fault
        for service in SERVICES
        for fault in (await city.http.get(f"/{service}/readyz")).json()["faults"]
    ]


async def ready(city: City) -> None:
    async with asyncio.timeout(30):
        while await faults(city):  # noqa: ASYNC110 - it is asked as an orchestrator would ask
            await asyncio.sleep(0.05)


async def register(city: City, token: str) -> httpx.Response:
    body = profile(unit_id=new_unit_id()).model_dump(mode="json", exclude_none=True)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
    return await city.http.post("/registry/v1/units", json=body, headers=headers)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256"])
async def test_platforms_and_services_work_with_its_tokens(
    provider: OpenId, foreign_city: City, algorithm: str
) -> None:
    await ready(foreign_city)
    token = provider.token("bureau-platform", f"urn:govit:{algorithm}")
    answer = await register(foreign_city, token)
    assert answer.status_code == 201, answer.text
    feed = {"Authorization": f"Bearer {provider.token('govit-services', RESOURCE)}"}
    page = await foreign_city.http.get("/registry/v1/feed", headers=feed)
    (event,) = page.json()["events"]
    key = Key.of("", b64decode(event["secret"]))
    opened = opened_meta(event["meta"].encode(), uuid.UUID(event["event_id"]), {key.id: key})
    assert json.loads(opened)["actor"] == {
        "person": "bureau-platform",
        "name": "数字经济局平台",
        "body": "DEB",
        "role": "OFFICER",
    }


async def test_what_it_grants_for_others_is_nothing_here(
    provider: OpenId, foreign_city: City
) -> None:
    await ready(foreign_city)
    for token in (
        provider.token("bureau-platform"),  # not even a JWT
        provider.token("bureau-platform", "urn:another:ES256"),
        provider.token("unknown-platform", RESOURCE),
    ):
        answer = await register(foreign_city, token)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


async def test_a_city_that_starts_before_its_provider_waits_for_it(
    openid: OpenId, foreign_city: City
) -> None:
    assert "没有身份提供方的公钥（ConnectError）" in await faults(foreign_city)
    with openid.running():
        await ready(foreign_city)
        assert (await register(foreign_city, openid.token("bureau-platform", RESOURCE))).is_success


async def test_it_is_away_and_comes_back_with_other_keys(
    openid: OpenId, foreign_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    with openid.running():
        await ready(foreign_city)
        known = openid.token("bureau-platform", RESOURCE)
    assert (await register(foreign_city, known)).is_success, "the keys are known"
    openid.keys = signing_keys("second")
    with openid.running():
        # As if some time had passed: keys may be asked for again, tokens fetched again.
        for module in (keys_module, credentials_module):
            monkeypatch.setattr(module, "monotonic", lambda: time.monotonic() + 100)
        fresh = openid.token("bureau-platform", RESOURCE)
        assert (await register(foreign_city, fresh)).is_success, "its key was asked for"
        assert (await register(foreign_city, known)).status_code == 401, "its key is no more"
        await ready(foreign_city)
