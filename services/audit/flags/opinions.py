"""红旗：批复之后的意见、倒签的意见、反复重新提交 (第二十二、二十四条)."""

from collections.abc import Iterator
from uuid import UUID

from services.audit.flags.flag import Finding, finding, flag
from services.audit.ledger import City
from shared.events import Recorded
from shared.events.approval import (
    DocumentSubmitted,
    OpinionCarriedForward,
    OpinionGiven,
    ReplyIssued,
    Round,
)
from shared.kernel.dates import legal_date

Judged = tuple[UUID, str]
"""A project and the digest of the submission that a paper is about."""


def _opinions(city: City) -> Iterator[tuple[Recorded, Judged, str]]:
    """Every opinion, what it judges, and what it is called."""
    for recorded in city.whole.recorded(OpinionGiven, OpinionCarriedForward):
        match recorded.event:
            case OpinionGiven(project_id=project, body=body, opinion=opinion):
                judged, kind = (project, opinion.digest), opinion.kind
            case OpinionCarriedForward(project_id=project, body=body, carry=carry):
                judged, kind = (project, carry.digest), carry.kind
            case _:
                continue
        yield recorded, judged, f"{city.policy.body_name(body)}{kind.label}"


@flag(
    "opinion-after-reply",
    title="批复之后的意见",
    says="对同一份报审文件，意见（含沿用）的文书日期晚于批复的文书日期，或在批复入库之后才入库。",
    articles=("22", "24"),
)
def opinion_after_reply(city: City) -> Iterator[Finding]:
    """An opinion that cannot have been before the reply when the reply was made."""
    replies: dict[Judged, Recorded] = {}
    for recorded in city.whole.recorded(ReplyIssued):
        if isinstance(recorded.event, ReplyIssued):
            replies[recorded.event.project_id, recorded.event.reply.digest] = recorded
    for recorded, judged, name in _opinions(city):
        reply = replies.get(judged)
        if reply is None:
            continue
        days, later = (recorded.on - reply.on).days, recorded.ref.position > reply.ref.position
        if days <= 0 and not later:
            continue
        told = f"{name} {recorded.on}，批复 {reply.on}，"
        told += f"晚 {days} 天" if days > 0 else "意见入库在批复之后"
        order = f"；日志位置：意见 {recorded.ref.position}，批复 {reply.ref.position}"
        yield finding(city, (recorded, reply), told + order, {"晚于批复天数": max(days, 0)})


@flag(
    "backdated-opinion",
    title="倒签的意见",
    says="意见（含沿用）的文书日期早于其所审报审文件的日期；或早于入库日期达到规定天数。",
    articles=("22",),
    thresholds=("backdated_opinion_days",),
)
def backdated_opinion(city: City) -> Iterator[Finding]:
    """An opinion that bears a day long before it came, or before what it judges."""
    papers: dict[Judged, Recorded] = {}
    for recorded in city.whole.recorded(DocumentSubmitted):
        if isinstance(recorded.event, DocumentSubmitted):
            papers.setdefault((recorded.event.project_id, recorded.event.digest), recorded)
    for recorded, judged, name in _opinions(city):
        least = city.policies.known_on(recorded.on).threshold("backdated_opinion_days")
        entered, paper = legal_date(recorded.recorded_at), papers.get(judged)
        days = (entered - recorded.on).days
        if paper and recorded.on < paper.on:
            ahead = (paper.on - recorded.on).days
            told = f"{name} {recorded.on}，所审报审文件 {paper.on}，早 {ahead} 天"
            yield finding(city, (paper, recorded), told, {"早于报审文件天数": ahead})
        elif days >= least:
            told = f"{name} {recorded.on}，入库 {entered}，早 {days} 天，达到 {least} 天"
            yield finding(city, (recorded,), told, {"早于入库天数": days})


@flag(
    "frequent-resubmissions",
    title="反复重新提交",
    says="同一项目同一轮次的报审文件，首次提交之后重新提交达到规定次数。",
    articles=("24",),
    thresholds=("resubmissions",),
)
def frequent_resubmissions(city: City) -> Iterator[Finding]:
    """A paper that comes again and again until it passes."""
    rounds: dict[tuple[UUID, Round], list[Recorded]] = {}
    for recorded in city.whole.recorded(DocumentSubmitted):
        if isinstance(recorded.event, DocumentSubmitted):
            key = recorded.event.project_id, recorded.event.submission.round
            rounds.setdefault(key, []).append(recorded)
    for (_, kind), papers in rounds.items():
        again = len(papers) - 1
        least = city.policies.known_on(papers[-1].on).threshold("resubmissions")
        if again >= least:
            told = f"{kind.label}提交 {len(papers)} 次，重新提交 {again} 次，达到 {least} 次"
            yield finding(city, papers, told, {"重新提交次数": again})
