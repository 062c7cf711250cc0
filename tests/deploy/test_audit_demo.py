"""审计演示: every attack is caught; where those who look see nothing, it fails."""

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from deploy.audit_demo import auditor, offline, play, trials
from deploy.audit_demo.__main__ import main
from deploy.audit_demo.findings import Findings
from deploy.audit_demo.offline import Desk
from deploy.audit_demo.takeaway import check_desk
from deploy.demo import STORIES, Surprise
from deploy.demo.client import City
from shared.eventstore.verify import Finding

pytestmark = pytest.mark.timeout(300)


def told(console: Console) -> str:
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


def test_every_attack_is_caught_and_what_is_carried_away_is_valid() -> None:
    console = Console(file=StringIO(), width=120)
    assert main(console) == 0, told(console)
    said = told(console)
    assert "✗" not in said
    assert said.count("govit verify 发现：approval 位置 ") == len(trials.TRIALS) == 4
    for each in (
        r"曾见证到 \d+ 条，现在只有 \d+ 条：日志被截短",
        r"同为 \d+ 条，根与见证时不同：日志被改写",
        r"所留检查点揭穿改写：approval 位置 \d+ 至 \d+ 之间（实为 \d+）",
        r"所留检查点揭穿截短：acceptance 曾有 \d+ 条，现只有 \d+ 条",
        r"项目审计包（\S+）有效，且是所留 \d+ 个检查点的延续",
        r"期间审计包（全部项目）有效，且是所留 \d+ 个检查点的延续",
        r"改动包内一个字节即无效：\w+ 位置 \d+",
        r"\d\d 项核对，0 项不符",
    ):
        assert re.search(each, said), each


async def no_alarms(city: City, services: set[str]) -> Mapping[str, dict[str, Any]]:
    return {}


def test_where_nobody_sees_anything_it_fails_and_names_each_attack(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = tmp_path / "verify.py"
    content.write_text("print('VALID: whatever it is')\n")
    monkeypatch.setattr(offline, "VERIFIER", content)
    monkeypatch.setattr(auditor, "alarms", no_alarms)
    monkeypatch.setattr(trials, "verify", lambda dsn: Finding(ok=True, checked=0))
    console = Console(file=StringIO(), width=120)
    story = "大型自建·可研初设"
    failed = play(console, {story: STORIES[story]})
    beginnings = [
        *["govit verify 发现：approval 位置 "] * len(trials.TRIALS),
        "见证（审计服务）报警：acceptance",
        "见证（审计服务）报警：approval",
        "警报存有证据：approval",
        "所留检查点揭穿改写：approval",
        "所留检查点揭穿截短：acceptance",
        "改动包内一个字节即无效：",
    ]
    assert len(failed) == len(beginnings), told(console)
    for each, beginning in zip(failed, beginnings, strict=True):
        assert each.startswith(beginning)
        assert f"✗ 没有做到：{each}" in told(console)


def test_what_failed_is_named_and_the_exit_code_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.audit_demo.__main__.play", lambda console: ["见证报警"])
    console = Console(file=StringIO(), width=120)
    assert main(console) == 1
    assert told(console) == "没有做到：见证报警\n"


def test_an_answer_that_is_not_as_it_should_be_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def surprised(console: Console) -> list[str]:
        raise Surprise("日志完整性核对不一致")

    monkeypatch.setattr("deploy.audit_demo.__main__.play", surprised)
    console = Console(file=StringIO(), width=120)
    assert main(console) == 1
    assert "与预期不符：日志完整性核对不一致" in told(console)


def checked(folder: Path) -> tuple[list[str], str]:
    console = Console(file=StringIO(), width=120)
    findings = Findings(console)
    check_desk(findings, Desk(folder / "desk"))
    return findings.failed, told(console)


def test_a_guard_that_guards_nothing_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    unguarded = "".join(
        line for line in offline._GUARD.splitlines(keepends=True) if "addaudithook" not in line
    )
    monkeypatch.setattr(offline, "_GUARD", unguarded)
    failed, _ = checked(tmp_path)
    assert failed == ["加审计钩子（sys.addaudithook）后，解释器拒绝打开套接字"]


def test_where_no_network_namespace_may_be_made_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(offline, "_APART", (("false",), ("no-such-program",)))
    failed, said = checked(tmp_path)
    assert (failed, "只以审计钩子断网" in said) == ([], True)


def test_the_verifier_runs_behind_the_guard(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk")
    (desk.folder / "verify.py").write_text("import socket\nsocket.socket()\n")
    ran = desk.verify()
    assert (ran.code, "refused here: socket" in ran.said) == (1, True)
