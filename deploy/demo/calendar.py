"""日历: the stories share one city, so they share its clock.

Each story says on which day it goes on. When all of them wait, the clock moves to the nearest of
those days; so every step is taken on its day, and months pass in seconds.
"""

import asyncio
from datetime import date

from deploy.demo.client import City
from shared.kernel.dates import add_months


class Calendar:
    """Days counted in months from the opening: month 1 is the first whole month of the city."""

    def __init__(self, city: City, today: date, *, parts: int) -> None:
        """`parts`: how many go by it; the clock stands until each has said when it goes on."""
        self._city, self.today = city, today
        self.first = today if today.day == 1 else add_months(today.replace(day=1), 1)
        self._active = parts
        self._waiting: list[tuple[date, asyncio.Event]] = []

    def day(self, month: int, day: int) -> date:
        """The date of a day in the n-th month."""
        return add_months(self.first, month - 1).replace(day=day)

    async def reach(self, day: date) -> None:
        """Wait for a day; one that is already here or past goes on at once."""
        if day <= self.today:
            return
        arrived = asyncio.Event()
        self._waiting.append((day, arrived))
        await self.leave()
        await arrived.wait()

    async def leave(self) -> None:
        """A story waits or has ended; the last one to do so moves the clock."""
        self._active -= 1
        if self._active or not self._waiting:
            return
        self.today = await self._city.advance_to(min(day for day, _ in self._waiting))
        due = [arrived for day, arrived in self._waiting if day <= self.today]
        self._waiting = [(day, arrived) for day, arrived in self._waiting if day > self.today]
        self._active = len(due)
        for arrived in due:
            arrived.set()
