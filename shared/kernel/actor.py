"""Who acts, and where a fact stands."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from pydantic import model_validator

from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.text import Code, PersonName


class Actor(Record):
    """行为人: a person acting for a body in a role.

    `body` is a body's code from the policy pack (`DEB`, `DRC`, …) or `UNIT` for a project unit,
    whose legal person is then `unit_id`.
    """

    person: PersonName
    name: PersonName
    body: Code
    role: Code
    unit_id: UnitId | None = None

    @model_validator(mode="after")
    def _unit_exactly_for_units(self) -> Self:
        if (self.body == "UNIT") != (self.unit_id is not None):
            raise ValueError("项目单位的行为人须有 unit_id，其他部门的不得有")
        return self


@dataclass(frozen=True, slots=True)
class EventRef:
    """事件引用: enough to find an event in its service's log and to prove it there."""

    service: str
    position: int
    stream: str
    version: int
    event_id: UUID
