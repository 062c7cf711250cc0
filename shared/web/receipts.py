"""回执: what a command is answered with: its receipt, or its refusal as a problem."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import orjson
from pydantic import Field

from shared.events import EVENTS
from shared.events.envelope import with_decision
from shared.events.refusals import RequestRefused
from shared.eventstore.records import NewEvent, RecordedEvent
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
    position: Annotated[int, Field(title="日志位置；试办时为 0")]
    data: Annotated[str | None, Field(title="试办时将记录的事件内容（JSON 文本）")] = None


class Receipt(Record):
    """回执: the events recorded, the decision, and where they stand.

    Of a rehearsal (`dry_run`) the events that would have been recorded, with their content.
    """

    id: Annotated[str, Field(title="办理对象的标识")]
    version: Annotated[int, Field(title="对象的新版本（即 ETag）")]
    position: Annotated[int, Field(title="日志位置，可用作 min_position")]
    recorded_at: datetime
    events: tuple[ReceiptEvent, ...]
    decision: Decision
    dry_run: Annotated[bool, Field(title="是否试办：未作任何记录")] = False

    def to_bytes(self) -> bytes:
        """The answer's body."""
        around = self.__pydantic_serializer__.to_json(self, exclude_none=True, exclude={"decision"})
        return with_decision(around, self.decision)


def is_refusal(event_type: str) -> bool:
    return event_type == RequestRefused.__name__


def recorded_decision(meta: bytes) -> Decision | None:
    """The decision in what surrounds an event; it is never sealed."""
    decision = orjson.loads(meta).get("decision")
    return None if decision is None else Decision.model_validate_json(orjson.dumps(decision))


def receipt_event(row: RecordedEvent) -> ReceiptEvent:
    return ReceiptEvent(
        event_id=row.event_id,
        type=row.type,
        label=EVENTS[row.type].label,
        stream=row.stream_id,
        version=row.version,
        position=row.position,
    )


def rehearsed(rows: Sequence[NewEvent], decision: Decision, now: datetime) -> Receipt:
    """What a rehearsal is answered with: nothing of it has been recorded."""
    main = rows[0].stream_id
    return Receipt(
        id=main.partition(":")[2],
        version=[row.version for row in rows if row.stream_id == main][-1],
        position=0,
        recorded_at=now,
        events=tuple(
            ReceiptEvent(
                event_id=row.event_id,
                type=row.type,
                label=EVENTS[row.type].label,
                stream=row.stream_id,
                version=row.version,
                position=0,
                data=row.data.decode(),
            )
            for row in rows
        ),
        decision=decision,
        dry_run=True,
    )


def refused(decision: Decision) -> ProblemError:
    """A refusal under the regulation as a problem: every broken rule with article and remedy."""
    broken = [check for check in decision.checks if not check.stands]
    detail = "；".join(f"第{c.article}条：{c.text}。{c.remedy}" for c in broken)
    return ProblemError(
        "rule_broken",
        detail,
        rules=[BrokenRule.of(check) for check in broken],
        decision=decision,
    )
