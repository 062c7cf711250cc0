"""Views of acceptance: the list of projects, and which of them are late."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Uuid,
    false,
    select,
)

from services.acceptance.state import BEFORE_APPLICATION, CONCLUDED, Status
from shared.events import ProjectEvent, Recorded
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceOverdue,
    AcceptanceReviewed,
    AcceptanceScheduled,
    CompletionReported,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    ServiceAcceptanceReported,
    TrialIncidentReported,
    TrialRunStarted,
)
from shared.events.vocabulary import DeliveryMode
from shared.eventstore.projection import SCHEMA, Change, Put, Views, Write
from shared.kernel.model import Record
from shared.web.reading import Page

metadata = MetaData(schema=SCHEMA)

projects = Table(
    "projects",
    metadata,
    Column("project_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False),
    Column("delivery_mode", String, nullable=False),
    Column("status", String, nullable=False, server_default=Status.SCHEDULED.value),
    Column("planned_end", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("earliest_end", Date),
    Column("extension_pending", Boolean, nullable=False, server_default=false()),
    Column("overdue", Boolean, nullable=False, server_default=false()),
    Index("projects_by_unit", "unit_id"),
    Index("projects_by_due_date", "due_on"),
)


class ProjectRow(Record):
    """验收清单行."""

    project_id: str
    unit_id: str
    delivery_mode: DeliveryMode
    status: Status
    planned_end: date
    due_on: Annotated[date, Field(title="验收期限")]
    earliest_end: Annotated[date | None, Field(title="试运行最早期满日")]
    extension_pending: Annotated[bool, Field(title="延期申请在办")]
    overdue: Annotated[bool, Field(title="已认定逾期")]


class ProjectPage(Page):
    """验收清单页."""

    items: tuple[ProjectRow, ...]


def project_row(row: Row[Any]) -> ProjectRow:
    return ProjectRow(**{**row._mapping, "project_id": str(row.project_id)})


def overdue_candidates(day: date) -> Select[Any]:
    """Projects that can be found overdue on a day: past due, not applied for, nothing pending."""
    return select(projects).where(
        projects.c.due_on < day,
        projects.c.status.in_([status.value for status in BEFORE_APPLICATION]),
        ~projects.c.extension_pending,
        ~projects.c.overdue,
    )


def project(recorded: Recorded) -> Iterable[Write]:
    """What one event writes to the view."""
    event = recorded.event
    if not isinstance(event, ProjectEvent):
        return
    key = {"project_id": event.project_id}
    if isinstance(event, AcceptanceScheduled):
        yield Put(projects, key, _scheduled(event))
    elif values := _changes(event):
        yield Change(projects, key, values)


def _scheduled(event: AcceptanceScheduled) -> dict[str, Any]:
    values: dict[str, Any] = {
        "unit_id": event.unit_id,
        "delivery_mode": event.delivery_mode.value,
        "planned_end": event.planned_end,
        "due_on": event.due_on,
    }
    if event.due_on >= event.on:
        values["overdue"] = False
    return values


def _changes(event: ProjectEvent) -> dict[str, Any]:
    """The columns an event sets."""
    values: dict[str, Any] = {}
    match event:
        case CompletionReported():
            values = {"status": Status.COMPLETED.value}
        case TrialRunStarted(earliest_end=earliest):
            values = {"status": Status.TRIAL.value, "earliest_end": earliest}
        case TrialIncidentReported(earliest_end=earliest):
            values = {"earliest_end": earliest}
        case ExtensionRequested():
            values = {"extension_pending": True}
        case ExtensionGranted(due_on=due):
            values = {"extension_pending": False, "due_on": due, "overdue": False}
        case ExtensionRefused():
            values = {"extension_pending": False}
        case AcceptanceOverdue():
            values = {"overdue": True}
        case AcceptanceApplied():
            values = {"status": Status.APPLIED.value, "extension_pending": False}
        case ServiceAcceptanceReported():
            values = {"status": Status.REPORTED.value}
        case AcceptanceConcluded(acceptance=act):
            values = _concluded(CONCLUDED[act.conclusion])
        case AcceptanceReviewed(review=act):
            values = _concluded(CONCLUDED[act.conclusion])
        case _:
            pass
    return values


def _concluded(status: Status) -> dict[str, Any]:
    passed = {"overdue": False} if status is Status.ACCEPTED else {}
    return {"status": status.value, **passed}


VIEWS = Views(metadata, project)
