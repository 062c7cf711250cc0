"""条目: an event as auditors read it, in a history or in a register."""

from datetime import date, datetime
from typing import Annotated, Self, TypedDict
from uuid import UUID

from pydantic import Field

from services.audit import narrative
from shared.events import Event, Recorded
from shared.events.refusals import RequestRefused
from shared.kernel.actor import Actor
from shared.kernel.dates import legal_date
from shared.kernel.model import Record
from shared.regulation.decision import Decision
from shared.regulation.pack import Policy


class Identity(TypedDict):
    """Which event it is, as every record that shows one says."""

    service: str
    position: int
    stream: str
    version: int
    event_id: UUID
    type: str
    label: str
    on: date
    recorded_at: datetime


def identity(recorded: Recorded) -> Identity:
    """Which event it is."""
    event, ref = recorded.event, recorded.ref
    return Identity(
        service=ref.service,
        position=ref.position,
        stream=ref.stream,
        version=ref.version,
        event_id=ref.event_id,
        type=event.type,
        label=event.label,
        on=event.on,
        recorded_at=recorded.recorded_at,
    )


class Entry(Record):
    """历史条目: one event, by whom, under which policy, on what decision."""

    step: Annotated[int, Field(title="在完整历史中的序号")]
    service: str
    position: int
    stream: str
    version: int
    event_id: UUID
    type: str
    label: Annotated[str, Field(title="事件名称")]
    article: Annotated[str, Field(title="条号")]
    summary: Annotated[str, Field(title="摘要")]
    on: Annotated[date, Field(title="法定日期")]
    recorded_at: Annotated[datetime, Field(title="入库时间")]
    backdated: Annotated[bool, Field(title="补录：法定日期早于入库日期（上海）")]
    backdated_days: Annotated[int, Field(ge=0, title="补录的天数；当日入库的为 0")]
    actor: Actor
    body_name: Annotated[str, Field(title="部门名称")]
    command: str
    policy: str
    clock: Annotated[str, Field(title="时钟：real 或 sandbox")]
    decision: Annotated[Decision | None, Field(title="决定记录")]
    data: Annotated[str, Field(title="事件内容（JSON 文本）")]

    @classmethod
    def of(cls, step: int, recorded: Recorded, policy: Policy) -> Self:
        event, meta = recorded.event, recorded.meta
        late = backdated_by(recorded)
        return cls(
            step=step,
            **identity(recorded),
            article=_articles(event),
            summary=narrative.line(event, meta.decision),
            backdated=late > 0,
            backdated_days=late,
            actor=meta.actor,
            body_name=policy.body_name(meta.actor.body),
            command=meta.command,
            policy=meta.policy,
            clock=meta.clock,
            decision=meta.decision,
            data=event.to_bytes().decode(),
        )


class Mention(Record):
    """所提到的事件: enough to know which one it is, and where it is explained."""

    service: str
    position: int
    stream: str
    version: int
    event_id: UUID
    type: str
    label: Annotated[str, Field(title="事件名称")]
    summary: Annotated[str, Field(title="摘要")]
    on: Annotated[date, Field(title="法定日期")]
    recorded_at: Annotated[datetime, Field(title="入库时间")]
    backdated: Annotated[bool, Field(title="补录：法定日期早于入库日期（上海）")]
    backdated_days: Annotated[int, Field(ge=0, title="补录的天数；当日入库的为 0")]
    cited_by: Annotated[tuple[str, ...], Field(title="以其为依据的规则")] = ()
    explanation: Annotated[str, Field(title="说明其决定的地址（审计服务内）")]

    @classmethod
    def of(cls, recorded: Recorded, cited_by: tuple[str, ...] = ()) -> Self:
        ref = recorded.ref
        late = backdated_by(recorded)
        return cls(
            **identity(recorded),
            summary=narrative.line(recorded.event, recorded.meta.decision),
            backdated=late > 0,
            backdated_days=late,
            cited_by=cited_by,
            explanation=f"/v1/events/{ref.service}/{ref.position}/explanation",
        )


def citing(decision: Decision | None) -> dict[UUID, tuple[str, ...]]:
    """Which rules of a decision cite an event, by the event's id."""
    found: dict[UUID, tuple[str, ...]] = {}
    for check in decision.checks if decision else ():
        for ref in check.basis:
            found[ref.event_id] = (*found.get(ref.event_id, ()), check.rule)
    return found


def backdated_by(recorded: Recorded) -> int:
    """Days by which the legal date lies before the day of recording in Shanghai; never negative."""
    return max(0, (legal_date(recorded.recorded_at) - recorded.on).days)


def _articles(event: Event) -> str:
    """The article of the step; of a refusal, those that stood against it."""
    if isinstance(event, RequestRefused):
        return "、".join(dict.fromkeys(event.articles))
    return event.article
