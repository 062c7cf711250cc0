"""`govit audit prove`, `verify`, `bundle` and `flags` against a running instance."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from shared.kernel.actor import Actor
from shared.web.actors import DevelopmentIssuer
from tests.deploy.test_audit_commands import Audited, declared
from tests.support.builders import UNIT
from tests.support.processes import running

WITNESSED_SECONDS = 30


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    home = tmp_path_factory.mktemp("evidence") / "home"
    with running(home) as instance:
        receipt = declared(instance, home)
        audited = Audited(instance, home, receipt["id"], "", "", receipt["position"])
        witnessed(audited, receipt["position"])
        yield audited


def witnessed(audited: Audited, position: int) -> None:
    """Wait until the witness has cosigned the registry's log up to a position."""
    auditor = Actor(person="aud-1", name="审计", body="AUD", role="OFFICER")
    headers = {"Authorization": f"Bearer {DevelopmentIssuer(audited.home).token(auditor)}"}
    deadline = monotonic() + WITNESSED_SECONDS
    while monotonic() < deadline:
        answer = httpx.get(f"{audited.running.url}/audit/v1/checkpoints/registry", headers=headers)
        if answer.is_success and int(answer.text.splitlines()[1]) >= position:
            return
        sleep(0.3)
    pytest.fail(f"not witnessed: {answer.text}")


def proven(audited: Audited, out: Path, *arguments: str) -> dict[str, str]:
    told = audited.run("prove", *arguments, "--out", str(out), "--json")
    assert told.code == 0, told.error
    files: dict[str, str] = told.json
    return files


def test_an_event_is_proven_and_checked_offline(audited: Audited, tmp_path: Path) -> None:
    files = proven(audited, tmp_path, f"registry:{audited.position}")
    event = json.loads(Path(files["event"]).read_text())
    assert event["type"] == "ProjectDeclared"
    by_id = proven(audited, tmp_path / "again", f"registry:{event['event_id']}")
    assert Path(by_id["inclusion"]).name == Path(files["inclusion"]).name
    asked = ("--proof", files["inclusion"], "--checkpoint", files["checkpoint"])
    told = audited.run("verify", *asked)
    assert told.code == 0, told

    proof = json.loads(Path(files["inclusion"]).read_text())
    forged: dict[str, Any] = {**proof, "leaf": "00" * 32}
    Path(files["inclusion"]).write_text(json.dumps(forged))
    assert audited.run("verify", *asked).code == 1


def test_an_old_checkpoint_is_the_beginning_of_the_new_one(
    audited: Audited, tmp_path: Path
) -> None:
    first = proven(audited, tmp_path, f"registry:{audited.position}")["checkpoint"]
    kept = tmp_path / "kept.txt"
    kept.write_text(Path(first).read_text())
    files = proven(audited, tmp_path / "later", "--since", str(kept))
    told = audited.run(
        *("verify", "--checkpoint", str(kept), "--checkpoint", files["new_checkpoint"]),
        *("--consistency", files["consistency"]),
    )
    assert told.code == 0, told


def test_a_checkpoint_of_another_log_is_not_taken(audited: Audited, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("elsewhere/registry\n3\nAAAA\n")
    told = audited.run("prove", "--since", str(kept))
    assert (told.code, "本实例没有这个日志" in told.error) == (2, True)
    kept.write_text("not a checkpoint")
    told = audited.run("prove", "--since", str(kept))
    assert (told.code, "不是检查点" in told.error) == (2, True)
    missing = audited.run("prove", "--since", str(tmp_path / "none.txt"))
    assert (missing.code, "读不出" in missing.error) == (2, True)


def test_what_is_not_in_the_log_is_not_proven(audited: Audited, tmp_path: Path) -> None:
    told = audited.run("prove", "registry:999999", "--out", str(tmp_path))
    assert (told.code, "还不包括位置999999" in told.error) == (2, True)


def test_a_bundle_is_checked_against_a_kept_checkpoint(audited: Audited, tmp_path: Path) -> None:
    out = tmp_path / "bundle.zip"
    written = audited.run("bundle", audited.project, "--out", str(out))
    assert (written.code, out.exists()) == (0, True), written
    assert audited.run("verify", str(out)).code == 0
    out.write_bytes(out.read_bytes()[:-100])
    assert audited.run("verify", str(out)).code in {1, 2}


def test_a_bundle_of_some_days_is_waited_for(audited: Audited, tmp_path: Path) -> None:
    out = tmp_path / "range.zip"
    days = ("--from", "2020-01-01", "--to", "2099-12-31")
    told = audited.run("bundle", *days, "--out", str(out), "--json")
    assert told.code == 0, told.error
    assert told.json["scope"] == {"from": "2020-01-01", "to": "2099-12-31"}
    assert told.json["events_within"] > 0


def test_a_bundle_is_of_a_project_or_of_some_days(audited: Audited, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "x.zip"))
    for asked in ((), ("--from", "2026-01-01"), (audited.project, "--to", "2026-01-01")):
        told = audited.run("bundle", *asked, *out)
        assert (told.code, "二者择一" in told.error) == (2, True)


def test_help_of_the_verifier_is_its_own(audited: Audited) -> None:
    told = audited.run("verify", "--help")
    assert (told.code, "--consistency" in told.out) == (0, True)


def test_flags_are_told_and_are_no_fault(audited: Audited) -> None:
    told = audited.run("flags")
    assert told.code == 0, told.error
    assert "处" in told.out
    found = audited.run("flags", "--project", audited.project, "--json").json
    assert (found["next"], found["items"]) == (None, [])
    narrowed = audited.run(
        *("flags", "--unit", UNIT, "--from", "2020-01-01", "--to", "2099-12-31"),
        *("--as-of", "2099-12-31", "--json"),
    )
    assert narrowed.code == 0, narrowed.error
