"""办理事项: the table of a service's commands, and what a decision may look at."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from inspect import getdoc, signature
from typing import TYPE_CHECKING, Any, get_type_hints
from uuid import UUID

from shared.events import Event, Recorded
from shared.eventstore.decoding import decoded
from shared.kernel.actor import EventRef
from shared.kernel.dates import legal_date
from shared.kernel.model import Record
from shared.regulation.decision import Context
from shared.regulation.pack import Library

if TYPE_CHECKING:
    from shared.web.follower import Asked
    from shared.web.problems import ProblemError
    from shared.web.runtime import Aggregate, Runtime

Outcome = Event | Sequence[Event]
Decide = Callable[[Any, Any, Any, Context], Outcome]
"""A decision: (state, command, facts, context) → events; raises RuleBroken."""

Parties = Callable[[Any, Any, Any], frozenset[str]]
"""Whose project it is: (state, command, facts) → units; a unit acts on its own only."""

Gather = Callable[["Reading", Any, Any], Any | Awaitable[Any]]
"""Facts for a decision: (reading, state, command) → facts; may be async."""

Draft = Callable[[Any, Any, Context], Mapping[str, Any]]
"""起草: (state, facts, context) → the fields of the command that the record can fill in."""


@dataclass
class Reading:
    """What a decision may look at; remembers what it rests on.

    Own streams are checked by the append. Whether other services know more is asked while the
    decision is made, which then waits for `confirmed`; a second, `fresh` one waits before.
    """

    runtime: "Runtime"
    subject: str
    """Id of the object the command is for."""
    part: UUID | None = None
    """Id of the part of it that the path names, a plan of a project, say."""
    cause: EventRef | None = None
    """The event that is reacted to, where it is a reaction."""
    fresh: bool = True
    versions: dict[str, int] = field(default_factory=dict)
    asked: "Asked | None" = None
    """The other services were asked how far they are; done where it is needed."""
    _generation: int = 0

    @property
    def policies(self) -> Library:
        """The policies to decide by."""
        return self.runtime.policies

    @property
    def today(self) -> date:
        """The legal date on which it is decided."""
        return legal_date(self.runtime.clock.now())

    async def own(self, aggregate: "Aggregate", subject: object, *, new: bool = False) -> Any:
        """The state of another stream of this service; the append will check its version.

        One that may well be `new` (empty) is not read for that before the append has to.
        """
        folded = await self.runtime.fold(aggregate, subject, fresh=self.fresh, new=new)
        self.versions[folded.stream] = folded.version
        return folded.state

    async def history(self, stream: str) -> tuple[Recorded, ...]:
        """The events of a stream of this service; the append will check its version."""
        rows = await asyncio.to_thread(self.runtime.log.stream, stream)
        self.versions[stream] = rows[-1].version if rows else 0
        return tuple(decoded(self.runtime.name, row) for row in rows)

    async def others(self, subject: str) -> tuple[Recorded, ...]:
        """Other services' events about a subject, as fresh as those services are now."""
        inbox = self.runtime.inbox
        if self.asked is None:
            self.asked = await self.runtime.fence.ask()
            if self.fresh:
                await self.asked.answered()
            self._generation = inbox.generation
        known = inbox.known(subject)
        return known if known is not None else await asyncio.to_thread(inbox.about, subject)

    async def confirmed(self) -> bool:
        """Whether the facts of other services are all that those held when they were asked."""
        if self.asked is None or self.fresh:
            return True
        await self.asked.answered()
        return self._generation == self.runtime.inbox.generation


@dataclass(frozen=True)
class Command:
    """One command: on which stream it is decided, by which decision, resting on which facts.

    Its operationId is the decision's name, its body the decision's second parameter.
    """

    aggregate: "Aggregate"
    decision: Decide
    facts: Gather | None = None
    parties: Parties | None = None
    """Whose project it is, where a unit may act on its own only."""
    awaits: Callable[[Any, Any], "ProblemError | None"] | None = None
    """(state, facts) → what the decision has to wait for; only told to who may act."""
    creates: bool = False
    """The stream may be new and needs no If-Match."""
    draft: Draft | None = None
    parts: Callable[[Any], Iterable[UUID]] | None = None
    """Which parts of a state it may be for, where the path names one."""

    @cached_property
    def operation(self) -> str:
        return self.decision.__name__

    @cached_property
    def body(self) -> type[Record]:
        """What the caller sends."""
        name = list(signature(self.decision).parameters)[1]
        body: type[Record] = get_type_hints(self.decision)[name]
        return body

    @cached_property
    def label(self) -> str:
        """The Chinese term that opens the decision's docstring."""
        return (getdoc(self.decision) or self.operation).split("（")[0]


@dataclass(slots=True)
class Matter:
    """What is to be decided: which command, on which object, with which body."""

    command: Command
    subject: object
    body: Record
    part: UUID | None

    @property
    def stream(self) -> str:
        return self.command.aggregate.stream(self.subject)


def table(*commands: Command) -> dict[str, Command]:
    """Commands by operationId; ValueError where two have the same."""
    found = {command.operation: command for command in commands}
    if len(found) != len(commands):
        raise ValueError("two commands have the same operation")
    return found
