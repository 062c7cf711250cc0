"""红旗：紧贴合并编报限额、拆分项目、突破限额、合同恰为批复总额 (第十八、二十八、三十六条)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from uuid import UUID

from services.audit.flags.flag import (
    Finding,
    by_project,
    finding,
    flag,
    in_time,
    project_of,
)
from services.audit.ledger import City
from shared.events import Recorded
from shared.events.approval import ChangeApproved, DocumentSubmitted, MergeGround, ReplyIssued
from shared.events.budget import ContractRecorded
from shared.events.registry import DeclarationWithdrawn, ProjectDeclared
from shared.events.vocabulary import DeliveryMode
from shared.kernel.money import Money, total

_ORDINALS = re.compile(r"第?[一二三四五六七八九十]+[期批次]|[0-9]+")
"""What tells one part from the next, and nothing of what it is: 二期, 第一批, 2027."""


@dataclass(frozen=True)
class _Sized:
    """A self-built project with the newest paper that says what it costs."""

    declared: Recorded
    source: Recorded
    amount: Money
    name: str
    content: str
    unit_id: str
    plan_year: int

    @property
    def project_id(self) -> UUID:
        return project_of(self.declared)

    @cached_property
    def marks(self) -> tuple[frozenset[str], frozenset[str]]:
        return _pairs(self.name), _pairs(self.content)


def _pairs(text: str) -> frozenset[str]:
    """Every two characters that stand side by side; of signs, blanks and ordinals nothing."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c for c in _ORDINALS.sub("", plain) if c.isalnum())
    return frozenset(a + b for a, b in pairwise(kept)) or frozenset({kept} - {""})


def _sized(city: City) -> list[_Sized]:
    """Self-built projects that are not withdrawn, in the order of their declaration."""
    gone = {event.project_id for event in city.whole.all(DeclarationWithdrawn)}
    newest = {project_of(r): r for r in city.whole.recorded(DocumentSubmitted)}
    found = []
    for declared in city.whole.recorded(ProjectDeclared):
        event = declared.event
        if not isinstance(event, ProjectDeclared) or event.project_id in gone:
            continue
        declaration = event.declaration
        if declaration.delivery_mode is not DeliveryMode.SELF_BUILD:
            continue
        source = newest.get(event.project_id, declared)
        paper = source.event
        submitted = paper.submission if isinstance(paper, DocumentSubmitted) else None
        found.append(
            _Sized(
                declared,
                source,
                submitted.total if submitted else declaration.total,
                declaration.name,
                submitted.content if submitted else declaration.tasks,
                event.unit_id,
                declaration.plan_year,
            )
        )
    return sorted(found, key=lambda each: (each.declared.on, str(each.project_id)))


def _limit(city: City, sized: _Sized) -> Money:
    return city.policies.known_on(sized.source.on).money("merged_plan_max_total")


@flag(
    "near-merged-plan-limit",
    title="紧贴合并编报限额",
    says="同一单位同一计划年度内，自行建设且未撤回的项目，金额（最近一次报审文件的总投资，未报审的取申报"
    "的投资额度）不超过合并编报限额、且不低于该限额的规定百分比的，达到规定个数。",
    articles=("18",),
    thresholds=("near_limit_percent", "near_limit_projects"),
    values=("merged_plan_max_total",),
)
def near_merged_plan_limit(city: City) -> Iterator[Finding]:
    """Several of a unit's projects of one year, each just small enough for a merged plan."""
    groups: dict[tuple[str, int], list[_Sized]] = {}
    for each in _sized(city):
        share = city.policies.known_on(each.source.on).threshold("near_limit_percent")
        limit = _limit(city, each)
        if limit * share <= each.amount * 100 <= limit * 100:
            groups.setdefault((each.unit_id, each.plan_year), []).append(each)
    for (_, year), group in groups.items():
        last = max(group, key=lambda each: in_time(each.source))
        policy = city.policies.known_on(last.source.on)
        limit, share = _limit(city, last), policy.threshold("near_limit_percent")
        if len(group) < policy.threshold("near_limit_projects"):
            continue
        floor = Money(-(-limit * share // 100))
        told = "、".join(str(each.amount) for each in group)
        yield finding(
            city,
            (each.source for each in group),
            f"{limit} × {share}% = {floor}；{told} 均不低于 {floor}、不超过 {limit}，"
            f"共 {len(group)} 个",
            {
                "计划年度": year,
                "项目个数": len(group),
                "合计（元）": total(each.amount for each in group),
                "限额（元）": limit,
            },
        )


@flag(
    "split-projects",
    title="疑似拆分项目",
    says="同一单位自行建设且未撤回的项目，两两之间申报日期相隔不超过规定天数，且名称相似度或主要内容相似度"
    "达到规定百分比的，视为相连；经此相连的一组项目，每个金额都不超过合并编报限额，而合计超过限额。相似度"
    "为两段文字（统一全角半角和大小写，去除标点、空白、数字和期次批次）的相邻两字组合中，共有的个数除以"
    "合并后的个数，取整数百分比。金额取最近一次报审文件的总投资，未报审的取申报的投资额度。",
    articles=("18",),
    thresholds=("split_days", "split_similarity_percent"),
    values=("merged_plan_max_total",),
)
def split_projects(city: City) -> Iterator[Finding]:
    """Parts that are each small enough for a merged plan, and would not be as one."""
    of_unit: dict[str, list[_Sized]] = {}
    for each in _sized(city):
        if each.amount <= _limit(city, each):
            of_unit.setdefault(each.unit_id, []).append(each)
    for parts in of_unit.values():
        links = [link for a, b in combinations(parts, 2) if (link := _link(city, a, b))]
        for group, joined in _groups(parts, links):
            last = max(group, key=lambda each: in_time(each.source))
            limit, whole = _limit(city, last), total(each.amount for each in group)
            if whole <= limit:
                continue
            told = " + ".join(str(each.amount) for each in group)
            yield finding(
                city,
                (each.source for each in group),
                f"{told} = {whole} > {limit}；{'；'.join(link.told for link in joined)}",
                {"项目个数": len(group), "合计（元）": whole, "限额（元）": limit},
            )


@dataclass(frozen=True)
class _Link:
    """Two projects close in time and alike, and by which figures."""

    one: _Sized
    other: _Sized
    told: str


def _link(city: City, one: _Sized, other: _Sized) -> _Link | None:
    policy = city.policies.known_on(other.declared.on)
    days = (other.declared.on - one.declared.on).days
    if days > policy.threshold("split_days"):
        return None
    least = policy.threshold("split_similarity_percent")
    for label, mine, yours in zip(("名称", "主要内容"), one.marks, other.marks, strict=True):
        common, all_of_them = len(mine & yours), len(mine | yours)
        if all_of_them and common * 100 >= least * all_of_them:
            share = common * 100 // all_of_them
            told = f"《{one.name}》与《{other.name}》相隔 {days} 天，{label}相似度 "
            return _Link(one, other, f"{told}{common}/{all_of_them} = {share}%")
    return None


def _groups(
    parts: Iterable[_Sized], links: list[_Link]
) -> Iterator[tuple[list[_Sized], list[_Link]]]:
    """The projects that links join, directly or by way of others, each group with its links."""
    group_of = {each.project_id: {each.project_id} for each in parts}
    for link in links:
        one, other = group_of[link.one.project_id], group_of[link.other.project_id]
        if one is not other:
            one |= other
            group_of.update(dict.fromkeys(other, one))
    told: set[UUID] = set()
    for first in parts:
        group = group_of[first.project_id]
        if len(group) > 1 and first.project_id not in told:
            told |= group
            yield (
                [each for each in parts if each.project_id in group],
                [link for link in links if link.one.project_id in group],
            )


@flag(
    "outgrown-merged-plan",
    title="合并编报后突破限额",
    says="以总投资不超过限额为由合并编报实施方案的项目，批复之后经批准调整的总投资超过合并编报限额。",
    articles=("18", "28"),
    values=("merged_plan_max_total",),
)
def outgrown_merged_plan(city: City) -> Iterator[Finding]:
    """Small enough when its plan was merged, larger once it was approved."""
    steps = city.whole.recorded(DocumentSubmitted, ReplyIssued, ChangeApproved)
    for events in by_project(steps).values():
        merged: Recorded | None = None
        replied: Recorded | None = None
        for recorded in events:
            match recorded.event:
                case DocumentSubmitted(submission=submission):
                    small = submission.merge and submission.merge.ground is MergeGround.SMALL
                    merged = recorded if small else None
                case ReplyIssued():
                    replied = recorded
                case ChangeApproved(total=now) if merged and replied:
                    limit = city.policies.known_on(merged.on).money("merged_plan_max_total")
                    if now > limit:
                        yield finding(
                            city,
                            (merged, replied, recorded),
                            f"批准调整为 {now} > {limit}，超出 {now - limit}",
                            {"调整后总投资（元）": now, "限额（元）": limit},
                        )
                        break


@flag(
    "contracts-equal-approved-total",
    title="合同总额恰为批复总额",
    says="项目全部合同的金额合计，与现行基线（最近一次最终批复或批准的调整）的总投资一分不差。",
    articles=("28", "36"),
)
def contracts_equal_approved_total(city: City) -> Iterator[Finding]:
    """Contracts that use up the approved total to the 分."""
    contracts = by_project(city.whole.recorded(ContractRecorded))
    baselines: dict[UUID, tuple[Recorded, Money]] = {}
    for recorded in city.whole.recorded(ReplyIssued, ChangeApproved):
        match recorded.event:
            case ReplyIssued(final=True, total=approved) | ChangeApproved(total=approved):
                baselines[project_of(recorded)] = recorded, approved
    for project_id, signed in contracts.items():
        if project_id not in baselines:
            continue
        baseline, approved = baselines[project_id]
        amounts = [r.event.contract.amount for r in signed if isinstance(r.event, ContractRecorded)]
        if total(amounts) == approved:
            told = " + ".join(map(str, amounts))
            sum_told = f"{told} = {approved}" if len(amounts) > 1 else told
            yield finding(
                city,
                (baseline, *signed),
                f"合同 {sum_told}；批复 {approved}；相差 0.00",
                {"合同份数": len(amounts), "合同总额（元）": approved, "批复总额（元）": approved},
            )
