"""Views of the registry: lists of units, systems and projects."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Uuid,
)

from services.registry.state import REVIEWED, Status
from shared.events import Recorded
from shared.events.registry import (
    AssetConfirmed,
    CentralReviewRecorded,
    DeclarationWithdrawn,
    ProjectDeclared,
    ProjectListed,
    SystemCatalogued,
    UnitRegistered,
)
from shared.events.vocabulary import DeliveryMode
from shared.eventstore.projection import SCHEMA, Change, Put, Views, Write
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.web.reading import Page

metadata = MetaData(schema=SCHEMA)

units = Table(
    "units",
    metadata,
    Column("unit_id", String(18), primary_key=True),
    Column("name", String, nullable=False),
)
systems = Table(
    "systems",
    metadata,
    Column("system_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("asset_number", String),
)
projects = Table(
    "projects",
    metadata,
    Column("project_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False),
    Column("name", String, nullable=False),
    Column("delivery_mode", String, nullable=False),
    Column("plan_year", Integer, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Index("projects_by_unit", "unit_id"),
)


class ProjectRow(Record):
    """项目清单行."""

    project_id: str
    unit_id: str
    name: str
    delivery_mode: DeliveryMode
    plan_year: int
    total: Money
    status: Status


class ProjectPage(Page):
    """项目清单页."""

    items: tuple[ProjectRow, ...]


def project_row(row: Row[Any]) -> ProjectRow:
    return ProjectRow(
        project_id=str(row.project_id),
        unit_id=row.unit_id,
        name=row.name,
        delivery_mode=DeliveryMode(row.delivery_mode),
        plan_year=row.plan_year,
        total=Money(row.total),
        status=Status(row.status),
    )


class UnitRow(Record):
    """单位清单行."""

    unit_id: str
    name: str


class UnitPage(Page):
    """单位清单页."""

    items: tuple[UnitRow, ...]


class SystemRow(Record):
    """系统目录行."""

    system_id: UUID
    unit_id: str
    name: str
    asset_number: str | None


class SystemPage(Page):
    """系统目录页."""

    items: tuple[SystemRow, ...]


def unit_row(row: Row[Any]) -> UnitRow:
    return UnitRow(**row._mapping)


def system_row(row: Row[Any]) -> SystemRow:
    return SystemRow(**row._mapping)


def project(recorded: Recorded) -> Iterable[Write]:
    """What one event writes to the views."""
    match recorded.event:
        case UnitRegistered(unit_id=unit_id, profile=profile):
            yield Put(units, {"unit_id": unit_id}, {"name": profile.name})
        case SystemCatalogued(system_id=system_id, unit_id=unit_id, entry=entry):
            yield Put(systems, {"system_id": system_id}, {"unit_id": unit_id, "name": entry.name})
        case AssetConfirmed(system_id=system_id, registration=registration):
            asset = {"asset_number": registration.asset_number}
            yield Change(systems, {"system_id": system_id}, asset)
        case ProjectDeclared(project_id=project_id, declaration=declaration):
            row = {
                "unit_id": declaration.unit_id,
                "name": declaration.name,
                "delivery_mode": declaration.delivery_mode.value,
                "plan_year": declaration.plan_year,
                "total": int(declaration.total),
                "status": Status.DECLARED.value,
            }
            yield Put(projects, {"project_id": project_id}, row)
        case DeclarationWithdrawn(project_id=project_id):
            yield _status(project_id, Status.WITHDRAWN)
        case CentralReviewRecorded(project_id=project_id, review=review):
            yield _status(project_id, REVIEWED[review.result])
        case ProjectListed(project_id=project_id):
            yield _status(project_id, Status.LISTED)
        case _:
            pass


def _status(project_id: UUID, status: Status) -> Write:
    return Change(projects, {"project_id": project_id}, {"status": status.value})


VIEWS = Views(metadata, project)
