"""运行: what one service has at hand while it runs: log, inbox, clock, policies, views."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
import structlog
from eventsourcing.persistence import Tracking
from fastapi import FastAPI

from shared.attachments.places import place_of
from shared.attachments.store import Store
from shared.events import Event, Recorded
from shared.events.registry import PolicyInterpreted
from shared.eventstore.accesslog import AccessLog
from shared.eventstore.connections import Patience
from shared.eventstore.decoding import decoded
from shared.eventstore.inbox import Inbox
from shared.eventstore.log import EventLog
from shared.eventstore.migrations import require_head
from shared.eventstore.projection import Projector, Views
from shared.eventstore.records import Head, RecordedEvent
from shared.eventstore.references import References
from shared.eventstore.roles import require_application_role
from shared.eventstore.threads import in_thread, linger
from shared.kernel.dates import legal_date
from shared.regulation.pack import Library, NoPolicyInForce, Policy, installed
from shared.web.access.recorder import Recorder
from shared.web.beside import Beside
from shared.web.clock import Clock, SandboxClock, SystemClock
from shared.web.commands import Command
from shared.web.follower import Fence, Follower
from shared.web.identity.instance import Identity
from shared.web.keptalive import KeptAlive
from shared.web.log_evidence import LogEvidence
from shared.web.problems import ProblemError
from shared.web.published import interpreted
from shared.web.settings import Settings

log = structlog.get_logger(__name__)

_CACHED_STREAMS = 20_000


@dataclass(frozen=True)
class Aggregate:
    """One kind of stream: its prefix, its empty state, and how an event moves the state."""

    kind: str
    initial: Any
    evolve: Callable[[Any, Recorded], Any]

    def stream(self, subject: object) -> str:
        return f"{self.kind}:{subject}"


@dataclass(slots=True)
class Folded:
    """A stream's state and the version it was folded to."""

    stream: str
    version: int
    state: Any


@dataclass(frozen=True)
class Reaction:
    """反应: an event of another service in, a command of this one out.

    `run` issues the command through the desk under a key made from the event, so that a
    redelivery is answered with the first receipt. A failure stops the reaction at that event.
    """

    name: str
    source: str
    types: frozenset[str]
    run: Callable[["Runtime", Recorded], Awaitable[None]]


@dataclass(frozen=True)
class ServiceSpec:
    """What a service declares of itself: everything else is shared."""

    name: str
    title: str
    follows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Other services and the event types whose facts this one rests on; empty set: all."""
    views: Views | None = None
    reactions: Sequence[Reaction] = ()
    commands: Mapping[str, Command] = field(default_factory=dict)
    """What it decides, by operationId."""
    decides: bool = True
    """Whether it has a log of its own; the audit service only reads."""
    beside: Sequence[Callable[["Runtime"], Beside]] = (LogEvidence,)


class Runtime:
    """One service in one process; an async context manager starts and stops it."""

    def __init__(
        self,
        spec: ServiceSpec,
        settings: Settings,
        dsn: str,
        *,
        peers: Mapping[str, FastAPI] | None = None,
    ) -> None:
        """`peers`: the other services' applications when all run in one process."""
        self.spec, self.settings, self.name = spec, settings, spec.name
        self.dsn = dsn
        self.clock: Clock = (
            SandboxClock(settings.home / "clock.json") if settings.sandbox else SystemClock()
        )
        self._installed = installed(
            settings.jurisdiction, *([settings.packs] if settings.packs else [])
        )
        self.policies: Library = self._installed
        """The packs with all that has been published on how to read them (第五十六条)."""
        self.identity = Identity(settings)
        self.issuer, self.verifier = self.identity.issuer, self.identity.verifier
        patience = Patience(settings.statement_seconds, settings.lock_seconds)
        self.log = EventLog(dsn, clock=self.clock.now, sandbox=settings.sandbox, reading=patience)
        self.inbox = Inbox(dsn, self._types, patience)
        self.attachments = Store(place_of(settings.attachments_url, settings.home, spec.name))
        self.references = References(spec.name, self.log)
        self.access = Recorder(self.name, AccessLog(dsn), self.clock)
        self._peers = {} if peers is None else peers
        self._cache: OrderedDict[str, Folded] = OrderedDict()
        self._news = asyncio.Event()
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self.stopping: list[Callable[[], None]] = []
        """What else is at work, and how it is stopped; it may block."""
        self.followers: list[Follower] = []
        self.fence = Fence([], settings.fence_seconds)
        self.projector = (
            Projector(dsn, self.name, self.log, spec.views, patience) if spec.views else None
        )
        self.beside = [make(self) for make in spec.beside]
        self.stalled: str | None = None
        """Why a reaction stands still, for `/readyz`."""
        self.dead: str | None = None

    def _types(self, source: str) -> frozenset[str]:
        types = self.spec.follows[source]
        return types | {PolicyInterpreted.__name__} if types else types

    # -- life ------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.open()
        self.start()
        return self

    async def open(self) -> None:
        """Reach the database; SchemaBehind at another schema, RoleTooStrong as another role."""
        await asyncio.to_thread(require_head, self.dsn, self.name)
        await asyncio.to_thread(require_application_role, self.dsn, self.name)
        self._stack.callback(self.log.close)
        await asyncio.to_thread(self.access.kept.open)
        self._stack.push_async_callback(self.access.close)
        if self.spec.decides:
            await asyncio.to_thread(self.log.open)
            await asyncio.to_thread(self.attachments.place.staging.clean)
        await asyncio.to_thread(self.inbox.open)
        self._stack.callback(self.inbox.close)
        await self._stack.enter_async_context(self.identity)
        for source in self.spec.follows:
            line = self._line(source)
            client = await self._stack.enter_async_context(self._client(source, line))
            self.followers.append(
                Follower(source, client, line, self.inbox, self._hear, self.identity.credentials)
            )
        self.fence = Fence(self.followers, self.settings.fence_seconds)
        await self.renew_policies()
        for each in self.beside:
            await self._stack.enter_async_context(each)
        if self.projector:
            await asyncio.to_thread(self.projector.open)
            self._stack.callback(self.projector.close)

    def start(self) -> None:
        """Begin to follow, project and react; in one process, once all services are open."""
        own = (*self.identity.work(), self.access.run(), *(each.run() for each in self.beside))
        self._start(*own, *(f.run() for f in self.followers))
        if self.projector:
            self._start(self.projector.run())
        if self.spec.reactions:
            self._start(self._react())
        if self.publishes_policy:
            self._start(self._watch_policies())
        if self.spec.decides:
            self._start(self._watch_keys())

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def stop(self) -> None:
        """Cease to follow, project and react; in one process, before any service is closed."""
        for each in self.stopping:
            await asyncio.to_thread(each)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def close(self) -> None:
        """Let go of the database."""
        await self.stop()
        await self._stack.aclose()

    def _start(self, *work: Any) -> None:
        for each in work:
            task = asyncio.create_task(each)
            task.add_done_callback(self._ended)
            self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        # None of them ends by itself: whatever does is a fault that a restart mends.
        if not task.cancelled():
            self.dead = f"后台任务终止（{type(task.exception()).__name__}），须重启服务"
            log.error("task_ended", service=self.name, exc_info=task.exception())

    def _line(self, source: str) -> httpx.AsyncBaseTransport:
        peer, url = self._peers.get(source), self.settings.url(source)
        if peer is None and url is None:
            raise ValueError(f"{self.name} follows {source}: set GOVIT_{source.upper()}_URL")
        return KeptAlive() if peer is None else httpx.ASGITransport(app=peer)

    def _client(self, source: str, line: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
        url = None if source in self._peers else self.settings.url(source)
        return httpx.AsyncClient(
            base_url=url or f"http://{source}",
            transport=line,
            auth=self.identity.credentials,
            headers={"Accept-Encoding": "identity"},
        )

    async def ready(self) -> list[str]:
        """What keeps the service from working, in words; empty when it is ready."""
        faults = [f"跟随 {f.source} 中断" for f in self.followers if not f.healthy]
        faults += self.identity.faults() + [f for each in self.beside for f in each.faults()]
        faults += [fault for fault in (self.stalled, self.dead, self.access.fault) if fault]
        if self.projector and self.projector.fault:
            faults.append(f"视图投影停止：{self.projector.fault}")
        try:
            if self.spec.decides:
                await self.head()
        except Exception as error:
            faults.append(f"事件库不可用：{type(error).__name__}")
        return faults

    # -- reading ---------------------------------------------------------------------------

    @property
    def publishes_policy(self) -> bool:
        """Whether interpretations are recorded in this service's own log."""
        return PolicyInterpreted.service == self.name

    async def renew_policies(self) -> None:
        """Read what has been published on how to read the packs."""
        events = await asyncio.to_thread(self._published)
        self.policies = interpreted(self._installed, events)

    def policies_when(self, seen: Callable[[Recorded], bool]) -> Library:
        """The packs as read when only what `seen` had been published; asks the database."""
        return interpreted(self._installed, self._published(), seen)

    def _published(self) -> list[Recorded]:
        events: list[Recorded] = []
        for pack in self._installed.packs:
            stream = f"policy:{pack.id}"
            if self.publishes_policy:
                events += (decoded(self.name, row) for row in self.log.stream(stream))
            else:
                events += self.inbox.about(stream)
        return events

    async def _hear(self, page: bytes) -> None:
        if PolicyInterpreted.__name__.encode() in page:
            await self.renew_policies()
        self._news.set()

    async def _watch_policies(self) -> None:
        """What another process of this service has published reaches this one within a second."""
        while True:
            await asyncio.sleep(1.0)
            try:
                await self.renew_policies()
            except Exception as error:  # anything: it is tried again
                log.warning("policies_not_read", service=self.name, error=repr(error))

    async def _watch_keys(self) -> None:
        """What another process of this service has destroyed is forgotten here within a second."""
        destroyed = await asyncio.to_thread(self.log.destroyed)
        while True:
            await asyncio.sleep(1.0)
            try:
                now = await asyncio.to_thread(self.log.destroyed)
            except Exception as error:  # anything: it is tried again
                log.warning("keys_not_read", service=self.name, error=repr(error))
                continue
            if now != destroyed:
                destroyed = now
                self.forget_all()

    def policy_now(self) -> Policy:
        """The policy in force at this instant; ProblemError(503) where there is none."""
        try:
            return self.policies.in_force(legal_date(self.clock.now()))
        except NoPolicyInForce as error:
            raise ProblemError("no_policy_in_force", str(error)) from None

    def policy_to_read(self) -> Policy:
        """The policy by which the record may be read: also after the last pack has ended."""
        return self.policies.known_on(legal_date(self.clock.now()))

    async def head(self) -> Head:
        return await asyncio.to_thread(self.log.head)

    async def read(self, after: int, limit: int) -> list[RecordedEvent]:
        """Events of the log beyond a position, as `EventLog.read` gives them."""
        return self.log.recent(after, limit) or await asyncio.to_thread(self.log.read, after, limit)

    async def fold(
        self, aggregate: Aggregate, subject: object, *, fresh: bool = True, new: bool = False
    ) -> Folded:
        """A stream's state; from the cache brought up to date, or as cached unless `fresh`.

        A stale state does no harm in a decision, because the append checks its version; nor does
        taking a stream for `new` (empty) unread.
        """
        stream = aggregate.stream(subject)
        known = self._cache.get(stream)
        if known is not None and not fresh:
            return known
        if new and not fresh:
            return Folded(stream, 0, aggregate.initial)
        base = known or Folded(stream, 0, aggregate.initial)
        rows = await asyncio.to_thread(self.log.stream, stream, base.version)
        state = base.state
        for row in rows:
            state = aggregate.evolve(state, decoded(self.name, row))
        folded = Folded(stream, rows[-1].version, state) if rows else base
        if folded.version:
            self._remember(folded)
        return folded

    def forget(self, streams: Sequence[str]) -> None:
        for stream in streams:
            self._cache.pop(stream, None)

    def forget_all(self) -> None:
        """Let go of all content in memory: a key has been destroyed."""
        self._cache.clear()
        self.log.forget()

    def advance(self, aggregate: Aggregate, base: Folded, news: list[Recorded]) -> None:
        """Keep the state after events this process has just appended."""
        state = base.state
        for each in news:
            state = aggregate.evolve(state, each)
        self._remember(Folded(base.stream, news[-1].version, state))

    def _remember(self, folded: Folded) -> None:
        self._cache[folded.stream] = folded
        self._cache.move_to_end(folded.stream)
        if len(self._cache) > _CACHED_STREAMS:
            self._cache.popitem(last=False)

    # -- reacting --------------------------------------------------------------------------

    async def _react(self) -> None:
        pause = 0.2
        while True:
            try:
                for reaction in self.spec.reactions:
                    await self._catch_up(reaction)
                self.stalled, pause = None, 0.2
            except Exception as error:
                self.stalled = f"反应停止：{type(error).__name__}"
                log.exception("reaction_stopped", service=self.name)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)
                continue
            await linger(1.0, self._news)

    async def _catch_up(self, reaction: Reaction) -> None:
        # A source that is followed again from its beginning is also reacted to again: its events
        # come in order, also those that were passed over, and what was done is not done twice.
        upto, restarts = await in_thread(self.inbox.followed, reaction.source)
        name = f"reaction/{reaction.name}" + (f"/{restarts}" if restarts else "")
        done = await in_thread(self.log.max_tracking_id, name) or 0
        while page := await in_thread(self.inbox.after, reaction.source, done, upto, 100):
            for each in page:
                if each.event.type in reaction.types:
                    await reaction.run(self, each)
                done = each.ref.position
            await in_thread(self.log.insert_tracking, Tracking(name, done))


def events_of(outcome: "Event | Sequence[Event]") -> tuple[Event, ...]:
    """A decision's outcome as a tuple."""
    return (outcome,) if isinstance(outcome, Event) else tuple(outcome)
