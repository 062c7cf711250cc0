"""The city that is fuzzed: served on loopback, with a project that has lived its whole life."""

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import httpx
from rich.console import Console

from deploy.all_in_one import all_in_one
from deploy.demo import STORIES, tell
from deploy.demo import City as Visited
from deploy.demo.board import Board
from deploy.demo.cast import Project
from deploy.demo.sandbox import OPENING, served
from shared.web.actors import DevelopmentIssuer
from shared.web.clock import SandboxClock
from shared.web.settings import InstanceMode, Settings
from tests.security.fuzzing import Callers
from tests.support.builders import UNIT, declaration, entry, profile
from tests.support.city import CityDatabases

LIFE = "小型自建·实施方案"
"""The story from a unit's registration to its surplus and O&M budget."""


@dataclass(frozen=True)
class Target:
    """Where it answers, who calls, and which projects there are."""

    address: str
    callers: Callers
    projects: tuple[str, ...]


@contextmanager
def target(databases: CityDatabases, home: Path) -> Iterator[Target]:
    """A served city for as long as the context lasts."""
    settings = Settings(
        _env_prefix="GOVIT_FUZZ_",
        mode=InstanceMode.SANDBOX,
        home=home,
        rate_per_minute=10**6,
        failures_per_minute=10**6,
    )
    SandboxClock.start_at(home / "clock.json", OPENING)
    dsns = databases.new_set()
    app = all_in_one(settings, {service: d.app for service, d in dsns.items()})
    with served(app) as (address,):
        lived = asyncio.run(_lived(address))
        issuer = DevelopmentIssuer(home)
        declared = _declared(address, Callers(issuer, (UNIT,)))
        callers = Callers(issuer, (UNIT, str(lived.unit.profile.unit_id)))
        yield Target(address, callers, (declared, str(lived.id)))


async def _lived(address: str) -> Project:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        board = Board(Console(file=io.StringIO()))
        (project,) = await tell(Visited.at(http, address), {LIFE: STORIES[LIFE]}, board)
        return project


def _declared(address: str, callers: Callers) -> str:
    """A project of the unit that stands as the example in the contracts."""
    today = datetime.fromisoformat(httpx.get(f"{address}/registry/version").json()["now"])

    def post(path: str, body: str, command: object) -> str:
        answer = httpx.post(
            f"{address}/registry/v1/{path}",
            json=command,
            headers={
                "Authorization": f"Bearer {callers.of(body)}",
                "Idempotency-Key": uuid4().hex,
            },
        )
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return str(answer.json()["id"])

    post("units", "DEB", profile().model_dump(mode="json", exclude_none=True))
    system = post("systems", "UNIT", entry().model_dump(mode="json", exclude_none=True))
    command = declaration(system_id=system, plan_year=today.year + 1)
    return post("projects", "UNIT", command.model_dump(mode="json", exclude_none=True))
