"""事件: what an event is, what surrounds it, and how its bytes become it again.

The class of an event is what is stored, published and written in tests. Its name is its stable
ASCII type. A breaking change is a new `schema_version` and an upcaster in `upcasting`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, TypedDict, cast
from uuid import UUID

from shared.events.sealing import Closed
from shared.events.vocabulary import LegalDate
from shared.kernel.actor import Actor, EventRef
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.sealing import PutAside
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
        said = self.__dict__.get  # a model looks long for what it has not
        for kind in ("project", "unit", "system"):
            if (value := said(f"{kind}_id")) is not None:
                yield f"{kind}:{value}"

    @property
    def sealed_for(self) -> str:
        """Under whose key it is sealed."""
        return self.stream

    @property
    def destroys(self) -> tuple[str, ...]:
        """The keys that are destroyed with it, by id."""
        return ()

    def to_bytes(self, aside: PutAside | None = None) -> bytes:
        """Compact JSON in UTF-8; what is to be sealed is put `aside`, where there is a place."""
        return self.__pydantic_serializer__.to_json(self, context=aside)


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

    def to_bytes(self, aside: PutAside | None = None) -> bytes:
        """As it is stored; what is to be sealed is put `aside`, where there is a place for it."""
        write = self.__pydantic_serializer__.to_json
        if self.decision is None:
            return write(self, exclude_defaults=True, context=aside)
        around = write(self, exclude_defaults=True, exclude={"decision"}, context=aside)
        return with_decision(around, self.decision)


_DECISION = b',"decision":{'


def with_decision(around: bytes, decision: Decision) -> bytes:
    """A JSON object with a decision as its last member; a decision is written once for all."""
    return b'%b,"decision":%b}' % (around[:-1], decision.json_bytes)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as its log holds it."""

    event: Event
    ref: EventRef
    stored_meta: Meta | bytes | Closed
    """As its log has it: read when asked for, since most folds never ask."""
    recorded_at: datetime

    @property
    def meta(self) -> Meta:
        """Who, why, under which policy."""
        stored = self.stored_meta
        if not isinstance(stored, Meta):
            text = stored if isinstance(stored, bytes) else stored.opened()
            object.__setattr__(self, "stored_meta", Meta.model_validate_json(text))
        return cast(Meta, self.stored_meta)

    @property
    def actor(self) -> Actor:
        """Who acted; the decision, which is most of what surrounds an event, is not read for it."""
        stored = self.stored_meta
        if isinstance(stored, Meta):
            return stored.actor
        text = stored if isinstance(stored, bytes) else stored.opened()
        # Within a string its quotes would be escaped: see `with_decision`.
        around, decision, _ = text.partition(_DECISION)
        return Meta.model_validate_json(around + b"}" if decision else around).actor

    @property
    def on(self) -> date:
        return self.event.on

    @property
    def version(self) -> int:
        return self.ref.version
