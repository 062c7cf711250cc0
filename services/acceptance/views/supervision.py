"""Views of supervision: findings, rectifications, measures."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Column, ColumnElement, Date, Index, Row, String, Table, Uuid

from services.acceptance.state import RectificationStatus
from services.acceptance.views.schema import metadata
from shared.events import ProjectEvent, Recorded
from shared.events.acceptance import (
    ExclusiveOpeningFound,
    MeasureImposed,
    MeasureKind,
    MeasureLifted,
    RectificationConfirmed,
    RectificationOrdered,
    RectificationReported,
    SecurityFindingCleared,
    SecurityFindingRecorded,
    SharingViolationFound,
    SharingViolationWithdrawn,
    SupervisedMatter,
    UntruthfulnessFound,
)
from shared.eventstore.projection import Change, Put, Write
from shared.kernel.coded import Coded
from shared.kernel.model import Record
from shared.web.reading import Page, as_row


class FindingKind(Coded):
    """认定种类."""

    EXCLUSIVE_OPENING = "EXCLUSIVE_OPENING", "排他开放"
    SHARING = "SHARING", "数据共享问题"
    UNTRUTHFULNESS = "UNTRUTHFULNESS", "不如实提供资料"
    SECURITY = "SECURITY", "安全问题"


findings = Table(
    "findings",
    metadata,
    Column("finding_id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("unit_id", String(18), nullable=False),
    Column("kind", String, nullable=False),
    Column("body", String, nullable=False),
    Column("fault", String, nullable=False),
    Column("found_on", Date, nullable=False),
    Column("closed_on", Date),
    Index("findings_by_unit", "unit_id"),
)

rectifications = Table(
    "rectifications",
    metadata,
    Column("rectification_id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("unit_id", String(18), nullable=False),
    Column("body", String, nullable=False),
    Column("matter", String, nullable=False),
    Column("status", String, nullable=False),
    Column("ordered_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("reported_on", Date),
    Index("rectifications_by_due_date", "due_on"),
)

measures = Table(
    "measures",
    metadata,
    Column("measure_id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("unit_id", String(18), nullable=False),
    Column("body", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("imposed_on", Date, nullable=False),
    Column("lifted_on", Date),
)


class FindingRow(Record):
    """认定清单行."""

    finding_id: str
    project_id: str
    unit_id: str
    kind: FindingKind
    body: Annotated[str, Field(title="认定部门")]
    fault: Annotated[str, Field(title="问题")]
    found_on: Annotated[date, Field(title="认定日期")]
    closed_on: Annotated[date | None, Field(title="撤销或销号日期")]


class FindingPage(Page):
    """认定清单页."""

    items: tuple[FindingRow, ...]


class RectificationRow(Record):
    """整改清单行."""

    rectification_id: str
    project_id: str
    unit_id: str
    body: Annotated[str, Field(title="提出部门")]
    matter: SupervisedMatter
    status: RectificationStatus
    ordered_on: Annotated[date, Field(title="提出日期")]
    due_on: Annotated[date, Field(title="整改期限")]
    reported_on: Annotated[date | None, Field(title="报告日期")]


class RectificationPage(Page):
    """整改清单页."""

    items: tuple[RectificationRow, ...]


class MeasureRow(Record):
    """处理措施清单行."""

    measure_id: str
    project_id: str
    unit_id: str
    body: Annotated[str, Field(title="作出部门")]
    kind: MeasureKind
    imposed_on: Annotated[date, Field(title="作出日期")]
    lifted_on: Annotated[date | None, Field(title="解除日期")]


class MeasurePage(Page):
    """处理措施清单页."""

    items: tuple[MeasureRow, ...]


def finding_row(row: Row[Any]) -> FindingRow:
    return as_row(FindingRow, row)


def rectification_row(row: Row[Any]) -> RectificationRow:
    return as_row(RectificationRow, row)


def measure_row(row: Row[Any]) -> MeasureRow:
    return as_row(MeasureRow, row)


def overdue_rectifications(day: date) -> tuple[ColumnElement[bool], ...]:
    """Whose limit has passed on a day, and which nobody has reported."""
    return (
        rectifications.c.due_on < day,
        rectifications.c.status == RectificationStatus.ORDERED.value,
    )


def writes(event: ProjectEvent, recorded: Recorded) -> Iterable[Write]:
    """What an event writes to these views."""
    on = recorded.on
    match event:
        case SharingViolationFound(finding_id=found, violation=act):
            yield _found(event, found, FindingKind.SHARING, "DEB", act.fault.value)
        case SecurityFindingRecorded(finding_id=found, body=body, finding=act):
            yield _found(event, found, FindingKind.SECURITY, body, act.fault.value)
        case ExclusiveOpeningFound(finding_id=found):
            yield _found(event, found, FindingKind.EXCLUSIVE_OPENING, "DEB", "EXCLUSIVE_OPENING")
        case UntruthfulnessFound(finding_id=found, body=body, untruthfulness=act):
            yield _found(event, found, FindingKind.UNTRUTHFULNESS, body, act.kind.value)
        case SharingViolationWithdrawn(finding_id=found) | SecurityFindingCleared(finding_id=found):
            yield Change(findings, {"finding_id": found}, {"closed_on": on})
        case MeasureImposed(measure_id=imposed, body=body, measure=act):
            values = {"body": body, "kind": act.kind.value, "imposed_on": on}
            yield Put(measures, {"measure_id": imposed}, {**_whose(event), **values})
        case MeasureLifted(measure_id=lifted):
            yield Change(measures, {"measure_id": lifted}, {"lifted_on": on})
        case _:
            yield from _rectified(event, recorded)


def _rectified(event: ProjectEvent, recorded: Recorded) -> Iterable[Write]:
    on, status = recorded.on, RectificationStatus
    match event:
        case RectificationOrdered(rectification_id=ordered, body=body, order=order):
            values = {
                "body": body,
                "matter": order.matter.value,
                "status": status.ORDERED.value,
                "ordered_on": on,
                "due_on": order.due_on,
            }
            key = {"rectification_id": ordered}
            yield Put(rectifications, key, {**_whose(event), **values})
        case RectificationReported(rectification_id=reported):
            values = {"status": status.REPORTED.value, "reported_on": on}
            yield Change(rectifications, {"rectification_id": reported}, values)
        case RectificationConfirmed(rectification_id=confirmed, confirmation=act):
            reached = status.DONE if act.done else status.FAILED
            key = {"rectification_id": confirmed}
            yield Change(rectifications, key, {"status": reached.value})
        case _:
            pass


def _whose(event: ProjectEvent) -> dict[str, Any]:
    return {"project_id": event.project_id, "unit_id": event.unit_id}


def _found(event: ProjectEvent, found: Any, kind: FindingKind, body: str, fault: str) -> Put:
    values = {"kind": kind.value, "body": body, "fault": fault, "found_on": event.on}
    return Put(findings, {"finding_id": found}, {**_whose(event), **values})
