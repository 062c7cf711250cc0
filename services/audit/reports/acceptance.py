"""报表：验收期限、审核条件 (第二十二、三十一、三十二条)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from services.audit.ledger import City, ProjectFile
from services.audit.reports.report import ProjectRow, heading, report
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceFiled,
    AcceptanceOverdue,
    AcceptanceReviewed,
    AcceptanceScheduled,
    ExtensionGranted,
)
from shared.events.approval import ReplyIssued
from shared.events.vocabulary import DeliveryMode
from shared.standing import AcceptanceStatus, standing_of

_STANDING = (
    AcceptanceConcluded,
    AcceptanceOverdue,
    AcceptanceReviewed,
    AcceptanceScheduled,
    ExtensionGranted,
)


class AcceptanceRow(ProjectRow):
    delivery_mode: Annotated[DeliveryMode, Field(title="产生方式")]
    planned_end: Annotated[date, Field(title="计划完工日期")]
    due_on: Annotated[date, Field(title="验收期限")]
    extensions: Annotated[int, Field(title="延期次数")]
    applied_on: Annotated[date | None, Field(title="申请验收日期")]
    status: Annotated[AcceptanceStatus, Field(title="验收情况")]
    days_late: Annotated[int, Field(title="逾期天数")]
    unmarked: Annotated[bool, Field(title="已过期限而尚未认定逾期")]
    filing_due_on: Annotated[date | None, Field(title="报备期限")]
    filed_on: Annotated[date | None, Field(title="报备日期")]


@report("acceptance", title="验收期限、延期和结果", articles=("31", "32"))
def acceptance(city: City) -> Iterator[AcceptanceRow]:
    """已批复项目的验收期限，延期、逾期、不合格和合格的."""
    for project in city.projects:
        scheduled = project.last(AcceptanceScheduled)
        if scheduled is None:
            continue
        granted, applied = project.all(ExtensionGranted), project.last(AcceptanceApplied)
        due = max([scheduled.due_on, *(each.due_on for each in granted)])
        standing = standing_of(project.recorded(*_STANDING)).of(project.project_id).acceptance
        late = (city.as_of - due).days
        waiting = applied is None and standing.status is not AcceptanceStatus.PASSED
        filed = project.last(AcceptanceFiled)
        yield AcceptanceRow(
            **heading(project),
            delivery_mode=scheduled.delivery_mode,
            planned_end=scheduled.planned_end,
            due_on=due,
            extensions=len(granted),
            applied_on=applied.on if applied else None,
            status=standing.status,
            days_late=late if waiting and late > 0 else 0,
            unmarked=waiting and late > 0 and standing.status is AcceptanceStatus.NOT_ACCEPTED,
            filing_due_on=_filing_due_on(project),
            filed_on=filed.on if filed else None,
        )


def _filing_due_on(project: ProjectFile) -> date | None:
    days = [e.filing_due_on for e in project.all(AcceptanceConcluded)]
    days += [e.filing_due_on for e in project.all(AcceptanceReviewed)]
    return days[-1] if days else None


class ConditionRow(ProjectRow):
    condition: Annotated[str, Field(title="审核条件")]
    closed: Annotated[bool, Field(title="申请验收时已附落实证明")]
    confirmed: Annotated[bool, Field(title="经核实已落实")]
    accepted: Annotated[bool, Field(title="项目已验收合格")]


@report("conditions", title="审核条件落实情况", articles=("22", "31"))
def conditions(city: City) -> Iterator[ConditionRow]:
    """有条件同意的意见所附条件，验收时是否落实."""
    for project in city.projects:
        replies = [e for e in project.all(ReplyIssued) if e.final]
        if not replies:
            continue
        applied = project.last(AcceptanceApplied)
        concluded, reviewed = project.last(AcceptanceConcluded), project.last(AcceptanceReviewed)
        closed = {c.condition for c in applied.application.closed_conditions} if applied else set()
        confirmed = {
            *(concluded.acceptance.confirmed_conditions if concluded else ()),
            *(reviewed.review.confirmed_conditions if reviewed else ()),
        }
        standing = standing_of(project.recorded(*_STANDING)).of(project.project_id).acceptance
        for condition in replies[-1].open_conditions:
            yield ConditionRow(
                **heading(project),
                condition=condition,
                closed=condition in closed,
                confirmed=condition in confirmed,
                accepted=standing.status is AcceptanceStatus.PASSED,
            )
