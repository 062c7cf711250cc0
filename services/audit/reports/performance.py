"""报表：逾期义务、检查整改、绩效监控、评价、移送 (第五、四十五至四十八条)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from services.audit.ledger import City
from services.audit.obligations import ObligationFilter, State, obligations
from services.audit.reports.report import ProjectRow, heading, report
from shared.events.acceptance import (
    Grade,
    OperationStarted,
    PerformanceReportSubmitted,
    PostEvaluationRecorded,
    RectificationConfirmed,
    RectificationOrdered,
    RectificationReported,
    ReferralMatter,
    ReferralRecipient,
    ReferralRecorded,
    SelfEvaluationSubmitted,
    SupervisedMatter,
)
from shared.kernel.model import Record
from shared.standing.obligations import Duty


class LateRow(Record):
    duty: Annotated[Duty, Field(title="义务")]
    article: Annotated[str, Field(title="条号")]
    name: Annotated[str, Field(title="项目、系统或政策包")]
    owner_name: Annotated[str, Field(title="承担部门或单位")]
    since: Annotated[date, Field(title="产生日期")]
    due_on: Annotated[date, Field(title="期限（含当日）")]
    days_late: Annotated[int, Field(title="逾期天数")]
    provisional: Annotated[bool, Field(title="期限为暂定")]
    found: Annotated[bool, Field(title="已认定逾期")]


@report(
    "late-obligations", title="逾期未履行的义务", articles=("5", "9", "22", "37", "45", "46", "47")
)
def late_obligations(city: City) -> Iterator[LateRow]:
    """全部已过期限而未履行的义务：绩效监控报告、自评价、整改、运维方案、结余、复核等."""
    for owed in obligations(city, city.policies, ObligationFilter(state=State.LATE)):
        yield LateRow(
            duty=owed.duty,
            article=owed.article,
            name=owed.name,
            owner_name=owed.owner_name,
            since=owed.since,
            due_on=owed.due_on,
            days_late=(city.as_of - owed.due_on).days,
            provisional=owed.provisional,
            found=owed.overdue is not None,
        )


class MonitoringRow(ProjectRow):
    year: Annotated[int, Field(title="年度")]
    submitted_on: Annotated[date, Field(title="提交日期")]
    due_on: Annotated[date, Field(title="期限（含当日）")]
    late: Annotated[bool, Field(title="逾期提交")]


@report("performance-reports", title="绩效监控报告", articles=("45",))
def performance_reports(city: City) -> Iterator[MonitoringRow]:
    """各项目各年度提交的绩效监控报告；应交未交的见逾期未履行的义务."""
    for project in city.projects:
        reports = {event.report.year: event for event in project.all(PerformanceReportSubmitted)}
        for year, event in sorted(reports.items()):
            yield MonitoringRow(
                **heading(project),
                year=year,
                submitted_on=event.on,
                due_on=event.due_on,
                late=event.late,
            )


class EvaluationRow(ProjectRow):
    operation_on: Annotated[date, Field(title="投入运行日期")]
    opens_on: Annotated[date, Field(title="自评价最早日期")]
    due_on: Annotated[date, Field(title="自评价期限（含当日）")]
    evaluated_on: Annotated[date | None, Field(title="自评价日期")]
    grade: Annotated[Grade | None, Field(title="自评等次")]
    overdue: Annotated[bool, Field(title="逾期未评价")]
    post_evaluated_on: Annotated[date | None, Field(title="后评价日期")]
    post_grade: Annotated[Grade | None, Field(title="后评价等次")]


@report("evaluations", title="自评价和后评价", articles=("46",))
def evaluations(city: City) -> Iterator[EvaluationRow]:
    """投入运行的项目何时应自评价，自评价和后评价的等次."""
    for project in city.projects:
        started, own = project.last(OperationStarted), project.last(SelfEvaluationSubmitted)
        if started is None:
            continue
        post = project.last(PostEvaluationRecorded)
        yield EvaluationRow(
            **heading(project),
            operation_on=started.on,
            opens_on=started.evaluation_opens_on,
            due_on=started.evaluation_due_on,
            evaluated_on=own.on if own else None,
            grade=own.evaluation.grade if own else None,
            overdue=own is None and city.as_of > started.evaluation_due_on,
            post_evaluated_on=post.on if post else None,
            post_grade=post.evaluation.grade if post else None,
        )


class RectificationRow(ProjectRow):
    body_name: Annotated[str, Field(title="责令部门")]
    matter: Annotated[SupervisedMatter, Field(title="事项")]
    number: Annotated[str | None, Field(title="整改通知文号")]
    ordered_on: Annotated[date, Field(title="责令日期")]
    due_on: Annotated[date, Field(title="整改期限（含当日）")]
    reported_on: Annotated[date | None, Field(title="报告日期")]
    confirmed_on: Annotated[date | None, Field(title="核验日期")]
    done: Annotated[bool | None, Field(title="核验符合要求")]
    overdue: Annotated[bool, Field(title="逾期未报告")]
    requirement: Annotated[str, Field(title="整改要求")]


@report("rectifications", title="限期整改", articles=("47",))
def rectifications(city: City) -> Iterator[RectificationRow]:
    """责令整改的事项、期限、报告和核验结果."""
    for project in city.projects:
        reported = {e.rectification_id: e.on for e in project.all(RectificationReported)}
        confirmed = {e.rectification_id: e for e in project.all(RectificationConfirmed)}
        for event in project.all(RectificationOrdered):
            told, verdict = (
                reported.get(event.rectification_id),
                confirmed.get(event.rectification_id),
            )
            yield RectificationRow(
                **heading(project),
                body_name=city.policy.body_name(event.body),
                matter=event.order.matter,
                number=event.order.document.number,
                ordered_on=event.on,
                due_on=event.order.due_on,
                reported_on=told,
                confirmed_on=verdict.on if verdict else None,
                done=verdict.confirmation.done if verdict else None,
                overdue=told is None and city.as_of > event.order.due_on,
                requirement=event.order.requirement,
            )


class ReferralRow(ProjectRow):
    matter: Annotated[ReferralMatter, Field(title="事由")]
    recipient: Annotated[ReferralRecipient, Field(title="移送对象")]
    body_name: Annotated[str, Field(title="移送部门")]
    number: Annotated[str | None, Field(title="文号")]
    referred_on: Annotated[date, Field(title="移送日期")]


@report("referrals", title="移送追责", articles=("48",))
def referrals(city: City) -> Iterator[ReferralRow]:
    """移送追责、查处的事项；不含个人信息和处分内容."""
    for project in city.projects:
        for event in project.all(ReferralRecorded):
            yield ReferralRow(
                **heading(project),
                matter=event.referral.matter,
                recipient=event.referral.recipient,
                body_name=city.policy.body_name(event.body),
                number=event.referral.document.number,
                referred_on=event.on,
            )
