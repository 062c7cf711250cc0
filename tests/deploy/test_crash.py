"""Killed at the worst moment: what was acknowledged is there, nothing is half there."""

import asyncio
import random
import uuid
from pathlib import Path

import httpx

from shared.kernel.actor import Actor
from shared.web.actors import DevelopmentIssuer
from tests.support.builders import UNIT, declaration, entry, profile
from tests.support.processes import Running, govit, running

ROUNDS = 3
WRITERS = 8


def token(home: Path, body: str, unit: str | None = None) -> str:
    actor = Actor(person=f"{body}-1", name="经办人", body=body, role="OFFICER", unit_id=unit)
    return DevelopmentIssuer(home).token(actor)


async def prepare(client: httpx.AsyncClient, home: Path) -> dict[str, object]:
    """A unit with a system; a declaration of it."""
    headers = {"Authorization": f"Bearer {token(home, 'DEB')}", "Idempotency-Key": "unit"}
    await client.post("/registry/v1/units", json=profile().model_dump(mode="json"), headers=headers)
    headers = {"Authorization": f"Bearer {token(home, 'UNIT', UNIT)}", "Idempotency-Key": "system"}
    system = await client.post(
        "/registry/v1/systems",
        json=entry().model_dump(mode="json", exclude_none=True),
        headers=headers,
    )
    now = (await client.get("/registry/version")).json()["now"]
    command = declaration(system_id=system.json()["id"], plan_year=int(now[:4]) + 1)
    return command.model_dump(mode="json", exclude_none=True)


async def declare_until_killed(
    started: Running, home: Path, requests: dict[str, str | None]
) -> None:
    """Writers declare under keys of their own until the server is gone."""
    async with httpx.AsyncClient(base_url=started.url, timeout=20) as client:
        command = await prepare(client, home)
        unit = token(home, "UNIT", UNIT)

        async def write() -> None:
            while True:
                key = uuid.uuid4().hex
                requests[key] = None
                headers = {"Authorization": f"Bearer {unit}", "Idempotency-Key": key}
                try:
                    answer = await client.post(
                        "/registry/v1/projects", json=command, headers=headers
                    )
                except httpx.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                requests[key] = answer.json()["id"]

        async def kill() -> None:
            await asyncio.sleep(random.uniform(0.2, 0.8))
            await asyncio.to_thread(started.kill)

        await asyncio.gather(kill(), *(write() for _ in range(WRITERS)))


async def repeat_all(started: Running, home: Path, requests: dict[str, str | None]) -> None:
    """Every request again, as it was: the acknowledged get their first receipt."""
    async with httpx.AsyncClient(base_url=started.url, timeout=20) as client:
        command = await prepare(client, home)
        unit = token(home, "UNIT", UNIT)
        for key, first in requests.items():
            headers = {"Authorization": f"Bearer {unit}", "Idempotency-Key": key}
            answer = await client.post("/registry/v1/projects", json=command, headers=headers)
            assert answer.status_code == 201, answer.text
            if first is not None:
                assert answer.json()["id"] == first
                assert answer.headers["idempotency-replayed"] == "true"
            requests[key] = answer.json()["id"]
        assert len(set(requests.values())) == len(requests)


def test_killed_under_load_nothing_acknowledged_is_lost_and_nothing_doubled(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    requests: dict[str, str | None] = {}
    for _ in range(ROUNDS):
        with running(home) as started:
            asyncio.run(declare_until_killed(started, home, requests))
    acknowledged = sum(1 for project in requests.values() if project)
    assert acknowledged > 0
    with running(home) as started:
        asyncio.run(repeat_all(started, home, requests))
        listed = govit("verify", GOVIT_HOME=str(home))
        assert listed.returncode == 0, listed.stdout
        # One unit, one system, and each request exactly once.
        assert f"registry：{2 + len(requests)} 条一致" in listed.stdout
        rebuilt = govit("rebuild", "--check", GOVIT_HOME=str(home), GOVIT_MODE="sandbox")
        assert rebuilt.returncode == 0, rebuilt.stdout
