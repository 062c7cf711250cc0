"""An instance signs with the keys it is given, each in time; outside production with its own."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from shared.eventstore.signing import COSIGNATURE, SM2, SigningKey
from shared.web.settings import InstanceMode, Settings
from shared.web.signing_keys import log_keys, read_keys, verifier_keys, witness_keys
from tests.support.processes import govit

NAME = "govit/511100/registry"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
PRODUCTION: dict[str, Any] = {
    "mode": InstanceMode.PRODUCTION,
    "hosts": "city",
    "issuer": "https://issuer.example",
    "service_token": SecretStr("token"),
}


def settings(home: Path, *lines: str, **told: Any) -> Settings:
    keys = SecretStr("\n".join(lines)) if lines else None
    return Settings(home=home, signing_keys=keys, **told)


def a_key(name: str = NAME, kind: bytes = b"\x01") -> SigningKey:
    return SigningKey.generate(name, kind)


def refused(home: Path, *lines: str, **told: Any) -> str:
    with pytest.raises(ValueError, match=r"GOVIT_SIGNING_KEYS|production") as error:
        log_keys(settings(home, *lines, **told), "registry")
    assert "PRIVATE" not in str(error.value)
    return str(error.value)


def test_outside_production_an_instance_makes_its_own_once(tmp_path: Path) -> None:
    told = settings(tmp_path)
    first = [str(key.signing) for key in log_keys(told, "registry")]
    assert [str(key.signing) for key in log_keys(told, "registry")] == first
    [witness] = witness_keys(told)
    assert witness.verifier.kind == COSIGNATURE
    files = sorted((tmp_path / "signing").iterdir())
    assert [file.name for file in files] == [
        "govit-511100-audit.key",
        "govit-511100-registry.key",
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_each_key_signs_in_its_period_and_both_in_the_overlap(tmp_path: Path) -> None:
    old, new, retired = a_key(), a_key(), a_key().verifier
    keys = log_keys(
        settings(
            tmp_path,
            "# 2026 年换钥",
            f"{old} until=2026-02-01T00:00:00Z",
            f"{new} since=2026-01-01T08:00:00+08:00",
            f"{retired} until=2025-01-01T00:00:00Z",
            str(a_key("govit/511100/budget")),
        ),
        "registry",
    )
    for at, signing in (
        (NEW_YEAR - timedelta(seconds=1), [old]),
        (NEW_YEAR, [old, new]),
        (NEW_YEAR + timedelta(days=31), [new]),
    ):
        assert keys.in_force(at) == signing
    assert [key.verifier for key in keys] == [old.verifier, new.verifier, retired]


def test_production_starts_with_no_key_of_its_own_making(tmp_path: Path) -> None:
    assert "govit keygen" in refused(tmp_path, **PRODUCTION)
    assert not (tmp_path / "signing").exists()
    key = a_key()
    assert log_keys(settings(tmp_path, str(key), **PRODUCTION), "registry").in_force(NEW_YEAR)


def test_production_refuses_weak_keys(tmp_path: Path) -> None:
    for seed in (bytes(32), b"password" * 4, bytes(range(8)) * 4):
        weak = SigningKey._ed25519(NAME, b"\x01", seed)
        assert "no random number" in refused(tmp_path, str(weak), **PRODUCTION)
        assert log_keys(settings(tmp_path, str(weak)), "registry"), "for production to refuse"
    [development] = log_keys(settings(tmp_path), "registry")
    assert "development" in refused(tmp_path, str(development.signing), **PRODUCTION)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("PRIVATE+KEY+x", "line 1"),
        (f"{a_key()} since=2026-01-01T00:00:00", "needs its offset"),
        (f"{a_key()} since=tomorrow", "no instant"),
        (f"{a_key()} from=2026-01-01T00:00:00Z", "only since= and until="),
        (str(a_key("govit/511100/budget")), "no signing key has this name"),
        (str(a_key().verifier), "no signing key has this name"),
        (str(a_key(kind=COSIGNATURE)), "does not sign here"),
    ],
    ids=["cut", "offset", "instant", "word", "other name", "public only", "witness"],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, line: str, says: str) -> None:
    assert says in refused(tmp_path, line)


def test_one_secret_does_not_stand_for_two(tmp_path: Path) -> None:
    key = a_key()
    twin = SigningKey._ed25519("govit/511100/budget", b"\x01", key.secret)
    assert "one secret is given for two keys" in refused(tmp_path, str(key), str(twin))


def test_only_verifier_keys_are_listed_for_the_witness(tmp_path: Path) -> None:
    key, listed = a_key(), tmp_path / "keys"
    listed.write_text(f"# 日志公钥\n\n{key.verifier}\n")
    assert verifier_keys(listed) == {NAME: [key.verifier]}
    listed.write_text(f"{key}\n")
    with pytest.raises(ValueError, match="holds a signing key"):
        verifier_keys(listed)


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [(["registry"], b"\x01"), (["registry", "--sm2"], SM2), (["audit"], COSIGNATURE)],
    ids=["log", "sm2", "witness"],
)
def test_keygen_makes_what_the_settings_take(
    tmp_path: Path, arguments: list[str], kind: bytes
) -> None:
    file = tmp_path / "key"
    made = govit("keygen", *arguments, "--out", str(file), GOVIT_HOME=str(tmp_path))
    assert made.returncode == 0, made.stderr
    [key] = read_keys(file.read_text(), "file")
    assert str(key.verifier) == made.stdout.strip()
    assert (key.verifier.kind, stat.S_IMODE(file.stat().st_mode)) == (kind, 0o600)
    again = govit("keygen", *arguments, "--out", str(file), GOVIT_HOME=str(tmp_path))
    assert (again.returncode, "已存在" in again.stderr) == (2, True)
    assert read_keys(file.read_text(), "file") == [key]


def test_keygen_says_what_it_cannot_make(tmp_path: Path) -> None:
    for arguments, says in ((["nobody"], "没有日志或见证"), (["audit", "--sm2"], "只用 Ed25519")):
        shown = govit("keygen", *arguments, "--out", str(tmp_path / "key"))
        assert (shown.returncode, says in shown.stderr) == (2, True)
    assert not (tmp_path / "key").exists()
