"""工作日: working days by the calendars that the State Council publishes year by year.

A year's calendar names the days off that it moves or adds, and the weekend days worked in return
(调休). Years not yet published count Monday to Friday, and what was counted so is provisional.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Year:
    """One year as published."""

    year: int
    holidays: frozenset[date]
    """Days off, weekends among them or not."""
    workdays: frozenset[date]
    """Saturdays and Sundays that are worked (调休)."""
    source: str
    """Title and 文号 of the notice."""


class Deadline(NamedTuple):
    """A day counted in working days."""

    on: date
    provisional: bool
    """Some day on the way was of a year not yet published."""


@dataclass(frozen=True)
class Calendar:
    """The published years."""

    years: Mapping[int, Year] = field(default_factory=dict)

    @classmethod
    def of(cls, years: Iterable[Year]) -> "Calendar":
        """A calendar of some years; of a year given twice the later one counts."""
        return cls({year.year: year for year in years})

    def is_published(self, day: date) -> bool:
        return day.year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked; Monday to Friday in a year not yet published."""
        year = self.years.get(day.year)
        weekday = day.weekday() < _SATURDAY
        if year is None:
            return weekday
        return day in year.workdays or (weekday and day not in year.holidays)

    def add_working_days(self, start: date, days: int) -> Deadline:
        """The working day that lies `days` working days after `start`; `start` does not count.

        ValueError for fewer than one.
        """
        if days < 1:
            raise ValueError("a deadline lies at least one working day ahead")
        day, provisional = start, False
        while days:
            day += _DAY
            provisional = provisional or not self.is_published(day)
            days -= self.is_working_day(day)
        return Deadline(day, provisional)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days have passed after `start`, `end` included; 0 if it is earlier."""
        span = max((end - start).days, 0)
        return sum(self.is_working_day(start + _DAY * n) for n in range(1, span + 1))
