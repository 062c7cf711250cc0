"""放假安排: files that say where they come from, and that are taken in whole or not at all."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from shared.regulation.calendar import (
    SHIPPED,
    CalendarError,
    calendar_of,
    files,
    read,
    take_in,
)
from tests.support.processes import govit

NEXT = """
year = 2027
title = "国务院办公厅关于2027年部分节假日安排的通知"
number = "国办发明电〔2026〕9号"
issued_on = 2026-11-10
holidays = [
  { name = "元旦", off = [2027-01-01, 2027-01-03] },
  { name = "春节", off = [2027-02-05, 2027-02-11], worked = [2027-02-14] },
]
"""


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "notice.toml"
    path.write_text(NEXT, "utf-8")
    return path


def test_every_year_since_the_regulation_is_there_with_its_notice() -> None:
    assert list(files()) == [2022, 2023, 2024, 2025, 2026]
    for year, file in files().items():
        assert f"{year}年" in file.title
        assert f"〔{year - 1}〕" in file.number
        assert file.issued_on.year == year - 1
    assert {path.stem for path in SHIPPED.iterdir()} == {str(year) for year in files()}


def test_a_year_taken_in_is_no_longer_provisional(notice: Path, tmp_path: Path) -> None:
    folder = tmp_path / "calendars"
    start = date(2026, 12, 31)
    assert calendar_of(folder).add_working_days(start, 1) == (date(2027, 1, 1), True)
    assert take_in(notice, folder).year == 2027
    assert calendar_of(folder).add_working_days(start, 1) == (date(2027, 1, 4), False)
    assert [path.name for path in folder.iterdir()] == ["2027.toml"]


def test_a_changed_arrangement_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    changed = tmp_path / "changed.toml"
    text = (SHIPPED / "2026.toml").read_text("utf-8")
    changed.write_text(text.replace("worked = [2026-05-09]", "worked = []"), "utf-8")
    take_in(changed, tmp_path / "calendars")
    assert not calendar_of(tmp_path / "calendars").is_working_day(date(2026, 5, 9))
    assert calendar_of().is_working_day(date(2026, 5, 9))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("year = 2027", "year = ", "notice.toml: .* line"),
        ("number =", "nummer =", "notice.toml: number: "),
        ("issued_on = 2026-11-10", 'issued_on = "bald"', "notice.toml: issued_on: "),
        ("year = 2027", "year = 2028", "2027-01-01 不在 2028 年"),
        ("2027-01-01, 2027-01-03", "2027-01-03, 2027-01-01", "元旦: 放假的最后一日早于第一日"),
        ("2027-02-05, 2027-02-11", "2027-01-03, 2027-02-11", "放假日有重复"),
        ("[2027-02-14]", "[2027-02-14, 2027-02-14]", "上班日有重复"),
        ("[2027-02-14]", "[2027-02-15]", "2027-02-15 不是周末"),
        ("[2027-02-14]", "[2027-02-06]", "2027-02-06 既放假又上班"),
    ],
)
def test_a_faulty_file_says_where_and_why_and_is_not_taken_in(
    notice: Path, tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert old in NEXT
    notice.write_text(NEXT.replace(old, new), "utf-8")
    with pytest.raises(CalendarError, match=complaint):
        take_in(notice, tmp_path / "calendars")
    assert not (tmp_path / "calendars").exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalendarError, match=r"missing\.toml: "):
        read(tmp_path / "missing.toml")


def test_the_command_takes_in_and_shows(notice: Path, tmp_path: Path) -> None:
    home = str(tmp_path / "instance")
    taken = govit("calendar", "import", str(notice), GOVIT_HOME=home)
    assert taken.returncode == 0, taken.stderr
    shown = govit("calendar", "show", "2027", GOVIT_HOME=home)
    assert shown.returncode == 0, shown.stderr
    assert "国办发明电〔2026〕9号" in shown.stdout
    assert "2027-02-14" in shown.stdout
    elsewhere = govit(
        "calendar", "show", "2027", GOVIT_HOME=home, GOVIT_CALENDARS=str(tmp_path / "none")
    )
    assert elsewhere.returncode == 2
    assert "尚未公布" in elsewhere.stderr


def test_the_command_refuses_a_faulty_file(notice: Path, tmp_path: Path) -> None:
    shutil.copy(notice, tmp_path / "faulty.toml")
    faulty = tmp_path / "faulty.toml"
    faulty.write_text(NEXT.replace("number =", "nummer ="), "utf-8")
    refused = govit("calendar", "import", str(faulty), GOVIT_HOME=str(tmp_path / "instance"))
    assert refused.returncode == 2
    assert "faulty.toml: number:" in refused.stderr
