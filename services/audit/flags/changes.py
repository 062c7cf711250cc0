"""红旗：累计调整接近上限、先实施后报备、先签约后批复、多次未事先申请 (第二十八、二十九条)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.audit.flags.flag import Finding, bursts, by_project, finding, flag, in_time
from services.audit.ledger import City
from services.audit.reports.changes import RETROACTIVE
from shared.events import Recorded
from shared.events.approval import (
    ChangeApplied,
    ChangeApproved,
    ChangeFiled,
    FilingDisputed,
    LateNoticeFound,
    ReplyIssued,
)
from shared.events.budget import ContractRecorded, PaymentRecorded, ProcurementRecorded
from shared.events.refusals import RequestRefused
from shared.kernel.money import ZERO, Money


@dataclass
class _Baseline:
    """What was filed since a reply or an approved change."""

    approved: Money
    opened: Recorded
    moved: Money = ZERO
    limit: Money = ZERO
    steps: list[Recorded] = field(default_factory=list)


@flag(
    "cumulative-change-near-limit",
    title="累计调整接近上限",
    says="自一个基线（最终批复或批准的调整）起，报备的调整扣除被提出异议的，累计达到批复总投资的规定百分比，"
    "而不超过上限；基线已被取代的，按其被取代时的累计。",
    articles=("29",),
    thresholds=("cumulative_percent",),
    values=("art29_max_percent",),
)
def cumulative_change_near_limit(city: City) -> Iterator[Finding]:
    """Money moved by filing alone, up to just below where approval is needed."""
    steps = city.whole.recorded(ReplyIssued, ChangeApproved, ChangeFiled, FilingDisputed)
    for events in by_project(steps).values():
        for baseline in _baselines(events):
            yield from _near(city, baseline)


def _baselines(events: list[Recorded]) -> Iterator[_Baseline]:
    current: _Baseline | None = None
    for recorded in events:
        match recorded.event:
            case ReplyIssued(total=approved) | ChangeApproved(total=approved):
                if current:
                    yield current
                current = _Baseline(approved, recorded)
            case ChangeFiled(moved_so_far=moved, limit=limit) if current:
                current.moved, current.limit = moved, limit
                current.steps.append(recorded)
            case FilingDisputed(returned=returned) if current:
                current.moved -= returned
                current.steps.append(recorded)
    if current:
        yield current


def _near(city: City, baseline: _Baseline) -> Iterator[Finding]:
    if not baseline.steps:
        return
    least = city.policies.known_on(baseline.steps[-1].on).threshold("cumulative_percent")
    moved, approved, limit = baseline.moved, baseline.approved, baseline.limit
    if moved * 100 >= approved * least and moved <= limit:
        floor = Money(-(-approved * least // 100))
        yield finding(
            city,
            (baseline.opened, *baseline.steps),
            f"{approved} × {least}% = {floor} ≤ 累计 {moved} ≤ 上限 {limit}，"
            f"距上限 {limit - moved}",
            {"批复总投资（元）": approved, "累计调整（元）": moved, "上限（元）": limit},
        )


@flag(
    "executed-before-filing",
    title="先实施后报备或申请",
    says="调整的已实施日期早于报备或申请的文书日期，达到规定天数；以及因擅自重大变更且超概算而不予受理的"
    "申请，不论天数。",
    articles=("28", "29"),
    thresholds=("executed_early_days",),
)
def executed_before_filing(city: City) -> Iterator[Finding]:
    """A change that was there before anybody was told."""
    for recorded in city.whole.recorded(ChangeFiled, ChangeApplied):
        event = recorded.event
        executed = (
            event.change.executed_on if isinstance(event, ChangeFiled | ChangeApplied) else None
        )
        if executed is None:
            continue
        days = (recorded.on - executed).days
        if days >= city.policies.known_on(recorded.on).threshold("executed_early_days"):
            told = f"已实施日期 {executed}，{recorded.event.label}日期 {recorded.on}，早 {days} 天"
            yield finding(city, (recorded,), told, {"早于天数": days})
    for recorded in city.whole.recorded(RequestRefused):
        event = recorded.event
        if isinstance(event, RequestRefused) and RETROACTIVE in event.rules:
            day = _executed_on(event)
            told = f"已实施日期 {day or '未留存'}，申请日期 {recorded.on}，不予受理"
            yield finding(city, (recorded,), told)


def _executed_on(refused: RequestRefused) -> str | None:
    """The day that a refused application named; None where what was asked for is not kept."""
    try:
        asked = json.loads(refused.request or "{}")
    except ValueError:
        return None
    day = asked.get("executed_on") if isinstance(asked, dict) else None
    return day if isinstance(day, str) else None


@flag(
    "contract-before-reply",
    title="先采购签约支付后批复",
    says="采购、合同或支付的日期，早于项目最终批复的日期。",
    articles=("24", "28", "40"),
)
def contract_before_reply(city: City) -> Iterator[Finding]:
    """Bought before it was approved, by the dates on the papers."""
    replies: dict[object, Recorded] = {}
    for recorded in city.whole.recorded(ReplyIssued):
        if isinstance(recorded.event, ReplyIssued) and recorded.event.final:
            replies.setdefault(recorded.event.project_id, recorded)
    bought = city.whole.recorded(ProcurementRecorded, ContractRecorded, PaymentRecorded)
    for project_id, steps in by_project(bought).items():
        reply = replies.get(project_id)
        early = sorted((r for r in steps if reply and r.on < reply.on), key=in_time)
        if reply and early:
            told = "；".join(
                f"{r.event.label} {r.on}，早 {(reply.on - r.on).days} 天" for r in early
            )
            yield finding(
                city, (*early, reply), f"批复 {reply.on}；{told}", {"早于批复的事项": len(early)}
            )


@flag(
    "repeated-late-notices",
    title="多次未事先申请调整",
    says="同一单位先行实施而后申请的调整，在规定天数内达到规定件数。",
    articles=("28",),
    thresholds=("late_notices_of_one_unit", "window_days"),
)
def repeated_late_notices(city: City) -> Iterator[Finding]:
    """A unit that keeps applying after the fact."""
    policy = city.policy
    of_unit: dict[str, list[Recorded]] = {}
    for recorded in city.whole.recorded(LateNoticeFound):
        if isinstance(recorded.event, LateNoticeFound):
            of_unit.setdefault(recorded.event.unit_id, []).append(recorded)
    days, least = policy.threshold("window_days"), policy.threshold("late_notices_of_one_unit")
    for found in of_unit.values():
        for run in bursts(found, days, least):
            told = f"{run[0].on} 至 {run[-1].on} 共 {len(run)} 件，达到 {least} 件（{days} 天内）"
            yield finding(city, run, told, {"件数": len(run)})
