"""事件: what an event is, what surrounds it, and how its bytes become it again.

The class of an event is what is stored, published and written in tests. Its name is its stable
ASCII type. A breaking change is a new `schema_version` and an upcaster in `upcasting`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, TypedDict, cast
from uuid import UUID

from pydantic import ConfigDict

from shared.events.vocabulary import LegalDate
from shared.kernel.actor import Actor, EventRef
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.regulation.decision import Decision

EVENTS: dict[str, type["Event"]] = {}
"""Every event type of the language, by name."""


class Event(Record):
    """Something that happened: past tense, with the legal date it bears."""

    schema_version: ClassVar[int] = 1
    label: ClassVar[str] = ""
    """The Chinese legal term."""
    article: ClassVar[str] = ""
    """The article the step comes from."""
    service: ClassVar[str] = ""
    """The service whose log it belongs to."""

    on: LegalDate
    """法定日期: the day the paper bears, in Asia/Shanghai."""

    def __init_subclass__(
        cls, *, label: str = "", article: str = "", version: int = 1, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        if not label:
            return  # a base class, not an event
        if cls.__name__ in EVENTS:
            raise ValueError(f"two events are named {cls.__name__}")
        cls.label, cls.article, cls.schema_version = label, article, version
        cls.service = cls.__module__.split(".")[2]
        EVENTS[cls.__name__] = cls

    @property
    def type(self) -> str:
        return type(self).__name__

    @property
    def stream(self) -> str:
        """The stream it belongs to."""
        raise TypeError(f"{self.type} names no stream")

    def subjects(self) -> Iterator[str]:
        """What it is about: `project:<id>`, `unit:<id>`, `system:<id>`; followers index by it."""
        for kind in ("project", "unit", "system"):
            if (value := getattr(self, f"{kind}_id", None)) is not None:
                yield f"{kind}:{value}"

    def to_bytes(self) -> bytes:
        """The bytes that are hashed, stored and published: compact JSON in UTF-8."""
        return self.__pydantic_serializer__.to_json(self)


class Identity(TypedDict):
    """What names a project in its events."""

    project_id: UUID
    unit_id: UnitId


class ProjectEvent(Event):
    """A step of one project; `unit_id` is its project unit (the lead of a joint project)."""

    project_id: UUID
    unit_id: UnitId

    @property
    def stream(self) -> str:
        return f"project:{self.project_id}"


class UnitEvent(Event):
    """Something about a unit."""

    unit_id: UnitId

    @property
    def stream(self) -> str:
        return f"unit:{self.unit_id}"


class SystemEvent(Event):
    """Something about an entry of the system catalogue."""

    system_id: UUID
    unit_id: UnitId

    @property
    def stream(self) -> str:
        return f"system:{self.system_id}"


class _Acting(Record):
    """Of what surrounds an event only who it was."""

    model_config = ConfigDict(extra="ignore")

    actor: Actor


class Meta(Record):
    """What surrounds an event: who, why, under which policy, from which request."""

    actor: Actor
    command: str
    """operationId of the command, or the name of the reaction."""
    policy: str
    clock: str = "real"
    """`sandbox` where the instance's clock can be set."""
    correlation_id: str = ""
    causation_id: str = ""
    """Event that caused it, where it is a reaction."""
    traceparent: str = ""
    part: UUID | None = None
    """The part of the object that the command named, a plan of a project, say."""
    decision_id: UUID | None = None
    decision: Decision | None = None
    """On the first event of a command; the others name its `decision_id`."""

    def to_bytes(self) -> bytes:
        write = self.__pydantic_serializer__.to_json
        if self.decision is None:
            return write(self, exclude_defaults=True)
        around = write(self, exclude_defaults=True, exclude={"decision"})
        return with_decision(around, self.decision)


def with_decision(around: bytes, decision: Decision) -> bytes:
    """A JSON object with a decision as its last member; a decision is written once for all."""
    return b'%b,"decision":%b}' % (around[:-1], decision.json_bytes)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as its log holds it."""

    event: Event
    ref: EventRef
    stored_meta: Meta | bytes
    """As its log has it: read when asked for, since most folds never ask."""
    recorded_at: datetime

    @property
    def meta(self) -> Meta:
        """Who, why, under which policy."""
        if isinstance(self.stored_meta, bytes):
            object.__setattr__(self, "stored_meta", Meta.model_validate_json(self.stored_meta))
        return cast(Meta, self.stored_meta)

    @property
    def actor(self) -> Actor:
        """Who; of bytes nothing else is read."""
        if isinstance(self.stored_meta, bytes):
            return _Acting.model_validate_json(self.stored_meta).actor
        return self.stored_meta.actor

    @property
    def on(self) -> date:
        return self.event.on

    @property
    def version(self) -> int:
        return self.ref.version
