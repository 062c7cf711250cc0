"""List of annual lists (第十七条)."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Boolean, Column, Integer, Row, String, Table, Uuid

from services.registry.views.tables import metadata
from shared.events import Recorded
from shared.events.registry import AnnualListApproved, AnnualListSubmitted
from shared.eventstore.projection import Change, Put, Write
from shared.kernel.model import Record
from shared.web.reading import Page

annual_lists = Table(
    "annual_lists",
    metadata,
    Column("list_id", Uuid, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("number", String, nullable=False),
    Column("projects", Integer, nullable=False),
    Column("supplementary", Boolean, nullable=False),
    Column("approved", Boolean, nullable=False),
)


class ListRow(Record):
    """年度清单目录行."""

    list_id: UUID
    year: int
    number: str
    projects: Annotated[int, Field(title="项目数")]
    supplementary: bool
    approved: bool


class ListPage(Page):
    """年度清单目录页."""

    items: tuple[ListRow, ...]


def list_row(row: Row[Any]) -> ListRow:
    return ListRow(**row._mapping)


def project(recorded: Recorded) -> Iterable[Write]:
    match recorded.event:
        case AnnualListSubmitted(list_id=list_id, list=content):
            row = {
                "year": content.year,
                "number": content.number,
                "projects": len(content.project_ids),
                "supplementary": content.supplementary,
                "approved": False,
            }
            yield Put(annual_lists, {"list_id": list_id}, row)
        case AnnualListApproved(list_id=list_id):
            yield Change(annual_lists, {"list_id": list_id}, {"approved": True})
        case _:
            pass
