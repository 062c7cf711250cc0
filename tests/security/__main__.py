"""`make security`: scanners, secrets, and the tests about each item of the OWASP API Top 10.

Ends with a table of the items and the tests that cover them; fails where an item has no test or a
failing one, or where a scanner found something. ARGS go to pytest.
"""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Column, Table

from tests.security import static
from tests.security.leaks import history, is_harmless, leaks_in, tracked
from tests.security.risks import PROPERTY, RISKS
from tests.security.static import ROOT, Finding, Unavailable

REPORT = ROOT / "build" / "security.xml"
TITLE = "OWASP API Security Top 10 (2023)"
_SHOWN = 6
_PYTEST = ("-m", "pytest", "-n", "auto", "--dist", "loadfile", "-m", PROPERTY)


class Tally(NamedTuple):
    """Tests about an item: their names, without parameters, and how they came out."""

    names: list[str]
    passed: int
    failed: int
    skipped: int

    @property
    def holds(self) -> bool:
        return self.passed > 0 and self.failed == 0


def main(arguments: list[str]) -> int:
    """0 when nothing was found and every item is covered by tests that pass."""
    console = Console()
    found = [*_scanned(console), *_leaked(console)]
    for each in found:
        console.print(f"[red]{each}[/red]", highlight=False)
    ran = subprocess.run(
        [sys.executable, *_PYTEST, f"--junitxml={REPORT}", *arguments], cwd=ROOT, check=False
    )
    tallies = tallied(REPORT)
    console.print(table(tallies))
    covered = all(tallies[risk].holds for risk in RISKS)
    return 0 if covered and not found and ran.returncode == 0 else 1


def _scanned(console: Console) -> list[Finding]:
    found = static.bandit()
    console.print(f"bandit: {len(found)} finding(s)")
    try:
        ours = static.semgrep()
        console.print(f"semgrep: {len(ours)} finding(s)")
    except Unavailable as why:
        console.print(f"semgrep: skipped, it could not be installed: {why}")
        ours = []
    return [*found, *ours]


def _leaked(console: Console) -> list[str]:
    """Secrets in the tree, and by their shape in all that was ever committed."""
    if not (ROOT / ".git").exists():
        console.print("secrets: skipped, this is not a clone")
        return []
    files = tracked()
    leaks = [
        leak
        for path in files
        for leak in leaks_in(
            path.relative_to(ROOT).as_posix(), path.read_bytes().decode("utf-8", "replace")
        )
    ]
    texts = 0
    for was_at, text in history():
        texts += 1
        leaks += leaks_in(was_at, text, random=False)
    leaks = [leak for leak in leaks if not is_harmless(leak)]
    console.print(f"secrets: {len(leaks)} in {len(files)} files and {texts} texts of the history")
    # What leaked is not said again.
    return [f"{leak.kind}: {leak.path}:{leak.line}" for leak in leaks]


def tallied(report: Path) -> dict[str, Tally]:
    """How the tests of each item came out, from a JUnit report."""
    names: dict[str, dict[str, None]] = defaultdict(dict)
    outcomes: dict[str, list[str]] = defaultdict(list)
    cases = ElementTree.parse(report).iter("testcase") if report.exists() else ()
    for case in cases:
        outcome = next((c.tag for c in case if c.tag in {"failure", "error", "skipped"}), "passed")
        for said in case.iter("property"):
            if said.get("name") == PROPERTY and (risk := said.get("value")):
                module = str(case.get("classname")).rpartition(".")[2]
                names[risk][f"{module}::{str(case.get('name')).partition('[')[0]}"] = None
                outcomes[risk].append(outcome)
    return {
        risk: Tally(
            list(names[risk]),
            outcomes[risk].count("passed"),
            outcomes[risk].count("failure") + outcomes[risk].count("error"),
            outcomes[risk].count("skipped"),
        )
        for risk in RISKS
    }


def table(tallies: dict[str, Tally]) -> Table:
    """The items, who covers them, and whether that holds."""
    tests = Column("tests", overflow="fold", ratio=2)
    columns = ("passed", "failed", "skipped", "")
    shown = Table(Column("item", ratio=1), tests, *columns, title=TITLE, show_lines=True)
    for risk, (name, chinese) in RISKS.items():
        tally = tallies[risk]
        more = len(tally.names) - _SHOWN
        lines = [*tally.names[:_SHOWN], *([f"… and {more} more"] if more > 0 else [])]
        verdict = "ok" if tally.holds else "FAILS" if tally.failed else "NOT COVERED"
        numbers = [str(n) for n in (tally.passed, tally.failed, tally.skipped)]
        shown.add_row(f"{risk} {name} {chinese}", "\n".join(lines), *numbers, verdict)
    return shown


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
