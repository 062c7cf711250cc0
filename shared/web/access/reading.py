"""访问日志 over HTTP: for auditors; and its pruning, for the daily job."""

import asyncio
from typing import Annotated

import psycopg
from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, Field

from shared.eventstore.accesslog import Wanted
from shared.kernel.model import Record
from shared.kernel.text import Line
from shared.web.access.outcome import AccessOutcome
from shared.web.actors import CurrentActor
from shared.web.instant import Instant
from shared.web.problems import ProblemError, problems
from shared.web.reading import LAST_POSITION
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["访问日志"])


class Access(Record):
    """访问: one read, or one attempt that was denied."""

    entry: Annotated[int, Field(title="序号")]
    at: Annotated[AwareDatetime, Field(title="访问时刻，按实例时钟")]
    recorded_at: Annotated[AwareDatetime, Field(title="入库时刻，按数据库时钟")]
    outcome: AccessOutcome
    operation: Annotated[str, Field(title="接口（operationId）")]
    object: Annotated[str | None, Field(title="对象，例如 project:…；? 表示不合格式，未记")]
    filter: Annotated[str | None, Field(title="筛选条件；? 表示不合格式，未记")]
    person: Annotated[str | None, Field(title="人员；身份未经验证的没有")]
    body: Annotated[str | None, Field(title="部门")]
    role: Annotated[str | None, Field(title="角色")]
    unit_id: Annotated[str | None, Field(title="项目单位")]
    address: Annotated[str | None, Field(title="来源地址")]


class AccessPage(Record):
    """访问日志页."""

    items: tuple[Access, ...]
    next: Annotated[int | None, Field(title="下一页的 before")]


class Pruned(Record):
    """清理结果."""

    removed: Annotated[int, Field(title="删除的条数")]
    kept_days: Annotated[int, Field(title="保存天数")]


class AccessFilter(Record):
    """访问日志的查询条件."""

    person: Annotated[Line | None, Field(title="人员")] = None
    body: Annotated[Line | None, Field(title="部门")] = None
    object: Annotated[Line | None, Field(title="对象，例如 project:…")] = None
    outcome: Annotated[AccessOutcome | None, Field(title="结果")] = None
    since: Annotated[Instant | None, Field(title="自该时刻（含）")] = None
    until: Annotated[Instant | None, Field(title="至该时刻（不含）")] = None
    limit: Annotated[int, Field(title="每页条数", ge=1, le=200)] = 50


class ServiceAccessFilter(AccessFilter):
    """一个服务的访问日志的查询条件."""

    before: Annotated[
        int | None,
        Field(title="序号小于此值", description="上一页的 next", ge=1, le=LAST_POSITION),
    ] = None


@router.get("/access-log", responses=problems())
async def list_access_log(
    request: Request, actor: CurrentActor, wanted: Annotated[ServiceAccessFilter, Query()]
) -> AccessPage:
    """访问日志：谁在何时、从何处查阅了什么，以及被拒绝的访问；由近及远。只供审计（第四十七条）。"""
    runtime: Runtime = request.app.state.runtime
    return await access_page(runtime, wanted, wanted.before)


async def access_page(runtime: Runtime, asked: AccessFilter, before: int | None) -> AccessPage:
    """A page of one service's access log; ProblemError(503) where it cannot be read."""
    wanted = Wanted(asked.person, asked.body, asked.object, asked.outcome, asked.since, asked.until)
    try:
        await runtime.access.flush()
        found = await asyncio.to_thread(runtime.access.kept.page, wanted, before, asked.limit + 1)
    except psycopg.Error:
        raise ProblemError("busy", "访问日志此刻无法读取，请稍后重试") from None
    shown = found[: asked.limit]
    return AccessPage(
        items=tuple(Access(**each._asdict()) for each in shown),
        next=shown[-1].entry if len(found) > asked.limit else None,
    )


@router.delete("/access-log", responses=problems())
async def prune_access_log(request: Request, actor: CurrentActor) -> Pruned:
    """删除超过保存期的访问日志；由每日任务执行，六个月以内的一律保留。"""
    runtime: Runtime = request.app.state.runtime
    days = runtime.settings.access_log_days
    removed = await asyncio.to_thread(runtime.access.kept.prune, days)
    return Pruned(removed=removed, kept_days=days)
