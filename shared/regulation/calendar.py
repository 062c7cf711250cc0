"""放假安排: the published calendars as dated files, one a year, with the notice they come from.

Those of the years known at a release ship with it; an instance has a folder for later ones, and
for a year whose arrangement was changed afterwards.
"""

import os
import tempfile
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from shared.kernel.model import Record
from shared.kernel.workdays import Calendar, Year

SHIPPED = Path(__file__).parent / "calendars"

_WEEKEND = (5, 6)


class CalendarError(Exception):
    """A calendar file cannot be used; says file, key and reason."""


class Break(Record):
    """一个节日: its days off, first and last, and the weekend days worked in return."""

    name: str
    off: tuple[date, date]
    worked: tuple[date, ...] = ()

    @property
    def days(self) -> list[date]:
        first, last = self.off
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]


class YearFile(Record):
    """放假安排 of one year, as its file holds it."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    title: str
    number: str
    """文号 of the notice."""
    issued_on: date
    holidays: Annotated[tuple[Break, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        for fault in self._faults():
            raise ValueError(fault)
        return self

    def _faults(self) -> Iterator[str]:
        off = [day for each in self.holidays for day in each.days]
        worked = [day for each in self.holidays for day in each.worked]
        for each in self.holidays:
            if not each.days:
                yield f"{each.name}: 放假的最后一日早于第一日"
        for day in (*off, *worked):
            if day.year != self.year:
                yield f"{day} 不在 {self.year} 年"
        for days, what in ((off, "放假日"), (worked, "上班日")):
            if len(set(days)) != len(days):
                yield f"{what}有重复"
        for day in worked:
            if day.weekday() not in _WEEKEND:
                yield f"{day} 不是周末，无须列为上班日"
            if day in off:
                yield f"{day} 既放假又上班"

    def as_year(self) -> Year:
        return Year(
            year=self.year,
            holidays=frozenset(day for each in self.holidays for day in each.days),
            workdays=frozenset(day for each in self.holidays for day in each.worked),
            source=f"{self.title}（{self.number}）",
        )


def read(path: Path) -> YearFile:
    """One calendar file; CalendarError names the file, the key and the reason."""
    try:
        return YearFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CalendarError(f"{path.name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "holidays"
        reason = str(first.get("ctx", {}).get("error", first["msg"]))
        raise CalendarError(f"{path.name}: {key}: {reason}") from error


def files(folder: Path | None = None) -> dict[int, YearFile]:
    """The shipped years, and those of an instance's folder in their place or after them."""
    found = [read(path) for path in sorted(SHIPPED.glob("*.toml"))]
    if folder is not None:
        found += [read(path) for path in sorted(folder.glob("*.toml"))]
    return {year.year: year for year in found}


def calendar_of(folder: Path | None = None) -> Calendar:
    """The calendar by which an instance counts working days; read again when a file changes."""
    given = folder.glob("*.toml") if folder is not None else ()
    return _calendar(folder, tuple(sorted((path.name, path.stat().st_mtime_ns) for path in given)))


@lru_cache(maxsize=8)
def _calendar(folder: Path | None, given: tuple[tuple[str, int], ...]) -> Calendar:
    return Calendar.of(year.as_year() for year in files(folder).values())


def take_in(source: Path, folder: Path) -> YearFile:
    """Put a calendar file that is sound into an instance's folder, all of it or nothing."""
    year = read(source)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=f".{year.year}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(folder / f"{year.year}.toml")
    return year
