"""回执: what a command is answered with: its receipt, or its refusal as a problem."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events import EVENTS
from shared.events.refusals import RequestRefused
from shared.eventstore.records import RecordedEvent
from shared.kernel.model import Record
from shared.regulation.decision import Decision
from shared.web.problems import BrokenRule, ProblemError


@dataclass(frozen=True, slots=True)
class ReceiptEvent:
    """已记录的事件."""

    event_id: UUID
    type: str
    label: Annotated[str, Field(title="事件名称")]
    stream: str
    version: int
    position: int


class Receipt(Record):
    """回执: the events recorded, the decision, and where they stand."""

    id: Annotated[str, Field(title="办理对象的标识")]
    version: Annotated[int, Field(title="对象的新版本（即 ETag）")]
    position: Annotated[int, Field(title="日志位置，可用作 min_position")]
    recorded_at: datetime
    events: tuple[ReceiptEvent, ...]
    decision: Decision

    def to_bytes(self) -> bytes:
        """The answer's body."""
        return self.__pydantic_serializer__.to_json(self)


def is_refusal(event_type: str) -> bool:
    return event_type == RequestRefused.__name__


def receipt_event(row: RecordedEvent) -> ReceiptEvent:
    return ReceiptEvent(
        event_id=row.event_id,
        type=row.type,
        label=EVENTS[row.type].label,
        stream=row.stream_id,
        version=row.version,
        position=row.position,
    )


def refused(decision: Decision) -> ProblemError:
    """A refusal under the regulation as a problem: every broken rule with article and remedy."""
    broken = [check for check in decision.checks if not check.holds]
    detail = "；".join(f"第{c.article}条：{c.text}。{c.remedy}" for c in broken)
    return ProblemError(
        "rule_broken",
        detail,
        rules=[
            BrokenRule(
                rule=c.rule, article=c.article, row=c.row, says=c.says, text=c.text, remedy=c.remedy
            )
            for c in broken
        ],
        decision=decision,
    )
