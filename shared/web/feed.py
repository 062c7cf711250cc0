"""事件流: a service's log, in commit order, from any position, without a gap."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from shared.eventstore.wire import to_service, to_wire
from shared.kernel.model import Record
from shared.web.actors import SYSTEM, CurrentActor
from shared.web.problems import problems
from shared.web.routes import StrictRoute

LONGEST_WAIT = 4.0
"""Seconds; a stopping server lets the requests under way go on for five."""

router = APIRouter(route_class=StrictRoute, tags=["事件流"])


class FeedEvent(Record):
    """事件: one row of the log; `data` and `meta` are the very texts that were hashed."""

    position: int
    stream: str
    version: int
    event_id: str
    type: str
    schema_version: int
    data: Annotated[str, Field(title="事件内容（JSON 文本，按字节计入哈希）")]
    meta: Annotated[str, Field(title="事件环境（JSON 文本，按字节计入哈希）")]
    effective_on: str
    recorded_at: str
    leaf: Annotated[str, Field(title="叶哈希（Base64）")]
    subjects: Annotated[tuple[str, ...], Field(title="事件所涉（project:…、unit:…、system:…）")]
    secret: Annotated[str | None, Field(title="密钥（Base64），只给系统内各服务")] = None


class FeedPage(Record):
    """事件页."""

    events: tuple[FeedEvent, ...]
    next: Annotated[int, Field(title="下一页的 after")]


class LogHead(Record):
    """日志头: how far the log reaches and the Merkle root over it."""

    position: int
    root: Annotated[str, Field(title="默克尔根（十六进制）")]
    hash: Annotated[str, Field(title="哈希算法")]
    origin: str
    clock: Annotated[str, Field(title="时钟：real 或 sandbox")]


@router.get("/feed/head", responses=problems())
async def read_feed_head(request: Request, actor: CurrentActor) -> LogHead:
    """日志头：最新位置与默克尔根。"""
    runtime = request.app.state.runtime
    head = await runtime.head()
    return LogHead(
        position=head.position,
        root=head.root.hex(),
        hash=head.hash,
        origin=head.origin,
        clock="sandbox" if head.sandbox else "real",
    )


@router.get("/feed", responses={200: {"model": FeedPage}, **problems()})
async def read_feed(
    request: Request,
    actor: CurrentActor,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, title="从该位置之后开始")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, title="每页条数")] = 100,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, title="没有新事件时最多等待的秒数")] = 0.0,
) -> Response:
    """按提交顺序读取事件，无缺口；可等待新事件。"""
    runtime = request.app.state.runtime
    if wait:
        await runtime.log.wait_beyond(after, wait)
    rows = await runtime.read(after, limit)
    reached = rows[-1].position if rows else after
    write = to_service if actor.body == SYSTEM.body else to_wire
    content = orjson.dumps(
        {"events": [orjson.Fragment(write(row)) for row in rows], "next": reached}
    )
    return Response(content, media_type="application/json")
