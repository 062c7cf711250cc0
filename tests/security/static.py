"""Bandit and semgrep over the product's code.

Semgrep works in an environment of its own (`.venv-security`, made from `deploy/security`), because
it needs other versions of libraries than the services do. Both work offline and tell nobody.
"""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
PRODUCT = ("shared", "services", "deploy")
RULES = ROOT / "deploy" / "security" / "rules.yaml"
ENVIRONMENT = ".venv-security"


class Unavailable(Exception):
    """Semgrep could not be installed; the message says why."""


class Finding(NamedTuple):
    """What a scanner objects to, and where."""

    rule: str
    path: str
    line: int


def bandit(folder: Path = ROOT, paths: Iterable[str] = PRODUCT) -> list[Finding]:
    """What bandit finds in the paths of a folder."""
    command = [sys.executable, "-m", "bandit", "-c", ROOT / "pyproject.toml", "-r", *paths]
    found = _json([*command, "-q", "-f", "json"], folder)
    return [Finding(r["test_id"], r["filename"], r["line_number"]) for r in found["results"]]


def semgrep(folder: Path = ROOT, paths: Iterable[str] = PRODUCT) -> list[Finding]:
    """What our rules find in the paths of a folder; Unavailable where semgrep is not to be had."""
    program = _installed()
    found = _json(
        [
            *(program, "scan", "--config", RULES, "--metrics=off", "--disable-version-check"),
            *("--no-git-ignore", "--quiet", "--json", *paths),
        ],
        folder,
    )
    if found["errors"]:
        raise RuntimeError(found["errors"])
    return [
        Finding(r["check_id"].rpartition(".")[2], r["path"], r["start"]["line"])
        for r in found["results"]
    ]


def _json(command: list[Any], folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [*map(str, command)], cwd=folder, capture_output=True, text=True, check=False
    )
    if not done.stdout:
        raise RuntimeError(done.stderr)
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def _installed() -> Path:
    lock = ROOT / "build" / "security.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # one test process after the other
        made = subprocess.run(
            ["make", "--silent", f"PYTHON={sys.executable}", f"{ENVIRONMENT}/.made"],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    if made.returncode:
        raise Unavailable(made.stderr.strip()[-300:])
    return ROOT / ENVIRONMENT / "bin" / "semgrep"
