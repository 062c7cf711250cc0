"""List of units."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Column, ColumnElement, Row, String, Table, or_

from services.registry.views.tables import metadata
from shared.events import Recorded
from shared.events.registry import UnitRegistered, UnitUpdated
from shared.eventstore.projection import Change, Put, Write
from shared.kernel.model import Record
from shared.web.reading import Page

units = Table(
    "units",
    metadata,
    Column("unit_id", String(18), primary_key=True),
    Column("name", String, nullable=False),
    Column("head", String, nullable=False),
    Column("informatization_office", String),
    Column("contact", String),
)
_LISTED = ("name", "head", "informatization_office", "contact")


class UnitRow(Record):
    """单位清单行."""

    unit_id: str
    name: str
    head: Annotated[str, Field(title="登记的主要负责人")]
    informatization_office: Annotated[str | None, Field(title="信息化工作机构")]
    contact: Annotated[str | None, Field(title="联系人")]


class UnitPage(Page):
    """单位清单页."""

    items: tuple[UnitRow, ...]


def unit_row(row: Row[Any]) -> UnitRow:
    return UnitRow(**row._mapping)


def incomplete() -> ColumnElement[bool]:
    """Units whose profile lacks something (第五条)."""
    return or_(units.c.informatization_office.is_(None), units.c.contact.is_(None))


def project(recorded: Recorded) -> Iterable[Write]:
    match recorded.event:
        case UnitRegistered(unit_id=unit_id, profile=profile):
            yield Put(units, {"unit_id": unit_id}, {n: getattr(profile, n) for n in _LISTED})
        case UnitUpdated(unit_id=unit_id, change=change):
            changed = {n: value for n in _LISTED if (value := getattr(change, n)) is not None}
            if changed:
                yield Change(units, {"unit_id": unit_id}, changed)
        case _:
            pass
