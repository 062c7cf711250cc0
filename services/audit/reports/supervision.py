"""报表：限制、认定、处理、暂停、不予受理、规定值 (第十二、三十、三十三、四十七、五十一条)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.audit.eligibility import OF_STANDING
from services.audit.ledger import City
from services.audit.reports.report import ProjectRow, heading, report
from shared.events import Event
from shared.events.acceptance import (
    MeasureImposed,
    MeasureKind,
    MeasureLifted,
    SecurityFault,
    SecurityFindingCleared,
    SecurityFindingRecorded,
    SharingFault,
    SharingViolationFound,
    SharingViolationWithdrawn,
)
from shared.events.approval import (
    ConstructionResumed,
    ConstructionSuspended,
    ProjectTerminated,
    TerminationRefused,
    TerminationRequested,
    TerminationSubmitted,
    TroubleReported,
)
from shared.events.refusals import RequestRefused
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.model import Record
from shared.regulation.pack import Reach
from shared.standing import AcceptanceStatus, Standing, standing_of


class Restriction(Coded):
    """限制种类."""

    DATA_COLLECTION = "DATA_COLLECTION", "数据归集未完成，原则上不得申报新增项目"
    OVERDUE = "OVERDUE", "逾期未验收，单位不得新增项目"
    FAILED = "FAILED", "验收不合格，单位不得新增项目"
    SHARING = "SHARING", "数据共享问题，次年限制其他项目、运维经费和云资源"
    SECURITY = "SECURITY", "安全问题，单位不得新建改建扩建，不安排运维经费"
    DEFERRED = "DEFERRED", "暂缓安排投资计划"
    SUSPENDED = "SUSPENDED", "暂停项目建设"
    TERMINATED = "TERMINATED", "终止项目"


class SanctionRow(Record):
    restriction: Annotated[Restriction, Field(title="限制")]
    article: Annotated[str, Field(title="条号")]
    unit_id: Annotated[str, Field(title="项目单位")]
    unit_name: Annotated[str, Field(title="单位名称")]
    project: Annotated[str, Field(title="所因项目")]
    since: Annotated[date | None, Field(title="依据事件的法定日期")]
    effective_from: Annotated[date | None, Field(title="自")]
    lifted_on: Annotated[date | None, Field(title="预计解除日期")]
    remedy: Annotated[str, Field(title="如何解除")]


@report("sanctions", title="生效和即将生效的限制", articles=("32", "12", "30", "33", "47", "51"))
def sanctions(city: City) -> Iterator[SanctionRow]:
    """单位和项目现受的限制，各因何事、自何时、如何解除."""
    for unit_id in city.units():
        unit = standing_of(city.file(f"unit:{unit_id}").recorded(*OF_STANDING), unit_id)
        for restriction, article, project_id, found_on, remedy in _restrictions(city, unit):
            project = city.project(project_id) if project_id else None
            next_year = found_on.year + 1
            limited = restriction is Restriction.SHARING
            if limited and next_year < city.as_of.year:
                continue
            yield SanctionRow(
                restriction=restriction,
                article=article,
                unit_id=unit_id,
                unit_name=city.unit_name(unit_id),
                project=project.name if project else "",
                since=found_on,
                effective_from=date(next_year, 1, 1) if limited else found_on,
                lifted_on=date(next_year + 1, 1, 1) if limited else None,
                remedy=remedy,
            )


_Found = tuple[Restriction, str, UUID | None, date, str]
"""Restriction, article, project it comes from, day it was found, and what lifts it."""

_BY_ACCEPTANCE = {
    AcceptanceStatus.OVERDUE: Restriction.OVERDUE,
    AcceptanceStatus.FAILED: Restriction.FAILED,
}
_BY_MEASURE = {
    MeasureKind.INVESTMENT_DEFERRED: Restriction.DEFERRED,
    MeasureKind.SUSPENSION: Restriction.SUSPENDED,
}


def _restrictions(city: City, unit: Standing) -> Iterator[_Found]:
    def on(ref: EventRef | None) -> date:
        event = city.event(ref) if ref else None
        return event.on if event else city.as_of

    if unit.uncollected:
        remedy = "完成数据归集，由市数字经济局解除"
        yield Restriction.DATA_COLLECTION, "12", None, on(unit.uncollected), remedy
    for project_id, project in unit.projects.items():
        acceptance = project.acceptance
        if acceptance.status in _BY_ACCEPTANCE:
            barring = _BY_ACCEPTANCE[acceptance.status]
            yield barring, "32", project_id, on(acceptance.ref), "通过该项目的验收"
        for finding in project.sharing:
            remedy = "限制期满；认定有误的由市数字经济局撤销"
            yield Restriction.SHARING, "33", project_id, finding.on, remedy
        for finding in project.security:
            remedy = f"完成整改，由{city.policy.body_name(finding.body)}销号"
            yield Restriction.SECURITY, "51", project_id, finding.on, remedy
        for measure in project.measures:
            if measure.kind in _BY_MEASURE:
                imposed = _BY_MEASURE[measure.kind]
                yield imposed, "47", project_id, on(measure.ref), "完成整改，由作出处理的部门解除"
        if project.terminated:
            yield Restriction.TERMINATED, "30", project_id, on(project.terminated), "不再恢复"
        elif project.suspended:
            remedy = "取得恢复建设的文件"
            yield Restriction.SUSPENDED, "30", project_id, on(project.suspended), remedy


class SharingFindingRow(ProjectRow):
    fault: Annotated[SharingFault, Field(title="问题")]
    found_on: Annotated[date, Field(title="认定日期")]
    limits_year: Annotated[int, Field(title="限制年度")]
    withdrawn_on: Annotated[date | None, Field(title="撤销日期")]
    description: Annotated[str, Field(title="情况")]


@report("sharing-findings", title="数据共享问题认定", articles=("33",))
def sharing_findings(city: City) -> Iterator[SharingFindingRow]:
    """未按要求共享和重复采集数据的认定，及其限制的年度."""
    for project in city.projects:
        withdrawn = {e.finding_id: e.on for e in project.all(SharingViolationWithdrawn)}
        for event in project.all(SharingViolationFound):
            yield SharingFindingRow(
                **heading(project),
                fault=event.violation.fault,
                found_on=event.on,
                limits_year=event.on.year + 1,
                withdrawn_on=withdrawn.get(event.finding_id),
                description=event.violation.description,
            )


class SecurityFindingRow(ProjectRow):
    fault: Annotated[SecurityFault, Field(title="问题")]
    body_name: Annotated[str, Field(title="认定部门")]
    found_on: Annotated[date, Field(title="认定日期")]
    cleared_on: Annotated[date | None, Field(title="销号日期")]
    days_open: Annotated[int, Field(title="未销号天数")]
    description: Annotated[str, Field(title="情况")]


@report("security-findings", title="安全和密码问题", articles=("51", "49"))
def security_findings(city: City) -> Iterator[SecurityFindingRow]:
    """密码应用、网络安全问题和重大隐患的认定，是否已经销号."""
    for project in city.projects:
        cleared = {e.finding_id: e.on for e in project.all(SecurityFindingCleared)}
        for event in project.all(SecurityFindingRecorded):
            over = cleared.get(event.finding_id)
            yield SecurityFindingRow(
                **heading(project),
                fault=event.finding.fault,
                body_name=city.policy.body_name(event.body),
                found_on=event.on,
                cleared_on=over,
                days_open=0 if over else (city.as_of - event.on).days,
                description=event.finding.description,
            )


class MeasureRow(ProjectRow):
    kind: Annotated[MeasureKind, Field(title="措施")]
    body_name: Annotated[str, Field(title="作出部门")]
    number: Annotated[str | None, Field(title="文号")]
    imposed_on: Annotated[date, Field(title="作出日期")]
    lifted_on: Annotated[date | None, Field(title="解除日期")]
    reason: Annotated[str, Field(title="理由")]


@report("measures", title="处理措施", articles=("47",))
def measures(city: City) -> Iterator[MeasureRow]:
    """通报批评、暂缓安排投资计划、暂停和终止."""
    for project in city.projects:
        lifted = {e.measure_id: e.on for e in project.all(MeasureLifted)}
        for event in project.all(MeasureImposed):
            yield MeasureRow(
                **heading(project),
                kind=event.measure.kind,
                body_name=city.policy.body_name(event.body),
                number=event.measure.document.number,
                imposed_on=event.on,
                lifted_on=lifted.get(event.measure_id),
                reason=event.measure.reason,
            )


_INTERRUPTIONS: tuple[type[Event], ...] = (
    TroubleReported,
    ConstructionSuspended,
    ConstructionResumed,
    TerminationRequested,
    TerminationSubmitted,
    ProjectTerminated,
    TerminationRefused,
)


class InterruptionRow(ProjectRow):
    on: Annotated[date, Field(title="法定日期")]
    step: Annotated[str, Field(title="事项")]
    text: Annotated[str, Field(title="情况或理由")]


@report("interruptions", title="重大问题、暂停和终止", articles=("30",))
def interruptions(city: City) -> Iterator[InterruptionRow]:
    """报告的重大问题，暂停、恢复和终止的经过."""
    for project in city.projects:
        for recorded in project.recorded(*_INTERRUPTIONS):
            yield InterruptionRow(
                **heading(project),
                on=recorded.on,
                step=recorded.event.label,
                text=_told(recorded.event),
            )


def _told(event: Event) -> str:
    match event:
        case TroubleReported(trouble=trouble):
            return f"{trouble.kind.label}：{trouble.description}"
        case ConstructionSuspended(suspension=act) | ConstructionResumed(resumption=act):
            return act.reason
        case TerminationRequested(request=request):
            return request.reason
        case TerminationSubmitted(report=told):
            return told.text
        case ProjectTerminated(ruling=ruling) | TerminationRefused(ruling=ruling):
            return ruling.text
        case _:
            return event.label


class RefusalRow(Record):
    article: Annotated[str, Field(title="条号")]
    rule: Annotated[str, Field(title="规则名")]
    command: Annotated[str, Field(title="办理事项")]
    refusals: Annotated[int, Field(title="不予受理次数")]
    units: Annotated[int, Field(title="涉及单位数")]
    last_on: Annotated[date, Field(title="最近一次")]


@report("refusals", title="不予受理统计", articles=("5", "47"), totals=("refusals",))
def refused_requests(city: City) -> Iterator[RefusalRow]:
    """各条、各规则不予受理的次数和涉及的单位."""
    found: dict[tuple[str, str, str], list[RequestRefused]] = defaultdict(list)
    for event in city.whole.all(RequestRefused):
        for article, rule in zip(event.articles, event.rules, strict=False):
            found[article, rule, event.command].append(event)
    for (article, rule, command), events in sorted(found.items(), key=_by_article):
        units = {s for event in events for s in event.about if s.startswith("unit:")}
        yield RefusalRow(
            article=article,
            rule=rule,
            command=command,
            refusals=len(events),
            units=len(units),
            last_on=max(event.on for event in events),
        )


def _by_article(item: tuple[tuple[str, str, str], object]) -> tuple[int, str, str]:
    article, rule, command = item[0]
    return int(article), rule, command


class ValueRow(Record):
    key: Annotated[str, Field(title="参数")]
    value: Annotated[str, Field(title="值")]
    since: Annotated[date, Field(title="生效日期")]
    in_force: Annotated[bool, Field(title="现行")]
    article: Annotated[str, Field(title="条号")]
    reach: Annotated[str, Field(title="适用范围")]
    note: Annotated[str, Field(title="说明")]


_REACH = {Reach.ALL: "自该日起的全部决定", Reach.NEW_OBJECTS: "自该日起新开始的事项"}


@report("policy-values", title="规定值沿革", articles=("56",))
def policy_values(city: City) -> Iterator[ValueRow]:
    """政策包中的每个规定值、解释值，及其生效日期和依据."""
    pack = city.policy.pack
    current = {value.key: value.since for value in pack.values if value.since <= city.as_of}
    for value in pack.values:
        yield ValueRow(
            key=value.key,
            value=_shown(value.value),
            since=value.since,
            in_force=current.get(value.key) == value.since,
            article=value.article,
            reach=_REACH[value.reach],
            note=value.note,
        )


def _shown(value: int | str | bool) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
