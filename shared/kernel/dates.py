"""法定日期: calendar dates in Asia/Shanghai; months are calendar months, clamped at month end."""

import calendar
from datetime import date, datetime, timedelta, timezone

# China has kept one offset without daylight saving since 1991, so no time zone data is needed.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def legal_date(instant: datetime) -> date:
    """The calendar day in Asia/Shanghai at an aware instant."""
    return instant.astimezone(SHANGHAI).date()


def add_months(start: date, months: int) -> date:
    """The same day `months` later, or the month's last day: 2025-11-30 + 3 is 2026-02-28.

    Where the calendar ends (9999), its last day: one such date must not stop all others.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def add_days(start: date, days: int) -> date:
    """The day `days` later; the calendar's last day where it ends before."""
    return start + timedelta(days=min(days, (date.max - start).days))
