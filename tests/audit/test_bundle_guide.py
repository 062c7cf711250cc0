"""docs/bundles.md does what it says."""

import json
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from services.audit.bundle import verify
from shared.eventstore.merkle import digest_of
from shared.web.settings import Settings
from tests.audit.bundles import maker, ranged
from tests.audit.signing import note
from tests.audit.test_bundle_proofs import consistency
from tests.audit.test_bundle_tampering import (
    ALL,
    KEYS,
    SIGNERS,
    as_file,
    inclusion_file,
    logs,
    notes,
    root_at,
)

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "bundles.md").read_text("utf-8")
COMMANDS = [
    command
    for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    for command in block.splitlines()
]
SM3 = digest_of("sm3")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the guide speaks of, under its names."""
    folder = tmp_path_factory.mktemp("desk")
    log, origin = logs()["budget"], "govit/511100/budget"
    signed = notes(logs())
    by = maker(*KEYS)
    (folder / "bundle.zip").write_bytes(ranged(logs(), ALL, notes=signed, by=by))
    days = (date(2026, 5, 14), date(2026, 5, 20))
    (folder / "part.zip").write_bytes(ranged(logs(), days, notes=signed, by=by))
    (folder / "verify.py").write_bytes(Path(verify.__file__).read_bytes())
    as_file(folder, "keys.txt", "\n".join(KEYS))
    as_file(folder, "kept.txt", note(origin, 2, root_at(log, 2), SIGNERS["budget"]))
    as_file(folder, "checkpoint.txt", signed["budget"])
    path = consistency(SM3, [row.leaf for row in log], 2)
    proof = {
        **{"origin": origin, "hash": "sm3", "from": 2, "to": len(log)},
        "path": [node.hex() for node in path],
    }
    as_file(folder, "consistency.json", json.dumps(proof))
    made = Path(inclusion_file(folder, 3, len(log))[1])
    made.rename(folder / "inclusion.json")
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_guide_does_what_it_should(command: str, desk: Path) -> None:
    program, *arguments = shlex.split(command)
    assert program == "python"
    ran = subprocess.run(
        [sys.executable, "-I", "-S", *arguments], cwd=desk, capture_output=True, timeout=60
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_there_are_commands_with_every_option() -> None:
    options = set(re.findall(r"--[a-z]+", " ".join(COMMANDS)))
    parser = verify._asked([str(ROOT)])
    assert options == {f"--{name}" for name in vars(parser) if name != "bundle"}


def test_the_files_are_those_of_bundles() -> None:
    _, _, table = GUIDE.partition("## What it holds")
    rows = [line for line in table.partition("\nA leaf")[0].splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
    due = {*verify.COMMON, *verify.OF_A_PROJECT, verify.SUMS, verify.KEYS, "report.pdf"}
    assert named == due | {verify.note_of("<service>")}


def test_the_settings_are_those_of_the_services() -> None:
    for name in re.findall(r"GOVIT_([A-Z_]+)", GUIDE):
        assert name.lower() in Settings.model_fields
    assert "(`bundles` in the instance directory)" in GUIDE
    assert f"`GOVIT_BUNDLE_DAYS` ({Settings().bundle_days})" in GUIDE
