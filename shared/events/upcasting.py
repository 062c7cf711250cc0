"""Old events read as new ones: one pure function per type and version, JSON object in and out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from shared.events.envelope import EVENTS, Event, Recorded
from shared.events.sealing import Closed, Keys, key_of, opened_data
from shared.kernel.actor import EventRef

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: dict[tuple[str, int], Upcaster] = {}
"""From (type, version) to the next version's object."""


class UnknownEvent(Exception):
    """The log holds a type or version that this release does not know: it is too old."""


def upcaster(event_type: str, version: int) -> Callable[[Upcaster], Upcaster]:
    """Register the step from `version` of a type to the next."""

    def register(function: Upcaster) -> Upcaster:
        UPCASTERS[event_type, version] = function
        return function

    return register


def known_kind(event_type: str, version: int) -> type[Event]:
    """The class of an event that can be read; UnknownEvent otherwise."""
    kind = EVENTS.get(event_type)
    if kind is None or version > kind.schema_version:
        raise UnknownEvent(f"{event_type} v{version} is not known to this release")
    return kind


def decode(event_type: str, version: int, data: bytes) -> Event:
    """The event that stored bytes hold, in the present version; UnknownEvent otherwise."""
    kind = known_kind(event_type, version)
    if version == kind.schema_version:
        return kind.__pydantic_validator__.validate_json(data)  # type: ignore[no-any-return]
    content = orjson.loads(data)
    for step in range(version, kind.schema_version):
        content = UPCASTERS[event_type, step](content)
    return kind.model_validate(content)


def destroyed_by(event_type: str, version: int, data: bytes) -> tuple[str, ...]:
    """The keys that an event destroyed, which says so unsealed; none for all but one type."""
    if event_type != "KeysDestroyed":
        return ()
    return tuple(orjson.loads(data)["keys"])


def recorded(
    *,
    service: str,
    position: int,
    stream: str,
    version: int,
    event_id: UUID,
    event_type: str,
    schema_version: int,
    data: bytes,
    meta: bytes,
    recorded_at: datetime,
    keys: Keys | None = None,
) -> Recorded:
    """A row of any service's log as the event it holds; `keys` open it where it is sealed."""
    keys = keys or {}
    return Recorded(
        event=decode(event_type, schema_version, opened_data(data, event_id, keys)),
        ref=EventRef(
            service=service, position=position, stream=stream, version=version, event_id=event_id
        ),
        stored_meta=Closed(meta, event_id, keys) if key_of(meta) else meta,
        recorded_at=recorded_at,
    )
