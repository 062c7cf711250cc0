"""报表：意见、批复、合并编报、初步设计、抄送、例外 (第十八、二十二、二十四、二十五条)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from services.audit.ledger import City, ProjectFile
from services.audit.registers import ExceptionFilter, ExceptionStatus, exceptions
from services.audit.reports.report import Percent, ProjectRow, heading, percent, report
from shared.events.approval import (
    DocumentSubmitted,
    MergeGround,
    OpinionCarriedForward,
    OpinionGiven,
    OpinionRequested,
    ReplyCopied,
    ReplyIssued,
    Round,
)
from shared.events.vocabulary import DeliveryMode
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.regulation.exemption import ExemptionKind


class OpinionRow(ProjectRow):
    body: Annotated[str, Field(title="部门代码")]
    body_name: Annotated[str, Field(title="部门")]
    kind: Annotated[str, Field(title="意见种类")]
    asked_on: Annotated[date, Field(title="征求或报审日期")]
    letter: Annotated[str | None, Field(title="函号")]
    working_days: Annotated[int, Field(title="已过工作日")]
    reminder_on: Annotated[date, Field(title="应提醒日")]
    provisional: Annotated[bool, Field(title="应提醒日为暂定")]
    overdue: Annotated[bool, Field(title="已过应提醒日")]


@report("opinions", title="待出具的审核意见", articles=("22",))
def outstanding_opinions(city: City) -> Iterator[OpinionRow]:
    """现行报审文件尚缺的意见，按部门；工作日按公布的放假安排计算."""
    for project in city.projects:
        submitted = project.last(DocumentSubmitted)
        replied = project.last(ReplyIssued)
        if submitted and not (replied and replied.reply.digest == submitted.digest):
            yield from _missing_opinions(city, project, submitted)


def _missing_opinions(
    city: City, project: ProjectFile, submitted: DocumentSubmitted
) -> Iterator[OpinionRow]:
    digest = submitted.digest
    given = {(e.body, e.opinion.kind.value, e.opinion.digest) for e in project.all(OpinionGiven)}
    given |= {
        (e.body, e.carry.kind.value, e.carry.digest) for e in project.all(OpinionCarriedForward)
    }
    letters = {e.letter.body: e for e in project.all(OpinionRequested) if e.digest == digest}
    days = city.policy.number("opinion_reminder_days")
    for duty in city.policy.pack.opinions:
        letter = letters.get(duty.body)
        if (duty.body, duty.kind, digest) in given or (duty.written_request and not letter):
            continue
        asked_on = letter.on if letter else submitted.on
        due = city.calendar.add_working_days(asked_on, days)
        yield OpinionRow(
            **heading(project),
            body=duty.body,
            body_name=city.policy.body_name(duty.body),
            kind=duty.label,
            asked_on=asked_on,
            letter=letter.letter.number if letter else None,
            working_days=city.calendar.working_days_between(asked_on, city.as_of),
            reminder_on=due.on,
            provisional=due.provisional,
            overdue=city.as_of > due.on,
        )


class ApprovalRow(ProjectRow):
    number: Annotated[str | None, Field(title="批复文号")]
    replied_on: Annotated[date, Field(title="批复日期")]
    round: Annotated[Round, Field(title="文件种类")]
    final: Annotated[bool, Field(title="最终批复")]
    delivery_mode: Annotated[DeliveryMode, Field(title="产生方式")]
    priority_types: Annotated[str, Field(title="重点类型")]
    total: Annotated[Money, Field(title="批复总投资（元）")]
    final_total: Annotated[Money | None, Field(title="其中最终批复（元）")]
    planned_end: Annotated[date, Field(title="计划完工日期")]


@report("approvals", title="批复情况", articles=("24",), totals=("final_total",))
def approvals(city: City) -> Iterator[ApprovalRow]:
    """全部批复的金额、产生方式和重点类型；合计只计最终批复."""
    for project in city.projects:
        declaration = project.declared.declaration
        for replied in project.all(ReplyIssued):
            yield ApprovalRow(
                **heading(project),
                number=replied.reply.document.number,
                replied_on=replied.on,
                round=replied.round,
                final=replied.final,
                delivery_mode=replied.delivery_mode,
                priority_types="、".join(each.label for each in declaration.priority_types),
                total=replied.total,
                final_total=replied.total if replied.final else None,
                planned_end=replied.planned_end,
            )


class MergedRow(ProjectRow):
    ground: Annotated[MergeGround, Field(title="情形")]
    submitted_on: Annotated[date, Field(title="报审日期")]
    total: Annotated[Money, Field(title="总投资（元）")]
    limit: Annotated[Money, Field(title="限额（元）")]
    percent_of_limit: Annotated[Percent, Field(title="占限额（%）")]
    near: Annotated[bool, Field(title="接近限额")]
    unit_year_total: Annotated[Money, Field(title="同一单位同年此类合计（元）")]
    clustered: Annotated[bool, Field(title="合计超过限额")]


@report("merged-plans", title="合并编报情况", articles=("18",), totals=("total",))
def merged_plans(city: City) -> Iterator[MergedRow]:
    """合并编报的实施方案：接近限额的，和同一单位同年合计超过限额的，供审查是否拆分."""
    limit = city.policy.money("merged_plan_max_total")
    watch = city.policy.number("limit_watch_percent")
    plans = [
        (project, submitted)
        for project in city.projects
        if (submitted := project.last(DocumentSubmitted)) and submitted.submission.merge
    ]
    sums: dict[tuple[str, int], Money] = defaultdict(lambda: Money(0))
    for project, submitted in plans:
        if submitted.submission.merge and submitted.submission.merge.ground is MergeGround.SMALL:
            sums[project.unit_id, submitted.on.year] += submitted.submission.total
    for project, submitted in plans:
        if (merge := submitted.submission.merge) is None:
            continue
        amount, together = submitted.submission.total, sums[project.unit_id, submitted.on.year]
        small = merge.ground is MergeGround.SMALL
        yield MergedRow(
            **heading(project),
            ground=merge.ground,
            submitted_on=submitted.on,
            total=amount,
            limit=limit,
            percent_of_limit=percent(amount, limit),
            near=small and amount * 100 >= limit * watch,
            unit_year_total=together,
            clustered=small and together > limit,
        )


class VarianceRow(ProjectRow):
    feasibility: Annotated[Money, Field(title="可研批复（元）")]
    design: Annotated[Money, Field(title="初步设计（元）")]
    difference: Annotated[Percent, Field(title="超出（%）")]
    major: Annotated[bool, Field(title="超出重大变更的比例")]
    declared_major: Annotated[bool, Field(title="申明目标或主要内容有重大改变")]
    replied: Annotated[bool, Field(title="初步设计已批复")]


@report("design-variance", title="初步设计较可研批复", articles=("25",))
def design_variance(city: City) -> Iterator[VarianceRow]:
    """初步设计方案的投资较可研批复增减多少，是否达到重大变更的比例."""
    major = city.policy.number("art25_major_percent")
    for project in city.projects:
        replies = {e.round: e for e in project.all(ReplyIssued)}
        feasibility = replies.get(Round.FEASIBILITY)
        designs = [
            e.submission
            for e in project.all(DocumentSubmitted)
            if e.submission.round is Round.DESIGN
        ]
        if feasibility is None or not designs:
            continue
        design = designs[-1]
        yield VarianceRow(
            **heading(project),
            feasibility=feasibility.total,
            design=design.total,
            difference=percent(design.total - feasibility.total, feasibility.total),
            major=design.total * 100 > feasibility.total * (100 + major),
            declared_major=design.major_adjustment,
            replied=Round.DESIGN in replies,
        )


class CopyRow(ProjectRow):
    number: Annotated[str | None, Field(title="批复文号")]
    replied_on: Annotated[date, Field(title="批复日期")]
    days: Annotated[int, Field(title="已过天数")]


@report("copies", title="待签收的批复抄送", articles=("24",))
def unacknowledged_copies(city: City) -> Iterator[CopyRow]:
    """市机关事务局尚未签收抄送件的批复."""
    for project in city.projects:
        received = {e.receipt.number for e in project.all(ReplyCopied)}
        for replied in project.all(ReplyIssued):
            number = replied.reply.document.number
            if number not in received:
                yield CopyRow(
                    **heading(project),
                    number=number,
                    replied_on=replied.on,
                    days=(city.as_of - replied.on).days,
                )


class ExceptionRow(Record):
    rows: Annotated[str, Field(title="规则编号")]
    unit_id: Annotated[str, Field(title="项目单位")]
    unit_name: Annotated[str, Field(title="单位名称")]
    project: Annotated[str, Field(title="项目名称")]
    kind: Annotated[ExemptionKind, Field(title="例外种类")]
    status: Annotated[ExceptionStatus, Field(title="状态")]
    reason: Annotated[str, Field(title="理由")]
    legal_basis: Annotated[str, Field(title="法律依据")]
    approvers: Annotated[str, Field(title="批准部门")]
    number: Annotated[str, Field(title="批准文号")]
    valid_until: Annotated[date | None, Field(title="有效至（含）")]


@report("exceptions", title="例外登记", articles=("53", "6", "8", "12", "23", "25", "43"))
def exceptions_register(city: City) -> Iterator[ExceptionRow]:
    """原则上之外的例外和专门规定：申请、批准、不予批准和撤销的."""
    for entry in exceptions(city, ExceptionFilter()):
        project = city.project(entry.project_id) if entry.project_id else None
        yield ExceptionRow(
            rows="、".join(entry.rows),
            unit_id=entry.unit_id,
            unit_name=entry.unit_name,
            project=project.name if project else "",
            kind=entry.kind,
            status=entry.status,
            reason=entry.reason,
            legal_basis=entry.legal_basis,
            approvers="、".join(entry.approvers),
            number=entry.number,
            valid_until=entry.valid_until,
        )
