"""日志证明: checkpoints a log has signed, and proofs of what stands in it."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import PlainTextResponse

from shared.eventstore.evidence import Kind, NotThatLong
from shared.kernel.model import Record
from shared.web.actors import CurrentActor
from shared.web.beside import part_of
from shared.web.log_evidence import LogEvidence
from shared.web.problems import ProblemError, invalid, problems
from shared.web.routes import StrictRoute
from shared.web.signing_keys import TimedKey, origin_of

router = APIRouter(prefix="/log", route_class=StrictRoute, tags=["事件流"])

NOTE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "签名文本（C2SP signed-note）",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}
Size = Annotated[int, Query(ge=0, le=2**63 - 1, title="日志大小（事件数）")]
Hex = Annotated[str, Field(title="十六进制", pattern="^[0-9a-f]{64}$")]


class InclusionProof(Record):
    """包含证明: RFC 6962, section 2.1.1."""

    origin: Annotated[str, Field(title="日志名称")]
    hash: Annotated[str, Field(title="哈希算法")]
    size: Annotated[int, Field(title="日志大小（事件数）")]
    position: Annotated[int, Field(title="事件位置，自 1 起")]
    leaf: Annotated[Hex, Field(title="叶哈希")]
    path: Annotated[tuple[Hex, ...], Field(title="自叶而上的旁支哈希")]


class ConsistencyProof(Record):
    """一致性证明: RFC 6962, section 2.1.2."""

    origin: Annotated[str, Field(title="日志名称")]
    hash: Annotated[str, Field(title="哈希算法")]
    smaller: Annotated[int, Field(title="较早的大小", alias="from")]
    to: Annotated[int, Field(title="较晚的大小")]
    path: Annotated[tuple[Hex, ...], Field(title="证明所列哈希")]


class LogKey(Record):
    """验证公钥: a verifier key, and when the key it belongs to signs."""

    key: Annotated[str, Field(title="公钥（C2SP signed-note 的 vkey）")]
    since: Annotated[datetime | None, Field(title="自该时刻起签名")] = None
    until: Annotated[datetime | None, Field(title="该时刻起不再签名")] = None

    @classmethod
    def of(cls, key: TimedKey) -> "LogKey":
        return cls(key=str(key.verifier), since=key.since, until=key.until)


class LogKeys(Record):
    """日志公钥."""

    origin: Annotated[str, Field(title="日志名称")]
    keys: tuple[LogKey, ...]


@router.get("/checkpoint", responses={**problems(404), **NOTE}, response_class=PlainTextResponse)
async def read_log_checkpoint(
    request: Request, actor: CurrentActor, size: Size | None = None
) -> PlainTextResponse:
    """检查点：日志对自身大小和根的签名；不填大小为最新的一个。"""
    note = await asyncio.to_thread(_evidence(request).kept.checkpoint, size)
    if note is None:
        raise ProblemError("not_found", no_checkpoint(size))
    return PlainTextResponse(note)


def no_checkpoint(size: int | None) -> str:
    """What to say where there is none of that size."""
    if size is None:
        return "尚无检查点，请稍后再试"
    return f"没有大小为 {size} 的检查点；不填 size 则取最新的一个"


@router.get("/inclusion", responses=problems(404))
async def read_log_inclusion(
    request: Request,
    actor: CurrentActor,
    position: Annotated[int, Query(ge=1, le=2**63 - 1, title="事件位置，自 1 起")],
    size: Size,
) -> InclusionProof:
    """包含证明：某位置的事件在前若干条之中（RFC 6962）。"""
    if position > size:
        raise invalid("position", f"不能大于 size（{size}）")
    try:
        found = await asyncio.to_thread(_evidence(request).kept.inclusion, position, size)
    except NotThatLong as error:
        raise _not_that_long(error) from None
    return InclusionProof(
        **_kind(found.kind),
        size=size,
        position=position,
        leaf=found.leaf.hex(),
        path=tuple(node.hex() for node in found.path),
    )


@router.get("/consistency", responses=problems(404))
async def read_log_consistency(
    request: Request,
    actor: CurrentActor,
    smaller: Annotated[int, Query(ge=0, le=2**63 - 1, title="较早的大小", alias="from")],
    to: Annotated[int, Query(ge=0, le=2**63 - 1, title="较晚的大小")],
) -> ConsistencyProof:
    """一致性证明：较晚的日志只是在较早的后面添加（RFC 6962）。"""
    if smaller > to:
        raise invalid("from", f"不能大于 to（{to}）")
    try:
        found = await asyncio.to_thread(_evidence(request).kept.consistency, smaller, to)
    except NotThatLong as error:
        raise _not_that_long(error) from None
    path = [node.hex() for node in found.path]
    return ConsistencyProof.model_validate(
        {**_kind(found.kind), "from": smaller, "to": to, "path": path}
    )


@router.get("/keys", responses=problems())
async def list_log_keys(request: Request, actor: CurrentActor) -> LogKeys:
    """日志公钥：验证检查点用，及各自签名的期间。"""
    runtime = request.app.state.runtime
    keys = tuple(map(LogKey.of, _evidence(request).keys))
    return LogKeys(origin=origin_of(runtime.settings, runtime.name), keys=keys)


def _evidence(request: Request) -> LogEvidence:
    return part_of(request.app.state.runtime.beside, LogEvidence)


def _kind(kind: Kind) -> dict[str, str]:
    return {"origin": kind.origin, "hash": kind.hash}


def _not_that_long(error: NotThatLong) -> ProblemError:
    return ProblemError("not_found", f"日志现有 {error.position} 条，没有所要的大小")
