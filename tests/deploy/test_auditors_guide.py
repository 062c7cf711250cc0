"""docs/auditors.md does what it says: its commands run in order against a city at work."""

import asyncio
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from deploy.audit_demo import auditor
from deploy.demo import STORIES, City, tell
from deploy.demo.board import Board
from deploy.demo.cast import AUD, DEB, unit
from deploy.demo.sandbox import ground
from services.audit.witness import Fault
from shared.web.identity.development import DevelopmentIssuer
from shared.web.settings import LOGS, Settings
from tests.support.processes import govit

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "auditors.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
STORY = "小型自建·实施方案"

pytestmark = pytest.mark.timeout(240)


@dataclass
class Desk:
    """An auditor's folder beside a city at work; blocks run in one shell after the other."""

    folder: Path
    environment: dict[str, str]
    address: str

    def run(self, *blocks: str) -> str:
        script = "set -euo pipefail\n" + "\n".join(blocks)
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ran.returncode == 0, ran.stderr + ran.stdout
        return ran.stdout


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("auditor")
    with ground() as found, found.running() as address:
        project = asyncio.run(_story(address))
        keys = auditor.keys_of(found.settings.home)
        (folder / "keys.txt").write_text("\n".join(keys) + "\n")
        environment = os.environ | {
            "GOVIT_URL": address,
            "TOKEN": DevelopmentIssuer.of(found.settings).token(AUD),
            "PROJECT": project,
            "RELEASE": str(ROOT),
        }
        yield Desk(folder, environment, address)


async def _story(address: str) -> str:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        city = City.at(http, address)
        board = Board(Console(file=StringIO()))
        projects = await tell(city, {STORY: STORIES[STORY]}, board)
        await auditor.keep_all(city, auditor.Kept())
    return str(projects[0].id)


async def _goes_on(address: str) -> None:
    """One more event in the registry's log."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        city = City.at(http, address)
        newcomer = unit(4711, "乐山市档案馆", "秦川", "苏眉")
        await city.act(DEB, "/registry/v1/units", newcomer.profile)
        await auditor.keep_all(city, auditor.Kept())


def test_the_steps_lead_from_keys_to_a_verified_bundle(desk: Desk) -> None:
    assert len(BLOCKS) == 7
    keys, keep, *others = BLOCKS
    said = desk.run(keys, keep)
    for service in LOGS:
        assert f"govit/511100/{service}+" in said
    asyncio.run(_goes_on(desk.address))
    said = desk.run(keys, *others)
    assert "the consistency proof holds" in said
    assert "VALID: project " in said
    assert "VALID: 2025-01-01 to 2026-12-31: " in said
    assert said.count("the leaves lead to it") == len(LOGS)
    assert "VALID: govit/511100/registry position 1 is in the log" in said
    assert "INVALID" not in said
    _, _, witnessed = said.rpartition('{\n    "witness"')
    told = json.loads('{"witness"' + witnessed)
    assert [(log["alarms"], log["away"]) for log in told["logs"]] == [(0, None)] * len(LOGS)


def test_govit_fetches_the_proof_that_the_guide_says(desk: Desk, tmp_path: Path) -> None:
    assert "`govit audit prove --since OLD`" in GUIDE
    desk.run(BLOCKS[0], BLOCKS[1])
    old = sorted((desk.folder / "kept").glob("registry-*.txt"))[0]
    asked = ["audit", "prove", "--since", str(old), "--out", str(tmp_path)]
    ran = govit(*asked, GOVIT_URL=desk.address, GOVIT_TOKEN=desk.environment["TOKEN"])
    assert ran.returncode == 0, ran.stderr
    assert len(list(tmp_path.glob("registry-*.consistency.json"))) == 1


def test_every_fault_of_the_witness_is_explained() -> None:
    _, _, section = GUIDE.partition("## 报警之后")
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])}
    assert named == {fault.value for fault in Fault}


def test_what_it_names_is_there() -> None:
    for name in re.findall(r"GOVIT_([A-Z_]+)", GUIDE):
        assert name == "URL" or name.lower() in Settings.model_fields
    for path in re.findall(r"\]\(([^)#:]+)\)", GUIDE):
        assert (ROOT / "docs" / path).exists(), path
    assert "audit-demo:" in (ROOT / "Makefile").read_text()
