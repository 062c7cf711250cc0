"""A served instance under requests that nobody of good will sends: it refuses them and goes on."""

import base64
import gzip
import hashlib
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from uuid import uuid4

import httpx
import pytest

from shared.kernel.actor import Actor
from shared.web.actors import DevelopmentIssuer
from shared.web.settings import SERVICES
from tests.support.builders import profile
from tests.support.city import new_unit_id
from tests.support.processes import Running, govit, running

UNITS = "/registry/v1/units"
CONNECTIONS = 40
PASSWORD = "never-to-be-printed"
EVERY_ANSWER = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("limits") / "home"


@pytest.fixture(scope="module")
def instance(home: Path) -> Iterator[Running]:
    """An instance that is less patient than by default."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GOVIT_BODY_SECONDS", "1.5")
        environment.setenv("GOVIT_HEAD_SECONDS", "1.5")
        environment.setenv("GOVIT_FAILURES_PER_MINUTE", "5")
        environment.setenv("GOVIT_CONNECTIONS", str(CONNECTIONS))
        with running(home) as started:
            yield started


@pytest.fixture(scope="module")
def token(home: Path, instance: Running) -> str:
    actor = Actor(person="chen", name="陈岚", body="DEB", role="OFFICER")
    return DevelopmentIssuer(home).token(actor)


@pytest.fixture
def http(instance: Running, token: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=instance.url, headers=headers, timeout=30) as client:
        yield client


def registers(http: httpx.Client) -> None:
    """The instance goes on: a unit is registered."""
    unit = profile(unit_id=new_unit_id()).model_dump(mode="json", exclude_none=True)
    answer = http.post(UNITS, json=unit, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status_code == 201, answer.text


def sends(http: httpx.Client, body: bytes, **headers: str) -> httpx.Response:
    given = {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.post(UNITS, content=body, headers=given | named)


def raw(instance: Running, *parts: bytes, seconds: float = 10.0) -> tuple[int, bytes]:
    """The status of the first answer on a fresh connection (0: closed without), and all of it."""
    host, port = instance.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as line:
        said = b""
        try:
            for part in parts:
                line.sendall(part)
            while part := line.recv(65536):
                said += part
        except ConnectionError:
            pass  # it is not obliged to hear us out
    status = re.match(rb"HTTP/1\.1 (\d{3}) ", said)
    return int(status[1]) if status else 0, said


def is_problem(answer: httpx.Response, *statuses: int) -> None:
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    for name, value in EVERY_ANSWER.items():
        assert answer.headers[name] == value, name


# -- bodies ----------------------------------------------------------------------------------------


def named(name: str) -> bytes:
    """A unit's profile whose name is this, as it stands in JSON."""
    unit = profile(unit_id=new_unit_id()).model_dump(mode="json", exclude_none=True)
    return json.dumps(unit | {"name": "NAME"}).replace('"NAME"', name).encode()


GOOD = named('"乐山市教育局"')

HOSTILE: dict[str, tuple[bytes, int]] = {
    "a name twice": (b'{"name": "a", "name": "b"}', 400),
    "a name twice, escaped": (b'{"name": "a", "n\\u0061me": "b"}', 400),
    "not a number": (named("NaN"), 400),
    "infinity": (named("-Infinity"), 400),
    "half a character": (named('"\\ud800"'), 400),
    "the halves in the wrong order": (named('"\\udc00\\ud800"'), 400),
    "nested without end": (b"[" * 200_000, 400),
    "nested objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
    "nested as deep as is read": (named("[" * 500 + "]" * 500), 422),
    "a number without end": (named("9" * 100_000), 400),
    "an exponent without end": (named("1e999999"), 400),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD, 400),
    "UTF-16": (GOOD.decode().encode("utf-16"), 400),
    "UTF-32": (GOOD.decode().encode("utf-32"), 400),
    "overlong UTF-8": (named('"X"').replace(b'"X"', b'"\xc0\x80"'), 400),
    "a NUL written out": (named('"a\\u0000b"'), 422),
    "a NUL as it is": (named('"X"').replace(b'"X"', b'"a\x00b"'), 400),
    "a control character": (named('"a\\u001bb"'), 422),
    "a text without end": (named('"' + "长" * 1_000_000 + '"'), 422),
    "many names": (json.dumps({f"n{i}": i for i in range(100_000)}).encode(), 422),
    "a list": (b"[]", 422),
    "null": (b"null", 422),
    "nothing": (b"", 422),
    "a zip bomb": (gzip.compress(b" " * 50_000_000), 400),
    "more than is read": (b" " * (4 * 1024 * 1024 + 1), 413),
    "more after the end": (GOOD + b"{}", 400),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_body_is_refused_and_the_service_goes_on(http: httpx.Client, case: str) -> None:
    body, status = HOSTILE[case]
    is_problem(sends(http, body), status)
    registers(http)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": ""}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content_Type": "multipart/form-data; boundary=a"}, 415),
        ({"Content_Type": "application/json-patch+json"}, 415),
        ({"Idempotency_Key": "a" * 201}, 422),
        ({"X_Correlation_ID": "a" * 101}, 422),
        ({"Authorization": "Basic Y2hlbjpjaGVu"}, 401),
        ({"Host": "evil.example"}, 400),
    ],
    ids=str,
)
def test_a_good_body_under_a_wrong_head_is_refused(
    http: httpx.Client, headers: dict[str, str], status: int
) -> None:
    is_problem(sends(http, GOOD, **headers), status)


def test_a_compressed_body_is_not_unpacked(http: httpx.Client) -> None:
    is_problem(sends(http, gzip.compress(GOOD), Content_Encoding="gzip"), 400)


# -- requests that are none ------------------------------------------------------------------------

POST = b"POST /registry/v1/units HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
SMUGGLED = b"GET /registry/livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "request_line_and_heads",
    [
        POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   " + SMUGGLED,
        POST + b"Content-Length: 5, 5\r\n\r\n{}   " + SMUGGLED,
        POST + b"Content-Length: -1\r\n\r\n" + SMUGGLED,
        POST + b"Content-Length: abc\r\n\r\n" + SMUGGLED,
        POST + b"Content-Length: 99999999999999999999999\r\n\r\n" + SMUGGLED,
        POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" + SMUGGLED,
        POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        POST + b"X-Folded: a\r\n b\r\nContent-Length : 0\r\n\r\n" + SMUGGLED,
        POST + b"X-Nul: a\x00b\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_can_be_read_in_two_ways_is_read_in_none(
    instance: Running, http: httpx.Client, request_line_and_heads: bytes
) -> None:
    status, said = raw(instance, request_line_and_heads)
    assert 400 <= status < 500, said
    assert b"application/problem+json" in said
    assert b'{"status":"ok"}' not in said, "the second request was answered"
    registers(http)


def test_a_body_shorter_than_was_said_is_not_decided_on(
    instance: Running, http: httpx.Client, token: str
) -> None:
    unit = new_unit_id()
    body = profile(unit_id=unit).model_dump_json(exclude_none=True).encode()
    head = POST + f"Authorization: Bearer {token}\r\nIdempotency-Key: short\r\n".encode()
    length = f"Content-Length: {len(body) + 1}\r\n\r\n".encode()
    status, said = raw(instance, head + length + body)
    assert (status, b'"too_slow"' in said) == (408, True)
    assert http.get(f"{UNITS}/{unit}").status_code == 404


# -- too slow, too large, too many -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ((b"",), 0),
        ((b"GET / HT",), 408),
        ((b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-Slow: a"), 408),
        ((POST + b"Content-Length: 10\r\n\r\n", b"{"), 408),
        ((POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n"), 408),
    ],
    ids=["silent", "line", "head", "body", "chunks"],
)
def test_who_does_not_get_on_is_cut_off(
    instance: Running, parts: tuple[bytes, ...], status: int
) -> None:
    began = monotonic()
    answered, said = raw(instance, *parts)
    assert answered == status, said
    assert monotonic() - began < 8


def test_a_head_without_end_is_cut_off(instance: Running, http: httpx.Client) -> None:
    endless = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: " + b"a" * 1_000_000
    status, said = raw(instance, endless)
    assert status in {0, 431}, said
    status, said = raw(instance, endless[: 40 * 1024] + b"\r\nConnection: close\r\n\r\n")
    assert status == 431, said
    status, said = raw(instance, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert status == 414, said
    registers(http)


def test_more_connections_than_can_be_borne_are_told_to_come_again(instance: Running) -> None:
    host, port = instance.url.removeprefix("http://").split(":")
    lines = [socket.create_connection((host, int(port)), timeout=10) for _ in range(CONNECTIONS)]
    try:
        status, said = raw(instance)
        assert status == 503, said
        assert b"application/problem+json" in said
        assert b"retry-after: 1\r\n" in said
    finally:
        for line in lines:
            line.close()


# -- heads and pages -------------------------------------------------------------------------------


def test_every_kind_of_answer_has_every_header(http: httpx.Client) -> None:
    unit = profile(unit_id=new_unit_id()).model_dump(mode="json", exclude_none=True)
    keys = [{"Idempotency-Key": uuid4().hex} for _ in range(2)]
    answers = [
        (200, http.get("/registry/livez")),
        (200, http.get("/registry/openapi.json")),
        (200, http.get("/audit/docs")),
        (200, http.get("/")),
        (200, http.get("/registry/static-offline-docs/swagger-ui.css")),
        (201, http.post(UNITS, json=unit, headers=keys[0])),
        (409, http.post(UNITS, json=unit, headers=keys[1])),
        (400, http.post(UNITS, json=unit)),
        (401, http.get(UNITS, headers={"Authorization": ""})),
        (403, http.get("/registry/v1/nothing")),
        (405, http.delete(UNITS)),
        (415, http.post(UNITS, content=b"{}")),
        (422, http.get(f"{UNITS}?limit=0")),
    ]
    for status, answer in answers:
        assert answer.status_code in {status, 404 if status == 403 else status}, answer.text
        for name, value in EVERY_ANSWER.items():
            assert answer.headers[name] == value, (name, answer.url)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers
        assert answer.headers["ratelimit-policy"] == '"requests";q=6000;w=60'


def test_no_page_of_another_origin_is_let_in(http: httpx.Client) -> None:
    origin = {"Origin": "https://evil.example"}
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "a"}
    preflight = http.options(UNITS, headers=origin | asked)
    is_problem(preflight, 405)
    for answer in (preflight, http.get(UNITS, headers=origin), http.get("/", headers=origin)):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("path", ["/", *(f"/{service}/docs" for service in SERVICES)])
def test_a_page_works_under_its_own_policy(http: httpx.Client, path: str) -> None:
    page = http.get(path)
    policy = dict(
        rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; ")
    )
    assert "unsafe" not in page.headers["content-security-policy"]
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        for inline in re.findall(rf"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy[rule], "it would not run"
    assert not re.search(r"<[^>]+ (on\w+|style)=", page.text), "neither runs under the policy"
    for loaded in re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page.text):
        assert loaded.startswith("/")
        assert http.get(loaded).status_code == 200


# -- secrets ---------------------------------------------------------------------------------------


def test_who_guesses_tokens_is_not_heard_for_a_while_and_the_log_keeps_none(
    instance: Running, http: httpx.Client, home: Path, token: str
) -> None:
    assert http.get(UNITS).status_code == 200  # from now on it is known
    guesses = [f"{token[:-6]}{uuid4().hex[:6]}" for _ in range(8)]
    statuses = [
        httpx.get(f"{instance.url}{UNITS}", headers={"Authorization": f"Bearer {guess}"})
        for guess in guesses
    ]
    assert {answer.status_code for answer in statuses[:3]} <= {401, 429}
    is_problem(statuses[-1], 429)
    assert 1 <= int(statuses[-1].headers["retry-after"]) <= 60
    assert http.get(UNITS).status_code == 200
    printed = (home.parent / f"{home.name}.log").read_text()
    for secret in (token, *guesses, token.rpartition(".")[2]):
        assert secret not in printed


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://registry:{PASSWORD}@127.0.0.1:1/registry",
        f"postgresql://registry:{PASSWORD}@127.0.0.1:port/registry",
        f"postgres//registry:{PASSWORD}@127.0.0.1/registry",
        f"host=127.0.0.1 port=1 password={PASSWORD} nonsense=1",
    ],
)
def test_a_database_that_is_not_there_is_named_without_its_password(
    tmp_path: Path, dsn: str
) -> None:
    failed = govit(
        "migrate",
        "registry",
        GOVIT_HOME=str(tmp_path),
        GOVIT_REGISTRY_DSN=dsn,
        GOVIT_MODE="sandbox",
    )
    assert failed.returncode != 0
    assert failed.stderr
    assert PASSWORD not in failed.stdout + failed.stderr


def test_production_does_not_start_a_database_of_its_own(tmp_path: Path) -> None:
    failed = govit(
        "migrate",
        GOVIT_HOME=str(tmp_path),
        GOVIT_MODE="production",
        GOVIT_ISSUER_KEY="/nowhere",
        GOVIT_SERVICE_TOKEN="x",
        GOVIT_HOSTS="govit.example",
    )
    assert failed.returncode != 0
    assert "GOVIT_REGISTRY_DSN" in failed.stderr
    assert not (tmp_path / "postgres").exists()
