"""下载附件: the bytes of a digest, always as a file to save, and never such as were changed."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from shared.attachments.names import disposition
from shared.attachments.store import Store, Stored
from shared.kernel.actor import Actor
from shared.web.actors import CurrentActor
from shared.web.attachments.reach import DigestPath, answering, may_see
from shared.web.problems import ProblemError, problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

log = structlog.get_logger(__name__)

router = APIRouter(route_class=StrictRoute, tags=["附件"])

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}

RangeHeader = Annotated[
    str | None,
    Header(alias="Range", title="只取一段", description="bytes=起-止，一段", max_length=100),
]


@router.get(
    "/attachments/{digest}",
    response_class=Response,
    responses={
        200: {"content": _BINARY, "description": "文件"},
        206: {"content": _BINARY, "description": "文件的一段"},
        304: {"description": "未变"},
        **problems(404, 416),
    },
)
async def read_attachment(
    request: Request,
    actor: CurrentActor,
    digest: DigestPath,
    range_: RangeHeader = None,
) -> Response:
    """下载附件：按任一摘要值；项目单位只见自己上传的和本单位项目所附的。HEAD 只答头部。"""
    runtime: Runtime = request.app.state.runtime
    with answering():
        stored = await _seen(runtime, actor, digest)
        headers = _headers(stored, actor)
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        span = _span(range_, request.headers.get("if-range"), headers["ETag"], stored)
    if span is None:
        whole = {**headers, "Content-Length": _size(stored)}
        return StreamingResponse(_whole(runtime.attachments, stored), 200, whole)
    start, stop = span
    headers |= {
        "Content-Length": str(stop - start),
        "Content-Range": f"bytes {start}-{stop - 1}/{stored.uploads[0].size}",
    }
    return StreamingResponse(runtime.attachments.stream(stored.sha256, start, stop), 206, headers)


@router.head("/attachments/{digest}", name="read_attachment", include_in_schema=False)
async def read_attachment_headers(
    request: Request, actor: CurrentActor, digest: DigestPath
) -> Response:
    """As GET, without the bytes."""
    runtime: Runtime = request.app.state.runtime
    with answering():
        stored = await _seen(runtime, actor, digest)
    headers = _headers(stored, actor)
    return Response(headers={**headers, "Content-Length": _size(stored)})


async def _seen(runtime: Runtime, actor: Actor, digest: str) -> Stored:
    stored = await runtime.attachments.find(digest)
    if stored is None or not await may_see(runtime, actor, stored):
        raise ProblemError("not_found", "没有该附件，或无权查看")
    if stored.size is None:
        raise ProblemError("not_found", "附件曾经上传，其字节现已不在；可由持有者重新上传")
    if stored.altered:
        raise ProblemError("internal_error", "附件已被改动，不予提供；请运行 govit verify")
    return stored


def _size(stored: Stored) -> str:
    return str(stored.uploads[0].size)


def _headers(stored: Stored, actor: Actor) -> dict[str, str]:
    upload = stored.upload_for(actor)
    text = "; charset=utf-8" if upload.media_type.startswith("text/") else ""
    return {
        "Content-Type": upload.media_type + text,
        "Content-Disposition": disposition(upload.file_name),
        "ETag": f'"sha256:{stored.sha256}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def _span(
    asked: str | None, if_range: str | None, etag: str, stored: Stored
) -> tuple[int, int] | None:
    """The bytes asked for; None for all of them, also where several ranges are asked for."""
    match = _RANGE.fullmatch(asked or "")
    if match is None or match.groups() == ("", "") or if_range not in (None, etag):
        return None
    size = stored.uploads[0].size
    first, last = match.groups()
    if first:
        start, stop = int(first), min(int(last) + 1, size) if last else size
    else:
        start, stop = max(size - int(last), 0), size
    if first and last and int(last) < int(first):
        return None  # no range at all, by RFC 9110
    if start >= size or start >= stop:
        raise ProblemError(
            "range_not_satisfiable",
            f"附件共 {size} 字节",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, stop


async def _whole(store: Store, stored: Stored) -> AsyncIterator[bytes]:
    """The bytes, the last of them only once they have proved to be those that were brought."""
    hashing, held = hashlib.sha256(), b""
    async for piece in store.stream(stored.sha256, 0, stored.uploads[0].size):
        if held:
            yield held
        held = piece
        await asyncio.to_thread(hashing.update, piece)
    if hashing.hexdigest() != stored.sha256:
        log.error("attachment_altered", sha256=stored.sha256)
        raise AttachmentAltered(stored.sha256)
    yield held


class AttachmentAltered(Exception):
    """What lies there is not what was brought; the answer under way is cut off."""
