"""No secret lies in the tree: what is one is made where it is used, or given by whoever runs it."""

import base64
import json
import secrets

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc.jwk import ECKey

from shared.kernel.actor import Actor
from shared.web.actors import DevelopmentIssuer
from tests.security.leaks import ALLOWED, MADE_UP, ROOT, Leak, is_harmless, leaks_in, tracked

pytestmark = pytest.mark.owasp("API8")


def test_no_tracked_file_holds_a_secret() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: which files are tracked is not known")
    found = [
        leak
        for path in tracked()
        for leak in leaks_in(
            path.relative_to(ROOT).as_posix(), path.read_bytes().decode("utf-8", "replace")
        )
    ]
    assert [leak for leak in found if not is_harmless(leak)] == []
    assert set(ALLOWED) <= {leak.text for leak in found}, "an exception of no use"
    assert set(MADE_UP) <= {leak.path for leak in found}, "an exception of no use"


def kinds(text: str) -> set[str]:
    return {leak.kind for leak in leaks_in("somewhere", text)}


def a_key() -> ECKey:
    return ECKey.generate_key("P-256")


def test_a_private_key_is_seen() -> None:
    pem = a_key().as_pem(private=True).decode()
    assert "private key" in kinds(pem)
    assert "private JWK" in kinds(json.dumps(a_key().as_dict(private=True)))
    public = a_key().public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert "private key" not in kinds(public.decode())


def test_a_token_is_seen(tmp_path_factory: pytest.TempPathFactory) -> None:
    issuer = DevelopmentIssuer(tmp_path_factory.mktemp("issuer"))
    token = issuer.token(Actor(person="p", name="名", body="DEB", role="OFFICER"))
    assert "signed token" in kinds(f"curl -H 'Authorization: Bearer {token}'")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("password in an address", "postgresql://govit:" + "hunter22@db.example/govit"),
        ("password in a setting", "POSTGRES_PASSWORD = '" + "correct-horse'"),
        ("password in a setting", '{"api_key": "' + 'abcdefgh12345678"}'),
        ("cloud key", "AKIA" + "ABCDEFGHIJKLMNOP"),
        ("platform token", "ghp_" + "a1B2" * 9),
    ],
)
def test_a_secret_is_seen_by_its_shape(kind: str, text: str) -> None:
    assert kind in kinds(text)


def test_what_is_too_random_is_seen_wherever_it_stands() -> None:
    for _ in range(50):
        random = base64.b64encode(secrets.token_bytes(48)).decode()
        assert "random text" in kinds(f"x = {random}")


@pytest.mark.parametrize(
    "text",
    [
        "password: str",
        "postgresql://{user}:{password}@{host}/govit",
        "GOVIT_SUPERUSER_DSN=postgresql://postgres:$$(cat /run/secrets/x)@postgres/postgres",
        "password = secrets.token_urlsafe(24)",
        "sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        "services/acceptance/migrations/versions/0003_whole_rows",
        "test_a_unit_neither_acts_on_nor_sees_anothers_project",
        "http://127.0.0.1:8080/registry",
    ],
)
def test_ordinary_text_holds_none(text: str) -> None:
    assert list(leaks_in("somewhere", text)) == []


def test_a_leak_tells_where_it_is() -> None:
    (leak,) = leaks_in("a.py", "\n\npassword = '" + "correct-horse'")
    assert leak == Leak("a.py", 3, "password in a setting", "password = '" + "correct-horse'")
