"""The README is true: its commands work, its output is real, its code is in the tree."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import Running, free_port, govit, running

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CHINESE = (ROOT / "README.zh-CN.md").read_text()
VOLATILE = {"event_id", "decision_id", "recorded_at", "decided_on"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("readme") / "home"


@pytest.fixture(scope="module")
def instance(home: Path) -> Iterator[Running]:
    with running(home, mode="development", port=free_port()) as started:
        yield started


def steady(content: Any) -> Any:
    """An answer without what differs from run to run."""
    if isinstance(content, dict):
        return {k: steady(v) for k, v in content.items() if k not in VOLATILE}
    if isinstance(content, list):
        return [steady(each) for each in content]
    return content


def test_one_request_end_to_end_is_as_shown(instance: Running, home: Path) -> None:
    script = next(b for b in blocks("sh") if "curl" in b)
    commands = "\n".join(line for line in script.splitlines() if not line.startswith("make run"))
    commands = commands.replace("http://127.0.0.1:8080", instance.url)
    environment = os.environ | {"GOVIT_HOME": str(home)}
    shown = [json.loads(block) for block in blocks("json")]
    for expected in shown:
        answer = subprocess.run(
            ["bash", "-c", commands],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert steady(json.loads(answer.stdout)) == steady(expected)


def test_the_rule_shown_stands_in_the_code() -> None:
    (rule,) = blocks("python")
    lines = "\n".join(line.removeprefix("   ") for line in rule.splitlines())
    code = "".join(path.read_text() for path in (ROOT / "services").rglob("*.py"))
    assert lines.strip() in code


def test_an_article_is_found_as_described() -> None:
    described = "govit rules --article 29"
    assert described in README
    assert described in CHINESE
    shown = govit(*described.split()[1:], COLUMNS="160")
    assert "moved_money_stays_within_ratio" in shown.stdout


@pytest.mark.parametrize("text", [README, CHINESE], ids=["en", "zh"])
def test_every_make_target_and_file_named_exists(text: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for path in re.findall(r"\]\(([^)#:]+)", text):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"`((?:deploy|shared|docs)/[^`… ]+)`", text):
        assert (ROOT / path).exists(), path


def test_both_readmes_are_short_and_name_the_two_commands_first() -> None:
    for text in (README, CHINESE):
        assert len(text.splitlines()) <= 150
        first = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
        assert first is not None
        commands = [line.split("#")[0].strip() for line in first.group(1).strip().splitlines()]
        assert commands == ["make demo", "make test"]
