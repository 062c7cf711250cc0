"""Who acts, and where a fact stands."""

from dataclasses import dataclass
from uuid import UUID

from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.text import Code, Line


class Actor(Record):
    """行为人: a person acting for a body in a role.

    `body` is a body's code from the policy pack (`DEB`, `DRC`, …) or `UNIT` for a project unit,
    whose legal person is then `unit_id`.
    """

    person: Line
    name: Line
    body: Code
    role: Code
    unit_id: UnitId | None = None


@dataclass(frozen=True, slots=True)
class EventRef:
    """事件引用: enough to find an event in its service's log and to prove it there."""

    service: str
    position: int
    stream: str
    version: int
    event_id: UUID
