"""What the services offer to the world: nothing without a token, nothing that is not documented."""

import base64
import json
import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from deploy.catalogue import CREATORS
from shared.web.identity.development import ISSUER
from shared.web.settings import SERVICES
from tests.shared.test_openapi import contracts, operations, schemas
from tests.support.city import City

OPEN = {"GET /livez", "GET /readyz", "GET /version"}
"""What anybody may ask: how a service is, and which."""

every_service = pytest.mark.parametrize("service", SERVICES)


# -- API2: nothing without a good token ---------------------------------------------------------


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": "govit",
        "sub": "deb-1",
        "iat": now,
        "exp": now + 3600,
        "name": "经办人",
        "body": "DEB",
        "role": "OFFICER",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def forged(city: City) -> dict[str, str]:
    """Tokens that are no good, by what is wrong with them."""
    ours: ECKey = city.issuer._key
    header = {"alg": "ES256", "kid": ours.kid}
    theirs = ECKey.generate_key("P-256", {"kid": str(ours.kid)})
    public = json.dumps(ours.as_dict(private=False)).encode()
    past = int(time.time()) - 3600
    good = city.token("DEB")
    return {
        "empty": "",
        "no token": "DEB",
        "unsigned": f"{_part({'alg': 'none'})}.{_part(claims())}.",
        "signature cut off": good.rpartition(".")[0] + ".",
        "claims changed": ".".join(
            [good.split(".")[0], _part(claims(body="AUD")), good.split(".")[2]]
        ),
        "another's key": jwt.encode(header, claims(), theirs),
        "public key as secret": jwt.encode({"alg": "HS256"}, claims(), OctKey.import_key(public)),
        "expired": jwt.encode(header, claims(exp=past), ours),
        "without end": jwt.encode(header, claims(exp=None), ours),
        "for somebody else": jwt.encode(header, claims(aud="elsewhere"), ours),
        "from somebody else": jwt.encode(header, claims(iss="https://issuer.example"), ours),
        "of nobody": jwt.encode(header, claims(sub=None), ours),
        "of no body": jwt.encode(header, claims(body=None), ours),
        "a unit without its name": jwt.encode(header, claims(body="UNIT"), ours),
        "a bureau with a unit": jwt.encode(header, claims(unit_id="11511100MB1A2B3CXE"), ours),
    }


async def send(city: City, service: str, operation: str, **headers: str) -> httpx.Response:
    method, path = operation.split(" ", 1)
    address = re.sub(r"\{\w+\}", "01890000-0000-7000-8000-000000000001", f"/{service}{path}")
    return await city.http.request(method, address, headers=headers, json={})


@pytest.mark.owasp("API2", "API5")
@every_service
async def test_every_operation_wants_a_token_first(city: City, service: str) -> None:
    for operation, _ in operations(contracts()[service]):
        if operation in OPEN:
            continue
        for scheme in ({}, {"Authorization": "Basic ZGViOmRlYg=="}):
            answer = await send(city, service, operation, **scheme)
            assert answer.status_code == httpx.codes.UNAUTHORIZED, (operation, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert "www-authenticate" in answer.headers


@pytest.mark.owasp("API2")
@every_service
async def test_no_forged_token_is_taken(city: City, service: str) -> None:
    tokens = forged(city)
    for operation, _ in operations(contracts()[service]):
        if operation in OPEN:
            continue
        for wrong, token in tokens.items():
            answer = await send(city, service, operation, Authorization=f"Bearer {token}")
            assert answer.status_code == httpx.codes.UNAUTHORIZED, (operation, wrong)


@pytest.mark.owasp("API2")
async def test_a_token_as_those_that_are_forged_is_good_when_it_is_ours(city: City) -> None:
    """So that the forged ones are refused for what is wrong with them."""
    ours: ECKey = city.issuer._key
    token = jwt.encode({"alg": "ES256", "kid": ours.kid}, claims(), ours)
    answer = await send(city, "registry", "GET /v1/units", Authorization=f"Bearer {token}")
    assert answer.status_code == httpx.codes.OK


@pytest.mark.owasp("API2", "API9")
@every_service
def test_only_what_is_named_is_open(service: str) -> None:
    document = contracts()[service]
    assert {name for name, operation in operations(document) if not operation.get("security")} == (
        OPEN
    )


# -- API7: nothing is fetched on request --------------------------------------------------------

_ADDRESS_FORMATS = {"uri", "uri-reference", "iri", "iri-reference", "uri-template", "hostname"}
_ADDRESS_FORMATS |= {"idn-hostname", "ipv4", "ipv6", "url"}
_ADDRESS_NAMES = re.compile(
    r"(?i)(^|_)(url|uri|href|webhook|callback|redirect|proxy|host|hostname)(_|$)"
    r"|(^|_)(endpoint|ip)$"  # elsewhere in a name these are 终端 and 知识产权
)


def addresses_in(document: dict[str, Any]) -> Iterator[str]:
    """Where a contract takes something that could be an address to fetch."""
    for where, schema in schemas(document):
        if schema.get("format") in _ADDRESS_FORMATS or "contentMediaType" in schema:
            yield where
        yield from (
            f"{where}.{name}"
            for name in schema.get("properties", {})
            if _ADDRESS_NAMES.search(name)
        )
    for where, operation in operations(document):
        for parameter in operation.get("parameters", []):
            if _ADDRESS_NAMES.search(parameter["name"]):
                yield f"{where} {parameter['name']}"
        if "callbacks" in operation:
            yield f"{where} callbacks"


@pytest.mark.owasp("API7")
@every_service
def test_no_operation_takes_an_address(service: str) -> None:
    assert list(addresses_in(contracts()[service])) == []


@pytest.mark.owasp("API7")
@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("callback_url", {"type": "string"}),
        ("target", {"type": "string", "format": "uri"}),
        ("peer", {"anyOf": [{"type": "string", "format": "hostname"}, {"type": "null"}]}),
        ("peers", {"type": "array", "items": {"type": "string", "format": "ipv4"}}),
    ],
)
def test_an_address_would_be_seen(name: str, schema: dict[str, Any]) -> None:
    body = {"type": "object", "properties": {name: schema}}
    assert list(addresses_in({"paths": {}, "components": {"schemas": {"Command": body}}}))


# -- API9: nothing that is not documented -------------------------------------------------------

UNDOCUMENTED = {
    "/openapi.json": "the contract itself",
    "/docs": "its page",
    "/docs/oauth2-redirect": "part of that page",
    "/static-offline-docs/{path}": "what that page loads, so that it needs no other server",
}
"""What a service answers to beside its contract, and why. Instances that are no production also
have `/development` and `/sandbox`, which are included where settings say so."""


def paths_of(routes: Iterable[Any], prefix: str = "") -> Iterator[str]:
    """The paths of routes, and of those that were included."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from paths_of(route.effective_candidates(), prefix)
        else:
            yield prefix + str(getattr(route, "path_format", None) or route.path)


@pytest.mark.owasp("API9")
@every_service
def test_every_route_is_in_the_contract(service: str) -> None:
    app = CREATORS[service]()
    paths = set(paths_of(app.routes))
    assert paths - UNDOCUMENTED.keys() == contracts()[service]["paths"].keys()


@pytest.mark.owasp("API8", "API9")
async def test_there_is_no_way_to_ask_by_another_method(city: City) -> None:
    for service in SERVICES:
        for path, item in contracts()[service]["paths"].items():
            for method in {"PUT", "DELETE", "POST", "GET"} - {m.upper() for m in item}:
                answer = await send(city, service, f"{method} {path}", **city.headers("DEB"))
                assert answer.status_code == httpx.codes.METHOD_NOT_ALLOWED, (method, path)
                allowed = set(answer.headers["allow"].split(", "))
                assert allowed == {m.upper() for m in item}, path
