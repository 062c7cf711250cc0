"""绩效情况: monitoring reports, start of operation, evaluations (第四十五、四十六条)."""

from dataclasses import dataclass, replace
from datetime import date

from shared.events import Recorded
from shared.events.acceptance import (
    Grade,
    OperationStarted,
    PerformanceReportSubmitted,
    PostEvaluationRecorded,
    SelfEvaluationSubmitted,
)


@dataclass(frozen=True)
class YearReported:
    """绩效监控报告 of a year."""

    year: int
    on: date
    late: bool


@dataclass(frozen=True)
class SelfEvaluated:
    """自评价."""

    on: date
    grade: Grade
    late: bool


@dataclass(frozen=True)
class PostEvaluated:
    """后评价."""

    body: str
    on: date
    grade: Grade


@dataclass(frozen=True)
class Performance:
    """绩效情况 (第四十五、四十六条)."""

    reports: tuple[YearReported, ...] = ()
    """One for each year, the latest."""
    operation_started_on: date | None = None
    """As the unit reported it; the day of acceptance counts where it did not."""
    self_evaluation: SelfEvaluated | None = None
    post_evaluations: tuple[PostEvaluated, ...] = ()


def performed_after(performance: Performance, recorded: Recorded) -> Performance:
    on, p = recorded.on, performance
    match recorded.event:
        case PerformanceReportSubmitted(report=report, late=late):
            others = (r for r in p.reports if r.year != report.year)
            reports = (*others, YearReported(report.year, on, late))
            return replace(p, reports=tuple(sorted(reports, key=lambda r: r.year)))
        case OperationStarted():
            return replace(p, operation_started_on=on)
        case SelfEvaluationSubmitted(evaluation=act, late=late):
            return replace(p, self_evaluation=SelfEvaluated(on, act.grade, late))
        case PostEvaluationRecorded(body=body, evaluation=act):
            evaluated = PostEvaluated(body, on, act.grade)
            return replace(p, post_evaluations=(*p.post_evaluations, evaluated))
        case _:
            return performance
