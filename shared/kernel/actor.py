"""Who acts, and where a fact stands."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, model_validator

from shared.kernel.dates import SHANGHAI
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.sealing import DESTROYED
from shared.kernel.text import Code, Line, PersonName


def _end_of_day(value: object) -> object:
    """A day that something lasts until is its last one: that day's end in Shanghai."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
        return value if day is None else datetime.combine(day + _DAY, time(), SHANGHAI)
    except (ValueError, OverflowError):
        return value


_DAY = timedelta(days=1)


class Delegation(Record):
    """委托: for whom somebody acts, and until when."""

    # `from` is what tokens and events call it; the language keeps the word for itself.
    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    person: Annotated[PersonName, Field(alias="from", title="委托人标识")]
    name: Annotated[PersonName, Field(title="委托人姓名")]
    until: Annotated[AwareDatetime, BeforeValidator(_end_of_day), Field(title="委托届满的时刻")]
    """From this instant on it is over; of a day given, its end."""
    document: Annotated[
        Line | None, Field(title="委托书文号", exclude_if=lambda value: value is None)
    ] = None


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
    delegation: Annotated[
        Delegation | None, Field(title="委托", exclude_if=lambda value: value is None)
    ] = None
    """For whom the person acts; what was stored before there were any stays as it is."""

    @property
    def persons(self) -> frozenset[str]:
        """Who acts, and for whom."""
        return frozenset({self.person} | ({self.delegation.person} if self.delegation else set()))

    @model_validator(mode="after")
    def _nobody_delegates_to_himself(self) -> Self:
        if self.person == DESTROYED:
            return self  # as the other then is
        if self.delegation is not None and self.delegation.person == self.person:
            raise ValueError("委托人不得是行为人本人")
        return self

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
