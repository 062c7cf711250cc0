"""跟随: pull another service's feed into the inbox; and the fence that keeps decisions fresh."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import orjson
import structlog

from shared.eventstore.inbox import Inbox
from shared.eventstore.threads import in_thread, linger
from shared.eventstore.wire import from_wire, key_from_wire
from shared.web.problems import ProblemError

log = structlog.get_logger(__name__)

PAGE = 500
WAIT_SECONDS = 3.0
"""How long one feed request may be held open for news."""

GATHER_SECONDS = 0.001
"""How long decisions gather before a round of asking; rounds do not wait for each other."""

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
    ) -> None:
        self.source = source
        self.healthy = False
        """Whether the last request succeeded; not before the first one did."""
        self._client, self._line = client, line
        self._inbox, self._on_news = inbox, on_news
        self._ask = client.build_request("GET", "/v1/feed/head")
        self._moved = asyncio.Condition()
        self._hurry = asyncio.Event()
        self._position = 0

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
            answer = await self._client.get(
                "/v1/feed", params={"after": self._position, "limit": PAGE, "wait": wait}
            )
        answer.raise_for_status()
        count, reached = await in_thread(self._store, answer.content)
        if not count:
            return False
        await self._on_news(answer.content)  # before anybody who waits for it goes on
        async with self._moved:
            self._position = reached
            self._moved.notify_all()
        return count == PAGE

    def _store(self, content: bytes) -> tuple[int, int]:
        page = orjson.loads(content)
        events = page["events"]
        if not events:
            return 0, self._position
        keys = [key_from_wire(key) for key in page.get("keys", ())]
        return len(events), self._inbox.store(self.source, [from_wire(e) for e in events], keys)

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
        answer = await self._line.handle_async_request(self._ask)
        content = await answer.aread()
        if answer.status_code != httpx.codes.OK:
            raise httpx.TransportError(f"{self.source} answers {answer.status_code}")
        head: dict[str, Any] = orjson.loads(content)
        return head

    async def ask(self, path: str, authorization: str) -> httpx.Response:
        """A read of the source on behalf of whoever sent `authorization`."""
        return await self._client.get(path, headers={"Authorization": authorization})

    async def _reach(self, position: int) -> None:
        if self._position >= position:
            return
        self._hurry.set()
        async with self._moved:
            await self._moved.wait_for(lambda: self._position >= position)


class Fence:
    """All the sources a service's decisions rest on; many decisions share one round of asking."""

    def __init__(self, followers: list[Follower], seconds: float) -> None:
        self.followers, self._seconds = followers, seconds
        self._gathering: asyncio.Task[asyncio.Future[Any]] | None = None

    async def __call__(self) -> None:
        """Return once every source's facts are here; ProblemError(503) otherwise."""
        await asyncio.shield(await self.ask())

    async def ask(self) -> asyncio.Future[Any]:
        """Ask every source how far it is, and return once the questions are out.

        What is returned is done when every source's facts are here, and raises ProblemError(503)
        when they are not in time. Others wait for it too: shield it.
        """
        if self._gathering is None:
            self._gathering = asyncio.create_task(self._ask())
        return await asyncio.shield(self._gathering)

    async def _ask(self) -> asyncio.Future[Any]:
        await asyncio.sleep(GATHER_SECONDS)
        # Whoever comes from here on began after the asking: the next round is theirs.
        self._gathering = None
        answers = asyncio.gather(*(f.fresh(self._seconds) for f in self.followers))
        answers.add_done_callback(_heard)
        await asyncio.sleep(0)  # until the followers have asked
        return answers


def _heard(answers: asyncio.Future[Any]) -> None:
    """A decision that fails by itself does not wait for the answers: then nobody may."""
    if not answers.cancelled():
        answers.exception()
