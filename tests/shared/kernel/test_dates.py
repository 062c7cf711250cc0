"""法定日期: months are calendar months, days are days in Asia/Shanghai."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.dates import SHANGHAI, add_days, add_months, legal_date

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31))
some_months = st.integers(min_value=0, max_value=240)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2025-11-30", 3, "2026-02-28"),
        ("2024-11-30", 3, "2025-02-28"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 24, "2026-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-05-06", 3, "2026-08-06"),
        ("2026-10-15", 3, "2027-01-15"),
        ("2026-12-01", 12, "2027-12-01"),
        ("2026-05-31", 0, "2026-05-31"),
        ("2026-05-31", -3, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
    ],
)
def test_months_are_counted_by_the_calendar(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@given(days, some_months)
def test_the_month_is_the_right_one_and_the_day_the_same_or_the_last(
    start: date, months: int
) -> None:
    end = add_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    last_day = (end + timedelta(days=1)).month != end.month
    assert end.day == start.day or (end.day < start.day and last_day)


@given(days, days, some_months)
def test_who_starts_no_later_ends_no_later(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)


@given(days, some_months, some_months)
def test_in_two_steps_it_is_never_later(start: date, first: int, second: int) -> None:
    assert add_months(add_months(start, first), second) <= add_months(start, first + second)


def test_the_calendar_ends_in_9999_and_stops_nobody() -> None:
    assert add_months(date(9999, 9, 30), 3) == date(9999, 12, 30)
    assert add_months(date(9999, 10, 1), 3) == date.max
    assert add_days(date(9999, 12, 30), 1) == date.max
    assert add_days(date.max, 1) == date.max
    assert add_days(date(2024, 2, 28), 1) == date(2024, 2, 29)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (at("2026-12-31T23:59:59.999999+08:00"), date(2026, 12, 31)),
        (at("2027-01-01T00:00:00+08:00"), date(2027, 1, 1)),
        (at("2026-12-31T15:59:59.999999+00:00"), date(2026, 12, 31)),
        (at("2026-12-31T16:00:00+00:00"), date(2027, 1, 1)),
        (at("2026-12-31T23:59:59+00:00"), date(2027, 1, 1)),
        (at("2027-01-01T00:00:00+00:00"), date(2027, 1, 1)),
        (at("2026-12-31T12:00:00-05:00"), date(2027, 1, 1)),
        (at("2024-02-28T16:00:00+00:00"), date(2024, 2, 29)),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(instant: datetime, day: date) -> None:
    assert legal_date(instant) == day


@given(
    st.datetimes(min_value=datetime(2000, 1, 2), max_value=datetime(2100, 12, 30)),
    st.integers(min_value=-12, max_value=14),
)
def test_an_instant_has_one_day_however_it_is_written(moment: datetime, hours: int) -> None:
    instant = moment.replace(tzinfo=UTC)
    elsewhere = instant.astimezone(timezone(timedelta(hours=hours)))
    assert legal_date(elsewhere) == legal_date(instant)
    assert legal_date(instant) == (moment + timedelta(hours=8)).date()


def test_shanghai_keeps_one_offset_all_year() -> None:
    assert {SHANGHAI.utcoffset(datetime(2026, month, 1)) for month in range(1, 13)} == {
        timedelta(hours=8)
    }
