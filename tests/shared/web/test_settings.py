"""What an instance may be told, and what production does not start with."""

from typing import Any

import pytest
import structlog
from pydantic import ValidationError

from shared.web.logs import without_locals
from shared.web.settings import InstanceMode, Settings

STRONG = "postgresql://registry:4f0c9b7e2d1a4f0c@db/registry"
PRODUCTION: dict[str, Any] = {
    "mode": InstanceMode.PRODUCTION,
    "issuer_key": "/run/secrets/issuer_key",
    "service_token": "token-of-the-services",
    "hosts": "govit.leshan.gov.cn",
    "registry_dsn": STRONG,
    "registry_migrator_dsn": STRONG,
}


def told(**given: Any) -> Settings:
    return Settings(_env_prefix="GOVIT_TESTS_", **given)


def refused(**given: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        told(**given)
    return str(refusal.value)


def test_production_starts_with_all_it_needs() -> None:
    assert told(**PRODUCTION).dsn("registry") == STRONG


@pytest.mark.parametrize("missing", ["issuer_key", "service_token", "hosts"])
def test_production_names_what_it_lacks(missing: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    assert f"GOVIT_{missing.upper()}" in refused(**given)


@pytest.mark.parametrize("setting", ["registry_dsn", "registry_migrator_dsn"])
@pytest.mark.parametrize(
    ("dsn", "fault"),
    [
        ("postgresql://registry:Registry@db/registry", "the user's name"),
        ("postgresql://registry_service:registry_service@db/registry", "the user's name"),
        ("postgresql://registry:elevenchars@db/registry", "shorter than 12"),
        ("host=db user=registry password=kurz", "shorter than 12"),
    ],
)
def test_production_refuses_a_password_that_is_none(setting: str, dsn: str, fault: str) -> None:
    message = refused(**{**PRODUCTION, setting: dsn})
    assert f"GOVIT_{setting.upper()}" in message
    assert fault in message
    assert told(**{setting: dsn}), "which is for production alone to refuse"


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://registry:twelve-chars@db/registry",
        "postgresql://registry@db/registry?sslcert=/run/secrets/registry.pem",
        "service=registry",
    ],
)
def test_production_takes_a_long_password_or_none(dsn: str) -> None:
    assert told(**{**PRODUCTION, "registry_dsn": dsn})


@pytest.mark.parametrize("mode", [InstanceMode.DEVELOPMENT, InstanceMode.PRODUCTION])
def test_what_is_refused_is_not_shown(mode: InstanceMode) -> None:
    message = refused(
        **{**PRODUCTION, "mode": mode, "registry_dsn": "postgres//registry:s3cret-s3cret@db/r"}
    )
    assert "GOVIT_REGISTRY_DSN is refused: it is no connection string" in message
    for secret in ("s3cret", STRONG, "token-of-the-services"):
        assert secret not in message


def test_no_setting_of_a_limit_switches_it_off() -> None:
    for name in ("rate_per_minute", "requests_at_once", "body_bytes", "statement_seconds"):
        refused(**{name: 0})


def test_an_address_it_listens_on_is_a_name_of_it_outside_production() -> None:
    assert told(hosts="a").reached_at("10.1.2.3").hosts == "a,10.1.2.3"
    assert told().reached_at("fe80::1").hosts == ",[fe80::1]"
    assert told().reached_at("0.0.0.0").hosts == ""
    assert told(**PRODUCTION).reached_at("10.1.2.3").hosts == PRODUCTION["hosts"]


def connect(password: str) -> None:
    raise ConnectionError(f"refused, {len(password)} characters")


def test_a_traceback_in_the_log_shows_no_variables(capsys: pytest.CaptureFixture[str]) -> None:
    without_locals()
    secret = "".join(("s3cret", "-", "s3cret"))
    try:
        connect(secret)
    except ConnectionError:
        structlog.get_logger("govit").exception("it_failed", service="registry")
    printed = capsys.readouterr().out
    assert "ConnectionError: refused" in printed
    assert secret not in printed
