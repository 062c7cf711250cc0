"""`authority_cost`: what knowing who asks, and whether they may, takes of a declaration.

Bearer token and power of a declaration, as its endpoint checks them, against that and the decision
engine's work (`declare_engine`) together, in the process's own CPU time. The whole command spends
more than that, on HTTP and on the database: the share of it is smaller than what is shown here.

A token is verified once and then remembered. `first_verification` is what the first time costs.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request

from shared.kernel.actor import Actor
from shared.regulation.pack import installed
from shared.web.actors import ActorBearer, DevelopmentIssuer, Verifier, authorise
from shared.web.identity.development import AUDIENCE, ISSUER
from tests.bench import engine
from tests.registry.building import catalogued, unit_registered
from tests.support.builders import UNIT, declaration
from tests.support.given_when_then import TODAY, as_recorded

BAR = 0.10
BAR_FIRST = 2.0
"""Milliseconds of CPU."""

CHECKS = 10_000
TOKENS = 200
ROUNDS = 7


def _tokens(issuer: DevelopmentIssuer, count: int) -> list[str]:
    return [
        issuer.token(
            Actor(person=f"u-{number}", name="李", body="UNIT", role="OFFICER", unit_id=UNIT)
        )
        for number in range(count)
    ]


def _verifier(issuer: DevelopmentIssuer) -> Verifier:
    return Verifier(issuer.keys, issuer=ISSUER, audience=AUDIENCE)


def _scope(token: str, verifier: Verifier) -> dict[str, Any]:
    """What the server hands over of a request, and the runtime behind it."""
    app = SimpleNamespace(state=SimpleNamespace(runtime=SimpleNamespace(verifier=verifier)))
    headers = [
        (b"host", b"127.0.0.1"),
        (b"authorization", f"Bearer {token}".encode()),
        (b"idempotency-key", b"0" * 32),
        (b"content-type", b"application/json"),
    ]
    return {
        "type": "http",
        "method": "POST",
        "path": "/v1/projects",
        "headers": headers,
        "app": app,
    }


async def _remembered(token: str, verifier: Verifier) -> float:
    """Milliseconds of token and power, where the token is known."""
    bearer, policies, scope = ActorBearer(), installed(), _scope(token, verifier)
    parties = frozenset({UNIT})
    await bearer.actor(Request(scope))
    start = time.process_time()
    for _ in range(CHECKS):
        actor = await bearer.actor(Request(scope))
        authorise(actor, policies.in_force(TODAY), "declare_project", parties)
    return (time.process_time() - start) / CHECKS * 1000


async def _first(tokens: list[str], verifier: Verifier) -> float:
    """Milliseconds of verifying a token that is not known yet."""
    start = time.process_time()
    for token in tokens:
        await verifier.actor(token)
    return (time.process_time() - start) / len(tokens) * 1000


def run() -> list[dict[str, object]]:
    """The share and the first verification, their bars and spreads."""
    histories = (as_recorded([unit_registered()]), as_recorded([catalogued()]), as_recorded([]))
    command = declaration()
    with tempfile.TemporaryDirectory(prefix="govit-bench-") as home:
        issuer = DevelopmentIssuer(Path(home))
        tokens = _tokens(issuer, TOKENS)
    engine._milliseconds(command, histories)  # warm
    shares, checks = [], []
    for _ in range(ROUNDS):
        check = asyncio.run(_remembered(tokens[0], _verifier(issuer)))
        checks.append(check)
        shares.append(check / (check + engine._milliseconds(command, histories)))
    firsts = [asyncio.run(_first(tokens, _verifier(issuer))) for _ in range(ROUNDS)]
    return [
        _row(
            "authority_cost", shares, BAR, microseconds=round(statistics.median(checks) * 1000, 2)
        ),
        _row("first_verification", firsts, BAR_FIRST, unit="ms"),
    ]


def _row(name: str, values: list[float], bar: float, **others: object) -> dict[str, object]:
    value = statistics.median(values)
    return {
        "name": name,
        "ratio": round(value, 4),
        "bar": bar,
        "at_most": True,
        "spread": [round(min(values), 4), round(max(values), 4)],
        "ok": value <= bar,
        **others,
    }


if __name__ == "__main__":
    print(run())
