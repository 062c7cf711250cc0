"""收体: a body as it comes in; one that does not get on is cut off.

Almost every body is there at once, so no timer is set for it: one look a second at those still
awaited costs a command next to nothing.
"""

import asyncio
import time

from starlette.types import Message, Receive

from shared.web.problems import ProblemError

BYTES_A_SECOND = 64 * 1024
"""A body that comes at least so fast is given the time it needs."""

_LOOK_SECONDS = 0.5


class Arrivals:
    """The bodies that are awaited in a process."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._awaited: set[Arriving] = set()
        self._looking: asyncio.TimerHandle | None = None

    def body(self, receive: Receive) -> "Arriving":
        return Arriving(receive, time.monotonic() + self._seconds, self)

    def add(self, body: "Arriving") -> None:
        self._awaited.add(body)
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look)

    def remove(self, body: "Arriving") -> None:
        self._awaited.discard(body)

    def _look(self) -> None:
        self._looking = None
        now = time.monotonic()
        for body in list(self._awaited):
            if body.until <= now:
                body.cut()
        if self._awaited:
            self._looking = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look)


class Arriving:
    """One request's body."""

    __slots__ = ("_arrivals", "_complete", "_late", "_receive", "_task", "until")

    def __init__(self, receive: Receive, until: float, arrivals: Arrivals) -> None:
        self._receive, self.until, self._arrivals = receive, until, arrivals
        self._complete = self._late = False
        self._task: asyncio.Task[object] | None = None

    async def receive(self) -> Message:
        """The next part; ProblemError(408) where it does not come in time."""
        if self._complete:
            return await self._receive()
        self._task = asyncio.current_task()
        self._arrivals.add(self)
        try:
            message = await self._receive()
        except asyncio.CancelledError:
            if not self._late or self._task is None or self._task.uncancel():
                raise  # somebody else's doing
            raise ProblemError(
                "too_slow",
                "请求体未在规定时间内传完，未予办理；可以用同一 Idempotency-Key 重试",
                headers={"Connection": "close"},
            ) from None
        finally:
            self._arrivals.remove(self)
        self._complete = not message.get("more_body", False)
        self.until += len(message.get("body", b"")) / BYTES_A_SECOND
        return message

    def cut(self) -> None:
        """Stop waiting for it."""
        self._arrivals.remove(self)
        if self._task is not None:
            self._late = True
            self._task.cancel()
