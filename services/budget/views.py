"""Views of the budget service: one line of money per project."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import BigInteger, Column, Index, MetaData, Row, String, Table, Uuid

from shared.events import ProjectEvent, Recorded
from shared.events.budget import (
    BudgetIncluded,
    PaymentRecorded,
    ProcurementRecorded,
    SurplusReturned,
)
from shared.eventstore.projection import SCHEMA, Change, Put, Views, Write
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.web.reading import Page

metadata = MetaData(schema=SCHEMA)

projects = Table(
    "projects",
    metadata,
    Column("project_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False),
    Column("included", BigInteger, nullable=False, server_default="0"),
    Column("procured", BigInteger, nullable=False, server_default="0"),
    Column("paid", BigInteger, nullable=False, server_default="0"),
    Column("returned", BigInteger, nullable=False, server_default="0"),
    Index("projects_by_unit", "unit_id"),
)


class ProjectRow(Record):
    """项目资金清单行."""

    project_id: str
    unit_id: str
    included: Annotated[Money, Field(title="列入预算（元）")]
    procured: Annotated[Money, Field(title="采购预算（元）")]
    paid: Annotated[Money, Field(title="已支付（元）")]
    returned: Annotated[Money, Field(title="已退结余（元）")]
    outstanding: Annotated[Money, Field(title="未支付也未退回（元）")]


class ProjectPage(Page):
    """项目资金清单页."""

    items: tuple[ProjectRow, ...]


def project_row(row: Row[Any]) -> ProjectRow:
    return ProjectRow(
        project_id=str(row.project_id),
        unit_id=row.unit_id,
        included=Money(row.included),
        procured=Money(row.procured),
        paid=Money(row.paid),
        returned=Money(row.returned),
        outstanding=Money(row.included - row.paid - row.returned),
    )


def project(recorded: Recorded) -> Iterable[Write]:
    """What one event writes to the view."""
    event = recorded.event
    if not isinstance(event, ProjectEvent):
        return
    key = {"project_id": event.project_id}
    yield Put(projects, key, {"unit_id": event.unit_id})
    match event:
        case BudgetIncluded(included_so_far=included):
            yield Change(projects, key, {"included": int(included)})
        case ProcurementRecorded(procurement=procurement):
            yield Change(projects, key, add={"procured": int(procurement.amount)})
        case PaymentRecorded(paid_so_far=paid):
            yield Change(projects, key, {"paid": int(paid)})
        case SurplusReturned(surplus=surplus):
            yield Change(projects, key, add={"returned": int(surplus.amount)})
        case _:
            pass


VIEWS = Views(metadata, project)
