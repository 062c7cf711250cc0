"""时钟: the only place that reads the time; a sandbox's clock can be set, forwards only."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    kind: str

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    kind = "real"

    def now(self) -> datetime:
        return datetime.now(UTC)


class ClockRunsBackwards(ValueError):
    """A sandbox clock was told to go back."""


class SandboxClock:
    """The machine's clock plus an offset kept in a file that all processes of a sandbox share."""

    kind = "sandbox"

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp = -1
        self._offset = timedelta()

    def now(self) -> datetime:
        try:
            stamp = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return datetime.now(UTC)
        if stamp != self._stamp:
            self._offset = timedelta(seconds=json.loads(self._file.read_text())["offset_seconds"])
            self._stamp = stamp
        return datetime.now(UTC) + self._offset

    @classmethod
    def start_at(cls, file: Path, instant: datetime) -> "SandboxClock":
        """A clock that begins at `instant`, before or after the machine's; for a new sandbox."""
        clock = cls(file)
        clock._write(instant)
        return clock

    def advance_to(self, instant: datetime) -> datetime:
        """Set the clock; ClockRunsBackwards unless `instant` is ahead of it."""
        now = self.now()
        if instant <= now:
            raise ClockRunsBackwards(f"{instant.isoformat()} 不晚于当前沙箱时间 {now.isoformat()}")
        self._write(instant)
        return self.now()

    def _write(self, instant: datetime) -> None:
        offset = (instant - datetime.now(UTC)).total_seconds()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"offset_seconds": offset}))
        fresh.replace(self._file)
