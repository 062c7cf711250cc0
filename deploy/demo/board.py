"""进度: what the stories are doing, as a live board in a terminal or as plain lines elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from rich.console import Console
from rich.live import Live
from rich.table import Table


@dataclass
class Line:
    """One story's line on the board."""

    title: str
    steps: int = 0
    refusals: int = 0
    last: str = ""
    on: date | None = None


class Board:
    """The stories and their latest steps."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lines: dict[str, Line] = {}
        self._live: Live | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Live while the context lasts, where the console is a terminal."""
        if not self._console.is_terminal:
            yield
            return
        with Live(self._table(), console=self._console, refresh_per_second=8) as self._live:
            yield
            self._live.update(self._table())

    def add(self, title: str) -> None:
        self._lines[title] = Line(title)

    def tell(self, title: str, text: str, on: date, *, refusal: bool = False) -> None:
        """One step of a story; `refusal` where the city rightly said no."""
        line = self._lines[title]
        line.steps += 1
        line.refusals += refusal
        line.last, line.on = text, on
        if self._live:
            self._live.update(self._table())
        else:
            self._console.print(
                f"{on} {'✗' if refusal else '✓'} [{title}] {text}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )

    @property
    def steps(self) -> int:
        return sum(line.steps for line in self._lines.values())

    @property
    def refusals(self) -> int:
        return sum(line.refusals for line in self._lines.values())

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, expand=True)
        for name, width in (("日期", 10), ("项目", 24), ("步骤", 4), ("驳回", 4)):
            table.add_column(name, width=width, no_wrap=True)
        table.add_column("最近一步", ratio=1, no_wrap=True, overflow="ellipsis")
        for line in self._lines.values():
            day = line.on.isoformat() if line.on else ""
            table.add_row(day, line.title, str(line.steps), str(line.refusals), line.last)
        return table
