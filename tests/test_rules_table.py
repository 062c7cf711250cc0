"""条目表: every row of the regulation is accounted for, and what is said of it is so."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deploy.rules_table import breaking_tests, fields_at, markdown, treatments
from shared.events import EVENTS
from shared.regulation.pack import installed as installed_packs
from shared.regulation.rows import ROWS, Row, RowsError, Status, Treatment, installed, read
from shared.regulation.rule import RULES, Rule
from tests.support.processes import govit

SHIPPED = ROWS / "511100-2022.toml"
PUBLISHED = Path(__file__).parents[1] / "docs" / "rules.md"


@pytest.fixture(scope="module")
def table() -> tuple[Treatment, ...]:
    return treatments()


def row(**changes: Any) -> Row:
    return Row.model_validate(
        {"id": "29-1", "mode": ["HARD"], "service": ["approval"], "says": "小额调整报备"} | changes
    )


# -- the rows of the regulation -----------------------------------------------------------------


def test_there_are_125_rows_of_all_57_articles() -> None:
    register, pack = installed(), installed_packs().packs[0]
    assert (register.pack, register.count) == (pack.id, 125)
    assert list(dict.fromkeys(r.article for r in register.rows)) == list(pack.articles)


def test_every_rule_stands_in_exactly_one_row(table: tuple[Treatment, ...]) -> None:
    placed = [rule.name for treatment in table for rule in treatment.rules]
    assert sorted(placed) == sorted(RULES)


def test_every_place_a_row_names_is_in_the_code(table: tuple[Treatment, ...]) -> None:
    for row in (t.row for t in table):
        for place in (*row.enforced_by, *row.recorded_by):
            head, *names = place.split(".")
            assert head in {"pack", *EVENTS}, f"{row.id}: {place}"
            assert len(fields_at(place)) == len(names), f"{row.id}: {place}"


def test_what_enforces_without_a_rule_cannot_be_left_out(table: tuple[Treatment, ...]) -> None:
    for row in (t.row for t in table):
        for place in row.enforced_by:
            fields = fields_at(place)
            assert fields, f"{row.id}: {place}"
            assert all(field.is_required() for field in fields), f"{row.id}: {place}"


def test_a_place_that_is_not_there_is_noticed() -> None:
    with pytest.raises(KeyError):
        fields_at("ReplyIssued.reply.colour")
    with pytest.raises(KeyError):
        fields_at("ReplyForgotten")


def test_places_lead_through_lists_and_options() -> None:
    fields = fields_at("AcceptanceApplied.application.materials.document.digest")
    assert [field.title for field in fields] == [
        None,
        "验收资料",
        "文件",
        "摘要值（算法:十六进制）",
    ]


# -- what has become of a row -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "cited", "status"),
    [
        ({}, True, Status.ENFORCED),
        ({"enforced_by": ["pack.authority"]}, False, Status.ENFORCED),
        ({"recorded_by": ["ChangeFiled"]}, True, Status.ENFORCED),
        ({"recorded_by": ["ChangeFiled"]}, False, Status.RECORDED),
        ({"pending": "尚缺期限"}, True, Status.PARTIAL),
        ({"pending": "尚缺期限", "recorded_by": ["ChangeFiled"]}, False, Status.PARTIAL),
        ({"pending": "尚缺事件"}, False, Status.PENDING),
        ({"not_coded": "只表明导向"}, False, Status.NOT_CODED),
    ],
)
def test_the_status_follows_from_rules_and_places(
    table: tuple[Treatment, ...], changes: dict[str, Any], cited: bool, status: Status
) -> None:
    rules = next(t.rules for t in table if t.row.id == "29-1") if cited else ()
    assert Treatment(row(**changes), rules).status is status


def exceeding() -> Rule[Any]:
    return RULES["total_stays_within_reply"]


def test_a_rule_of_no_row_is_refused(table: tuple[Treatment, ...]) -> None:
    register = installed().model_copy(update={"rows": (row(id="29-2"),)})
    with pytest.raises(RowsError, match="total_stays_within_reply: there is no row 29-1"):
        register.treated([exceeding()])


def test_a_row_meant_for_no_rule_has_none(table: tuple[Treatment, ...]) -> None:
    register = installed().model_copy(update={"rows": (row(not_coded="只表明导向"),)})
    with pytest.raises(RowsError, match="29-1: not_coded, but rules cite it"):
        register.treated([exceeding()])


def test_a_row_of_which_nothing_is_said_is_noticed() -> None:
    register = installed().model_copy(update={"rows": (row(),)})
    with pytest.raises(RowsError, match="29-1: no rule cites it, and nothing says why"):
        register.treated([])


# -- a file that cannot be used -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("count = 125", "count = 124", "count: says 124, but there are 125 rows"),
        ("count = 125", "count = ", "at line"),
        ('id = "29-1"', 'id = "28-3"', "28-3: out of order, or twice"),
        ('id = "8-E"', 'id = "8-0"', "8-0: out of order, or twice"),
        ('id = "29-1"', 'id = "29.1"', r"rows\.71\.id: String should match"),
        ('id = "29-1", mode = ["', 'id = "29-1", mode = ["SOFTLY", "', r"rows\.71\.mode\.0"),
        ('id = "29-1",', 'id = "29-1", rules = [],', r"rows\.71\.rules: Extra inputs"),
        ("not_coded = ", 'pending = "尚缺", not_coded = ', "4-1: not_coded excludes"),
        ('says = "管理的基本原则"', f'says = "{"长" * 41}"', r"rows\.3\.says: .* 40 char"),
    ],
)
def test_a_faulty_file_says_where_and_why(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    text = SHIPPED.read_text("utf-8")
    assert old in text
    faulty = tmp_path / "faulty.toml"
    faulty.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RowsError, match=rf"faulty\.toml: .*{complaint}"):
        read(faulty)


# -- as people and programs read it -------------------------------------------------------------


def test_the_published_table_is_equal_to_the_code(table: tuple[Treatment, ...]) -> None:
    assert PUBLISHED.read_text("utf-8") == markdown(table), (
        "write it again: govit rules --markdown > docs/rules.md"
    )


def test_the_published_table_links_to_files_that_exist() -> None:
    targets = set(re.findall(r"\]\((\S+?)\)", PUBLISHED.read_text("utf-8")))
    assert len(targets) > 10
    assert [t for t in targets if not (PUBLISHED.parent / t).exists()] == []


def test_the_command_gives_each_row_with_its_rules_and_their_tests() -> None:
    shown = govit("rules", "--json", "--article", "29")
    assert shown.returncode == 0, shown.stderr
    (told,) = json.loads(shown.stdout)
    assert set(told) == {
        "id",
        "article",
        "mode",
        "service",
        "says",
        "status",
        "rules",
        "events",
        "reason",
    }
    assert (told["id"], told["mode"], told["service"]) == ("29-1", ["CALC", "HARD"], ["approval"])
    ratio = next(r for r in told["rules"] if r["name"] == "moved_money_stays_within_ratio")
    assert (
        "tests/approval/test_rules_changes.py::test_a_cent_over_fifteen_percent_does_not"
        in (ratio["tests"])
    )


def test_the_command_chooses_by_status_and_counts() -> None:
    left_out = govit("rules", "--status", "NOT_CODED")
    assert left_out.returncode == 0, left_out.stderr
    assert "4-1" in left_out.stdout
    assert "29-1" not in left_out.stdout
    assert "尚缺" not in left_out.stdout


def test_an_article_that_is_not_there_is_said_so() -> None:
    refused = govit("rules", "--article", "58")
    assert refused.returncode == 2
    assert "没有第 58 条" in refused.stderr


def test_a_folder_of_tests_that_is_not_ours_is_not_read(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_other.py").write_text("def test_x():\n    case.then_broken(some_rule)\n")
    assert breaking_tests(tests) == {}
    (tmp_path / "pyproject.toml").touch()
    assert breaking_tests(tests)["some_rule"] == ("tests/test_other.py::test_x",)
