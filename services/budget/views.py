"""Views of the budget service: one line of money per project."""

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import BigInteger, Column, Connection, Index, MetaData, Row, String, Table, Uuid
from sqlalchemy.dialects.postgresql import insert

from shared.events import ProjectEvent, Recorded
from shared.events.budget import (
    BudgetIncluded,
    PaymentRecorded,
    ProcurementRecorded,
    SurplusReturned,
)
from shared.eventstore.projection import SCHEMA, Views
from shared.kernel.model import Record
from shared.kernel.money import Money

metadata = MetaData(schema=SCHEMA)

projects = Table(
    "projects",
    metadata,
    Column("project_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False),
    Column("included", BigInteger, nullable=False, default=0),
    Column("procured", BigInteger, nullable=False, default=0),
    Column("paid", BigInteger, nullable=False, default=0),
    Column("returned", BigInteger, nullable=False, default=0),
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


class ProjectPage(Record):
    """项目资金清单页: a page, the cursor of the next, and the log position it speaks for."""

    items: tuple[ProjectRow, ...]
    next: Annotated[str | None, Field(title="下一页游标")]
    position: Annotated[int, Field(title="所反映的日志位置")]


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


def project(connection: Connection, recorded: Recorded) -> None:
    """Apply one event to the views."""
    event = recorded.event
    if not isinstance(event, ProjectEvent):
        return
    opening = insert(projects).values(project_id=event.project_id, unit_id=event.unit_id)
    connection.execute(opening.on_conflict_do_nothing())
    match event:
        case BudgetIncluded(included_so_far=included):
            _set(connection, event, included=int(included))
        case ProcurementRecorded(procurement=procurement):
            _set(connection, event, procured=projects.c.procured + int(procurement.amount))
        case PaymentRecorded(paid_so_far=paid):
            _set(connection, event, paid=int(paid))
        case SurplusReturned(surplus=surplus):
            _set(connection, event, returned=projects.c.returned + int(surplus.amount))
        case _:
            pass


def _set(connection: Connection, event: ProjectEvent, **values: Any) -> None:
    connection.execute(
        projects.update().where(projects.c.project_id == event.project_id).values(**values)
    )


VIEWS = Views(metadata, project)
