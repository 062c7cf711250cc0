"""重作决定: past decisions made again by today's code, on the state and the facts as they were.

Under the policy of their day they must come out as they did; under another one, what differs is
what that policy would have changed. Nothing is recorded, and no later decision is changed by an
earlier one that comes out otherwise: history stays as it was.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from shared.events import Event, Recorded
from shared.events.refusals import RequestRefused
from shared.eventstore.decoding import decoded
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.dates import legal_date
from shared.kernel.identifiers import uuid7
from shared.kernel.model import Record, present
from shared.kernel.sealing import DESTROYED
from shared.regulation.decision import Context, Decision, InvalidField, RuleBroken
from shared.regulation.pack import Library
from shared.regulation.rule import Check
from shared.web.commands import Command, Reading
from shared.web.runtime import Aggregate, Runtime

_PAGE = 500


@dataclass(frozen=True)
class Redecided:
    """One decision, as it was made and as it comes out now."""

    command: Command
    recorded: Recorded
    """The event that recorded it first, of its acceptance or its refusal."""
    was: Decision
    accepted: bool
    broken: tuple[Check, ...]
    """The rules that stand against it now."""
    events: tuple[Event, ...]
    """What it would record now; nothing where it is refused."""
    policy: str
    """By which it is decided now."""
    checks: tuple[Check, ...]
    """All that was checked now."""
    issued: frozenset[str]
    """Ids that were made for it now; at its time there were others."""
    read: tuple[Recorded, ...]
    """Every event that it was given to look at, its own service's and others'."""

    @property
    def differs(self) -> bool:
        """Whether it comes out otherwise, or is refused by other rules."""
        before = {c.rule for c in self.was.checks if not c.stands}
        return self.accepted != self.was.accepted or before != {c.rule for c in self.broken}


class Undecidable(Coded):
    """不能重作的原因."""

    NO_SUCH_COMMAND = "NO_SUCH_COMMAND", "本版本没有这一办理事项"
    NOT_KEPT = "NOT_KEPT", "所请求的内容按规定没有留存（第五十四条）"
    DESTROYED = "DESTROYED", "所请求的内容已加密销毁"
    CAUSE_MISSING = "CAUSE_MISSING", "它所反应的事件不在本服务所存之中"


@dataclass
class Past:
    """A service's own streams as they were just before the event that is looked at.

    From the log's beginning all streams are at hand as they are passed; begun further on, a
    stream is read from the log when it is first asked for.
    """

    runtime: Runtime
    begin: int = 0
    reached: int = 0
    streams: dict[str, list[Recorded]] = field(default_factory=dict)
    folded: dict[tuple[int, str], tuple[int, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reached = self.begin

    def add(self, recorded: Recorded) -> None:
        self.reached = recorded.ref.position
        stream = recorded.ref.stream
        if stream in self.streams or not self.begin:
            self.streams.setdefault(stream, []).append(recorded)

    async def events(self, stream: str) -> list[Recorded]:
        """A stream up to the event that is looked at."""
        if stream not in self.streams and self.begin:
            rows = await asyncio.to_thread(self.runtime.log.stream, stream)
            self.streams[stream] = [
                decoded(self.runtime.name, row) for row in rows if row.position <= self.reached
            ]
        return self.streams.get(stream, [])

    async def state(self, aggregate: Aggregate, subject: object) -> Any:
        stream = aggregate.stream(subject)
        events = await self.events(stream)
        key = (id(aggregate), stream)
        done, state = self.folded.get(key, (0, aggregate.initial))
        for recorded in events[done:]:
            state = aggregate.evolve(state, recorded)
        self.folded[key] = (len(events), state)
        return state


@dataclass
class _PastReading(Reading):
    """What a past decision could look at; remembers what it looked at."""

    past: Past | None = None
    until: datetime = datetime.max.replace(tzinfo=UTC)
    certain: frozenset[UUID] = frozenset()
    """Events of others that were there, whatever the clocks say."""
    day: date = date.max
    library: Library | None = None
    read: dict[UUID, Recorded] = field(default_factory=dict)

    @property
    def policies(self) -> Library:
        return present(self.library)

    @property
    def today(self) -> date:
        return self.day

    async def own(self, aggregate: Aggregate, subject: object, *, new: bool = False) -> Any:
        self._keep(await present(self.past).events(aggregate.stream(subject)))
        return await present(self.past).state(aggregate, subject)

    async def history(self, stream: str) -> tuple[Recorded, ...]:
        return self._keep(await present(self.past).events(stream))

    async def others(self, subject: str) -> tuple[Recorded, ...]:
        known = await asyncio.to_thread(self.runtime.inbox.about, subject)
        return self._keep(
            [e for e in known if e.recorded_at <= self.until or e.ref.event_id in self.certain]
        )

    def _keep(self, events: list[Recorded]) -> tuple[Recorded, ...]:
        self.read.update((event.ref.event_id, event) for event in events)
        return tuple(events)


async def redecided(runtime: Runtime, policies: Library) -> AsyncIterator[Redecided]:
    """Every decision of the service's log that is on record with what was asked, made again."""
    await runtime.fence()
    past, position = Past(runtime), 0
    while rows := await runtime.read(position, _PAGE):
        for row in rows:
            recorded = decoded(runtime.name, row)
            if recorded.meta.decision is not None:
                made = await again(past, recorded, policies)
                if isinstance(made, Redecided):
                    yield made
            past.add(recorded)
        position = rows[-1].position


async def again(
    past: Past, recorded: Recorded, policies: Library, until: datetime | None = None
) -> Redecided | Undecidable:
    """A decision made again; `recorded` is the event that carries it, and not in the past yet.

    Of other services it sees what they had recorded up to `until`, else up to its own recording.
    """
    runtime, was, meta = past.runtime, present(recorded.meta.decision), recorded.meta
    command = runtime.spec.commands.get(meta.command)
    if command is None:
        return Undecidable.NO_SUCH_COMMAND
    if _is_gone(recorded.event):
        return Undecidable.DESTROYED
    subject = _subject(recorded.event)
    cause = await _cause(runtime, recorded)
    body = _asked(command, recorded.event, cause)
    if body is None:
        return Undecidable.CAUSE_MISSING if meta.causation_id else Undecidable.NOT_KEPT
    at = decided_at(was)
    reading = _PastReading(
        runtime,
        subject,
        meta.part,
        cause.ref if cause else None,
        past=past,
        until=until or recorded.recorded_at,
        certain=frozenset(ref.event_id for ref in _certain(was, cause)),
        day=legal_date(at),
        library=policies,
    )
    state = await reading.own(command.aggregate, subject)
    found = command.facts(reading, state, body) if command.facts else None
    facts = await found if inspect.isawaitable(found) else found
    issued: set[str] = set()

    def new_id() -> UUID:
        made = uuid7(at)
        issued.add(str(made))
        return made

    context = Context(
        now=at,
        actor=meta.actor,
        policies=policies,
        new_id=new_id,
        command=command.operation,
        subject=subject,
    )
    accepted, broken, events = _outcome(command, state, body, facts, context)
    return Redecided(
        command=command,
        recorded=recorded,
        was=was,
        accepted=accepted,
        broken=broken,
        events=events,
        policy=context.policy.reference,
        checks=tuple(context.checks),
        issued=frozenset(issued),
        read=tuple(reading.read.values()),
    )


def _outcome(
    command: Command, state: Any, body: Record, facts: Any, context: Context
) -> tuple[bool, tuple[Check, ...], tuple[Event, ...]]:
    """Whether it is accepted, the rules against it, and what it records."""
    try:
        outcome = command.decision(state, body, facts, context)
    except RuleBroken as refusal:
        return False, tuple(refusal.checks), ()
    except InvalidField:
        return False, (), ()
    return True, (), (outcome,) if isinstance(outcome, Event) else tuple(outcome)


def _certain(was: Decision, cause: Recorded | None) -> tuple[EventRef, ...]:
    return (*was.basis, cause.ref) if cause else was.basis


def _is_gone(event: Event) -> bool:
    """Whether what a decision was made on has been destroyed, or was destroyed by it."""
    return bool(event.destroys) or DESTROYED.encode() in event.to_bytes()


def _subject(event: Event) -> str:
    stream = event.subject if isinstance(event, RequestRefused) else event.stream
    return stream.partition(":")[2]


async def _cause(runtime: Runtime, recorded: Recorded) -> Recorded | None:
    """The event of another service that it reacted to."""
    if not recorded.meta.causation_id:
        return None
    event_id = UUID(recorded.meta.causation_id)
    for subject in recorded.event.subjects():
        known = await asyncio.to_thread(runtime.inbox.about, subject)
        if (found := next((r for r in known if r.ref.event_id == event_id), None)) is not None:
            return found
    return await asyncio.to_thread(runtime.inbox.event, event_id)


def _asked(command: Command, event: Event, cause: Recorded | None) -> Record | None:
    """The body of the command: the core of the event, or kept with the refusal, or the cause."""
    if cause is not None:
        return cause.event if isinstance(cause.event, command.body) else None
    if isinstance(event, RequestRefused):
        return command.body.model_validate_json(event.request) if event.request else None
    if set(command.body.model_fields) == {"on"}:
        return command.body.model_validate({"on": event.on})  # it says no more than the day
    values = (getattr(event, name) for name in type(event).model_fields)
    return next((value for value in values if isinstance(value, command.body)), None)


def decided_at(decision: Decision) -> datetime:
    """When a decision was made: its id begins with the milliseconds (UUIDv7)."""
    return datetime.fromtimestamp((decision.decision_id.int >> 80) / 1000, UTC)
