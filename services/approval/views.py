"""Views of the approval service: projects under approval, replies, exceptions."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    MetaData,
    Row,
    String,
    Table,
    Uuid,
)

from services.approval.state import ExceptionStatus, Stage
from shared.events import ProjectEvent, Recorded
from shared.events.approval import (
    ChangeApplied,
    ChangeApproved,
    ChangeFiled,
    ChangeRefused,
    ConstructionResumed,
    ConstructionSuspended,
    DocumentSubmitted,
    ExceptionEvent,
    ExceptionGranted,
    ExceptionRefused,
    ExceptionRequested,
    ExceptionRevoked,
    FilingDisputed,
    ProjectTerminated,
    ReplyCopied,
    ReplyIssued,
    ReplyRefused,
    Round,
    SubmissionReturned,
)
from shared.eventstore.projection import SCHEMA, Change, Put, Views, Write
from shared.kernel.model import Record
from shared.kernel.money import ZERO, Money
from shared.regulation.exemption import ExemptionKind
from shared.web.reading import Page, as_row

metadata = MetaData(schema=SCHEMA)

projects = Table(
    "projects",
    metadata,
    Column("project_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False, index=True),
    Column("stage", String, nullable=False),
    Column("suspended", Boolean, nullable=False, server_default="false"),
    Column("round", String, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("reply_number", String),
    Column("replied_on", Date),
    Column("moved_so_far", BigInteger, nullable=False, server_default="0"),
)

replies = Table(
    "replies",
    metadata,
    Column("reply_id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False, index=True),
    Column("unit_id", String(18), nullable=False, index=True),
    Column("number", String, nullable=False),
    Column("replied_on", Date, nullable=False),
    Column("round", String, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("copied_on", Date),
)

exceptions = Table(
    "exceptions",
    metadata,
    Column("exception_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False, index=True),
    Column("project_id", Uuid, index=True),
    Column("rows", ARRAY(String), nullable=False),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("requested_on", Date, nullable=False),
    Column("number", String),
    Column("approvers", ARRAY(String), nullable=False, server_default="{}"),
    Column("valid_from", Date),
    Column("valid_until", Date),
)


class ProjectRow(Record):
    """项目审批清单行."""

    project_id: str
    unit_id: str
    stage: Stage
    suspended: Annotated[bool, Field(title="是否暂停建设")]
    round: Round
    total: Annotated[Money, Field(title="报审或批复总额（元）")]
    reply_number: Annotated[str | None, Field(title="最近批复文号")]
    replied_on: Annotated[date | None, Field(title="最近批复日期")]
    moved_so_far: Annotated[Money, Field(title="自基线起累计调整资金（元）")]


class ProjectPage(Page):
    """项目审批清单页."""

    items: tuple[ProjectRow, ...]


class ReplyRow(Record):
    """批复清单行."""

    reply_id: UUID
    project_id: UUID
    unit_id: str
    number: Annotated[str, Field(title="批复文号")]
    replied_on: Annotated[date, Field(title="批复日期")]
    round: Round
    total: Annotated[Money, Field(title="批复总额（元）")]
    copied_on: Annotated[date | None, Field(title="市机关事务局签收日期")]


class ReplyPage(Page):
    """批复清单页."""

    items: tuple[ReplyRow, ...]


class ExceptionRow(Record):
    """例外清单行."""

    exception_id: UUID
    unit_id: str
    project_id: Annotated[UUID | None, Field(title="项目；申报之前的例外为空")]
    rows: Annotated[tuple[str, ...], Field(title="规则编号")]
    kind: ExemptionKind
    status: ExceptionStatus
    requested_on: Annotated[date, Field(title="申请日期")]
    number: Annotated[str | None, Field(title="批准文号")]
    approvers: Annotated[tuple[str, ...], Field(title="批准部门")]
    valid_from: Annotated[date | None, Field(title="有效期自")]
    valid_until: Annotated[date | None, Field(title="有效期至（含）")]


class ExceptionPage(Page):
    """例外清单页."""

    items: tuple[ExceptionRow, ...]


def project_row(row: Row[Any]) -> ProjectRow:
    money = {"total": Money(row.total), "moved_so_far": Money(row.moved_so_far)}
    return as_row(ProjectRow, row, **money)


def reply_row(row: Row[Any]) -> ReplyRow:
    return ReplyRow.model_validate({**row._mapping, "total": Money(row.total)})


def exception_row(row: Row[Any]) -> ExceptionRow:
    return ExceptionRow.model_validate(dict(row._mapping))


def project(recorded: Recorded) -> Iterable[Write]:
    """What one event writes to the views."""
    match recorded.event:
        case ExceptionEvent() as event:
            yield from _of_exception(event)
        case ProjectEvent() as event:
            yield from _of_project(event)
            yield from _of_reply(event, recorded.ref.event_id)
        case _:
            pass


_MOVES = {
    SubmissionReturned: Stage.RETURNED,
    ReplyRefused: Stage.REFUSED,
    ChangeApplied: Stage.CHANGE_PENDING,
    ChangeRefused: Stage.APPROVED,
    ProjectTerminated: Stage.TERMINATED,
}
"""Events that only move a project to another stage."""


def _of_project(event: ProjectEvent) -> Iterable[Write]:
    if stage := _MOVES.get(type(event)):
        yield _change(event, stage=stage.value)
    match event:
        case DocumentSubmitted(submission=submission):
            told = {
                "unit_id": event.unit_id,
                "stage": Stage.EXAMINATION.value,
                "round": submission.round.value,
                "total": int(submission.total),
            }
            yield Put(projects, {"project_id": event.project_id}, told)
        case ReplyIssued(final=final):
            stage = Stage.APPROVED if final else Stage.FEASIBILITY_APPROVED
            yield _change(
                event,
                stage=stage.value,
                total=int(event.total),
                reply_number=event.reply.document.number,
                replied_on=event.on,
            )
        case ChangeFiled(moved_so_far=moved_so_far):
            yield _change(event, moved_so_far=int(moved_so_far))
        case FilingDisputed(returned=returned):
            yield Change(
                projects, {"project_id": event.project_id}, add={"moved_so_far": -int(returned)}
            )
        case ChangeApproved(total=total):
            yield _change(
                event, stage=Stage.APPROVED.value, total=int(total), moved_so_far=int(ZERO)
            )
        case ConstructionSuspended():
            yield _change(event, suspended=True)
        case ConstructionResumed():
            yield _change(event, suspended=False)
        case _:
            pass


def _change(event: ProjectEvent, **values: Any) -> Write:
    return Change(projects, {"project_id": event.project_id}, values)


def _of_reply(event: ProjectEvent, event_id: UUID) -> Iterable[Write]:
    match event:
        case ReplyIssued():
            told = {
                "project_id": event.project_id,
                "unit_id": event.unit_id,
                "number": event.reply.document.number or "",
                "replied_on": event.on,
                "round": event.round.value,
                "total": int(event.total),
            }
            yield Put(replies, {"reply_id": event_id}, told)
        case ReplyCopied():
            copied = {"project_id": event.project_id, "number": event.receipt.number}
            yield Change(replies, copied, {"copied_on": event.on})
        case _:
            pass


def _of_exception(event: ExceptionEvent) -> Iterable[Write]:
    key = {"exception_id": event.exception_id}
    match event:
        case ExceptionRequested(request=request):
            told = {
                "unit_id": event.unit_id,
                "project_id": event.project_id,
                "rows": list(request.rows),
                "kind": request.kind.value,
                "status": ExceptionStatus.REQUESTED.value,
                "requested_on": event.on,
            }
            yield Put(exceptions, key, told)
        case ExceptionGranted():
            granted = {
                "status": ExceptionStatus.GRANTED.value,
                "number": event.number,
                "approvers": list(event.approvers),
                "valid_from": event.valid_from,
                "valid_until": event.valid_until,
            }
            yield Change(exceptions, key, granted)
        case ExceptionRefused():
            yield Change(exceptions, key, {"status": ExceptionStatus.REFUSED.value})
        case ExceptionRevoked():
            yield Change(exceptions, key, {"status": ExceptionStatus.REVOKED.value})
        case _:
            pass


VIEWS = Views(metadata, project, revision=2)
