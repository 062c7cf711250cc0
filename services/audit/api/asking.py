"""问: a question to the ledger, put once every log is as fresh here as in its own service."""

import asyncio
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Protocol, TypeVar

import httpx
from fastapi import Request

from services.audit.cuts import EVERYTHING, BeyondTheEnd, Seen, within
from services.audit.ledger import City, Ledger, Shelves
from shared.kernel.dates import legal_date
from shared.regulation.calendar import calendar_of
from shared.web.feed import LogHead
from shared.web.follower import Follower
from shared.web.problems import ProblemError, invalid
from shared.web.runtime import Runtime

T = TypeVar("T")


class CityOn(Protocol):
    """The city as of a day, as far as it was known."""

    def __call__(self, on: date, seen: Seen = EVERYTHING) -> City: ...


def today(request: Request) -> date:
    """Today in Asia/Shanghai, by the instance's clock."""
    runtime: Runtime = request.app.state.runtime
    return legal_date(runtime.clock.now())


async def head_of(follower: Follower, seconds: float) -> LogHead:
    """What a service says of its log, once all of that has been followed.

    ProblemError(503) where it does not answer, or takes longer than `seconds` to be followed.
    """
    try:
        head = LogHead.model_validate(await follower.head())
        await follower.reach(head.position, seconds)
    except (TimeoutError, httpx.HTTPError):
        raise ProblemError(
            "facts_not_fresh",
            f"{follower.source} 的日志此刻无法取得，请稍后重试",
            headers={"Retry-After": "2"},
        ) from None
    return head


async def asked(request: Request, question: Callable[[CityOn], T]) -> T:
    """The answer to a pure question.

    ProblemError(503) where a log cannot be reached, ProblemError(422) where it is asked as of a
    position that a log has not reached.
    """
    runtime: Runtime = request.app.state.runtime
    ledger: Ledger = request.app.state.ledger
    await runtime.fence()

    def answer(shelves: Shelves) -> T:
        calendar = calendar_of(runtime.settings.calendar_folder)

        @cache
        def city_on(on: date, seen: Seen = EVERYTHING) -> City:
            within(dict(seen.positions), shelves.positions)
            policies = runtime.policies if seen is EVERYTHING else runtime.policies_when(seen)
            return City(shelves, on, policies, calendar, seen)

        return question(city_on)

    try:
        return await asyncio.to_thread(ledger.ask, runtime.inbox, answer)
    except BeyondTheEnd as error:
        raise invalid("positions", str(error)) from None
