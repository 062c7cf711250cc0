"""收件: how a command becomes events or a refusal, on record either way.

Identify, authorise, fold, gather facts, decide, append, answer. The append is the arbiter: it
checks every version the decision rested on and the idempotency key in the transaction that
records the events, so a decision on a state that has moved is made again.
"""

import asyncio
import hashlib
import inspect
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.events import Event, Meta, Recorded
from shared.events.refusals import RequestRefused
from shared.events.registry import PolicyInterpreted
from shared.events.sealing import Key, sealed_data, sealed_meta
from shared.eventstore.decoding import reference, remember
from shared.eventstore.errors import IdempotencyKeyReused, KeyDestroyed, VersionConflict
from shared.eventstore.records import Append, Appended, IdempotencyKey, NewEvent
from shared.kernel.actor import Actor, EventRef
from shared.kernel.identifiers import uuid7
from shared.kernel.model import Record
from shared.regulation.decision import Context, Decision, InvalidField, RuleBroken
from shared.web.actors import authorise
from shared.web.commands import Matter, Reading
from shared.web.follower import Asked
from shared.web.problems import ProblemError, invalid
from shared.web.receipts import (
    Receipt,
    is_refusal,
    receipt_event,
    recorded_decision,
    refused,
    rehearsed,
)
from shared.web.runtime import Folded, Runtime, events_of

ATTEMPTS = 5
"""How often a decision is made again when what it rests on has moved meanwhile."""


@dataclass(slots=True)
class Known:
    """What a decision is given: the object's state, facts, and the context to decide in."""

    folded: Folded
    reading: Reading
    facts: Any
    context: Context

    @property
    def state(self) -> Any:
        return self.folded.state


@dataclass(slots=True)
class Judged:
    """A decision taken and not yet recorded: its events, or the event of its refusal."""

    folded: Folded
    reading: Reading
    """What it rests on."""
    events: tuple[Event, ...]
    decision: Decision

    @property
    def refused(self) -> bool:
        return is_refusal(self.events[0].type)


@dataclass(slots=True)
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
    cause: EventRef | None = None
    """The event it reacts to."""
    rehearsal: bool = False
    """试办: decide and answer, record nothing."""
    asked: Asked | None = None
    """The other services have been asked already, where many decisions are tried at once."""
    headers: dict[str, str] = field(default_factory=dict)
    """What the answer's head says of the outcome."""

    def new_id(self) -> UUID:
        """An id of the instant it is made (UUIDv7)."""
        return uuid7(self.runtime.clock.now())

    async def decide(self, subject: object, body: Record, *, part: UUID | None = None) -> Receipt:
        """Run the operation's decision on an object and answer with its receipt.

        `part` is what the path names beside the object. Raises ProblemError.
        """
        command = self.runtime.spec.commands[self.operation]
        authorise(self.actor, self.runtime.policy_now(), self.operation)
        matter = Matter(command, subject, body, part)
        if self.rehearsal:
            return await self._rehearse(matter)
        try:
            appended, made = await self._settle(matter)
        except IdempotencyKeyReused:
            raise key_reused() from None
        except ProblemError:
            # The key decides first: a repeated request gets its first answer, whatever has
            # moved since.
            appended_before = await self._answered_before()
            if appended_before is None:
                raise
            appended, made = appended_before, None
        receipt = self._answer(appended, made)
        if command.creates:
            self.headers["Location"] = f"{self.path}/{receipt.id}"
        return receipt

    async def _settle(self, matter: Matter) -> tuple[Appended, Decision | None]:
        """The events as recorded, and the decision unless they are an earlier answer."""
        fresh = False
        for _ in range(ATTEMPTS):
            try:
                judged = await self.judge(matter, fresh=fresh)
            except ProblemError:
                if fresh:
                    raise
                fresh = True  # judged from memory: nobody is turned away before a second look
                continue
            metas = self._metas(matter, judged)
            append = self._append(judged.events, metas, judged.reading.versions)
            if not await judged.reading.confirmed():
                fresh = True
                continue
            try:
                appended = await self.runtime.log.append(append)
            except (VersionConflict, KeyDestroyed) as refusal:
                self.runtime.forget(list(judged.reading.versions))
                if isinstance(refusal, KeyDestroyed):
                    self.runtime.forget_all()
                fresh = True
                continue
            if appended.replayed:
                return appended, None
            if append.destroys:
                self.runtime.forget_all()
            contents = list(zip(judged.events, metas, strict=True))
            self._keep(matter, judged.folded, appended, contents)
            if any(isinstance(event, PolicyInterpreted) for event in judged.events):
                await self.runtime.renew_policies()
            return appended, judged.decision
        raise ProblemError(
            "busy",
            "有其他办理正在改变同一对象，请稍后以同一 Idempotency-Key 重试",
            headers={"Retry-After": "1"},
        )

    async def _rehearse(self, matter: Matter) -> Receipt:
        """试办: the same decision on the same state and facts; nothing is recorded."""
        judged = await self.judge(matter)
        if judged.refused:
            raise refused(judged.decision)
        rows = self._append(
            judged.events, self._metas(matter, judged), judged.reading.versions
        ).events
        return rehearsed(rows, judged.decision, self.runtime.clock.now())

    async def gather(self, matter: Matter, *, fresh: bool = True) -> Known:
        """Fold the object and gather the facts; what is not `fresh` comes from memory."""
        command = matter.command
        folded = await self.runtime.fold(
            command.aggregate, matter.subject, fresh=fresh, new=command.creates
        )
        versions = {folded.stream: folded.version}
        reading = Reading(
            self.runtime,
            str(matter.subject),
            matter.part,
            self.cause,
            fresh,
            versions,
            self.asked,
        )
        found = command.facts(reading, folded.state, matter.body) if command.facts else None
        facts = await found if inspect.isawaitable(found) else found
        return Known(folded, reading, facts, self._context(matter.subject))

    async def judge(self, matter: Matter, *, fresh: bool = True) -> Judged:
        """Decide; ProblemError where it is not even considered.

        What was judged from memory, the append finds out whether it still stands.
        """
        known = await self.gather(matter, fresh=fresh)
        events = self._decided(matter, known)
        accepted = not is_refusal(events[0].type)
        decision = known.context.decision(accepted=accepted, on=events[0].on)
        return Judged(known.folded, known.reading, events, decision)

    def _decided(self, matter: Matter, known: Known) -> tuple[Event, ...]:
        """The events of a decision or its refusal; ProblemError where it is not even considered."""
        command, context = matter.command, known.context
        if command.parties is not None:
            parties = command.parties(known.state, matter.body, known.facts)
            authorise(self.actor, context.policy, self.operation, parties)
        if command.awaits and (waiting := command.awaits(known.state, known.facts)):
            raise waiting
        if not command.creates:
            self._require_version(known.folded.version)
        try:
            return events_of(command.decision(known.state, matter.body, known.facts, context))
        except InvalidField as error:
            raise invalid(error.field, str(error)) from None
        except RuleBroken as refusal:
            return (self._refusal(matter, known.state, refusal, context),)

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
        self, matter: Matter, state: Any, refusal: RuleBroken, context: Context
    ) -> RequestRefused:
        units = {
            getattr(matter.body, "unit_id", None),
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
            request=_kept(matter.body, refusal),
            about=(matter.stream, *(f"unit:{unit}" for unit in sorted(filter(None, units)))),
        )

    def _metas(self, matter: Matter, judged: Judged) -> list[Meta]:
        decision, count = judged.decision, len(judged.events)
        first = Meta(
            actor=self.actor,
            command=self.operation,
            policy=decision.policy,
            clock=self.runtime.clock.kind,
            correlation_id=self.correlation_id,
            causation_id=str(self.cause.event_id) if self.cause else "",
            traceparent=self.traceparent,
            part=matter.part,
            decision_id=decision.decision_id,
            decision=decision,
        )
        others = first.model_copy(update={"decision": None}) if count > 1 else first
        return [first, *[others] * (count - 1)]

    def _append(
        self, events: tuple[Event, ...], metas: list[Meta], versions: dict[str, int]
    ) -> Append:
        reached, keys = dict(versions), dict[str, Key]()
        rows = []
        for event, meta in zip(events, metas, strict=True):
            stream = event.stream
            reached[stream] = reached.get(stream, 0) + 1
            key = None if self.rehearsal else self._key(event.sealed_for, keys)
            event_id = self.new_id()
            rows.append(
                NewEvent(
                    originator_id=stream,
                    originator_version=reached[stream],
                    topic=event.type,
                    state=sealed_data(event, event_id, key) if key else event.to_bytes(),
                    meta=sealed_meta(meta, event_id, key) if key else meta.to_bytes(),
                    event_id=event_id,
                    schema_version=event.schema_version,
                    effective_on=event.on,
                )
            )
        return Append(
            tuple(rows),
            guards=versions,
            idempotency=self.key,
            keys=tuple(keys.values()),
            earlier_keys=tuple(
                key.id for subject, key in keys.items() if self._earlier_key(subject) is key
            ),
            destroys=tuple(key_id for event in events for key_id in event.destroys),
        )

    def _key(self, subject: str, keys: dict[str, Key]) -> Key:
        """The key to seal with: of several for a subject any will do."""
        if subject not in keys:
            keys[subject] = self._earlier_key(subject) or Key.new(subject)
        return keys[subject]

    def _earlier_key(self, subject: str) -> Key | None:
        return self.runtime.log.keys.current(subject)

    def _keep(
        self,
        matter: Matter,
        folded: Folded,
        appended: Appended,
        contents: list[tuple[Event, Meta]],
    ) -> None:
        news = []
        for row, (event, meta) in zip(appended.events, contents, strict=True):
            made = Recorded(event, reference(self.runtime.name, row), meta, row.recorded_at)
            remember(row, made)
            if row.stream_id == folded.stream:
                news.append(made)
        if news:
            self.runtime.advance(matter.command.aggregate, folded, news)
        self.runtime.forget(
            [row.stream_id for row in appended.events if row.stream_id != folded.stream]
        )

    async def _answered_before(self) -> Appended | None:
        try:
            return await asyncio.to_thread(self.runtime.log.reply_for, self.key)
        except IdempotencyKeyReused:
            raise key_reused() from None

    def _answer(self, appended: Appended, made: Decision | None) -> Receipt:
        rows = appended.events
        decision = made or recorded_decision(rows[0].meta)
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


def _kept(body: Record, refusal: RuleBroken) -> str | None:
    """What was asked for, as it stays on record; nothing of what is classified (第五十四条)."""
    if any(check.article == "54" for check in refusal.checks):
        return None
    return body.__pydantic_serializer__.to_json(body, exclude_defaults=True).decode()


def key_reused() -> ProblemError:
    return ProblemError(
        "idempotency_key_reused", "同一 Idempotency-Key 已用于内容不同的请求，请换一个新的键"
    )


def desk_for(
    runtime: Runtime,
    actor: Actor,
    operation: str,
    asked: Asked | None = None,
) -> Desk:
    """The desk at which somebody's decision is tried and never recorded."""
    return Desk(
        runtime=runtime,
        actor=actor,
        operation=operation,
        key=IdempotencyKey("", b""),
        if_match="*",
        request_digest=f"sha256:{'0' * 64}",
        correlation_id="",
        traceparent="",
        rehearsal=True,
        asked=asked,
    )


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
        cause=cause.ref,
    )
