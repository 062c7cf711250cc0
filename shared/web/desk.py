"""收件: how a command becomes events or a refusal, on record either way.

Identify, authorise, fold, gather facts, decide, append, answer. The append is the arbiter: it
checks every version the decision rested on and the idempotency key in the transaction that
records the events, so a decision on a state that has moved is made again.
"""

import asyncio
import hashlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request

from shared.events import Event, Meta, Recorded
from shared.events.refusals import RequestRefused
from shared.eventstore.decoding import reference
from shared.eventstore.errors import IdempotencyKeyReused, VersionConflict
from shared.eventstore.records import Append, Appended, IdempotencyKey, NewEvent
from shared.kernel.actor import Actor
from shared.kernel.identifiers import uuid7
from shared.kernel.model import Record
from shared.regulation.decision import Context, Decision, InvalidField, RuleBroken
from shared.web.actors import ActorBearer, authorise
from shared.web.problems import ProblemError, invalid
from shared.web.receipts import Receipt, is_refusal, receipt_event, refused
from shared.web.runtime import Aggregate, Folded, Runtime, events_of

ATTEMPTS = 5
"""How often a decision is made again when what it rests on has moved meanwhile."""


Outcome = Event | Sequence[Event]
Decide = Callable[[Any, Any, Any, Context], Outcome]
"""A decision: (state, command, facts, context) → events; raises RuleBroken."""

Parties = Callable[[Any, Any, Any], frozenset[str]]
"""Whose project it is: (state, command, facts) → units; a unit acts on its own only."""

Gather = Callable[["Reading", Any, Any], Any]
"""Facts for a decision: (reading, state, command) → facts; async."""


@dataclass
class Reading:
    """What a decision may look at; remembers what it rests on.

    Own streams are checked by the append. Whether other services know more is asked while the
    decision is made, which then waits for `confirmed`; a second, `fresh` one waits before.
    """

    runtime: Runtime
    fresh: bool
    versions: dict[str, int] = field(default_factory=dict)
    _answers: asyncio.Future[Any] | None = None
    _generation: int = 0

    async def own(self, aggregate: Aggregate, subject: object) -> Any:
        """The state of another stream of this service; the append will check its version."""
        folded = await self.runtime.fold(aggregate, subject, fresh=self.fresh)
        self.versions[aggregate.stream(subject)] = folded.version
        return folded.state

    async def others(self, subject: str) -> tuple[Recorded, ...]:
        """Other services' events about a subject, as fresh as those services are now."""
        inbox = self.runtime.inbox
        if self._answers is None:
            self._answers = await self.runtime.fence.ask()
            if self.fresh:
                await asyncio.shield(self._answers)
            self._generation = inbox.generation
        known = inbox.known(subject)
        return known if known is not None else await asyncio.to_thread(inbox.about, subject)

    async def confirmed(self) -> bool:
        """Whether the facts of other services are all that those held when they were asked."""
        if self._answers is None or self.fresh:
            return True
        await asyncio.shield(self._answers)
        return self._generation == self.runtime.inbox.generation


@dataclass(frozen=True)
class _Matter:
    """What is to be decided: on which stream, by which decision, resting on which facts."""

    aggregate: Aggregate
    subject: object
    decision: Decide
    command: Record
    facts: Gather | None
    creates: bool
    parties: Parties | None

    @property
    def stream(self) -> str:
        return self.aggregate.stream(self.subject)


@dataclass(frozen=True)
class Desk:
    """One request's handling: actor, headers, and the service's runtime."""

    runtime: Runtime
    actor: Actor
    operation: str
    key: IdempotencyKey
    if_match: str | None
    request_digest: str
    correlation_id: str
    traceparent: str
    path: str = ""
    causation_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    """What the answer's head says of the outcome."""

    def new_id(self) -> UUID:
        """An id of the instant it is made (UUIDv7)."""
        return uuid7(self.runtime.clock.now())

    async def decide(
        self,
        aggregate: Aggregate,
        subject: object,
        decision: Decide,
        command: Record,
        *,
        facts: Gather | None = None,
        creates: bool = False,
        parties: Parties | None = None,
    ) -> Receipt:
        """Run a decision on a stream and answer with its receipt.

        `creates`: the stream may be new and needs no If-Match. `parties`: whose project it
        is; units may act on their own only. Raises ProblemError.
        """
        power = authorise(self.actor, self.runtime.policy_now(), self.operation)
        if power.own and parties is None:
            raise LookupError(f"{self.operation} is for a unit's own projects: name the parties")
        matter = _Matter(aggregate, subject, decision, command, facts, creates, parties)
        try:
            appended, made = await self._settle(matter)
        except IdempotencyKeyReused:
            raise _key_reused() from None
        except ProblemError:
            # The key decides first: a repeated request gets its first answer, whatever has
            # moved since.
            appended_before = await self._answered_before()
            if appended_before is None:
                raise
            appended, made = appended_before, None
        receipt = self._answer(appended, made)
        if creates:
            self.headers["Location"] = f"{self.path}/{receipt.id}"
        return receipt

    async def _settle(self, matter: _Matter) -> tuple[Appended, Decision | None]:
        """The events as recorded, and the decision unless they are an earlier answer."""
        stream, fresh = matter.stream, False
        for _ in range(ATTEMPTS):
            folded = await self.runtime.fold(
                matter.aggregate, matter.subject, fresh=fresh, new=matter.creates
            )
            reading = Reading(self.runtime, fresh, {stream: folded.version})
            found = matter.facts(reading, folded.state, matter.command) if matter.facts else None
            found = await found if inspect.isawaitable(found) else found
            context = self._context(matter.subject)
            try:
                events = self._decided(matter, folded, found, context)
            except ProblemError:
                if fresh:
                    raise
                fresh = True  # judged from memory: nobody is turned away before a second look
                continue
            made = context.decision(accepted=not is_refusal(events[0].type), on=events[0].on)
            metas = self._metas(made, len(events))
            append = self._append(events, metas, reading.versions)
            if not await reading.confirmed():
                fresh = True
                continue
            try:
                appended = await self.runtime.log.append(append)
            except VersionConflict:
                self.runtime.forget(list(reading.versions))
                fresh = True
                continue
            if appended.replayed:
                return appended, None
            contents = list(zip(events, metas, strict=True))
            self._keep(matter.aggregate, stream, folded, appended, contents)
            return appended, made
        raise ProblemError(
            "busy",
            "有其他办理正在改变同一对象，请稍后以同一 Idempotency-Key 重试",
            headers={"Retry-After": "1"},
        )

    def _decided(
        self, matter: _Matter, folded: Folded, facts: Any, context: Context
    ) -> tuple[Event, ...]:
        """The events of a decision or its refusal; ProblemError where it is not even considered."""
        state, command = folded.state, matter.command
        if matter.parties is not None:
            parties = matter.parties(state, command, facts)
            authorise(self.actor, context.policy, self.operation, parties)
        if not matter.creates:
            self._require_version(folded.version)
        try:
            return events_of(matter.decision(state, command, facts, context))
        except InvalidField as error:
            raise invalid(error.field, str(error)) from None
        except RuleBroken as refusal:
            return (self._refusal(matter, state, refusal, context),)

    def _require_version(self, version: int) -> None:
        if self.if_match == "*" or (version == 0 and self.if_match is None):
            return
        if self.if_match is None:
            raise ProblemError(
                "version_missing", f'请在 If-Match 中提供对象的当前版本（当前 ETag 为 "{version}"）'
            )
        if self.if_match != f'"{version}"':
            raise ProblemError(
                "version_conflict",
                f'对象已更新到版本 "{version}"，请重新读取后再办理',
                headers={"ETag": f'"{version}"'},
            )

    def _context(self, subject: object) -> Context:
        return Context(
            now=self.runtime.clock.now(),
            actor=self.actor,
            policies=self.runtime.policies,
            new_id=self.new_id,
            command=self.operation,
            subject=str(subject),
        )

    def _refusal(
        self, matter: _Matter, state: Any, refusal: RuleBroken, context: Context
    ) -> RequestRefused:
        units = {
            getattr(matter.command, "unit_id", None),
            self.actor.unit_id,
            *getattr(state, "parties", ()),
        }
        return RequestRefused(
            on=context.today,
            refusal_id=self.new_id(),
            subject=matter.stream,
            command=self.operation,
            rules=tuple(check.rule for check in refusal.checks),
            articles=tuple(check.article for check in refusal.checks),
            request_digest=self.request_digest,
            about=(matter.stream, *(f"unit:{unit}" for unit in sorted(filter(None, units)))),
        )

    def _metas(self, decision: Decision, count: int) -> list[Meta]:
        first = Meta(
            actor=self.actor,
            command=self.operation,
            policy=decision.policy,
            clock=self.runtime.clock.kind,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            traceparent=self.traceparent,
            decision_id=decision.decision_id,
            decision=decision,
        )
        others = first.model_copy(update={"decision": None}) if count > 1 else first
        return [first, *[others] * (count - 1)]

    def _append(
        self, events: tuple[Event, ...], metas: list[Meta], versions: dict[str, int]
    ) -> Append:
        reached = dict(versions)
        rows = []
        for event, meta in zip(events, metas, strict=True):
            stream = event.stream
            reached[stream] = reached.get(stream, 0) + 1
            rows.append(
                NewEvent(
                    originator_id=stream,
                    originator_version=reached[stream],
                    topic=event.type,
                    state=event.to_bytes(),
                    meta=meta.to_bytes(),
                    event_id=self.new_id(),
                    schema_version=event.schema_version,
                    effective_on=event.on,
                )
            )
        return Append(tuple(rows), guards=versions, idempotency=self.key)

    def _keep(
        self,
        aggregate: Aggregate,
        stream: str,
        folded: Folded,
        appended: Appended,
        contents: list[tuple[Event, Meta]],
    ) -> None:
        news = [
            Recorded(event, reference(self.runtime.name, row), meta, row.recorded_at)
            for row, (event, meta) in zip(appended.events, contents, strict=True)
            if row.stream_id == stream
        ]
        if news:
            self.runtime.advance(aggregate, stream, folded, news)
        self.runtime.forget([r.stream_id for r in appended.events if r.stream_id != stream])

    async def _answered_before(self) -> Appended | None:
        try:
            return await asyncio.to_thread(self.runtime.log.reply_for, self.key)
        except IdempotencyKeyReused:
            raise _key_reused() from None

    def _answer(self, appended: Appended, made: Decision | None) -> Receipt:
        rows = appended.events
        decision = made or Meta.model_validate_json(rows[0].meta).decision
        if decision is None:
            raise ValueError(f"event {rows[0].event_id} carries no decision")
        if is_refusal(rows[0].type):
            refusal = refused(decision)
            if appended.replayed:
                refusal.headers["Idempotency-Replayed"] = "true"
            raise refusal
        # On a replay the subject of a creation is the one made at the first time.
        main = rows[0]
        version = [r.version for r in rows if r.stream_id == main.stream_id][-1]
        self.headers["ETag"] = f'"{version}"'
        if appended.replayed:
            self.headers["Idempotency-Replayed"] = "true"
        return Receipt(
            id=main.stream_id.partition(":")[2],
            version=version,
            position=rows[-1].position,
            recorded_at=rows[-1].recorded_at,
            events=tuple(receipt_event(row) for row in rows),
            decision=decision,
        )


def _key_reused() -> ProblemError:
    return ProblemError(
        "idempotency_key_reused", "同一 Idempotency-Key 已用于内容不同的请求，请换一个新的键"
    )


COMMAND_HEADERS = (
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "幂等键：每次新的办理用一个新键，重试沿用原键",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": '对象版本：读取时得到的 ETag，例如 "3"；* 表示任意；新建对象时不需要',
        "schema": {"type": "string", "maxLength": 100},
    },
    {
        "name": "X-Correlation-ID",
        "in": "header",
        "required": False,
        "description": "关联标识：记入由此产生的事件",
        "schema": {"type": "string", "maxLength": 100},
    },
)
"""What every command takes besides its body, as OpenAPI parameters."""


def _header(request: Request, name: str, longest: int) -> str:
    value = request.headers.get(name, "")
    if len(value) > longest or not value.isascii() or not value.isprintable():
        raise invalid(name, f"须为不超过 {longest} 个可见 ASCII 字符")
    return value


class DeskBearer(ActorBearer):
    """The desk for one command request, and who stands there from its bearer token.

    The headers are read here and documented in `COMMAND_HEADERS`.
    """

    async def __call__(self, request: Request) -> Desk:  # type: ignore[override]
        return await _desk(request, self.actor(request))


async def _desk(request: Request, actor: Actor) -> Desk:
    idempotency_key = _header(request, "Idempotency-Key", 200)
    if not idempotency_key:
        raise ProblemError(
            "idempotency_key_missing",
            "请在 Idempotency-Key 头中为每次办理提供一个新键（例如 UUID），重试时沿用原键",
        )
    body = await request.body()
    path = request.scope["path"]
    asked = f"{request.method} {path}\n".encode() + body
    owner = f"{actor.body}\n{actor.unit_id}\n{actor.person}\n{idempotency_key}".encode()
    return Desk(
        runtime=request.app.state.runtime,
        actor=actor,
        operation=request.scope["route"].name,
        key=IdempotencyKey(hashlib.sha256(owner).hexdigest(), hashlib.sha256(asked).digest()),
        if_match=request.headers.get("If-Match"),
        request_digest=f"sha256:{hashlib.sha256(body).hexdigest()}",
        correlation_id=_header(request, "X-Correlation-ID", 100),
        traceparent=_header(request, "traceparent", 100),
        path=path,
    )


AtDesk = Annotated[Desk, Depends(DeskBearer())]


def reaction_desk(runtime: Runtime, actor: Actor, operation: str, cause: Recorded) -> Desk:
    """The desk for a reaction: its key comes from the event it reacts to."""
    key = f"{operation}/{cause.ref.event_id}".encode()
    return Desk(
        runtime=runtime,
        actor=actor,
        operation=operation,
        key=IdempotencyKey(hashlib.sha256(key).hexdigest(), hashlib.sha256(key).digest()),
        if_match="*",
        request_digest=f"sha256:{hashlib.sha256(key).hexdigest()}",
        correlation_id=cause.meta.correlation_id,
        traceparent=cause.meta.traceparent,
        causation_id=str(cause.ref.event_id),
    )
