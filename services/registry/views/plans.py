"""List of registered plans (第十四条)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Integer, Row, String, Table, Uuid

from services.registry.views.tables import metadata
from shared.events import Recorded
from shared.events.registry import PlanLevel, PlanRegistered
from shared.eventstore.projection import Put, Write
from shared.kernel.model import Record
from shared.web.reading import Page

plans = Table(
    "plans",
    metadata,
    Column("plan_id", Uuid, primary_key=True),
    Column("title", String, nullable=False),
    Column("level", String, nullable=False),
    Column("first_year", Integer, nullable=False),
    Column("last_year", Integer, nullable=False),
    Column("approver", String, nullable=False),
)


class PlanRow(Record):
    """规划清单行."""

    plan_id: UUID
    title: str
    level: PlanLevel
    first_year: int
    last_year: int
    approver: str


class PlanPage(Page):
    """规划清单页."""

    items: tuple[PlanRow, ...]


def plan_row(row: Row[Any]) -> PlanRow:
    return PlanRow(**row._mapping)


def project(recorded: Recorded) -> Iterable[Write]:
    match recorded.event:
        case PlanRegistered(plan_id=plan_id, plan=plan):
            values = plan.model_dump(
                mode="json", include={"title", "level", "first_year", "last_year", "approver"}
            )
            yield Put(plans, {"plan_id": plan_id}, values)
        case _:
            pass
