"""List of projects."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Row, String, Table, Uuid

from services.registry.state import REVIEWED, Status
from services.registry.views.tables import metadata
from shared.events import Recorded
from shared.events.registry import (
    CentralReviewRecorded,
    DeclarationWithdrawn,
    ProjectDeclared,
    ProjectListed,
    SystemCategory,
)
from shared.events.vocabulary import DeliveryMode
from shared.eventstore.projection import Change, Put, Write
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.web.reading import Page, as_row

projects = Table(
    "projects",
    metadata,
    Column("project_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False),
    Column("name", String, nullable=False),
    Column("category", String, nullable=False),
    Column("delivery_mode", String, nullable=False),
    Column("plan_year", Integer, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("self_review", Boolean, nullable=False),
    Column("status", String, nullable=False),
    Index("projects_by_unit", "unit_id"),
)


class ProjectRow(Record):
    """项目清单行."""

    project_id: str
    unit_id: str
    name: str
    category: SystemCategory
    delivery_mode: DeliveryMode
    plan_year: int
    total: Money
    self_review: Annotated[bool, Field(title="自建自审")]
    status: Status


class ProjectPage(Page):
    """项目清单页."""

    items: tuple[ProjectRow, ...]


def project_row(row: Row[Any]) -> ProjectRow:
    return as_row(ProjectRow, row, total=Money(row.total))


def project(recorded: Recorded) -> Iterable[Write]:
    match recorded.event:
        case ProjectDeclared(project_id=project_id) as declared:
            yield Put(projects, {"project_id": project_id}, _declared(declared))
        case DeclarationWithdrawn(project_id=project_id):
            yield _status(project_id, Status.WITHDRAWN)
        case CentralReviewRecorded(project_id=project_id, review=review):
            yield _status(project_id, REVIEWED[review.result])
        case ProjectListed(project_id=project_id):
            yield _status(project_id, Status.LISTED)
        case _:
            pass


def _declared(event: ProjectDeclared) -> dict[str, Any]:
    declaration = event.declaration
    return {
        "unit_id": declaration.unit_id,
        "name": declaration.name,
        "category": declaration.category.value,
        "delivery_mode": declaration.delivery_mode.value,
        "plan_year": declaration.plan_year,
        "total": int(declaration.total),
        "self_review": event.self_review,
        "status": Status.DECLARED.value,
    }


def _status(project_id: UUID, status: Status) -> Write:
    return Change(projects, {"project_id": project_id}, {"status": status.value})
