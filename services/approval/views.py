"""Views of the approval service: the list of projects under approval."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import BigInteger, Column, Date, MetaData, Row, String, Table, Uuid

from services.approval.state import Stage
from shared.events import ProjectEvent, Recorded
from shared.events.approval import (
    ChangeApplied,
    ChangeApproved,
    ChangeFiled,
    ChangeRefused,
    DocumentSubmitted,
    ReplyIssued,
    Round,
)
from shared.eventstore.projection import SCHEMA, Change, Put, Views, Write
from shared.kernel.model import Record
from shared.kernel.money import ZERO, Money
from shared.web.reading import Page

metadata = MetaData(schema=SCHEMA)

projects = Table(
    "projects",
    metadata,
    Column("project_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False, index=True),
    Column("stage", String, nullable=False),
    Column("round", String, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("reply_number", String),
    Column("replied_on", Date),
    Column("moved_so_far", BigInteger, nullable=False, server_default="0"),
)


class ProjectRow(Record):
    """项目审批清单行."""

    project_id: str
    unit_id: str
    stage: Stage
    round: Round
    total: Annotated[Money, Field(title="报审或批复总额（元）")]
    reply_number: Annotated[str | None, Field(title="最近批复文号")]
    replied_on: Annotated[date | None, Field(title="最近批复日期")]
    moved_so_far: Annotated[Money, Field(title="自基线起累计调整资金（元）")]


class ProjectPage(Page):
    """项目审批清单页."""

    items: tuple[ProjectRow, ...]


def project_row(row: Row[Any]) -> ProjectRow:
    return ProjectRow(
        project_id=str(row.project_id),
        unit_id=row.unit_id,
        stage=Stage(row.stage),
        round=Round(row.round),
        total=Money(row.total),
        reply_number=row.reply_number,
        replied_on=row.replied_on,
        moved_so_far=Money(row.moved_so_far),
    )


def project(recorded: Recorded) -> Iterable[Write]:
    """What one event writes to the view."""
    match recorded.event:
        case DocumentSubmitted(submission=submission) as event:
            told = {
                "unit_id": event.unit_id,
                "stage": Stage.EXAMINATION.value,
                "round": submission.round.value,
                "total": int(submission.total),
            }
            yield Put(projects, {"project_id": event.project_id}, told)
        case ReplyIssued() as event:
            stage = Stage.APPROVED if event.final else Stage.FEASIBILITY_APPROVED
            yield _change(
                event,
                stage=stage.value,
                total=int(event.total),
                reply_number=event.reply.document.number,
                replied_on=event.on,
            )
        case ChangeFiled(moved_so_far=moved_so_far) as event:
            yield _change(event, moved_so_far=int(moved_so_far))
        case ChangeApplied() as event:
            yield _change(event, stage=Stage.CHANGE_PENDING.value)
        case ChangeApproved(total=total) as event:
            yield _change(
                event, stage=Stage.APPROVED.value, total=int(total), moved_so_far=int(ZERO)
            )
        case ChangeRefused() as event:
            yield _change(event, stage=Stage.APPROVED.value)
        case _:
            pass


def _change(event: ProjectEvent, **values: Any) -> Write:
    return Change(projects, {"project_id": event.project_id}, values)


VIEWS = Views(metadata, project)
