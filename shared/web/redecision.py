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

    @property
    def differs(self) -> bool:
        """Whether it comes out otherwise, or is refused by other rules."""
        before = {c.rule for c in self.was.checks if not c.stands}
        return self.accepted != self.was.accepted or before != {c.rule for c in self.broken}


@dataclass
class _Past:
    """A service's own streams as they were just before the event that is looked at."""

    streams: dict[str, list[Recorded]] = field(default_factory=dict)
    folded: dict[tuple[int, str], tuple[int, Any]] = field(default_factory=dict)

    def add(self, recorded: Recorded) -> None:
        self.streams.setdefault(recorded.ref.stream, []).append(recorded)

    def state(self, aggregate: Aggregate, subject: object) -> Any:
        stream = aggregate.stream(subject)
        key = (id(aggregate), stream)
        done, state = self.folded.get(key, (0, aggregate.initial))
        events = self.streams.get(stream, [])
        for recorded in events[done:]:
            state = aggregate.evolve(state, recorded)
        self.folded[key] = (len(events), state)
        return state


@dataclass
class _PastReading(Reading):
    """What a past decision could look at."""

    past: _Past = field(default_factory=_Past)
    at: datetime = datetime.max.replace(tzinfo=UTC)
    library: Library | None = None

    @property
    def policies(self) -> Library:
        return present(self.library)

    @property
    def today(self) -> date:
        return legal_date(self.at)

    async def own(self, aggregate: Aggregate, subject: object, *, new: bool = False) -> Any:
        return self.past.state(aggregate, subject)

    async def history(self, stream: str) -> tuple[Recorded, ...]:
        return tuple(self.past.streams.get(stream, ()))

    async def others(self, subject: str) -> tuple[Recorded, ...]:
        known = await asyncio.to_thread(self.runtime.inbox.about, subject)
        return tuple(event for event in known if event.recorded_at <= self.at)


async def redecided(runtime: Runtime, policies: Library) -> AsyncIterator[Redecided]:
    """Every decision of the service's log that is on record with what was asked, made again."""
    await runtime.fence()
    past, position = _Past(), 0
    while rows := await runtime.read(position, _PAGE):
        for row in rows:
            recorded = decoded(runtime.name, row)
            if (made := await _again(runtime, policies, past, recorded)) is not None:
                yield made
            past.add(recorded)
        position = rows[-1].position


async def _again(
    runtime: Runtime, policies: Library, past: _Past, recorded: Recorded
) -> Redecided | None:
    was = recorded.meta.decision
    command = runtime.spec.commands.get(recorded.meta.command)
    if was is None or command is None or _is_gone(recorded.event):
        return None
    subject = _subject(recorded.event)
    body = _asked(command, recorded.event)
    if body is None:
        return None  # classified, or a reaction: what was asked is not on record by itself
    reading = _PastReading(
        runtime,
        subject,
        recorded.meta.part,
        past=past,
        at=recorded.recorded_at,
        library=policies,
    )
    state = past.state(command.aggregate, subject)
    found = command.facts(reading, state, body) if command.facts else None
    facts = await found if inspect.isawaitable(found) else found
    context = Context(
        now=_instant(was.decision_id),
        actor=recorded.meta.actor,
        policies=policies,
        new_id=lambda: uuid7(_instant(was.decision_id)),
        command=command.operation,
        subject=subject,
    )
    try:
        outcome = command.decision(state, body, facts, context)
    except RuleBroken as refusal:
        return Redecided(command, recorded, was, False, tuple(refusal.checks), ())
    except InvalidField:
        return Redecided(command, recorded, was, False, (), ())
    events = (outcome,) if isinstance(outcome, Event) else tuple(outcome)
    return Redecided(command, recorded, was, True, (), events)


def _is_gone(event: Event) -> bool:
    """Whether what a decision was made on has been destroyed, or was destroyed by it."""
    return bool(event.destroys) or DESTROYED.encode() in event.to_bytes()


def _subject(event: Event) -> str:
    stream = event.subject if isinstance(event, RequestRefused) else event.stream
    return stream.partition(":")[2]


def _asked(command: Command, event: Event) -> Record | None:
    """The body of the command: it is the core of the event, or kept with the refusal."""
    if isinstance(event, RequestRefused):
        return command.body.model_validate_json(event.request) if event.request else None
    values = (getattr(event, name) for name in type(event).model_fields)
    return next((value for value in values if isinstance(value, command.body)), None)


def _instant(decision_id: UUID) -> datetime:
    """When a decision was made: its id begins with the milliseconds (UUIDv7)."""
    return datetime.fromtimestamp((decision_id.int >> 80) / 1000, UTC)
