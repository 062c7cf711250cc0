"""HTTP: why an event is on record, and what was known when it was decided."""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from services.audit import knowledge
from services.audit.entries import Entry, Mention, citing
from services.audit.explanation import Explanation, PolicyUsed, policy_of, power_of
from services.audit.history import in_causal_order
from services.audit.ledger import Ledger
from shared.events import Recorded
from shared.kernel.dates import legal_date
from shared.kernel.model import Record
from shared.web.actors import CurrentActor
from shared.web.follower import Follower
from shared.web.problems import ProblemError, problems
from shared.web.reading import ProjectPath
from shared.web.rechecks import FullRecheck
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime
from shared.web.settings import LOGS

router = APIRouter(route_class=StrictRoute, tags=["审计"])

_MOST_TOGETHER = 600
"""More events than one decision records: an annual list has at most 500 projects."""


class KnownEvent(Mention):
    """当时已入库的事件."""

    read: Annotated[bool | None, Field(title="复核时该决定所见之中有无；不能重作的为空")]


class KnowledgeAtDecision(Record):
    """当时所知: what was on record, what of it was cited, and what came only later."""

    event: Annotated[Entry, Field(title="所问的事件，及其决定记录")]
    decided_at: Annotated[datetime, Field(title="作出决定的时刻")]
    known: Annotated[tuple[KnownEvent, ...], Field(title="当时已入库的，按因果和时间")]
    cited: Annotated[tuple[Mention, ...], Field(title="决定所引用的，含其他项目和单位的事件")]
    came_later: Annotated[
        tuple[Mention, ...], Field(title="法定日期不晚于该事件，而在决定以后才入库的")
    ]


@router.get("/projects/{project_id}/knowledge", responses=problems(404))
async def read_knowledge(
    request: Request,
    actor: CurrentActor,
    project_id: ProjectPath,
    known_before: Annotated[UUID, Query(title="事件标识", description="例如批复的 event_id")],
) -> KnowledgeAtDecision:
    """当时所知：作出某一决定时，关于该项目已入库的、所引用的，和后来才入库的。"""
    runtime: Runtime = request.app.state.runtime
    policy = runtime.policy_to_read()
    await runtime.fence()
    events = await asyncio.to_thread(runtime.inbox.about, f"project:{project_id}")
    step_of = {r.ref.event_id: step for step, r in enumerate(in_causal_order(events), 1)}
    asked = next((r for r in events if r.ref.event_id == known_before), None)
    if asked is None:
        raise ProblemError(
            "not_found",
            f"项目 {project_id} 没有事件 {known_before}；事件标识见该项目的 history",
        )
    around = await _around(runtime, asked.ref.service, asked.ref.position)
    found = knowledge.before(asked, _of_one_decision(asked, around), events)
    made = found.decision.meta.decision
    by_rule = citing(made)
    recheck = await _rechecked(request, found.decision) if made else None
    seen = {ref.event_id for ref in recheck.read} if recheck and recheck.facts_until else None
    cited, _ = await _resolved(request, found.decision)
    return KnowledgeAtDecision(
        event=Entry.of(step_of[known_before], asked, policy),
        decided_at=found.decided_at,
        known=tuple(
            KnownEvent(
                **dict(Mention.of(r, by_rule.get(r.ref.event_id, ()))),
                read=None if seen is None else r.ref.event_id in seen,
            )
            for r in found.known
        ),
        cited=tuple(Mention.of(r, by_rule.get(r.ref.event_id, ())) for r in cited),
        came_later=tuple(Mention.of(r) for r in found.came_later),
    )


@router.get("/events/{service}/{place}/explanation", responses=problems(404))
async def explain_event(
    request: Request,
    actor: CurrentActor,
    service: Annotated[
        str, Path(title="服务", pattern=rf"^({'|'.join(LOGS)})$", examples=["approval"])
    ],
    place: Annotated[
        str,
        Path(
            title="日志位置或事件标识",
            pattern=r"^([0-9]{1,18}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$",
            examples=["12"],
        ),
    ],
) -> Explanation:
    """决定说明：一个事件所据的决定，逐条规则、算式、依据、政策、权限，并当即复核。"""
    runtime: Runtime = request.app.state.runtime
    await runtime.fence()
    position = int(place) if place.isdecimal() else await _position_of(request, service, place)
    around = await _around(runtime, service, position)
    asked = next((r for r in around if r.ref.position == position), None)
    if asked is None:
        raise ProblemError("not_found", f"{service} 的日志没有位置 {position}")
    together = _of_one_decision(asked, around)
    first = together[0]
    made = first.meta.decision
    entry = Entry.of(position, asked, runtime.policy_to_read())
    basis, missing = await _resolved(request, first)
    by_rule = citing(made)
    day = legal_date(first.recorded_at)
    policy = policy_of(runtime.policies, made.policy, day) if made else None
    return Explanation(
        entry=entry,
        decided_with=tuple(Mention.of(r) for r in together if r is not asked),
        checks=made.checks if made else (),
        basis=tuple(Mention.of(r, by_rule.get(r.ref.event_id, ())) for r in basis),
        basis_missing=missing,
        policy=PolicyUsed.of(made.policy, policy) if made and policy else None,
        power=power_of(entry, policy),
        recheck=await _rechecked(request, first) if made else None,
    )


async def _position_of(request: Request, service: str, event_id: str) -> int:
    runtime: Runtime = request.app.state.runtime
    ledger: Ledger = request.app.state.ledger
    found: Recorded | None = await asyncio.to_thread(
        ledger.ask, runtime.inbox, lambda shelves: shelves.by_id.get(UUID(event_id))
    )
    if found is None or found.ref.service != service:
        raise ProblemError("not_found", f"{service} 的日志没有事件 {event_id}")
    return found.ref.position


async def _around(runtime: Runtime, service: str, position: int) -> list[Recorded]:
    """The events before and after a position among which those of its decision are."""
    after = max(0, position - _MOST_TOGETHER)
    return await asyncio.to_thread(
        runtime.inbox.after, service, after, position + _MOST_TOGETHER, 2 * _MOST_TOGETHER
    )


def _of_one_decision(asked: Recorded, around: list[Recorded]) -> list[Recorded]:
    decided = asked.meta.decision_id
    if decided is None:
        return [asked]
    return [r for r in around if r.meta.decision_id == decided]


async def _resolved(
    request: Request, decision: Recorded
) -> tuple[list[Recorded], tuple[UUID, ...]]:
    """The events that a decision cites, and the ids of those that are not here."""
    runtime: Runtime = request.app.state.runtime
    made = decision.meta.decision
    found: list[Recorded] = []
    missing: list[UUID] = []
    for ref in made.basis if made else ():
        page = await asyncio.to_thread(
            runtime.inbox.after, ref.service, ref.position - 1, ref.position, 1
        )
        same = [r for r in page if r.ref.event_id == ref.event_id]
        found += same
        missing += [] if same else [ref.event_id]
    return found, tuple(missing)


async def _rechecked(request: Request, decision: Recorded) -> FullRecheck:
    """What the deciding service finds when it decides again, asked for whoever asks."""
    runtime: Runtime = request.app.state.runtime
    ref = decision.ref
    follower = next(f for f in runtime.followers if f.source == ref.service)
    answer = await _answer_of(
        follower, f"/v1/rechecks/{ref.position}", request.headers["authorization"]
    )
    return FullRecheck.model_validate_json(answer.content)


async def _answer_of(follower: Follower, path: str, authorization: str) -> httpx.Response:
    try:
        answer = await follower.ask(path, authorization)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise ProblemError(
            "facts_not_fresh",
            f"{follower.source} 此刻不能复核（{type(error).__name__}），请稍后重试",
            headers={"Retry-After": "2"},
        ) from None
    return answer
