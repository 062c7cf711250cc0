"""The run: which tests execute which function, then each mutant in a process of its own.

A child process has everything imported and collected already. It gives the function its changed
code and runs, of the tests that execute it, one after the other until one fails.
"""

import gc
import os
import signal
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from cProfile import Profile
from inspect import iscoroutinefunction
from pathlib import Path
from time import process_time
from types import CodeType, FunctionType

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import is_hypothesis_test, settings
from rich.console import Console

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
SURVIVORS = Path(__file__).with_name("survivors.toml")
BAR = 0.95
SECONDS = 30
"""How long the tests of one mutant may compute; one that hangs is noticed."""

Place = tuple[str, str]
"""File and qualified name of a function."""


def targets() -> Iterator[str]:
    """The files that decide: rules, states and decisions, and what they share."""
    for pattern in ("services/*/rules", "services/*/state", "services/*/decisions"):
        for found in sorted(ROOT.glob(f"{pattern}*")):
            files = sorted(found.rglob("*.py")) if found.is_dir() else [found]
            yield from (str(f.relative_to(ROOT)) for f in files if f.name != "drafts.py")
    standing = sorted((ROOT / "shared/standing").rglob("*.py"))
    yield from (str(f.relative_to(ROOT)) for f in standing)


def _is_of_rules(mutant: Mutant) -> bool:
    return "rules" in mutant.file or mutant.file in _LATENESS


_LATENESS = {"shared/standing/late.py", "shared/standing/obligations/obligation.py"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only", default="", help="only files whose path contains this")
    parser.addoption(
        "--boundaries", action="store_true", help="only limits of rules, by their own value"
    )
    parser.addoption("--every", type=int, default=1, help="only every n-th mutant")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    only, every = session.config.getoption("--only"), session.config.getoption("--every")
    files = [file for file in targets() if only in file]
    # Examples are looked for without haste: a slow machine is no mutant that was noticed.
    settings.register_profile("mutation", deadline=None, derandomize=True)
    settings.load_profile("mutation")
    # What decides is pure: tests that need a database or a server say nothing more about it.
    session.items = [item for item in session.items if _is_pure(item)]
    ran = _who_runs_what(session, files)
    functions = _functions(files)
    found = [m for file in files for m in mutants(ROOT, file)]
    boundaries = session.config.getoption("--boundaries")
    wanted = (m for m in found if not boundaries or (m.moves_a_boundary and _is_of_rules(m)))
    todo = list(wanted)[::every]
    session.config.option.tbstyle = "native"  # nobody reads how a mutant fails
    survived = list(_survivors(todo, ran, functions))
    untried = {m.name for m in found} - {m.name for m in todo}
    session.testsfailed = 0 if _report(todo, survived, _reasons(files, untried)) else 1
    return True


def _is_pure(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and not iscoroutinefunction(item.obj)


def _who_runs_what(session: pytest.Session, files: list[str]) -> dict[Place, list[pytest.Item]]:
    """Run every test once, as it is: which functions does each execute? The most telling first."""
    wanted = {str(ROOT / file): file for file in files}
    ran: dict[Place, list[tuple[bool, int, float, pytest.Item]]] = defaultdict(list)
    for item in session.items:
        profile = Profile(builtins=False, subcalls=False)
        began = process_time()
        profile.enable()
        try:
            reports = runtestprotocol(item, log=False, nextitem=None)
        finally:
            profile.disable()
        took = process_time() - began
        for report in reports:
            if report.failed:
                raise pytest.UsageError(f"{item.nodeid} fails unchanged: {report.longrepr}")
        codes = (entry.code for entry in profile.getstats() if isinstance(entry.code, CodeType))
        seen = {(wanted[c.co_filename], c.co_qualname) for c in codes if c.co_filename in wanted}
        for place in seen:
            ran[place].append((_searches(item), len(seen), took, item))
    return {
        place: [item for *_, item in sorted(known, key=lambda each: each[:3])]
        for place, known in ran.items()
    }


def _searches(item: pytest.Item) -> bool:
    """A test that looks for examples takes long and tells what others tell."""
    return isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)


def _functions(files: list[str]) -> dict[Place, list[FunctionType]]:
    wanted = {str(ROOT / file): file for file in files}
    found: dict[Place, list[FunctionType]] = defaultdict(list)
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename in wanted:
            found[wanted[each.__code__.co_filename], each.__qualname__].append(each)
    return found


def _survivors(
    todo: list[Mutant],
    ran: dict[Place, list[pytest.Item]],
    functions: dict[Place, list[FunctionType]],
) -> Iterator[Mutant]:
    children: dict[int, Mutant] = {}
    gc.freeze()
    for mutant in [*todo, *[None] * (os.cpu_count() or 1)]:
        if len(children) >= (os.cpu_count() or 1) or mutant is None:
            yield from _ended(children)
        if mutant is None:
            continue
        place = (mutant.file, mutant.function)
        child = os.fork()
        if child == 0:
            _live(mutant, ran.get(place, []), functions[place])
        children[child] = mutant


def _ended(children: dict[int, Mutant]) -> Iterator[Mutant]:
    if children:
        child, status = os.wait()
        mutant = children.pop(child)
        if status == 0:
            yield mutant


def _live(mutant: Mutant, items: list[pytest.Item], functions: list[FunctionType]) -> None:
    """A child's life: 0 where no test notices, something else where one does."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    for function in functions:
        function.__code__ = mutant.code
    for item in items:
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=None)):
            os._exit(1)
    os._exit(0)


def _reasons(files: list[str], untried: set[str]) -> dict[str, str]:
    """The known survivors that this run could meet, each with its reason."""
    known: dict[str, str] = tomllib.loads(SURVIVORS.read_text("utf-8"))["survivors"]
    here = (name for name in known if name.partition("::")[0] in files)
    return {name: known[name] for name in here if name not in untried}


def _report(todo: list[Mutant], survived: list[Mutant], known: dict[str, str]) -> bool:
    names = {mutant.name for mutant in survived}
    killed = len(todo) - len(survived)
    share = killed / len(todo) if todo else 1.0
    console = Console(soft_wrap=True)
    for mutant in survived:
        why = known.get(mutant.name, "NO REASON GIVEN")
        console.print(
            f"{mutant.file}:{mutant.line} {mutant.function}: {mutant.change}", markup=False
        )
        console.print(f"    {why}", markup=False)
    unexplained = sorted(names - known.keys())
    needless = sorted(known.keys() - names)
    console.print(
        f"{len(todo)} mutants, {killed} killed ({share:.1%}, bar {BAR:.0%}); "
        f"{len(survived)} survived, {len(unexplained)} of them without a reason; "
        f"{len(needless)} reasons for what does not survive"
    )
    return share >= BAR and not unexplained and not needless
