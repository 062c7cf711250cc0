"""复核: recorded decisions made again on the recorded facts; they must come out as they did.

A page walks over the log from a position, so that a long log is checked in pieces, and a check that
was interrupted goes on where it was. Every decision is judged by the policy that it cites.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from shared.events import Event, Recorded
from shared.eventstore.decoding import decoded
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.model import Record, present
from shared.regulation.pack import Library
from shared.regulation.rule import Check
from shared.web.actors import CurrentActor
from shared.web.problems import ProblemError, invalid, problems
from shared.web.reading import LAST_POSITION
from shared.web.redecision import Past, Redecided, Undecidable, again, decided_at
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["复核"])

_SECOND_LOOKS = 10
"""How many instants are tried where other services recorded while it was being decided."""


class Weight(Coded):
    """不同之处的轻重."""

    OUTCOME = "OUTCOME", "结果、规则、依据或事件内容不同"
    WORDING = "WORDING", "只有文字或算式的写法不同"


class Mismatch(Record):
    """不同之处."""

    weight: Weight
    what: Annotated[str, Field(title="何处")]
    was: Annotated[str, Field(title="记录的")]
    now: Annotated[str, Field(title="重作的")]


class Recheck(Record):
    """一项决定的复核结果."""

    service: str
    position: int
    stream: str
    event_id: UUID
    command: str
    label: Annotated[str, Field(title="办理事项")] = ""
    accepted: Annotated[bool, Field(title="当时是否受理")]
    policy: Annotated[str, Field(title="当时的政策")]
    same: Annotated[bool, Field(title="重作结果是否相同；不能重作的为否")]
    undecidable: Annotated[Undecidable | None, Field(title="不能重作的原因")] = None
    mismatches: Annotated[tuple[Mismatch, ...], Field(title="不同之处")] = ()


class FullRecheck(Recheck):
    """一项决定的复核结果, with what was checked now and what it was given to look at."""

    checks: Annotated[tuple[Check, ...], Field(title="重作时核对的规则")] = ()
    read: Annotated[tuple[EventRef, ...], Field(title="重作时所见的全部事件")] = ()
    facts_until: Annotated[
        datetime | None, Field(title="所见他方事件的入库截止时刻；不能重作的为空")
    ] = None


class RecheckPage(Record):
    """复核页."""

    next: Annotated[int, Field(title="已复核到的位置，下一页的 after")]
    head: Annotated[int, Field(title="日志末尾的位置")]
    decisions: Annotated[int, Field(title="本页的决定数")]
    same: Annotated[int, Field(title="其中结果相同的")]
    items: Annotated[tuple[Recheck, ...], Field(title="不同的和不能重作的")]


@router.get("/rechecks", responses=problems())
async def recheck_decisions(
    request: Request,
    actor: CurrentActor,
    after: Annotated[int, Query(ge=0, le=LAST_POSITION, title="从该位置之后开始")] = 0,
    limit: Annotated[int, Query(ge=1, le=500, title="每页走过的事件数")] = 200,
) -> RecheckPage:
    """复核：按当时的政策和事实重作本服务已记录的决定，列出结果不同的；不作任何记录。"""
    runtime: Runtime = request.app.state.runtime
    await runtime.fence()
    head = (await runtime.head()).position
    checking, found, reached = Checking(runtime, Past(runtime, after)), [], after
    for group in grouped(await _page(runtime, after, limit)):
        if group[0].meta.decision is not None:
            found.append(await checking.check(group))
        for recorded in group:
            checking.past.add(recorded)
        reached = group[-1].ref.position
    return RecheckPage(
        next=reached,
        head=max(head, reached),
        decisions=len(found),
        same=sum(each.same for each in found),
        items=tuple(Recheck(**_short(each)) for each in found if not each.same or each.mismatches),
    )


@router.get("/rechecks/{position}", responses=problems(404))
async def recheck_decision(
    request: Request,
    actor: CurrentActor,
    position: Annotated[int, Path(ge=1, le=LAST_POSITION, title="决定所在的日志位置")],
) -> FullRecheck:
    """复核一项决定：并给出重作时核对的规则和所见的事件。"""
    runtime: Runtime = request.app.state.runtime
    await runtime.fence()
    groups = grouped(await _page(runtime, position - 1, 1))
    group = next(groups, None)
    if group is None or group[0].ref.position != position:
        raise ProblemError("not_found", f"{runtime.name} 的日志没有位置 {position}")
    if group[0].meta.decision is None:
        raise invalid("position", "这一位置的事件不带决定记录；请给出同一办理的第一个事件")
    return await Checking(runtime, Past(runtime, position - 1)).check(group)


async def _page(runtime: Runtime, after: int, limit: int) -> list[Recorded]:
    """The log's next events, and what was recorded together with the last of them."""
    events = [decoded(runtime.name, row) for row in await runtime.read(after, limit)]
    while events:
        rows = await runtime.read(events[-1].ref.position, 1)
        if not rows or _begins(events[-1], further := decoded(runtime.name, rows[0])):
            break
        events.append(further)
    return events


def grouped(events: list[Recorded]) -> Iterator[list[Recorded]]:
    """Events by the decision that recorded them."""
    group: list[Recorded] = []
    for recorded in events:
        if group and _begins(group[-1], recorded):
            yield group
            group = []
        group.append(recorded)
    if group:
        yield group


def _begins(before: Recorded, recorded: Recorded) -> bool:
    """Whether an event was recorded by another decision than the one before it."""
    decided = recorded.meta.decision_id
    together = decided is not None and decided == before.meta.decision_id
    return recorded.meta.decision is not None or not together


def _short(full: FullRecheck) -> dict[str, Any]:
    return {name: getattr(full, name) for name in Recheck.model_fields}


@dataclass
class Checking:
    """A walk over recorded decisions, in the order of the log."""

    runtime: Runtime
    past: Past
    libraries: dict[str, Library] = field(default_factory=dict)

    async def check(self, group: list[Recorded]) -> FullRecheck:
        """One decision, given all that it recorded."""
        first = group[0]
        was = present(first.meta.decision)
        told: dict[str, Any] = {
            "service": first.ref.service,
            "position": first.ref.position,
            "stream": first.ref.stream,
            "event_id": first.ref.event_id,
            "command": first.meta.command,
            "accepted": was.accepted,
            "policy": was.policy,
        }
        try:
            made, until = await self._as_it_was(group)
        except Exception as error:  # any: one decision that breaks must not hide all the others
            failed = Mismatch(
                weight=Weight.OUTCOME,
                what="程序",
                was="作出了决定",
                now=f"{type(error).__name__}：{error}"[:500],
            )
            return FullRecheck(**told, same=False, mismatches=(failed,))
        if isinstance(made, Undecidable):
            return FullRecheck(**told, same=False, undecidable=made)
        found = tuple(mismatches(made, group))
        return FullRecheck(
            **told,
            label=made.command.label,
            same=not _otherwise(found),
            mismatches=found,
            checks=made.checks,
            read=tuple(event.ref for event in made.read),
            facts_until=until,
        )

    async def _as_it_was(self, group: list[Recorded]) -> tuple[Redecided | Undecidable, datetime]:
        """A decision made again on what it saw.

        What other services recorded in the very moment it may have seen or not: if it does not
        come out as it did with all of that, it is tried without the latest, one by one.
        """
        first = group[0]
        policies = await self._policies(first)
        until = first.recorded_at
        made = await again(self.past, first, policies, until)
        if isinstance(made, Undecidable) or not _otherwise(mismatches(made, group)):
            return made, until
        for moment in self._moments(made):
            second = await again(self.past, first, policies, moment)
            if isinstance(second, Redecided) and not _otherwise(mismatches(second, group)):
                return second, moment
        return made, until

    def _moments(self, made: Redecided) -> list[datetime]:
        """Instants just before each foreign event that came while it was being decided."""
        wait = timedelta(seconds=self.runtime.settings.fence_seconds)
        since = decided_at(made.was) - wait
        late = {
            event.recorded_at
            for event in made.read
            if event.ref.service != self.runtime.name and event.recorded_at >= since
        }
        moment = timedelta(microseconds=1)
        return [at - moment for at in sorted(late, reverse=True)[:_SECOND_LOOKS]]

    async def _policies(self, first: Recorded) -> Library:
        """The packs as the decision read them: its own with the readings it counts."""
        reference = present(first.meta.decision).policy
        if reference not in self.libraries:
            pack, _, version = reference.partition("@")
            seen = _Readings(pack, int(version.partition(".")[2] or 0), first.recorded_at)
            self.libraries[reference] = await asyncio.to_thread(self.runtime.policies_when, seen)
        return self.libraries[reference]


class _Readings:
    """The first so many readings of one pack, and those of other packs up to an instant."""

    def __init__(self, pack: str, limit: int, until: datetime) -> None:
        self._pack, self._left, self._until = pack, limit, until

    def __call__(self, published: Recorded) -> bool:
        if published.ref.stream != f"policy:{self._pack}":
            return published.recorded_at <= self._until
        self._left -= 1
        return self._left >= 0


def _otherwise(found: Any) -> bool:
    return any(each.weight is Weight.OUTCOME for each in found)


def mismatches(made: Redecided, group: list[Recorded]) -> Iterator[Mismatch]:
    """Where a decision made again is not as it is on record."""
    was = made.was
    if made.accepted != was.accepted:
        yield _otherwise_in("是否受理", _accepted(was.accepted), _accepted(made.accepted))
    if made.policy != was.policy:
        yield _otherwise_in("政策", was.policy, made.policy)
    for before, after in zip_longest(was.checks, made.checks):
        yield from _in_check(before, after)
    if made.accepted and was.accepted:
        recorded = [each.event for each in group]
        for one, other in zip_longest(recorded, made.events):
            yield from _in_event(one, other, made.issued)


def _in_check(was: Check | None, now: Check | None) -> Iterator[Mismatch]:
    if was is None or now is None or was.rule != now.rule:
        yield _otherwise_in("所核对的规则", was.rule if was else "无", now.rule if now else "无")
        return
    if was.stands != now.stands or was.holds != now.holds:
        yield _otherwise_in(f"规则 {was.rule}", was.text, now.text)
    if {ref.event_id for ref in was.basis} != {ref.event_id for ref in now.basis}:
        yield _otherwise_in(f"规则 {was.rule} 的依据", _cited(was), _cited(now))
    if was.holds == now.holds and (was.text, was.inputs) != (now.text, now.inputs):
        yield Mismatch(
            weight=Weight.WORDING,
            what=f"规则 {was.rule} 的算式",
            was=f"{was.text} {was.inputs}",
            now=f"{now.text} {now.inputs}",
        )


def _in_event(was: Event | None, now: Event | None, issued: frozenset[str]) -> Iterator[Mismatch]:
    if was is None or now is None or was.type != now.type:
        yield _otherwise_in("所记录的事件", was.type if was else "无", now.type if now else "无")
        return
    pairs = _unequal(was.model_dump(mode="json"), now.model_dump(mode="json"), issued)
    for path, before, after in pairs:
        yield _otherwise_in(f"{was.type}{path}", str(before), str(after))


def _unequal(was: Any, now: Any, issued: frozenset[str]) -> Iterator[tuple[str, Any, Any]]:
    """Where two contents differ; an id made for the decision stands for the one made then."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted({*was, *now}):
            for path, *values in _unequal(was.get(key), now.get(key), issued):
                yield f".{key}{path}", values[0], values[1]
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for number, (one, other) in enumerate(zip(was, now, strict=True)):
            for path, *values in _unequal(one, other, issued):
                yield f"[{number}]{path}", values[0], values[1]
    elif was != now and not (now in issued and _is_an_id(was)):
        yield "", was, now


def _is_an_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def _accepted(accepted: bool) -> str:
    return "受理" if accepted else "不予受理"


def _cited(check: Check) -> str:
    return "、".join(f"{ref.service} {ref.position}" for ref in check.basis) or "无"


def _otherwise_in(what: str, was: str, now: str) -> Mismatch:
    return Mismatch(weight=Weight.OUTCOME, what=what, was=was, now=now)
