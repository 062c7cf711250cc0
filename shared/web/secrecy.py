"""保密审看: what bears a classification marking is turned away before it is read (第五十四条).

It is looked for in every text of every body, names of fields too, before anything is validated.
Of a command that bears one, its digest stays on record, who sent it, when, and what for; nothing
of what it said, and nothing that came with it.
"""

from functools import cache
from typing import Any

from fastapi import Request
from pydantic import TypeAdapter

from shared.events import Meta
from shared.events.refusals import RequestRefused
from shared.events.sealing import Key, sealed_data, sealed_meta
from shared.eventstore.errors import IdempotencyKeyReused
from shared.eventstore.records import Append, NewEvent
from shared.kernel.dates import legal_date
from shared.regulation.decision import Context, Decision
from shared.regulation.secrecy import Markings, content_bears_no_marking, unescaped
from shared.web.desk import Desk, key_reused
from shared.web.problems import BrokenRule, FieldError, ProblemError
from shared.web.receipts import recorded_decision
from shared.web.runtime import Runtime
from shared.web.strictjson import StrictRequest

_UNKNOWN = "（未知字段）"


class ScreenedRequest(StrictRequest):
    """A request that is no command, whose body is turned away where it bears a marking."""

    def __init__(self, request: Request, shape: Any) -> None:
        """`shape`: the type of its body, by which its fields are named."""
        super().__init__(request.scope, request.receive)
        self._shape = shape

    async def json(self) -> Any:
        try:
            content = await super().json()
        except ProblemError as unread:
            if field := await marked_unread(self, unread):
                raise _problem(field) from None
            raise
        if field := marked(self, await self.body(), content, self._shape):
            raise _problem(field)
        return content


def marked(request: Request, body: bytes, content: Any, shape: Any) -> str | None:
    """The field of a body that bears a marking; None where none does."""
    runtime: Runtime = request.app.state.runtime
    if not any(pack.markings.may_be_in(body) for pack in runtime.policies.packs):
        return None
    place = _place(content, runtime.policy_to_read().pack.markings)
    return None if place is None else _told(place, _names(shape))


async def marked_unread(request: Request, unread: ProblemError) -> str | None:
    """The same of a body that could not be read: its text is looked through as it came."""
    if unread.code != "malformed_json":
        return None
    body = await request.body()
    text = unescaped(body).replace('"', "\n")  # so that what stands alone in a text is seen to
    return marked(request, body, text, None)


async def turned_away(desk: Desk, field: str) -> ProblemError:
    """Record that content with a marking was brought, and what to answer; a rehearsal is not
    recorded.

    The field is told, and not kept.
    """
    runtime, now = desk.runtime, desk.runtime.clock.now()
    decision = _decided(desk)
    if desk.rehearsal:
        return _problem(field, decision)
    refusal = RequestRefused(
        on=legal_date(now),
        refusal_id=desk.new_id(),
        subject="",
        command=desk.operation,
        rules=tuple(check.rule for check in decision.checks),
        articles=tuple(check.article for check in decision.checks),
        request_digest=desk.request_digest,
        about=(f"unit:{desk.actor.unit_id}",) if desk.actor.unit_id else (),
    )
    # Not what else the caller named the request by: that, too, can be anything.
    meta = Meta(
        actor=desk.actor,
        command=desk.operation,
        policy=decision.policy,
        clock=runtime.clock.kind,
        decision_id=decision.decision_id,
        decision=decision,
    )
    event_id, key = desk.new_id(), Key.new(refusal.sealed_for)
    row = NewEvent.of(
        stream_id=refusal.stream,
        version=1,
        event_id=event_id,
        type=refusal.type,
        schema_version=refusal.schema_version,
        data=sealed_data(refusal, event_id, key),
        meta=sealed_meta(meta, event_id, key),
        effective_on=refusal.on,
    )
    try:
        appended = await runtime.log.append(Append((row,), idempotency=desk.key, keys=(key,)))
    except IdempotencyKeyReused:
        return key_reused()
    if not appended.replayed:
        return _problem(field, decision)
    first = recorded_decision(appended.events[0].meta)
    return _problem(field, first, {"Idempotency-Replayed": "true"})


def _decided(desk: Desk) -> Decision:
    runtime = desk.runtime
    runtime.policy_now()  # a problem where there is none
    context = Context(
        now=runtime.clock.now(),
        actor=desk.actor,
        policies=runtime.policies,
        new_id=desk.new_id,
        command=desk.operation,
    )
    context.checks.append(content_bears_no_marking(True))
    return context.decision(accepted=False, on=context.today)


def _problem(
    field: str, decision: Decision | None = None, headers: dict[str, str] | None = None
) -> ProblemError:
    check = content_bears_no_marking(True)
    return ProblemError(
        "classified_content",
        f"{field}：{check.text}（第{check.article}条）。{check.remedy}",
        errors=[FieldError(field=field, message="带有密级标志")],
        rules=[BrokenRule.of(check)],
        decision=decision,
        headers=headers,
    )


# -- where it stands ----------------------------------------------------------------------------


def _place(content: Any, markings: Markings) -> tuple[str | int, ...] | None:
    """The path to the first text that bears a marking, and to the first name of a field."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), content)]
    while waiting:  # bodies may be nested deeper than functions call each other
        path, value = waiting.pop()
        match value:
            case str() if markings.mark(value):
                return path
            case dict():
                if name := next(filter(markings.mark, value), None):
                    return (*path, name)
                waiting += [((*path, name), each) for name, each in reversed(value.items())]
            case list():
                within = [((*path, place), each) for place, each in enumerate(value)]
                waiting += reversed(within)
    return None


def _told(place: tuple[str | int, ...], names: frozenset[str]) -> str:
    """A path without what is not a name of ours: it may say anything."""
    known = (str(p) if isinstance(p, int) or p in names else _UNKNOWN for p in place)
    return ".".join(known) or "body"


@cache
def _names(shape: Any) -> frozenset[str]:
    """The names of all fields of a body, nested ones too."""
    if shape is None:
        return frozenset()
    schema = TypeAdapter(shape).json_schema()
    models = (schema, *schema.get("$defs", {}).values())
    return frozenset(name for model in models for name in model.get("properties", ()))
