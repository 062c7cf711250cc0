"""HTTP of the audit service: histories, refusals, integrity."""

import asyncio
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, Field

from services.audit import history, integrity, narrative
from services.audit.integrity import LogIntegrity
from services.audit.state import Dossier, fold
from shared.events import Event, Recorded
from shared.events.refusals import RequestRefused
from shared.events.vocabulary import LegalDate
from shared.kernel.actor import Actor
from shared.kernel.dates import legal_date
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.regulation.decision import Decision
from shared.regulation.pack import Policy
from shared.web.actors import CurrentActor, authorise
from shared.web.feed import LogHead
from shared.web.problems import ProblemError, problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["审计"])


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
    backdated: Annotated[bool, Field(title="法定日期早于入库日期")]
    actor: Actor
    body_name: Annotated[str, Field(title="部门名称")]
    command: str
    policy: str
    clock: Annotated[str, Field(title="时钟：real 或 sandbox")]
    decision: Annotated[Decision | None, Field(title="决定记录")]
    data: Annotated[str, Field(title="事件内容（JSON 文本）")]


class History(Record):
    """项目全史: events of all services in causal order, and the state they add up to."""

    project_id: UUID
    entries: tuple[Entry, ...]
    state: Dossier
    positions: Annotated[dict[str, int], Field(title="各服务日志已反映到的位置")]


class RefusalPage(Record):
    """不予受理登记."""

    items: tuple[Entry, ...]


class IntegrityReport(Record):
    """完整性报告."""

    intact: bool
    logs: tuple[LogIntegrity, ...]


def _entry(step: int, recorded: Recorded, policy: Policy) -> Entry:
    event, ref, meta = recorded.event, recorded.ref, recorded.meta
    body_name = policy.body_name(meta.actor.body)
    return Entry(
        step=step,
        service=ref.service,
        position=ref.position,
        stream=ref.stream,
        version=ref.version,
        event_id=ref.event_id,
        type=event.type,
        label=event.label,
        article=_articles(event),
        summary=narrative.line(event, meta.decision),
        on=event.on,
        recorded_at=recorded.recorded_at,
        backdated=event.on < legal_date(recorded.recorded_at),
        actor=meta.actor,
        body_name=body_name,
        command=meta.command,
        policy=meta.policy,
        clock=meta.clock,
        decision=meta.decision,
        data=event.to_bytes().decode(),
    )


def _articles(event: Event) -> str:
    """The article of the step; of a refusal, those that stood against it."""
    if isinstance(event, RequestRefused):
        return "、".join(dict.fromkeys(event.articles))
    return event.article


@router.get("/projects/{project_id}/history", responses=problems(404))
async def read_history(
    request: Request,
    actor: CurrentActor,
    project_id: Annotated[UUID, Path(title="项目标识")],
    valid_at: Annotated[
        LegalDate | None, Query(title="法定日期", description="只看该日（含）以前发生的")
    ] = None,
    known_at: Annotated[
        AwareDatetime | None, Query(title="已知时刻", description="只看该时刻以前入库的")
    ] = None,
    steps: Annotated[int | None, Query(ge=0, title="只看前若干步")] = None,
) -> History:
    """一个项目在全部服务中的完整历史，按因果和时间排序；可回到任一日期、时刻或步骤。"""
    runtime: Runtime = request.app.state.runtime
    policy = runtime.policy_to_read()
    authorise(actor, policy, "read_audit")
    await runtime.fence()
    positions = await _positions(runtime)
    found = await asyncio.to_thread(runtime.inbox.about, f"project:{project_id}")
    if not found:
        raise ProblemError("not_found", f"没有项目 {project_id} 的记录")
    ordered = history.in_causal_order(found)
    step_of = {r.ref.event_id: step for step, r in enumerate(ordered, 1)}
    chosen = history.cut(ordered, valid_at=valid_at, known_at=known_at, steps=steps)
    return History(
        project_id=project_id,
        entries=tuple(_entry(step_of[r.ref.event_id], r, policy) for r in chosen),
        state=fold(chosen),
        positions=positions,
    )


async def _positions(runtime: Runtime) -> dict[str, int]:
    return {
        f.source: await asyncio.to_thread(runtime.inbox.position, f.source)
        for f in runtime.followers
    }


@router.get("/refusals", responses=problems())
async def list_refusals(
    request: Request,
    actor: CurrentActor,
    unit: Annotated[UnitId | None, Query(title="项目单位")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, title="条数")] = 200,
) -> RefusalPage:
    """不予受理登记：谁、何时、因哪一条未被受理。"""
    runtime: Runtime = request.app.state.runtime
    policy = runtime.policy_to_read()
    authorise(actor, policy, "read_audit")
    await runtime.fence()
    found = await asyncio.to_thread(
        runtime.inbox.of_type, "RequestRefused", f"unit:{unit}" if unit else None, limit
    )
    return RefusalPage(items=tuple(_entry(i, r, policy) for i, r in enumerate(found, 1)))


@router.get("/integrity", responses=problems())
async def check_integrity(request: Request, actor: CurrentActor) -> IntegrityReport:
    """逐条重算四个日志的叶哈希和默克尔根，并与各服务所示的日志头核对。"""
    runtime: Runtime = request.app.state.runtime
    authorise(actor, runtime.policy_to_read(), "read_audit")
    logs = []
    for follower in runtime.followers:
        try:
            head = LogHead.model_validate(await follower.head())
            await follower.reach(head.position, runtime.settings.fence_seconds)
        except (TimeoutError, httpx.HTTPError):
            raise ProblemError(
                "facts_not_fresh",
                f"{follower.source} 的日志此刻无法取得，请稍后重试",
                headers={"Retry-After": "2"},
            ) from None
        logs.append(await asyncio.to_thread(integrity.check, runtime.inbox, follower.source, head))
    return IntegrityReport(intact=all(log.intact for log in logs), logs=tuple(logs))
