"""伪造: tokens as an attacker would make them, and the good one that they are made from."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey
from joserfc.util import urlsafe_b64encode

OTHER_EC = ECKey.generate_key("P-256")
OTHER_RSA = RSAKey.generate_key(2048)
P384 = ECKey.generate_key("P-384")
EDWARDS = Ed25519PrivateKey.generate()
DEEP = 50_000


@dataclass(frozen=True)
class Forge:
    """Makes tokens with an issuer's own key, or beside it."""

    key: ECKey
    issuer: str
    audience: str = "govit"

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of a good token, changed; None takes one away."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": "zhang-1",
            "name": "张一",
            "body": "AUD",
            "role": "OFFICER",
            "iat": now,
            "exp": now + 300,
        }
        return {name: v for name, v in (good | changes).items() if v is not None}

    def good(self, **changes: Any) -> str:
        return self.signed({}, **changes)

    def signed(self, header: dict[str, Any], by: Key | None = None, **changes: Any) -> str:
        """Signed by the issuer's key, or by another in its name."""
        full = {"alg": "ES256", "kid": self.key.kid, **header}
        return jwt.encode(full, self.claims(**changes), by or self.key, algorithms=[full["alg"]])

    def raw(self, header: dict[str, Any], sign: Callable[[bytes], bytes], payload: bytes) -> str:
        """Put together by hand, where no library would."""
        full = json.dumps({"kid": self.key.kid, **header}).encode()
        signed = urlsafe_b64encode(full) + b"." + urlsafe_b64encode(payload)
        return (signed + b"." + urlsafe_b64encode(sign(signed))).decode()

    def unsigned(self, algorithm: str) -> str:
        return self.raw({"alg": algorithm}, lambda _: b"", self.payload())

    def mac(self, secret: bytes) -> str:
        """HS256 with what everybody knows of the key as the secret."""
        return self.raw(
            {"alg": "HS256"},
            lambda signed: hmac.new(secret, signed, hashlib.sha256).digest(),
            self.payload(),
        )

    def payload(self) -> bytes:
        return json.dumps(self.claims()).encode()

    @property
    def pem(self) -> bytes:
        return self.key.public_key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def public(self) -> bytes:
        return json.dumps(self.key.as_dict(private=False)).encode()

    def in_raw(self, payload: bytes) -> str:
        """Any payload, under a good signature."""
        private = self.key.private_key
        assert private is not None

        def sign(signed: bytes) -> bytes:
            r, s = decode_dss_signature(private.sign(signed, ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")

        return self.raw({"alg": "ES256"}, sign, payload)


def _now(after: int) -> int:
    return int(time.time()) + after


def _tampered(forge: Forge) -> str:
    head, _, signature = forge.good().split(".")
    other = urlsafe_b64encode(json.dumps(forge.claims(body="DRC")).encode()).decode()
    return f"{head}.{other}.{signature}"


def _public(key: Key) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


ATTACKS: dict[str, Callable[[Forge], str]] = {
    "no algorithm": lambda f: f.unsigned("none"),
    "no algorithm, written otherwise": lambda f: f.unsigned("nOnE"),
    "an algorithm that is no text": lambda f: f.raw({"alg": ["ES256"]}, lambda _: b"", b"{}"),
    "HS256 with the public key (PEM)": lambda f: f.mac(f.pem),
    "HS256 with the public key (PEM, stripped)": lambda f: f.mac(f.pem.strip()),
    "HS256 with the public key (JWK)": lambda f: f.mac(f.public()),
    "HS256 with nothing": lambda f: f.mac(b""),
    "RS256 in the name of an EC key": lambda f: f.signed({"alg": "RS256"}, OTHER_RSA),
    "ES384": lambda f: f.signed({"alg": "ES384"}, P384),
    "EdDSA": lambda f: f.raw({"alg": "EdDSA"}, EDWARDS.sign, f.payload()),
    "Ed25519": lambda f: f.raw({"alg": "Ed25519"}, EDWARDS.sign, f.payload()),
    "RS512": lambda f: f.signed({"alg": "RS512"}, OTHER_RSA),
    "another issuer's key under the same name": lambda f: f.signed({}, OTHER_EC),
    "a key that the token brings along": lambda f: f.signed({"jwk": _public(OTHER_EC)}, OTHER_EC),
    "a key that the token says where to find": lambda f: f.signed(
        {"jku": "https://attacker.example/jwks"}, OTHER_EC
    ),
    "a signature of zeros": lambda f: f.raw({"alg": "ES256"}, lambda _: bytes(64), f.payload()),
    "no signature": lambda f: f.good().rpartition(".")[0] + ".",
    "another payload": _tampered,
    "a header that must be understood": lambda f: f.raw(
        {"alg": "ES256", "crit": ["x"], "x": 1}, lambda _: bytes(64), f.payload()
    ),
    "no access token": lambda f: f.signed({"typ": "logout+jwt"}),
    "expired": lambda f: f.good(exp=_now(-61), iat=_now(-600)),
    "never expiring": lambda f: f.good(exp=None),
    "expiring at no number": lambda f: f.in_raw(
        json.dumps(f.claims() | {"exp": float("nan")}).encode()
    ),
    "expiring beyond all numbers": lambda f: f.good(exp=10**400),
    "expiring as text": lambda f: f.good(exp="2099-01-01"),
    "not yet valid": lambda f: f.good(nbf=_now(120)),
    "issued in the future": lambda f: f.good(iat=_now(120)),
    "issued after its end": lambda f: f.good(iat=_now(30), exp=_now(20)),
    "issued before all time": lambda f: f.good(iat=-1),
    "issued nobody knows when": lambda f: f.good(iat=None),
    "for another audience": lambda f: f.good(aud="another"),
    "for other audiences": lambda f: f.good(aud=["another", "and another"]),
    "for an audience like ours": lambda f: f.good(aud="govit "),
    "for no audience": lambda f: f.good(aud=None),
    "from another issuer": lambda f: f.good(iss="https://attacker.example"),
    "from an issuer like ours": lambda f: f.good(iss=f.issuer + "/"),
    "from no issuer": lambda f: f.good(iss=None),
    "for nobody": lambda f: f.good(sub=None),
    "for somebody that is no text": lambda f: f.good(sub={"a": 1}),
    "of no body": lambda f: f.good(body=None),
    "of a body that is none": lambda f: f.good(body="x; DROP"),
    "in no role": lambda f: f.good(role=None),
    "in several roles": lambda f: f.good(role=["OFFICER", "LEADER"]),
    "of a unit, and nobody says which": lambda f: f.good(body="UNIT"),
    "of a body, and of a unit": lambda f: f.good(unit_id="11511100MB1A2B3CXE"),
    "with a delegation that says nothing": lambda f: f.good(delegation={}),
    "with a delegation by himself": lambda f: f.good(
        delegation={"from": "zhang-1", "name": "张一", "until": "2099-01-01"}
    ),
    "with a delegation without end": lambda f: f.good(delegation={"from": "li-1", "name": "李一"}),
    "with a delegation of the wrong kind": lambda f: f.good(delegation="li-1"),
    "claims that are a list": lambda f: f.in_raw(b"[1, 2]"),
    "claims that are no JSON": lambda f: f.in_raw(b"{'iss': 1}"),
    "claims without bottom": lambda f: f.in_raw(b"[" * DEEP),
    "garbage": lambda f: "garbage",
    "three dots": lambda f: "...",
    "empty parts": lambda f: "..",
    "not of this alphabet": lambda f: "a.b.\u00e9",
    "encrypted": lambda f: "e30.e30.e30.e30.e30",
    "very long": lambda f: "a" * 60_000 + ".b.c",
}
"""Everything that must be refused, made from a forge that has the issuer's own key."""

UNKNOWN: dict[str, Callable[[Forge], str]] = {
    "an unknown key": lambda f: f.signed({"kid": "unknown"}, OTHER_EC),
    "the right key under a wrong name": lambda f: f.signed({"kid": "unknown"}),
    "a name that is a path": lambda f: f.signed({"kid": "../../../dev/null"}, OTHER_EC),
}
"""Refused wherever keys have names."""
