"""What an instance is told of identity: in production all of it, and nothing twice."""

import re
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey
from pydantic import ValidationError
from starlette.routing import Mount

from deploy.all_in_one import all_in_one
from shared.eventstore.signing import COSIGNATURE, ED25519, SigningKey
from shared.kernel.actor import Actor
from shared.web.identity.development import DevelopmentIssuer
from shared.web.identity.instance import SYSTEM, Identity, service_header
from shared.web.problems import ProblemError
from shared.web.secretfiles import secret
from shared.web.settings import SERVICES, InstanceMode, Settings
from tests.support.forge import Forge
from tests.support.issuer import CLIENT, SECRET, local

ISSUER = "https://issuer.example"


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    forge = Forge(ECKey.generate_key("P-256"), "issuer-of-the-city")
    (tmp_path / "issuer.pem").write_bytes(forge.pem)
    return tmp_path / "issuer.pem"


def production(**told: Any) -> Settings:
    return Settings(mode=InstanceMode.PRODUCTION, hosts="city", **told)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({}, "GOVIT_ISSUER or GOVIT_ISSUER_KEY"),
        ({"service_token": "x"}, "GOVIT_ISSUER or GOVIT_ISSUER_KEY"),
        ({"issuer": ISSUER}, "GOVIT_CLIENT_ID"),
        ({"issuer": ISSUER, "issuer_key": "/k", "service_token": "x"}, "not both"),
        ({"issuer": "http://issuer.example", "service_token": "x"}, "GOVIT_ISSUER must be https"),
        ({"issuer": "issuer.example", "service_token": "x"}, "GOVIT_ISSUER must be https"),
        ({"issuer": ISSUER, "client_id": "c"}, "GOVIT_CLIENT_SECRET go together"),
        ({"issuer": ISSUER, "client_secret": "c"}, "GOVIT_CLIENT_SECRET go together"),
        (
            {"issuer": ISSUER, "client_id": "c", "client_secret": "s", "service_token": "x"},
            "GOVIT_SERVICE_TOKEN or GOVIT_CLIENT_ID, not both",
        ),
        (
            {"issuer_key": "/k", "client_id": "c", "client_secret": "s"},
            "needs GOVIT_TOKEN_URL or GOVIT_ISSUER",
        ),
        (
            {
                "issuer_key": "/k",
                "client_id": "c",
                "client_secret": "s",
                "token_url": "http://issuer.example/token",
            },
            "GOVIT_TOKEN_URL must be https",
        ),
    ],
)
def test_production_refuses_what_is_missing_doubtful_or_open(
    told: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        production(**told)


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": ISSUER, "client_id": "c", "client_secret": "s"},
        {"issuer": "http://127.0.0.1:8080/realms/city", "service_token": "x"},
        {"issuer_key": "/k", "service_token": "x"},
        {"issuer_key": "/k", "client_id": "c", "client_secret": "s", "token_url": ISSUER},
    ],
)
def test_production_accepts_what_is_whole(told: dict[str, Any]) -> None:
    assert production(**told).mode is InstanceMode.PRODUCTION


async def test_in_production_there_is_no_development_issuer(key_path: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    DevelopmentIssuer(home)  # one that was there before the instance went into production
    left_over = DevelopmentIssuer(home).token(SYSTEM)
    signing = [
        SigningKey.generate(f"govit/511100/{s}", COSIGNATURE if s == "audit" else ED25519)
        for s in SERVICES
    ]
    settings = production(
        home=home,
        issuer_key=key_path,
        service_token="x",
        signing_keys="\n".join(map(str, signing)),
    )
    with pytest.raises(ValueError, match="does not start in production"):
        DevelopmentIssuer.of(settings)
    app = all_in_one(settings, dict.fromkeys(SERVICES, "postgresql://nobody@/nothing"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://city") as http:
        for service in SERVICES:
            asked = await http.post(f"/{service}/development/tokens", json=SYSTEM.model_dump())
            assert asked.status_code == 404, asked.text
            headers = {"Authorization": f"Bearer {left_over}"}
            path = f"/{service}/v1/" + ("reports" if service == "audit" else "feed/head")
            refused = await http.get(path, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    for mounted in (route.app for route in app.routes if isinstance(route, Mount)):
        cast(FastAPI, mounted).state.runtime.log.close()  # which was never opened


def test_a_fresh_instance_in_production_makes_no_key(key_path: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    Identity(production(home=home, issuer_key=key_path, service_token="x"))
    assert not (home / "issuer.json").exists()


async def test_a_key_file_is_for_the_issuer_and_the_audience_that_are_named(tmp_path: Path) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    forge = Forge(key, "issuer-of-the-city", "govit-leshan")
    (tmp_path / "issuer.pem").write_bytes(forge.pem)
    verifier = Identity(
        production(
            issuer_key=tmp_path / "issuer.pem",
            issuer_name=forge.issuer,
            audience=forge.audience,
            service_token="x",
            claims={"name": "display_name"},
        )
    ).verifier
    token = forge.signed({"kid": "whatever"}, display_name="张 一")
    found = await verifier.actor(token)
    assert found == Actor(person="zhang-1", name="张 一", body="AUD", role="OFFICER")
    for other in (forge.good(iss="govit-development"), forge.good(aud="govit")):
        with pytest.raises(ProblemError):
            await verifier.actor(other)


async def test_outside_production_another_issuer_takes_the_place_of_the_development_issuer(
    tmp_path: Path,
) -> None:
    with pytest.raises(ValueError, match="GOVIT_CLIENT_ID"):
        Identity(Settings(home=tmp_path, issuer=ISSUER))
    identity = Identity(Settings(home=tmp_path, issuer=ISSUER, service_token="x"))
    async with identity:
        assert identity.issuer is None
        assert identity.faults() == ["没有身份提供方的公钥（尚未读取）"]
    assert not (tmp_path / "issuer.json").exists()


# -- secrets in files -----------------------------------------------------------------------

SECRETS = [name for name, field in Settings.model_fields.items() if secret(field)]


def test_what_is_secret_is_known_by_its_type() -> None:
    assert {"service_token", "client_secret", "audit_dsn", "audit_migrator_dsn"} <= set(SECRETS)
    assert {"home", "issuer", "client_id", "issuer_key"}.isdisjoint(SECRETS)


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_may_lie_in_a_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = f"host=db user=u password=s3cr+t-of-the-{name}"  # a DSN, and as good a token as any
    (tmp_path / "secret").write_text(f"{kept}\n", "utf-8")
    monkeypatch.setenv(f"GOVIT_{name.upper()}_FILE", str(tmp_path / "secret"))
    if name == "client_secret":
        monkeypatch.setenv("GOVIT_CLIENT_ID", CLIENT)
        monkeypatch.setenv("GOVIT_TOKEN_URL", ISSUER)
    settings = Settings()
    assert getattr(settings, name).get_secret_value() == kept
    assert "s3cr+t" not in repr(settings) + str(settings.model_dump())


def test_a_secret_given_twice_or_in_no_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVIT_SERVICE_TOKEN_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ValueError, match="GOVIT_SERVICE_TOKEN_FILE cannot be read"):
        Settings()
    monkeypatch.setenv("GOVIT_SERVICE_TOKEN", "x")
    with pytest.raises(ValueError, match="GOVIT_SERVICE_TOKEN or GOVIT_SERVICE_TOKEN_FILE"):
        Settings()


def test_an_instance_that_listens_to_other_variables_reads_no_files_of_these(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dsn").write_text("postgresql://the-real-one/registry")
    monkeypatch.setenv("GOVIT_REGISTRY_DSN_FILE", str(tmp_path / "dsn"))
    assert Settings().dsn("registry") == "postgresql://the-real-one/registry"
    assert Settings(_env_prefix="GOVIT_DEMO_").dsn("registry") is None


def test_what_is_no_secret_is_not_read_from_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_text("999000")
    monkeypatch.setenv("GOVIT_JURISDICTION_FILE", str(tmp_path / "x"))
    assert Settings().jurisdiction == "511100"


def test_every_setting_the_guide_names_is_one() -> None:
    guide = (Path(__file__).parents[4] / "docs" / "identity.md").read_text("utf-8")
    known = {f"GOVIT_{name.upper()}" for name in Settings.model_fields}
    known |= {f"GOVIT_{name.upper()}_FILE" for name in SECRETS}
    named = set(re.findall(r"`(GOVIT_[A-Z_]+)`", guide))
    assert named <= known
    of_identity = {"issuer", "issuer_key", "issuer_name", "audience", "claims", "service_token"}
    of_identity |= {"client_id", "client_secret", "token_url", "token_parameters"}
    assert {f"GOVIT_{name.upper()}" for name in of_identity} <= named


# -- a command that runs but once -----------------------------------------------------------


async def test_a_command_fetches_the_services_token_too() -> None:
    issuer = local(ECKey.generate_key("P-256", auto_kid=True))
    with issuer.served():
        told = {"issuer": issuer.url, "client_id": CLIENT, "client_secret": SECRET}
        header = await service_header(Settings(**told))  # type: ignore[arg-type]
        async with Identity(Settings(**told)) as identity:  # type: ignore[arg-type]
            actor = await identity.verifier.actor(header.removeprefix("Bearer "))
    assert actor == SYSTEM
