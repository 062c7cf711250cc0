"""公钥: found by name and algorithm, read anew when they change, kept while the issuer is away."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, KeySet, OctKey, RSAKey

from shared.kernel.actor import Actor
from shared.web.identity import keys as keys_module
from shared.web.identity.keys import KeyRing, PublishedKeys, UnknownKey, key_file, key_ring
from shared.web.identity.provider import Metadata, Provider, private
from shared.web.identity.tokens import Verifier
from shared.web.problems import ProblemError
from tests.support.forge import Forge
from tests.support.issuer import Issuer


def ec(kid: str | None = None, curve: str = "P-256", **told: str) -> ECKey:
    parameters: Any = {"kid": kid, **told} if kid else None
    return ECKey.generate_key(curve, parameters=parameters)


RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa"})


def verifier(issuer: Issuer, provider: Provider) -> Verifier:
    return Verifier(provider, issuer=issuer.url, audience="govit")


def token(issuer: Issuer, key: Key, algorithm: str = "ES256", **changes: Any) -> str:
    claims = Forge(ec("any"), issuer.url).claims(**changes)
    return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key, algorithms=[algorithm])


async def status(checks: Verifier, given: str) -> int:
    try:
        await checks.actor(given)
    except ProblemError as error:
        return error.status
    return 200


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the pause between two questions to the issuer were over each time."""
    monkeypatch.setattr(keys_module, "monotonic", iter(range(0, 10**9, 1000)).__next__)


# -- which key ------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
async def test_one_rsa_key_serves_both_ways_of_signing_with_it(algorithm: str) -> None:
    issuer = Issuer(ec("ec"), RSA)
    async with issuer.provider() as provider:
        assert await status(verifier(issuer, provider), token(issuer, RSA, algorithm)) == 200


def test_a_key_for_another_use_or_algorithm_is_not_used() -> None:
    for told in ({"use": "enc"}, {"alg": "ES384"}):
        with pytest.raises(UnknownKey):
            KeyRing([ec("a", **told)]).find("a", "ES256")
    assert KeyRing([ec("a", use="sig", alg="ES256")]).find("a", "ES256")


def test_a_key_too_weak_or_of_another_kind_is_not_there_at_all() -> None:
    with pytest.warns(SecurityWarning):
        small = RSAKey.generate_key(1024, parameters={"kid": "a"})
    assert not KeyRing([small, ec("a", "P-384"), OctKey.generate_key(256)])


def test_two_keys_of_one_name_are_told_apart_by_their_kind_or_not_at_all() -> None:
    one, other = ec("a"), RSAKey.import_key(RSA.as_dict(private=False) | {"kid": "a"})
    ring = KeyRing([one, other])
    assert (ring.find("a", "ES256"), ring.find("a", "PS256")) == (one, other)
    with pytest.raises(UnknownKey):
        KeyRing([one, ec("a")]).find("a", "ES256")


def test_a_token_without_a_name_is_for_the_only_key() -> None:
    one = ec("a")
    assert KeyRing([one, RSA]).find(None, "ES256") is one
    with pytest.raises(UnknownKey):
        KeyRing([one, ec("b")]).find(None, "ES256")


def pem(key: Key) -> bytes:
    public: Any = key.public_key
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return bytes(public.public_bytes(serialization.Encoding.PEM, kind))


@pytest.mark.parametrize(
    ("content", "algorithm"),
    [
        (lambda: pem(ec()), "ES256"),
        (lambda: pem(RSA), "PS256"),
        (lambda: json.dumps(RSA.as_dict(private=False)).encode(), "RS256"),
        (lambda: json.dumps(KeySet([RSA, ec("e")]).as_dict()).encode(), "RS256"),
    ],
    ids=["EC in PEM", "RSA in PEM", "one JWK", "a key set"],
)
def test_a_key_file_may_have_any_usual_form(
    tmp_path: Path, content: Callable[[], bytes], algorithm: str
) -> None:
    (tmp_path / "key").write_bytes(content())
    assert key_file(tmp_path / "key").find("rsa", algorithm)


@pytest.mark.parametrize(
    "content",
    [
        b'{"keys": []}',
        json.dumps(OctKey.generate_key(256).as_dict()).encode(),
        pem(ec(curve="P-384")),
    ],
    ids=["none", "a shared secret", "another curve"],
)
def test_a_key_file_without_a_usable_key_is_refused_at_once(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(ValueError, match="holds no key"):
        key_file(tmp_path / "key")


def test_what_is_not_understood_of_a_key_set_is_left_out() -> None:
    good = dict(ec("a").as_dict(private=False))
    odd: list[Any] = [{}, {"kty": "EC"}, {"kty": "EC", "crv": "P-256", "x": "!", "y": 1}, 5, None]
    assert key_ring({"keys": [*odd, good]}).find("a", "ES256")


# -- discovery ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://issuer.example/realms/other"},
        {"issuer": "https://issuer.example/realms/city/"},
        {"jwks_uri": "http://issuer.example/jwks"},
        {"token_endpoint": "http://issuer.example/token"},
        {"jwks_uri": None},
    ],
    ids=lambda lie: next(f"{name}={value}" for name, value in lie.items()),
)
async def test_a_discovery_document_that_does_not_fit_is_not_followed(
    lie: dict[str, str | None],
) -> None:
    key = ec("a")
    issuer = Issuer(key)
    issuer.metadata = lie
    async with issuer.provider() as provider:
        assert await status(verifier(issuer, provider), token(issuer, key)) == 503
    assert issuer.asked["jwks"] == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://issuer.example", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://issuer.example", False),
        ("http://127.0.0.1.example", False),
        ("http://localhost.example", False),
        ("http://10.0.0.1", False),
        ("ftp://127.0.0.1", False),
        ("issuer.example", False),
    ],
)
def test_only_what_nobody_can_listen_to_is_private(url: str, expected: bool) -> None:
    assert private(url) is expected


def test_an_issuer_that_is_not_private_may_publish_its_keys_likewise() -> None:
    url = "http://keycloak:8080"
    assert Metadata(issuer=url, jwks_uri=f"{url}/jwks").jwks_uri


# -- change, flood and absence --------------------------------------------------------------


@pytest.mark.usefixtures("no_pause")
async def test_a_new_key_is_found_and_the_old_one_still_good_while_it_is_published() -> None:
    old, new = ec("old"), ec("new")
    issuer = Issuer(old)
    async with issuer.provider() as provider:
        checks = verifier(issuer, provider)
        assert await status(checks, token(issuer, old)) == 200
        issuer.keys = [old, new]
        assert await status(checks, token(issuer, new)) == 200
        assert await status(checks, token(issuer, old, sub="zhang-2")) == 200


@pytest.mark.usefixtures("no_pause")
async def test_a_withdrawn_key_is_good_no_longer_not_even_for_remembered_tokens() -> None:
    old, new = ec("old"), ec("new")
    issuer = Issuer(old, new)
    async with issuer.provider() as provider:
        checks = verifier(issuer, provider)
        remembered = token(issuer, old)
        assert await status(checks, remembered) == 200
        issuer.keys = [new]
        assert await status(checks, remembered) == 200, "nothing has been read anew"
        assert checks.published is not None
        await checks.published.renew()
        assert await status(checks, remembered) == 401
        assert await status(checks, token(issuer, new)) == 200


async def test_keys_are_read_again_by_themselves() -> None:
    issuer = Issuer(ec("first"))
    async with issuer.provider() as provider:
        withdrawn = asyncio.Event()
        published = PublishedKeys(provider.keys, withdrawn.set, period=0.01, pause=0.001)
        keeping = asyncio.create_task(published.keep())
        try:
            async with asyncio.timeout(5):
                await published.renew()
                issuer.keys = [ec("second")]
                await withdrawn.wait()
            await asyncio.sleep(0)
            assert published.ring.find("second", "ES256")
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


async def test_a_flood_of_unknown_keys_asks_the_issuer_once() -> None:
    issuer = Issuer(ec("a"))
    issuer.slow = 0.05
    async with issuer.provider() as provider:
        checks = verifier(issuer, provider)
        assert checks.published is not None
        flood = [token(issuer, ec(f"unknown-{n}")) for n in range(200)]
        answers = await asyncio.gather(*(status(checks, each) for each in flood))
        answers += [await status(checks, each) for each in flood]
    assert set(answers) == {401}
    assert issuer.asked == {"discovery": 1, "jwks": 1}


async def test_while_an_unknown_key_is_asked_for_the_others_go_on() -> None:
    known = ec("known")
    issuer = Issuer(known)
    async with issuer.provider() as provider:
        checks = verifier(issuer, provider)
        assert checks.published is not None
        await checks.published.renew()
        issuer.slow, checks.published._asked = 0.5, -1000.0
        waiting = asyncio.create_task(status(checks, token(issuer, ec("unknown"))))
        await asyncio.sleep(0)
        assert await status(checks, token(issuer, known)) == 200
        assert not waiting.done()
        assert await waiting == 401


@pytest.mark.usefixtures("no_pause")
async def test_while_the_issuer_is_away_the_keys_at_hand_stay_good() -> None:
    key = ec("a")
    issuer = Issuer(key)
    async with issuer.provider() as provider:
        checks = verifier(issuer, provider)
        assert await status(checks, token(issuer, key)) == 200
        issuer.away = True
        assert checks.published is not None
        await checks.published.renew()
        assert checks.published.fault == "HTTPStatusError"
        assert await status(checks, token(issuer, key, sub="zhang-2")) == 200
        # Whether an unknown key is one, nobody can say now.
        assert await status(checks, token(issuer, ec("b"))) == 503
        issuer.away = False
        assert await status(checks, token(issuer, ec("b"))) == 401


async def test_before_any_key_is_known_a_token_is_neither_good_nor_bad() -> None:
    key = ec("a")
    issuer = Issuer(key)
    issuer.away = True
    async with issuer.provider() as provider:
        with pytest.raises(ProblemError) as refused:
            await verifier(issuer, provider).actor(token(issuer, key))
    assert (refused.value.code, refused.value.headers["Retry-After"]) == ("busy", "5")


async def test_whoever_stops_waiting_does_not_stop_the_asking() -> None:
    key = ec("a")
    issuer = Issuer(key)
    issuer.slow = 0.1
    async with issuer.provider() as provider:
        checks = verifier(issuer, provider)
        impatient = asyncio.create_task(checks.actor(token(issuer, key)))
        await asyncio.sleep(0.01)
        patient = asyncio.create_task(checks.actor(token(issuer, key)))
        await asyncio.sleep(0)
        impatient.cancel()
        assert isinstance(await patient, Actor)
    assert issuer.asked["jwks"] == 1
