"""The system catalogue as a list: what runs, what is to stop, what has long not been looked at."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Boolean, Column, ColumnElement, Date, Row, String, Table, Uuid, and_

from services.registry.state import Phase, phase_of
from services.registry.views.tables import metadata
from shared.events import Recorded
from shared.events.envelope import SystemEvent
from shared.events.registry import (
    AssetConfirmed,
    SystemActivated,
    SystemCatalogued,
    SystemCategory,
    SystemReviewed,
    SystemStatus,
    SystemTerminated,
    SystemTerminationRequired,
    SystemTerminationWaived,
    SystemUpdated,
)
from shared.eventstore.projection import Change, Put, Write
from shared.kernel.model import Record
from shared.web.reading import Page

systems = Table(
    "systems",
    metadata,
    Column("system_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("category", String, nullable=False),
    Column("runs", Boolean, nullable=False),
    Column("last_reviewed_on", Date, nullable=False, index=True),
    Column("asset_number", String),
    Column("terminate_by", Date),
    Column("stopped_on", Date),
)


class SystemRow(Record):
    """系统目录行."""

    system_id: UUID
    unit_id: str
    name: str
    category: SystemCategory
    phase: Annotated[Phase, Field(title="系统状态")]
    last_reviewed_on: Annotated[date, Field(title="最近编目、更新或复核日期")]
    asset_number: str | None
    terminate_by: Annotated[date | None, Field(title="停用期限")]
    stopped_on: Annotated[date | None, Field(title="停用日期")]


class SystemPage(Page):
    """系统目录页."""

    items: tuple[SystemRow, ...]


def system_row(row: Row[Any]) -> SystemRow:
    values = dict(row._mapping)
    phase = phase_of(values.pop("runs"), values["terminate_by"], values["stopped_on"])
    return SystemRow(**values, phase=phase)


def reviewed_before(day: date) -> ColumnElement[bool]:
    """Systems still there that were last looked at before a day (第九条)."""
    return and_(systems.c.last_reviewed_on < day, systems.c.stopped_on.is_(None))


def to_stop() -> ColumnElement[bool]:
    """Systems that are required to stop and have not (第八条)."""
    return and_(systems.c.terminate_by.is_not(None), systems.c.stopped_on.is_(None))


def project(recorded: Recorded) -> Iterable[Write]:
    event = recorded.event
    if not isinstance(event, SystemEvent):
        return
    key = {"system_id": event.system_id}
    if isinstance(event, SystemCatalogued):
        entry = event.entry
        row = {
            "unit_id": event.unit_id,
            "name": entry.name,
            "category": entry.category.value,
            "runs": entry.status is SystemStatus.RUNNING,
            "last_reviewed_on": event.on,
        }
        yield Put(systems, key, row)
    elif changed := _changes(event):
        yield Change(systems, key, changed)


def _changes(event: SystemEvent) -> dict[str, Any]:
    """The columns an event sets."""
    match event:
        case SystemUpdated(change=change, on=on):
            given = change.model_dump(mode="json", include={"name", "category"}, exclude_none=True)
            return {**given, "last_reviewed_on": on}
        case SystemReviewed(on=on):
            return {"last_reviewed_on": on}
        case SystemActivated():
            return {"runs": True}
        case AssetConfirmed(registration=registration):
            return {"asset_number": registration.asset_number}
        case SystemTerminationRequired(requirement=requirement):
            return {"terminate_by": requirement.terminate_by}
        case SystemTerminationWaived():
            return {"terminate_by": None}
        case SystemTerminated(on=on):
            return {"stopped_on": on}
        case _:
            return {}
