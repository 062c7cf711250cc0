"""底账: the events of the four logs, read and decoded once, seen as of any day.

A city's history is held in memory, about 4 kB an event, so that a question of any kind is a walk
over what is there and never reads a log again. What is new is added before a question is answered.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from services.audit.cuts import EVERYTHING, Seen
from shared.events import Event, Meta, Recorded
from shared.events.refusals import RequestRefused
from shared.events.registry import ProjectDeclared, UnitRegistered, UnitUpdated
from shared.eventstore.inbox import Inbox
from shared.kernel.actor import Actor, EventRef
from shared.kernel.identifiers import UnitId
from shared.kernel.workdays import Calendar
from shared.regulation.pack import Library, Policy
from shared.web.settings import LOGS

T = TypeVar("T")
E = TypeVar("E", bound=Event)

PAGE = 2000

_LIFTED = b'"exempted_by":{'
"""In the bytes around an event, where its decision has a check that an exception lifted."""


class Folder:
    """卷宗: the events about one subject, by type, each type in the order of its log."""

    def __init__(self) -> None:
        self._events: dict[type[Event], list[Recorded]] = {}

    def add(self, recorded: Recorded) -> None:
        self._events.setdefault(type(recorded.event), []).append(recorded)

    def recorded(self, until: date, *types: type[Event], seen: Seen = EVERYTHING) -> list[Recorded]:
        """Events of some types, or of all, up to a legal date; per service in log order."""
        chosen = types or tuple(self._events)
        found = [r for kind in chosen for r in self._events.get(kind, ()) if r.on <= until]
        if seen is not EVERYTHING:
            found = [r for r in found if seen(r)]
        if len(chosen) > 1:
            found.sort(key=lambda r: (r.ref.service, r.ref.position))
        return found


@dataclass
class Shelves:
    """What has been read so far, by what it is about."""

    positions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LOGS, 0))
    subjects: dict[str, Folder] = field(default_factory=dict)
    all: Folder = field(default_factory=Folder)
    by_id: dict[UUID, Recorded] = field(default_factory=dict)
    actors: dict[UUID, Actor] = field(default_factory=dict)
    """Who did what, by event; one object per actor."""
    lifted: list[UUID] = field(default_factory=list)
    """Events in whose decision an exception lifted a rule."""
    _known: dict[Actor, Actor] = field(default_factory=dict)

    def add(self, recorded: Recorded) -> None:
        actor = recorded.actor
        self.actors[recorded.ref.event_id] = self._known.setdefault(actor, actor)
        if _LIFTED in _undecoded(recorded):
            self.lifted.append(recorded.ref.event_id)
        elif not isinstance(recorded.event, RequestRefused | ProjectDeclared):
            # Of these it is asked what stood against them; of others no more than who it was.
            recorded = replace(recorded, stored_meta=b"")
        self.by_id[recorded.ref.event_id] = recorded
        self.all.add(recorded)
        for subject in dict.fromkeys(recorded.event.subjects()):
            self.subjects.setdefault(subject, Folder()).add(recorded)
        self.positions[recorded.ref.service] = recorded.ref.position


def _undecoded(recorded: Recorded) -> bytes:
    """What surrounds an event, as its log has it; decisions stand open in it."""
    stored = recorded.stored_meta
    if isinstance(stored, Meta):
        return stored.to_bytes()
    return stored if isinstance(stored, bytes) else stored.stored


class Ledger:
    """底账, brought up to date with an inbox whenever it is asked."""

    def __init__(self) -> None:
        self._shelves = Shelves()
        self._lock = threading.Lock()

    def ask(self, inbox: Inbox, question: Callable[[Shelves], T]) -> T:
        """The answer of a pure question to everything that the inbox holds now."""
        with self._lock:
            self._catch_up(inbox)
            return question(self._shelves)

    def _catch_up(self, inbox: Inbox) -> None:
        reached = {source: inbox.position(source) for source in LOGS}
        if any(reached[source] < self._shelves.positions[source] for source in LOGS):
            self._shelves = Shelves()  # the inbox was emptied: it is filled from the feeds
        if any(self._read(inbox, source, upto) for source, upto in reached.items()):
            self._shelves = Shelves()  # what has been destroyed may stand there in clear
            for source, upto in reached.items():
                self._read(inbox, source, upto)

    def _read(self, inbox: Inbox, source: str, upto: int) -> bool:
        """Add what is new of a source; whether it destroyed what was read before."""
        before, destroyed = self._shelves.positions[source], False
        while page := inbox.after(source, self._shelves.positions[source], upto, PAGE):
            for recorded in page:
                self._shelves.add(recorded)
                destroyed = destroyed or bool(recorded.event.destroys)
        return destroyed and before > 0


@dataclass(frozen=True)
class File:
    """One subject's events as of a day, of those that were known."""

    folder: Folder
    as_of: date
    seen: Seen

    def all(self, kind: type[E]) -> list[E]:
        """Events of one type, in log order."""
        return [
            r.event
            for r in self.folder.recorded(self.as_of, kind, seen=self.seen)
            if isinstance(r.event, kind)
        ]

    def last(self, kind: type[E]) -> E | None:
        """The newest event of one type."""
        found = self.all(kind)
        return found[-1] if found else None

    def recorded(self, *types: type[Event]) -> list[Recorded]:
        """Events of some types, or of all; per service in log order."""
        return self.folder.recorded(self.as_of, *types, seen=self.seen)


@dataclass(frozen=True)
class ProjectFile(File):
    """项目卷宗: one project's events of all services as of a day."""

    project_id: UUID
    declared: ProjectDeclared
    unit_name: str

    @property
    def unit_id(self) -> UnitId:
        return self.declared.unit_id

    @property
    def name(self) -> str:
        return self.declared.declaration.name


@dataclass(frozen=True)
class City:
    """全市: all that had happened up to a legal date, as far as it was known."""

    shelves: Shelves
    as_of: date
    policies: Library
    calendar: Calendar
    """By which working days are counted."""
    seen: Seen = EVERYTHING
    """What had been recorded, where somebody asks as of then."""

    @cached_property
    def policy(self) -> Policy:
        """The pack as it stands on that day."""
        return self.policies.known_on(self.as_of)

    @property
    def positions(self) -> dict[str, int]:
        """How far each log has been read for this answer."""
        return {**self.shelves.positions, **dict(self.seen.positions)}

    def file(self, subject: str) -> File:
        """What is on record of `project:<id>`, `unit:<id>` or `system:<id>`; perhaps nothing."""
        return File(self.shelves.subjects.get(subject, Folder()), self.as_of, self.seen)

    @cached_property
    def whole(self) -> File:
        """All events, whatever they are about."""
        return File(self.shelves.all, self.as_of, self.seen)

    def project(self, project_id: UUID) -> ProjectFile | None:
        """One project's file; None where it is not declared."""
        file = self.file(f"project:{project_id}")
        declared = file.last(ProjectDeclared)
        if declared is None:
            return None
        name = self.unit_name(declared.unit_id)
        return ProjectFile(file.folder, self.as_of, self.seen, project_id, declared, name)

    @cached_property
    def projects(self) -> tuple[ProjectFile, ...]:
        """Every project declared so far, in the order of declaration."""
        ids = dict.fromkeys(event.project_id for event in self.whole.all(ProjectDeclared))
        return tuple(file for i in ids if (file := self.project(i)))

    def unit_name(self, unit_id: str) -> str:
        return self._unit_names.get(unit_id, "")

    @cached_property
    def _unit_names(self) -> dict[str, str]:
        names = {event.unit_id: event.profile.name for event in self.whole.all(UnitRegistered)}
        changes = self.whole.all(UnitUpdated)
        return names | {e.unit_id: e.change.name for e in changes if e.change.name}

    def units(self) -> Iterator[UnitId]:
        """Every unit registered so far."""
        yield from self._unit_names

    def event(self, ref: EventRef) -> Recorded | None:
        """The event that a reference names."""
        return self.shelves.by_id.get(ref.event_id)

    def actor(self, recorded: Recorded) -> Actor:
        """Who did it."""
        return self.shelves.actors[recorded.ref.event_id]
