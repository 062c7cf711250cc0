"""The house rules: what holds for the whole tree, checked over the whole tree."""

import ast
import fnmatch
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from deploy.catalogue import CREATORS, SPECS
from deploy.rules_table import breaking_tests, broken_in
from shared.regulation.pack import installed
from shared.regulation.rule import RULES, Rule
from shared.web.powers import entry_of
from shared.web.settings import LOGS

ROOT = Path(__file__).resolve().parents[1]

CHINESE = re.compile("[\u4e00-\u9fff]")


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    """Every Python file of some folders: path from the root, and text."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


# -- imports point one way ----------------------------------------------------------------------

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "contracts"
]


class Offence(NamedTuple):
    """One import too many, and the contract that must notice."""

    contract: str
    file: str
    line: str


OFFENCES = [
    Offence(
        "shared builds upwards: kernel, regulation, events, standing, eventstore, web",
        "shared/eventstore/leaf.py",
        "import shared.web.clock",
    ),
    Offence(
        "services stand on shared; deploy stands on all",
        "services/audit/history.py",
        "import deploy.postgres.errors",
    ),
    Offence(
        "services never import each other",
        "services/audit/history.py",
        "import services.registry.state",
    ),
    Offence(
        "inside a service imports point one way",
        "services/registry/views/units.py",
        "import services.registry.api",
    ),
    Offence(
        # A module that the contract does not place is refused too.
        "inside a service imports point one way",
        "services/budget/helpers.py",
        "",
    ),
    Offence(
        "deciding is pure: no HTTP, no database",
        "services/registry/rules/units.py",
        "import httpx",
    ),
    Offence(
        "deciding is pure: no HTTP, no database",
        "shared/standing/rules.py",
        "import sqlalchemy",
    ),
]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages, to offend in."""
    copy = tmp_path_factory.mktemp("tree")
    for package in ("shared", "services", "deploy"):
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "*.json")
        )
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def broken_contracts(tree: Path) -> list[str]:
    """The contracts that do not hold in a tree, as import-linter reports them."""
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    outcomes = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", ran.stdout, re.MULTILINE))
    assert set(outcomes) == {c["name"] for c in CONTRACTS}, ran.stdout + ran.stderr
    return [name for name, outcome in outcomes.items() if outcome == "BROKEN"]


def test_imports_point_one_way(copied: Path) -> None:
    assert broken_contracts(copied) == []


@pytest.mark.parametrize("offence", OFFENCES, ids=lambda o: o.line or o.file)
def test_every_contract_notices_its_offence_and_no_other_does(
    copied: Path, offence: Offence
) -> None:
    file = copied / offence.file
    before = file.read_bytes() if file.exists() else None
    file.write_bytes((before or b"") + f"\n{offence.line}\n".encode())
    try:
        assert broken_contracts(copied) == [offence.contract]
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)


def test_every_contract_has_an_offence() -> None:
    assert {o.contract for o in OFFENCES} == {c["name"] for c in CONTRACTS}


# -- time and chance come in at few places ------------------------------------------------------

CLOCKS = re.compile(r"datetime\.now|date\.today|time\.time|utcnow|uuid4\(")

ALLOWED = {
    ("shared/web/clock.py", "datetime.now"): "the clock is made here",
    ("shared/web/identity/tokens.py", "time.time"): "tokens run by real time, even where the clock "
    "is set",
    ("shared/web/identity/development.py", "time.time"): "so do those of the development issuer",
    ("shared/eventstore/factory.py", "datetime.now"): "the library's applications bring no clock",
    ("shared/eventstore/log.py", "uuid4("): "the library's events bring no id",
}


def test_nothing_else_reads_the_time_or_draws_ids() -> None:
    found = {
        (path, match)
        for path, text in sources("shared", "services")
        for match in CLOCKS.findall(text)
    }
    assert found == set(ALLOWED)


# -- the catalogue of rules ---------------------------------------------------------------------

ROW = re.compile(r"^\d+-(\d+[a-z]?|\(\d+\)|E)$")


@pytest.fixture(scope="module")
def rules() -> list[Rule[Any]]:
    for service in LOGS:
        importlib.import_module(f"services.{service}.rules")
    return list(RULES.values())


def test_every_service_that_decides_has_rules(rules: list[Rule[Any]]) -> None:
    shared = {"regulation", "standing"}  # rules that all of them use
    assert {rule.service for rule in rules} == set(LOGS) | shared


def test_every_rule_cites_an_article_and_a_row(rules: list[Rule[Any]]) -> None:
    pack = installed().packs[0]
    assert [r.name for r in rules if r.article not in pack.articles] == []
    assert [(r.name, r.row) for r in rules if not ROW.match(r.row)] == []
    rows_of_no_article = [r.name for r in rules if r.row.split("-")[0] not in pack.articles]
    assert rows_of_no_article == []


def test_every_rule_says_in_chinese_what_it_wants_and_what_lifts_it(
    rules: list[Rule[Any]],
) -> None:
    silent = [r.name for r in rules if not (CHINESE.search(r.says) and CHINESE.search(r.remedy))]
    assert silent == []


def test_every_rule_is_seen_broken_in_some_test(rules: list[Rule[Any]]) -> None:
    seen = breaking_tests()
    assert [f"{r.service}: {r.name}" for r in rules if r.name not in seen] == []


def test_a_rule_that_is_only_imported_does_not_count_as_seen() -> None:
    text = (
        "from services.registry.rules import one, two, three\n"
        "@pytest.mark.parametrize('rule', [two])\n"
        "def test_it(rule):\n"
        "    when(one).then_broken(rule, rules.four)\n"
        "    when(three).then(one)\n"
    )
    seen = {name for _, name in broken_in(ast.parse(text))}
    assert {"two", "four"} <= seen
    assert seen.isdisjoint({"one", "three"})


# -- powers -------------------------------------------------------------------------------------


def offered(service: str) -> set[str]:
    """The operations of a service's contract; of those that need no token, none."""
    paths = CREATORS[service]().openapi()["paths"].values()
    found = {operation["operationId"] for path in paths for operation in path.values()}
    return found - OPEN


OPEN = {"check_liveness", "check_readiness", "read_version"}
"""What is told to anybody."""


@pytest.mark.owasp("API5", "API9")
def test_every_operation_has_its_entry_and_every_entry_an_operation() -> None:
    for pack in installed().packs:
        used = {
            entry_of(pack, service, operation)
            for service, spec in SPECS.items()
            for operation in offered(service) | set(spec.commands)
        }
        assert used - set(pack.authority) == set()
        assert set(pack.authority) - used == set()


def test_what_is_told_to_anybody_is_there() -> None:
    for create in CREATORS.values():
        paths = create().openapi()["paths"].values()
        assert {operation["operationId"] for path in paths for operation in path.values()} >= OPEN


# -- nothing of the machine it was made on ------------------------------------------------------

TRACES = {
    "a path of one machine": re.compile(
        r"""(?<![\w.>)}/-])(?:/(?:work|home|root|Users|mnt|media)/\w|[A-Z]:\\\w)"""
    ),
    "the address of a package index": re.compile(
        r"(?:index-url|find-links|trusted-host|registry)[\"']?\s*[=:]?\s*[\"']?https?:"
        r"|https?://[^\s\"']*(?:pypi|pythonhosted|npmjs|/simple\b)"
    ),
}


def files_of_the_tree() -> Iterator[Path]:
    """All files that belong to the project: not what `.gitignore` names."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()]
    ignored.append(".git")
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if not any(fnmatch.fnmatch(f, i) for i in ignored)]
        yield from (
            Path(folder, n) for n in names if not any(fnmatch.fnmatch(n, i) for i in ignored)
        )


def traces(text: str) -> list[str]:
    return [kind for kind, pattern in TRACES.items() if pattern.search(text)]


@pytest.mark.owasp("API8")
def test_no_file_bears_a_trace_of_a_machine() -> None:
    found = {}
    for path in files_of_the_tree():
        if path == Path(__file__).resolve():
            continue  # it has to write down what it looks for
        if kinds := traces(path.read_bytes().decode("utf-8", "replace")):
            found[path.relative_to(ROOT).as_posix()] = kinds
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "HOME = '/home/someone/project'",
        "cd /" + "root/project",
        "open('/Users/someone/x')",
        "C:\\Users",
        "--index-" + "url https://packages.example/x",
        'index-url = "http://10.0.0.1/"',
        "see https://pypi.org/project/x",
        "registry=https://r.example",
    ],
)
def test_traces_are_found(text: str) -> None:
    assert len(traces(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "uv pip compile --no-emit-index-url --no-emit-find-links",
        "GET http://registry/v1/home/x",
        "/registry/v1/projects",
        "below /root, say, it can open nothing",
        "#!/usr/bin/env python3",
        "/var/lib/govit/data",
        "https://example.gov.cn/home/page",
    ],
)
def test_ordinary_text_bears_none(text: str) -> None:
    assert traces(text) == []
