"""跟随: pull another service's feed into the inbox; and the fence that keeps decisions fresh."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import orjson
import structlog

from shared.eventstore.inbox import Inbox
from shared.eventstore.threads import in_thread, linger
from shared.eventstore.wire import from_wire
from shared.web.identity.credentials import Credentials
from shared.web.keptalive import AnswerTooLong
from shared.web.problems import ProblemError

log = structlog.get_logger(__name__)

PAGE = 500
WAIT_SECONDS = 3.0
"""How long one feed request may be held open for news."""

LINGER_SECONDS = 0.25
"""How long news may gather before they are fetched, where nobody waits for them."""


class Follower:
    """Follows one service's log; stops rather than skip, and starts again by itself."""

    def __init__(
        self,
        source: str,
        client: httpx.AsyncClient,
        line: httpx.AsyncBaseTransport,
        inbox: Inbox,
        on_news: Callable[[bytes], Awaitable[None]],
        credentials: Credentials | None = None,
    ) -> None:
        """`credentials`: what `client` shows, where that changes with time."""
        self.source = source
        self.healthy = False
        """Whether the last request succeeded; not before the first one did."""
        self._client, self._line = client, line
        self._inbox, self._on_news = inbox, on_news
        self._ask = client.build_request("GET", "/v1/feed/head")
        self._credentials, self._shown = credentials, ""
        self._moved = asyncio.Condition()
        self._hurry = asyncio.Event()
        self._position = 0
        self._limit = PAGE

    @property
    def position(self) -> int:
        """How far this process has followed."""
        return self._position

    async def run(self) -> None:
        """Follow for ever; a fault is logged, shown by `/readyz` and tried again."""
        pause = 0.1
        while True:
            try:
                if not self.healthy:
                    self._position = await in_thread(self._inbox.begin, self.source)
                full = await self._pull()
                self.healthy, pause = True, 0.1
                if not full:
                    # A page for many events costs little more than for one; a waiting
                    # decision hurries it.
                    await linger(LINGER_SECONDS, self._hurry)
            except Exception as error:  # anything: following must outlive every fault
                self.healthy = False
                log.warning("following_failed", source=self.source, error=repr(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    async def _pull(self) -> bool:
        wait = WAIT_SECONDS if self.healthy else 0
        async with asyncio.timeout(wait + 20):
            answer = await self._page(wait)
        if answer.status_code != httpx.codes.OK:
            raise httpx.TransportError(f"{self.source} answers {answer.status_code}")
        limit, self._limit = self._limit, min(self._limit * 2, PAGE)
        count, reached = await in_thread(self._store, answer.content)
        if not count:
            return False
        await self._on_news(answer.content)  # before anybody who waits for it goes on
        async with self._moved:
            self._position = reached
            self._moved.notify_all()
        return count == limit

    async def _page(self, wait: float) -> httpx.Response:
        while True:
            asked = {"after": self._position, "limit": self._limit, "wait": wait}
            try:
                return await self._client.get("/v1/feed", params=asked)
            except AnswerTooLong:
                if self._limit == 1:
                    raise
                self._limit //= 2  # large events are fetched few at a time

    def _store(self, content: bytes) -> tuple[int, int]:
        events = orjson.loads(content)["events"]
        if not events:
            return 0, self._position
        return len(events), self._inbox.store(self.source, [from_wire(e) for e in events])

    async def fresh(self, seconds: float) -> None:
        """Wait until everything the source held when this was called is here.

        ProblemError(503) with Retry-After when that takes longer than `seconds`.
        """
        followed = self._position  # while it answers, more may be recorded and followed
        try:
            async with asyncio.timeout(seconds):
                head = int((await self.head())["position"])
                await self._reach(head)
        except (TimeoutError, httpx.HTTPError):
            raise self._not_fresh() from None
        if head < followed:
            # Restored from a backup, perhaps: what it records from now on would be passed over.
            log.error("source_is_shorter", source=self.source, head=head)
            raise self._not_fresh()

    def _not_fresh(self) -> ProblemError:
        return ProblemError(
            "facts_not_fresh",
            f"决定所依据的 {self.source} 事实尚未同步，请稍后以同一 Idempotency-Key 重试",
            headers={"Retry-After": "2"},
        )

    async def reach(self, position: int, seconds: float) -> None:
        """Wait until a position has been followed; TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds):
            await self._reach(position)

    async def head(self) -> dict[str, Any]:
        """What the source says of its log now (`LogHead`)."""
        # Asked for every round of decisions: straight over the line, past the client's layers.
        shown = await self._credentials.header() if self._credentials else None
        if shown is not None and shown is not self._shown:
            self._ask.headers["Authorization"] = self._shown = shown
        answer = await self._line.handle_async_request(self._ask)
        content = await answer.aread()
        if answer.status_code == httpx.codes.UNAUTHORIZED and self._credentials and shown:
            self._credentials.refused(shown)
        if answer.status_code != httpx.codes.OK:
            raise httpx.TransportError(f"{self.source} answers {answer.status_code}")
        head: dict[str, Any] = orjson.loads(content)
        return head

    async def ask(self, path: str, authorization: str) -> httpx.Response:
        """A read of the source on behalf of whoever sent `authorization`."""
        headers = {"Authorization": authorization}
        return await self._client.get(path, headers=headers, auth=None)

    async def fetch(self, path: str, **query: int) -> httpx.Response:
        """A read of the source as one of the services."""
        async with asyncio.timeout(WAIT_SECONDS + 20):
            return await self._client.get(path, params=query)

    async def _reach(self, position: int) -> None:
        if self._position >= position:
            return
        self._hurry.set()
        async with self._moved:
            await self._moved.wait_for(lambda: self._position >= position)


class Asked:
    """One round of asking the sources how far they are; many decisions wait for its answers."""

    def __init__(self) -> None:
        self.deciding = 0
        """Decisions that wait for it."""
        self.out, self._in = asyncio.Event(), asyncio.Event()
        self._error: BaseException | None = None

    async def answered(self) -> None:
        """Return once every source's facts are here; ProblemError(503) if not in time."""
        await self._in.wait()
        if self._error is not None:
            raise self._error

    async def run(self, followers: Sequence[Follower], seconds: float) -> None:
        """Ask and wait; whoever waits learns how it ended."""
        answers = asyncio.gather(*(f.fresh(seconds) for f in followers))
        try:
            await asyncio.sleep(0)  # until the followers have asked
            self.out.set()
            await answers
        except ProblemError as error:
            self._error = error
        except BaseException as error:
            self._error = error
            raise
        finally:
            self.out.set()
            self._in.set()


class Fence:
    """All the sources a service's decisions rest on; many decisions share one round of asking."""

    def __init__(self, followers: list[Follower], seconds: float) -> None:
        self.followers, self._seconds = followers, seconds
        self._gathering: Asked | None = None
        self._rounds: set[asyncio.Task[None]] = set()

    async def __call__(self) -> None:
        """Return once every source's facts are here; ProblemError(503) otherwise."""
        await (await self.ask()).answered()

    async def ask(self) -> Asked:
        """Ask every source how far it is, and return once the questions are out."""
        asked = self._gathering
        if asked is None:
            asked = self._gathering = Asked()
            task = asyncio.create_task(self._round(asked))
            self._rounds.add(task)
            task.add_done_callback(self._rounds.discard)
        asked.deciding += 1
        await asked.out.wait()
        return asked

    async def _round(self, asked: Asked) -> None:
        gathered = 0
        while gathered != asked.deciding:  # until a turn of the loop brings nobody more
            gathered = asked.deciding
            await asyncio.sleep(0)
        # Whoever comes from here on began after the asking: the next round is theirs.
        self._gathering = None
        await asked.run(self.followers, self._seconds)
