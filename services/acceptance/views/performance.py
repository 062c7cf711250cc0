"""Views of performance and security: monitoring reports, assessments that come again."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Boolean, Column, Date, Integer, Row, String, Table, Uuid

from services.acceptance.views.schema import metadata
from shared.events import ProjectEvent, Recorded
from shared.events.acceptance import (
    PerformanceReportSubmitted,
    SecurityAssessment,
    SecurityStageRecorded,
)
from shared.eventstore.projection import Put, Write
from shared.kernel.model import Record
from shared.web.reading import Page, as_row

performance_reports = Table(
    "performance_reports",
    metadata,
    # One for each project and year: a later report takes the earlier one's place.
    Column("report", String, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("unit_id", String(18), nullable=False),
    Column("year", Integer, nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("late", Boolean, nullable=False),
)

security_assessments = Table(
    "security_assessments",
    metadata,
    # One for each project and kind of assessment, the latest.
    Column("assessment", String, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("unit_id", String(18), nullable=False),
    Column("kind", String, nullable=False),
    Column("assessed_on", Date, nullable=False),
    Column("next_due_on", Date, nullable=False),
)


class PerformanceReportRow(Record):
    """绩效监控报告清单行."""

    project_id: str
    unit_id: str
    year: Annotated[int, Field(title="年度")]
    submitted_on: Annotated[date, Field(title="报告日期")]
    late: Annotated[bool, Field(title="逾期提交")]


class PerformanceReportPage(Page):
    """绩效监控报告清单页."""

    items: tuple[PerformanceReportRow, ...]


class SecurityAssessmentRow(Record):
    """定期检测评估清单行."""

    project_id: str
    unit_id: str
    kind: SecurityAssessment
    assessed_on: Annotated[date, Field(title="最近检测评估日期")]
    next_due_on: Annotated[date, Field(title="下次期限")]


class SecurityAssessmentPage(Page):
    """定期检测评估清单页."""

    items: tuple[SecurityAssessmentRow, ...]


def performance_report_row(row: Row[Any]) -> PerformanceReportRow:
    return as_row(PerformanceReportRow, row)


def security_assessment_row(row: Row[Any]) -> SecurityAssessmentRow:
    return as_row(SecurityAssessmentRow, row)


def writes(event: ProjectEvent, recorded: Recorded) -> Iterable[Write]:
    """What an event writes to these views."""
    whose = {"project_id": event.project_id, "unit_id": event.unit_id}
    match event:
        case PerformanceReportSubmitted(report=report, late=late):
            key = {"report": f"{event.project_id}/{report.year}"}
            values = {"year": report.year, "submitted_on": recorded.on, "late": late}
            yield Put(performance_reports, key, {**whose, **values})
        case SecurityStageRecorded(stage=stage, next_due_on=due) if due and stage.assessment:
            kind = stage.assessment.value
            values = {"kind": kind, "assessed_on": recorded.on, "next_due_on": due}
            key = {"assessment": f"{event.project_id}/{kind}"}
            yield Put(security_assessments, key, {**whose, **values})
        case _:
            pass
