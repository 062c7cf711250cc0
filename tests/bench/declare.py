"""`declare_vs_bare`: the real declaration endpoint against FastAPI with nothing behind it.

Same body, same 32 kept-alive connections, same load generator, one worker each, taken in turns.
The real one checks the token, validates, fences and decides with all its rules, and answers when
the event is durable.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from deploy.instance import databases
from shared.kernel.actor import Actor
from shared.web.actors import DevelopmentIssuer
from shared.web.settings import Settings
from tests.support.builders import UNIT, declaration, entry, profile

CONNECTIONS = 32
ROUNDS = 5
SECONDS = 2.0
BAR = 0.2
OTHERS = ("approval", "budget", "acceptance")
PATH = "/v1/projects"


@contextmanager
def _server(*arguments: str, **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.servers", *arguments], env=os.environ | environment
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _await(url: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(url).status_code < 500:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(url)


def _request(port: int, token: str, body: bytes) -> bytes:
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def _client(port: int, token: str, body: bytes, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.perf_counter() < until:
        writer.write(_request(port, token, body))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 201"):
            raise AssertionError(head.decode())
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        done += 1
    writer.close()
    return done


async def _load(port: int, token: str, body: bytes, seconds: float) -> float:
    start = time.perf_counter()
    clients = [_client(port, token, body, start + seconds) for _ in range(CONNECTIONS)]
    done = sum(await asyncio.gather(*clients))
    return done / (time.perf_counter() - start)


def _prepare(url: str, issuer: DevelopmentIssuer) -> tuple[str, bytes]:
    """A registered unit with a catalogued system; its token and a valid declaration."""
    bureau = issuer.token(Actor(person="d", name="丁", body="DEB", role="OFFICER"))
    unit = issuer.token(Actor(person="u", name="李", body="UNIT", role="OFFICER", unit_id=UNIT))

    def post(path: str, token: str, content: dict[str, object]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
        return httpx.post(f"{url}{path}", json=content, headers=headers).raise_for_status()

    post("/v1/units", bureau, profile().model_dump(mode="json", exclude_none=True))
    system = post("/v1/systems", unit, entry().model_dump(mode="json", exclude_none=True)).json()[
        "id"
    ]
    next_year = time.gmtime().tm_year + 1
    command = declaration(system_id=system, plan_year=next_year)
    return unit, command.model_dump_json(exclude_none=True).encode()


@contextmanager
def _city(home: Path, registry: int, others: int) -> Iterator[None]:
    """The registry on one worker, the services it is bound to on another, one database."""
    settings = Settings(home=home)
    beside = f"http://127.0.0.1:{others}"
    urls = {"GOVIT_REGISTRY_URL": f"http://127.0.0.1:{registry}"}
    urls |= {f"GOVIT_{s.upper()}_URL": f"{beside}/{s}" for s in OTHERS}
    with databases(settings) as found:
        found.migrate(settings)
        with (
            _server("registry", str(registry), str(home), **urls),
            _server("others", str(others), str(home), **urls),
        ):
            _await(f"http://127.0.0.1:{registry}/readyz")
            yield


def run(base_port: int = 18500) -> list[dict[str, object]]:
    """The ratio, its bar and its spread."""
    real, others, bare = base_port, base_port + 1, base_port + 2
    with tempfile.TemporaryDirectory(prefix="govit-bench-") as place:
        home = Path(place)
        with _city(home, real, others), _server("bare", str(bare)):
            _await(f"http://127.0.0.1:{bare}/openapi.json")
            token, body = _prepare(f"http://127.0.0.1:{real}", DevelopmentIssuer(home))
            asyncio.run(_load(real, token, body, SECONDS))
            asyncio.run(_load(bare, token, body, SECONDS))
            rates = [
                (
                    asyncio.run(_load(real, token, body, SECONDS)),
                    asyncio.run(_load(bare, token, body, SECONDS)),
                )
                for _ in range(ROUNDS)
            ]
    ratios = [ours / theirs for ours, theirs in rates]
    ratio = statistics.median(ratios)
    return [
        {
            "name": "declare_vs_bare",
            "ratio": round(ratio, 3),
            "bar": BAR,
            "spread": [round(min(ratios), 3), round(max(ratios), 3)],
            "ok": ratio >= BAR,
            "per_second": [[round(ours), round(theirs)] for ours, theirs in rates],
        }
    ]


if __name__ == "__main__":
    print(run())
