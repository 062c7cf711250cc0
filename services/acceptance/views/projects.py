"""Views of projects: how far each is, and what is late about it."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Index,
    Row,
    String,
    Table,
    Uuid,
    false,
    select,
)

from services.acceptance.state import BEFORE_APPLICATION, CONCLUDED, Status
from services.acceptance.views.performance import performance_reports
from services.acceptance.views.schema import metadata
from shared.events import ProjectEvent
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceOverdue,
    AcceptanceReviewed,
    AcceptanceScheduled,
    AcceptanceScheduleEnded,
    CompletionReported,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    MeasureImposed,
    MeasureKind,
    OperationStarted,
    SelfEvaluationSubmitted,
    ServiceAcceptanceReported,
    TrialIncidentReported,
    TrialRunStarted,
)
from shared.events.vocabulary import DeliveryMode
from shared.eventstore.projection import Change, Put, Write
from shared.kernel.model import Record
from shared.web.reading import Page, as_row

projects = Table(
    "projects",
    metadata,
    Column("project_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False),
    Column("delivery_mode", String, nullable=False),
    Column("status", String, nullable=False, server_default=Status.SCHEDULED.value),
    Column("replied_on", Date, nullable=False),
    Column("planned_end", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("earliest_end", Date),
    Column("extension_pending", Boolean, nullable=False, server_default=false()),
    Column("overdue", Boolean, nullable=False, server_default=false()),
    Column("accepted_on", Date),
    Column("evaluation_opens_on", Date),
    Column("evaluation_due_on", Date),
    Column("evaluated_on", Date),
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
    accepted_on: Annotated[date | None, Field(title="验收合格日期")]
    evaluation_opens_on: Annotated[date | None, Field(title="自评价首日")]
    evaluation_due_on: Annotated[date | None, Field(title="自评价末日")]
    evaluated_on: Annotated[date | None, Field(title="自评价日期")]


class ProjectPage(Page):
    """验收清单页."""

    items: tuple[ProjectRow, ...]


def project_row(row: Row[Any]) -> ProjectRow:
    return as_row(ProjectRow, row)


Conditions = tuple[ColumnElement[bool], ...]


def overdue_candidates(day: date) -> Conditions:
    """Projects that can be found overdue on a day: past due, not applied for, nothing pending."""
    return (
        projects.c.due_on < day,
        projects.c.status.in_([status.value for status in BEFORE_APPLICATION]),
        ~projects.c.extension_pending,
        ~projects.c.overdue,
    )


def without_report(year: int) -> Conditions:
    """In implementation on the last day of a year, with no monitoring report of it (第四十五条)."""
    last_day = date(year, 12, 31)
    reported = select(performance_reports.c.project_id).where(performance_reports.c.year == year)
    return (
        projects.c.replied_on <= last_day,
        projects.c.accepted_on.is_(None) | (projects.c.accepted_on > last_day),
        projects.c.status != Status.TERMINATED.value,
        projects.c.project_id.not_in(reported),
    )


def without_evaluation(day: date) -> Conditions:
    """Whose self-evaluation may be made on a day and has not been (第四十六条)."""
    return (
        projects.c.evaluation_opens_on <= day,
        projects.c.evaluated_on.is_(None),
    )


def writes(event: ProjectEvent) -> Iterable[Write]:
    """What an event writes to the list of projects."""
    key = {"project_id": event.project_id}
    if isinstance(event, AcceptanceScheduled):
        yield Put(projects, key, _scheduled(event))
    elif values := _changes(event):
        yield Change(projects, key, values)


def _scheduled(event: AcceptanceScheduled) -> dict[str, Any]:
    values: dict[str, Any] = {
        "unit_id": event.unit_id,
        "delivery_mode": event.delivery_mode.value,
        "replied_on": event.replied_on,
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
        case _:
            values = _changes_by_acceptance(event)
    return values


def _changes_by_acceptance(event: ProjectEvent) -> dict[str, Any]:
    values: dict[str, Any] = {}
    match event:
        case AcceptanceApplied():
            values = {"status": Status.APPLIED.value, "extension_pending": False}
        case ServiceAcceptanceReported():
            values = {"status": Status.REPORTED.value}
        case AcceptanceConcluded(acceptance=act) | AcceptanceReviewed(review=act):
            values = _concluded(event, CONCLUDED[act.conclusion])
        case AcceptanceScheduleEnded():
            values = _ENDED
        case MeasureImposed(measure=measure) if measure.kind is MeasureKind.TERMINATION:
            values = _ENDED
        case OperationStarted():
            values = _evaluation(event)
        case SelfEvaluationSubmitted():
            values = {"evaluated_on": event.on}
        case _:
            pass
    return values


_ENDED = {"status": Status.TERMINATED.value, "extension_pending": False, "overdue": False}


def _concluded(event: AcceptanceConcluded | AcceptanceReviewed, status: Status) -> dict[str, Any]:
    if status is not Status.ACCEPTED:
        return {"status": status.value}
    passed = {"overdue": False, "accepted_on": event.on}
    return {"status": status.value, **passed, **_evaluation(event)}


def _evaluation(
    event: AcceptanceConcluded | AcceptanceReviewed | OperationStarted,
) -> dict[str, Any]:
    return {
        "evaluation_opens_on": event.evaluation_opens_on,
        "evaluation_due_on": event.evaluation_due_on,
    }
