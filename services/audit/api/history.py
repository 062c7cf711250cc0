"""HTTP: a project's history over all services, and the integrity of the logs."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from services.audit import history, integrity
from services.audit.api.asking import head_of
from services.audit.api.checkpoints import alarms_of
from services.audit.entries import Entry
from services.audit.integrity import LogIntegrity
from services.audit.state import Dossier, fold
from shared.events.vocabulary import LegalDate
from shared.kernel.model import Record
from shared.web.actors import CurrentActor
from shared.web.instant import Instant
from shared.web.problems import ProblemError, problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["审计"])


class History(Record):
    """项目全史: events of all services in causal order, and the state they add up to."""

    project_id: UUID
    entries: tuple[Entry, ...]
    state: Dossier
    positions: Annotated[dict[str, int], Field(title="各服务日志已反映到的位置")]


class IntegrityReport(Record):
    """完整性报告."""

    intact: bool
    logs: tuple[LogIntegrity, ...]


@router.get("/projects/{project_id}/history", responses=problems(404))
async def read_history(
    request: Request,
    actor: CurrentActor,
    project_id: Annotated[UUID, Path(title="项目标识")],
    valid_at: Annotated[
        LegalDate | None, Query(title="法定日期", description="只看该日（含）以前发生的")
    ] = None,
    known_at: Annotated[
        Instant | None, Query(title="已知时刻", description="只看该时刻以前入库的")
    ] = None,
    steps: Annotated[int | None, Query(ge=0, title="只看前若干步")] = None,
) -> History:
    """一个项目在全部服务中的完整历史，按因果和时间排序；可回到任一日期、时刻或步骤。"""
    runtime: Runtime = request.app.state.runtime
    policy = runtime.policy_to_read()
    await runtime.fence()
    positions = await _positions(runtime)
    found = await asyncio.to_thread(runtime.inbox.about, f"project:{project_id}")
    if actor.unit_id is not None:
        found = history.as_its_unit_sees_it(found, actor.unit_id)
    if not found:
        raise ProblemError("not_found", f"没有项目 {project_id} 的记录，或无权查看")
    ordered = history.in_causal_order(found)
    step_of = {r.ref.event_id: step for step, r in enumerate(ordered, 1)}
    chosen = history.cut(ordered, valid_at=valid_at, known_at=known_at, steps=steps)
    return History(
        project_id=project_id,
        entries=tuple(Entry.of(step_of[r.ref.event_id], r, policy) for r in chosen),
        state=fold(chosen),
        positions=positions,
    )


async def _positions(runtime: Runtime) -> dict[str, int]:
    return {
        f.source: await asyncio.to_thread(runtime.inbox.position, f.source)
        for f in runtime.followers
    }


@router.get("/integrity", responses=problems())
async def check_integrity(request: Request, actor: CurrentActor) -> IntegrityReport:
    """逐条重算四个日志的叶哈希和默克尔根，并与各服务所示的日志头核对；见证中的不符一并列出。"""
    runtime: Runtime = request.app.state.runtime
    logs = []
    for follower in runtime.followers:
        head = await head_of(follower, runtime.settings.fence_seconds)
        found = await asyncio.to_thread(integrity.check, runtime.inbox, follower.source, head)
        logs.append(found.with_alarms(await alarms_of(runtime, follower.source)))
    return IntegrityReport(intact=all(log.intact for log in logs), logs=tuple(logs))
