"""`govit audit` as an auditor uses it, on an instance of its own."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest
from typer.testing import CliRunner

from deploy.cli import app
from shared.kernel.actor import Actor
from shared.kernel.dates import legal_date
from shared.web.actors import DevelopmentIssuer
from shared.web.clock import SandboxClock
from tests.registry.building import review
from tests.shared.web.test_http import PROJECTS
from tests.support.builders import UNIT, declaration, entry, profile
from tests.support.processes import Running, running

UNKNOWN = "00000000-0000-7000-8000-000000000000"


class Audited(NamedTuple):
    """An instance with one project: declared, and reviewed on a paper of five days before."""

    running: Running
    home: Path
    project: str
    declared_on: str
    reviewed_on: str
    position: int
    """Of the review."""

    def run(self, *arguments: str) -> "Told":
        # In this process: starting one for each of the questions costs more than all of them.
        environment = {"GOVIT_HOME": str(self.home), "GOVIT_URL": self.running.url}
        done = CliRunner().invoke(app, ["audit", *arguments], env=environment)
        return Told(done.exit_code, done.stdout, re.sub(r"\s", "", done.stderr))


class Told(NamedTuple):
    code: int
    out: str
    error: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def post(instance: Running, home: Path, body: str, path: str, content: object) -> dict[str, Any]:
    unit = UNIT if body == "UNIT" else None
    actor = Actor(person=f"{body}-1", name="经办人", body=body, role="OFFICER", unit_id=unit)
    headers = {
        "Authorization": f"Bearer {DevelopmentIssuer(home).token(actor)}",
        "Idempotency-Key": f"{body}{path}",
        "If-Match": "*",
    }
    answer = httpx.post(f"{instance.url}{path}", json=content, headers=headers)
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def declared(instance: Running, home: Path) -> dict[str, Any]:
    """A unit, a system and a declaration; the receipt of the last."""
    year = int(httpx.get(f"{instance.url}/registry/version").json()["now"][:4])
    post(instance, home, "DEB", "/registry/v1/units", wire(profile()))
    system = post(instance, home, "UNIT", "/registry/v1/systems", wire(entry()))["id"]
    command = declaration(system_id=system, plan_year=year + 1)
    return post(instance, home, "UNIT", PROJECTS, wire(command))


def wire(act: Any) -> Any:
    return act.model_dump(mode="json", exclude_none=True)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    home = tmp_path_factory.mktemp("audited") / "home"
    with running(home) as instance:
        receipt = declared(instance, home)
        clock = SandboxClock(home / "clock.json")
        first = clock.now()
        clock.advance_to(first + timedelta(days=10))
        paper = legal_date(first + timedelta(days=5)).isoformat()
        path = f"{PROJECTS}/{receipt['id']}/central-review"
        reviewed = post(instance, home, "DEB", path, wire(review(on=paper)))
        yield Audited(
            instance,
            home,
            receipt["id"],
            receipt["decision"]["decided_on"],
            paper,
            reviewed["position"],
        )


# -- timeline and as-of -------------------------------------------------------------------------


def test_the_timeline_tells_every_step_and_what_was_entered_late(audited: Audited) -> None:
    told = audited.run("timeline", audited.project)
    assert told.code == 0, told.error
    for words in ("申报", "集中审查", "补录", "智慧教育平台", "1000000.00"):
        assert words in told.out
    back = audited.run("timeline", audited.project, "--valid-at", "2022-07-01", "--json")
    assert (back.json["entries"], back.json["state"]["phase"]) == ([], "NONE")
    steps = audited.run("timeline", audited.project, "--steps", "1", "--json")
    assert [e["type"] for e in steps.json["entries"]] == ["ProjectDeclared"]


@pytest.mark.parametrize(
    ("cut", "phase"),
    [
        ((), "REVIEWED"),
        (("--versions", "registry:1"), "DECLARED"),
        (("--positions", "registry:{before}"), "DECLARED"),
        (("--valid-at", "{reviewed_on}"), "REVIEWED"),
        (("--valid-at", "{declared_on}"), "DECLARED"),
        (("--known-at", "{reviewed_on}T23:00:00+08:00"), "DECLARED"),
        (("--valid-at", "{reviewed_on}", "--versions", "registry:2"), "REVIEWED"),
    ],
)
def test_a_project_as_of(audited: Audited, cut: tuple[str, ...], phase: str) -> None:
    places = {**audited._asdict(), "before": audited.position - 1}
    asked = ("as-of", audited.project, *(part.format(**places) for part in cut))
    assert audited.run(*asked, "--json").json["state"]["phase"] == phase
    shown = audited.run(*asked)
    assert shown.code == 0, shown.error
    assert {"REVIEWED": "已集中审查", "DECLARED": "已申报"}[phase] in shown.out


def test_a_unit_and_the_lists_of_a_year_as_of(audited: Audited) -> None:
    unit = audited.run("as-of", UNIT)
    assert (unit.code, audited.project in unit.out) == (0, True)
    empty = audited.run("as-of", UNIT, "--versions", "registry:1", "--json")
    assert empty.json["state"]["projects"] == []
    lists = audited.run("as-of", "2031")
    assert (lists.code, "尚无清单" in lists.out) == (0, True)
    assert audited.run("as-of", "2031", "--json").json["lists"] == []


def test_what_a_unit_could_begin_as_of(audited: Audited) -> None:
    now = audited.run("as-of", UNIT, "--action", "DECLARE")
    assert (now.code, "可以" in now.out) == (0, True)
    approve = ("as-of", UNIT, "--action", "APPROVE", "--project", audited.project)
    assert "第20条" in audited.run(*approve).out
    assert audited.run(*approve, "--json").json["allowed"] is False


# -- diff ---------------------------------------------------------------------------------------


def test_two_cuts_side_by_side(audited: Audited) -> None:
    changed = audited.run("diff", audited.project, "--from", audited.declared_on)
    assert changed.code == 1, changed.error
    assert "已集中审查" in changed.out
    assert "迟 5 日入库" in changed.out
    told = audited.run("diff", audited.project, "--from", audited.declared_on, "--json")
    assert {"path": ["phase"], "before": "DECLARED", "after": "REVIEWED"} in told.json[
        "differences"
    ]
    assert [entry["type"] for entry in told.json["added"]] == ["CentralReviewRecorded"]
    back = ("--from", "versions=registry:2", "--to", "versions=registry:1")
    assert [e["type"] for e in audited.run("diff", audited.project, *back, "--json").json["gone"]]


@pytest.mark.parametrize("subject", ["{project}", UNIT, "2031"])
def test_equal_cuts_do_not_differ(audited: Audited, subject: str) -> None:
    same = ("--from", audited.reviewed_on, "--to", f"valid_at={audited.reviewed_on}")
    told = audited.run("diff", subject.format(**audited._asdict()), *same)
    assert (told.code, "没有不同" in told.out) == (0, True)


# -- explain ------------------------------------------------------------------------------------


def test_an_event_is_explained(audited: Audited) -> None:
    event = f"registry:{audited.position}"
    told = audited.run("explain", event, "--known")
    assert told.code == 0, told.error
    for words in ("集中审查", "补录", "第17条", "重作结果相同", "511100-2022@1", "申报"):
        assert words in told.out, words
    found = audited.run("explain", event, "--known", "--json").json
    assert found["recheck"]["same"] is True
    assert [e["type"] for e in found["knowledge"]["known"]] == ["ProjectDeclared"]
    by_id = audited.run("explain", f"registry/{found['entry']['event_id']}", "--json").json
    assert by_id["entry"] == found["entry"]


def test_what_is_known_is_known_of_a_project(audited: Audited) -> None:
    told = audited.run("explain", "registry:1", "--known")
    assert (told.code, "不是某一项目的事件" in told.error) == (2, True)


# -- recheck ------------------------------------------------------------------------------------


def test_everything_is_decided_again(audited: Audited, tmp_path: Path) -> None:
    told = audited.run("recheck")
    assert (told.code, "4 项决定，4 项重作结果相同" in told.out) == (0, True), told
    of_project = audited.run("recheck", "--project", audited.project, "--json").json
    assert (of_project["decisions"], of_project["same"]) == (2, 2)

    kept = tmp_path / "progress.json"
    first = audited.run("recheck", "registry", "--resume", str(kept), "--page", "1", "--json")
    assert first.json["decisions"] == 4
    # As if it had been killed after the page before last.
    begun = json.loads(kept.read_text())
    begun["reached"]["registry"] -= 1
    begun["decisions"] -= 1
    begun["same"] -= 1
    kept.write_text(json.dumps(begun))
    again = audited.run("recheck", "registry", "--resume", str(kept), "--json")
    assert again.json == first.json
    assert not kept.with_name("progress.json.part").exists()
    # Nothing is new: nothing is done twice.
    assert audited.run("recheck", "registry", "--resume", str(kept), "--json").json == first.json


def test_a_file_that_is_no_progress_is_not_overwritten(audited: Audited, tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("liebe Kollegen")
    told = audited.run("recheck", "--resume", str(other))
    assert (told.code, "不是复核的进度文件" in told.error) == (2, True)
    assert other.read_text() == "liebe Kollegen"


def test_a_decision_altered_in_the_database_is_found(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running(home) as instance:
        declared(instance, home)
        alter(home)
    with running(home) as instance:
        altered = Audited(instance, home, "", "", "", 0)
        told = altered.run("recheck", "registry")
        assert told.code == 1, told
        assert "记录 project_is_welcome；重作 project_is_in_scope" in told.out
        explained = altered.run("explain", "registry:3")
        assert (explained.code, "重作结果不同" in explained.out) == (1, True)


def alter(home: Path) -> None:
    """Who owns the server writes another rule into a decision."""
    password = json.loads((home / "postgres" / "passwords.json").read_text())["postgres"]
    for socket in Path("/tmp").glob("govit-*"):
        dsn = f"postgresql://postgres:{password}@/govit_registry?host={socket}"
        try:
            superuser = psycopg.connect(dsn, autocommit=True, connect_timeout=2)
        except psycopg.Error:
            continue  # another instance's
        with superuser:
            superuser.execute("ALTER TABLE events DISABLE TRIGGER ALL")
            changed = superuser.execute(
                "UPDATE events SET meta = convert_to(replace(convert_from(meta, 'UTF8'),"
                " 'project_is_in_scope', 'project_is_welcome'), 'UTF8')"
                " WHERE type = 'ProjectDeclared'"
            )
            assert changed.rowcount == 1


# -- the guide ----------------------------------------------------------------------------------

GUIDE = (Path(__file__).parents[2] / "docs" / "asking.md").read_text("utf-8")
EXAMPLES = [
    line.split()[2:]
    for block in re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize("example", EXAMPLES, ids=" ".join)
def test_every_example_of_the_guide_runs(
    audited: Audited, example: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    meant = {"PROJECT": audited.project, "UNIT": UNIT}
    told = audited.run(*(meant.get(word, word) for word in example))
    differs = example[0] == "diff"
    assert (told.code, told.error) == (int(differs), ""), told


# -- what cannot be asked -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("timeline", "x"), "不是项目标识"),
        (("timeline", UNKNOWN), UNKNOWN),
        (("timeline", UNKNOWN, "--valid-at", "morgen"), "YYYY-MM-DD"),
        (("as-of", "x"), "统一社会信用代码"),
        (("as-of", UNKNOWN, "--positions", "registry"), "positions"),
        (("as-of", UNKNOWN, "--action", "DECLARE"), "--action问的是单位"),
        (("as-of", "2026", "--versions", "registry:1"), "--positions"),
        (("as-of", UNIT, "--action", "FLY"), "action"),
        (("diff", UNIT, "--from", "colour=red"), "不是截面"),
        (("diff", UNIT, "--from", "2026-01-01", "--from", "2026-01-02"), "只写一次"),
        (("explain", "x"), "approval:12"),
        (("explain", "registry:999999"), "没有位置999999"),
        (("recheck", "audit"), "没有服务audit"),
        (("recheck", "registry", "--project", UNKNOWN), "不与服务名"),
        (("prove",), "--since"),
        (("bundle", "x", "--out", "x.zip"), "不是项目标识"),
        (("flags", "--from", "gestern"), "YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_asked_says_what_to_do(
    audited: Audited, arguments: tuple[str, ...], says: str
) -> None:
    told = audited.run(*arguments)
    assert (told.code, says in told.error, told.out) == (2, True, ""), told


def test_without_an_instance_it_says_how_to_start_one(tmp_path: Path) -> None:
    asked = ["audit", "timeline", UNKNOWN, "--url", "http://127.0.0.1:9"]
    told = CliRunner().invoke(app, asked, env={"GOVIT_HOME": str(tmp_path)})
    assert (told.exit_code, "govit run" in told.stderr) == (2, True)
