"""`govit` as an operator and an auditor use it, on an instance of its own."""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import psycopg
import pytest

from shared.kernel.actor import Actor
from shared.web.actors import DevelopmentIssuer
from tests.shared.web.test_http import PROJECTS
from tests.support.builders import UNIT, declaration, entry, profile
from tests.support.processes import Running, govit, running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("instance") / "home"


@pytest.fixture(scope="module")
def instance(home: Path) -> Iterator[Running]:
    with running(home, mode="development") as started:
        yield started


def post(instance: Running, home: Path, body: str, path: str, content: object, key: str) -> str:
    unit = UNIT if body == "UNIT" else None
    actor = Actor(person=f"{body}-1", name="经办人", body=body, role="OFFICER", unit_id=unit)
    token = DevelopmentIssuer(home).token(actor)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    answer = httpx.post(f"{instance.url}{path}", json=content, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture(scope="module")
def project(instance: Running, home: Path) -> str:
    """A declared project on the instance."""
    year = httpx.get(f"{instance.url}/registry/version").json()["now"][:4]
    post(instance, home, "DEB", "/registry/v1/units", profile().model_dump(mode="json"), "u")
    system = post(
        instance,
        home,
        "UNIT",
        "/registry/v1/systems",
        entry().model_dump(mode="json", exclude_none=True),
        "s",
    )
    command = declaration(system_id=system, plan_year=int(year) + 1)
    return post(
        instance, home, "UNIT", PROJECTS, command.model_dump(mode="json", exclude_none=True), "p"
    )


def test_help_explains_every_command() -> None:
    shown = govit("--help")
    assert shown.returncode == 0
    commands = "run serve migrate audit report rebuild verify token demo calendar"
    for command in commands.split():
        assert command in shown.stdout


def test_integrity_is_confirmed_by_the_audit_service(
    instance: Running, home: Path, project: str
) -> None:
    shown = govit("integrity", "--url", instance.url, GOVIT_HOME=str(home))
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.count("一致") == 4


def test_a_bundle_is_written_and_checked(
    instance: Running, home: Path, project: str, tmp_path: Path
) -> None:
    out = tmp_path / "bundle.zip"
    asked = ("audit", "bundle", project, "--out", str(out), "--url", instance.url)
    written = govit(*asked, GOVIT_HOME=str(home), COLUMNS="200")
    assert written.returncode == 0, written.stderr
    assert sha256(out.read_bytes()).hexdigest() in written.stdout
    assert f"VALID: project {project}: 1 events" in written.stdout
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "unpacked")
    checked = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"],
        cwd=tmp_path / "unpacked",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    assert project in checked.stdout


def test_there_is_no_bundle_of_an_unknown_project(
    instance: Running, home: Path, tmp_path: Path
) -> None:
    unknown, out = "00000000-0000-7000-8000-000000000000", tmp_path / "bundle.zip"
    told = govit(
        *("audit", "bundle", unknown, "--out", str(out), "--url", instance.url),
        GOVIT_HOME=str(home),
    )
    assert (told.returncode, out.exists()) == (2, False)
    assert unknown in re.sub(r"\s", "", told.stderr)


def test_reports_are_listed_shown_and_written(
    instance: Running, home: Path, project: str, tmp_path: Path
) -> None:
    told: dict[str, str] = {"GOVIT_HOME": str(home), "COLUMNS": "200"}
    listed = govit("report", "--url", instance.url, **told)
    assert listed.returncode == 0, listed.stderr
    assert "annual-list" in listed.stdout
    shown = govit("report", "annual-list", "--url", instance.url, **told)
    assert "智慧教育平台" in shown.stdout
    assert "1000000.00" in shown.stdout
    as_json = govit("report", "annual-list", "--json", "--url", instance.url, **told)
    assert json.loads(as_json.stdout)["rows"][0]["project_id"] == project
    before = govit(
        *("report", "annual-list", "--as-of", "2022-07-01", "--url", instance.url), **told
    )
    assert "0行" in before.stdout
    sheet = tmp_path / "list.xlsx"
    written = govit(*("report", "annual-list", "--xlsx", str(sheet), "--url", instance.url), **told)
    assert written.returncode == 0, written.stderr
    assert zipfile.is_zipfile(sheet)


def test_a_report_that_is_not_there_and_a_day_that_is_none_are_said_so(
    instance: Running, home: Path
) -> None:
    unknown = govit("report", "colours", "--url", instance.url, GOVIT_HOME=str(home))
    assert (unknown.returncode, "没有报表 colours" in unknown.stderr) == (2, True)
    wrong = govit("report", "funds", "--as-of", "morgen", GOVIT_HOME=str(home))
    assert (wrong.returncode, "YYYY-MM-DD" in wrong.stderr) == (2, True)


def test_the_log_and_the_views_are_checked_beside_the_running_instance(
    instance: Running, home: Path, project: str
) -> None:
    verified = govit("verify", GOVIT_HOME=str(home))
    assert verified.returncode == 0, verified.stderr
    assert "registry：3 条一致" in verified.stdout
    rebuilt = govit("rebuild", "--check", GOVIT_HOME=str(home))
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert rebuilt.stdout.count("重建后内容相同") == 4


def test_a_view_that_was_tampered_with_is_found_and_rebuilt(
    instance: Running, home: Path, project: str
) -> None:
    passwords = json.loads((home / "postgres" / "passwords.json").read_text())
    socket = next(
        p for p in Path("/tmp").glob("govit-*") if _serves(p, passwords["postgres"], home)
    )
    dsn = f"postgresql://postgres:{passwords['postgres']}@/govit_registry?host={socket}"
    with psycopg.connect(dsn, autocommit=True) as superuser:
        superuser.execute("UPDATE views.projects SET name = '改过的名字'")
    found = govit("rebuild", "--check", "registry", GOVIT_HOME=str(home))
    assert found.returncode == 1
    assert "重建后内容不同" in found.stdout
    assert govit("rebuild", "registry", GOVIT_HOME=str(home)).returncode == 0
    assert govit("rebuild", "--check", "registry", GOVIT_HOME=str(home)).returncode == 0


def _serves(socket: Path, password: str, home: Path) -> bool:
    dsn = f"postgresql://postgres:{password}@/postgres?host={socket}"
    try:
        with psycopg.connect(dsn, connect_timeout=2) as server:
            row = server.execute("SHOW data_directory").fetchone()
    except psycopg.Error:
        return False
    return row is not None and Path(str(row[0])).is_relative_to(home)


def test_a_service_refuses_to_start_on_another_schema(home: Path, tmp_path: Path) -> None:
    refused = govit("serve", "registry", "--port", "0", GOVIT_HOME=str(tmp_path / "new"))
    assert refused.returncode != 0
    assert "govit migrate registry" in refused.stderr


def test_a_real_instance_never_becomes_a_sandbox(instance: Running, home: Path) -> None:
    shown = govit("rebuild", "--check", "registry", GOVIT_HOME=str(home), GOVIT_MODE="sandbox")
    assert shown.returncode != 0
    assert "sandbox" in shown.stderr


@pytest.mark.owasp("API2", "API8")
def test_production_refuses_what_is_for_development(tmp_path: Path) -> None:
    shown = govit("run", "--mode", "production", GOVIT_HOME=str(tmp_path))
    assert shown.returncode != 0
    assert "GOVIT_ISSUER_KEY" in shown.stderr
    shown = govit("token", "--person", "x", "--body", "DEB", GOVIT_MODE="production")
    assert shown.returncode != 0


def test_what_is_open_to_others_says_in_which_mode_it_runs(tmp_path: Path) -> None:
    home = str(tmp_path)
    assert "GOVIT_MODE" in govit("run", "--host", "0.0.0.0", GOVIT_HOME=home).stderr
    dsn = {"GOVIT_REGISTRY_DSN": "postgresql://nobody@/nothing"}
    assert "GOVIT_MODE" in govit("serve", "registry", GOVIT_HOME=home, **dsn).stderr


@pytest.mark.owasp("API2")
def test_in_production_a_reader_brings_a_token(tmp_path: Path) -> None:
    shown = govit(
        "integrity",
        GOVIT_HOME=str(tmp_path),
        GOVIT_MODE="production",
        GOVIT_ISSUER_KEY="/nowhere",
        GOVIT_SERVICE_TOKEN="x",
        GOVIT_HOSTS="govit.example",
    )
    assert shown.returncode == 2
    assert "GOVIT_TOKEN" in shown.stderr
    assert not (tmp_path / "issuer.json").exists()
