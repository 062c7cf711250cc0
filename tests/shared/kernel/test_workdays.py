"""工作日: to the day, over every kind of break, and into years nobody has published."""

from datetime import date, timedelta

import pytest

from shared.kernel.workdays import Calendar, Deadline
from shared.regulation.calendar import calendar_of

CALENDAR = calendar_of()

OFF = [
    date(2026, 2, 15),  # Spring Festival begins on a Sunday
    date(2026, 2, 16),
    date(2026, 2, 23),  # its last day, a Monday
    date(2026, 10, 1),
    date(2026, 10, 7),
    date(2026, 6, 19),  # Dragon Boat Festival
    date(2025, 10, 8),  # National Day and Mid-Autumn in one
    date(2024, 9, 17),
    date(2023, 1, 2),
    date(2022, 12, 31),
    date(2026, 11, 22),  # a plain Sunday
]
WORKED = [
    date(2026, 2, 13),
    date(2026, 2, 14),  # Saturday, made up for the Spring Festival
    date(2026, 2, 24),
    date(2026, 2, 28),  # Saturday
    date(2026, 1, 4),  # Sunday
    date(2026, 9, 20),  # Sunday, made up for National Day
    date(2026, 10, 8),
    date(2026, 10, 10),  # Saturday
    date(2022, 4, 24),
    date(2023, 6, 25),
    date(2024, 10, 12),
    date(2025, 1, 26),
]


@pytest.mark.parametrize("day", OFF)
def test_a_day_off(day: date) -> None:
    assert not CALENDAR.is_working_day(day)


@pytest.mark.parametrize("day", WORKED)
def test_a_day_worked(day: date) -> None:
    assert CALENDAR.is_working_day(day)


@pytest.mark.parametrize(
    ("year", "working_days"), [(2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)]
)
def test_a_year_has_as_many_working_days_as_published(year: int, working_days: int) -> None:
    assert CALENDAR.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == working_days


@pytest.mark.parametrize(
    ("start", "days", "on"),
    [
        # Over the Spring Festival of 2026: the 13th, the made-up Saturday, then the 24th.
        (date(2026, 2, 12), 1, date(2026, 2, 13)),
        (date(2026, 2, 12), 2, date(2026, 2, 14)),
        (date(2026, 2, 12), 3, date(2026, 2, 24)),
        (date(2026, 2, 12), 7, date(2026, 2, 28)),
        # Over National Day 2026, begun on a day off.
        (date(2026, 10, 3), 1, date(2026, 10, 8)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),
        (date(2026, 9, 18), 10, date(2026, 10, 9)),
        (date(2026, 10, 8), 2, date(2026, 10, 10)),
    ],
)
def test_a_deadline_to_the_day(start: date, days: int, on: date) -> None:
    assert CALENDAR.add_working_days(start, days) == Deadline(on, provisional=False)


def test_a_deadline_that_ends_in_an_unpublished_year_is_provisional() -> None:
    assert CALENDAR.add_working_days(date(2026, 12, 30), 1) == (date(2026, 12, 31), False)
    # 2027-01-01 is a Friday, and would count.
    assert CALENDAR.add_working_days(date(2026, 12, 30), 2) == (date(2027, 1, 1), True)
    assert CALENDAR.add_working_days(date(2026, 12, 30), 3) == (date(2027, 1, 4), True)


def test_a_deadline_that_only_crosses_an_unpublished_year_is_provisional_too() -> None:
    known = CALENDAR.years
    with_a_gap = Calendar({year: known[year] for year in (2024, 2026)})
    assert not with_a_gap.add_working_days(date(2024, 12, 30), 1).provisional
    assert with_a_gap.add_working_days(date(2024, 12, 30), 263) == (date(2026, 1, 4), True)


def test_a_deadline_lies_ahead() -> None:
    with pytest.raises(ValueError, match="at least one"):
        CALENDAR.add_working_days(date(2026, 5, 6), 0)


def test_no_working_days_have_passed_before_the_start() -> None:
    assert CALENDAR.working_days_between(date(2026, 5, 6), date(2026, 5, 6)) == 0
    assert CALENDAR.working_days_between(date(2026, 5, 6), date(2026, 5, 1)) == 0


def test_counting_days_and_counting_to_a_day_agree() -> None:
    start = date(2025, 12, 1)
    for n in range(1, 60):
        on = CALENDAR.add_working_days(start, n).on
        assert CALENDAR.working_days_between(start, on) == n
        assert CALENDAR.working_days_between(start, on - timedelta(days=1)) == n - 1
