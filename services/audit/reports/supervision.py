"""报表：认定、处理、暂停终止、不予受理、规定值 (第五、三十、三十三、四十七、五十一、五十六条)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

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
from shared.kernel.model import Record
from shared.regulation.pack import Reach


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
