"""The table of risks: every item has its tests, and what fails or is missing is said."""

import ast
from pathlib import Path

import pytest

from tests.security.__main__ import Tally, table, tallied
from tests.security.risks import PROPERTY, RISKS, remember

TESTS = Path(__file__).parents[1]


def items_named() -> set[str]:
    """The items that some test says it is about."""
    return {
        str(argument.value)
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == PROPERTY
        for argument in node.args
        if isinstance(argument, ast.Constant) and argument.value != "API11"  # see below
    }


def test_every_item_has_a_test_and_every_test_an_item() -> None:
    assert items_named() == RISKS.keys()


def test_the_list_is_the_whole_of_it() -> None:
    assert list(RISKS) == [f"API{number}" for number in range(1, 11)]


CASE = '<testcase classname="tests.a.test_b" name="test_{}[x]">{}{}</testcase>'
ABOUT = '<property name="owasp" value="API{}"/>'


def report(folder: Path, *cases: str) -> Path:
    file = folder / "report.xml"
    file.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    return file


def test_a_failed_test_fails_its_items_and_no_others(tmp_path: Path) -> None:
    tallies = tallied(
        report(
            tmp_path,
            CASE.format("one", ABOUT.format(1) + ABOUT.format(5), ""),
            CASE.format("two", ABOUT.format(5), "<failure/>"),
            CASE.format("three", ABOUT.format(7), "<skipped/>"),
        )
    )
    assert {risk for risk, tally in tallies.items() if tally.holds} == {"API1"}
    assert tallies["API5"] == Tally(["test_b::test_one", "test_b::test_two"], 1, 1, 0)
    assert not tallies["API7"].holds  # skipped is not covered
    verdicts = list(table(tallies).columns[-1].cells)
    assert verdicts == ["ok", *["NOT COVERED"] * 3, "FAILS", *["NOT COVERED"] * 5]


def test_without_a_report_nothing_is_covered(tmp_path: Path) -> None:
    assert not any(tally.holds for tally in tallied(tmp_path / "none.xml").values())


@pytest.mark.owasp("API8")
def test_a_report_names_the_items_of_its_test(request: pytest.FixtureRequest) -> None:
    assert (PROPERTY, "API8") in request.node.user_properties


def test_an_item_that_does_not_exist_is_refused(request: pytest.FixtureRequest) -> None:
    request.node.add_marker(pytest.mark.owasp("API11"))
    with pytest.raises(pytest.UsageError, match="API11"):
        remember(request.node)
