"""上传附件: a file streamed in, hashed while it arrives, and kept only if it is what it says."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Header, Request, Response
from pydantic import Field
from starlette.requests import ClientDisconnect

from shared.attachments.digests import Digests
from shared.attachments.kinds import KINDS, Kind, kind_of
from shared.attachments.names import from_headers
from shared.attachments.staging import Staged
from shared.attachments.store import StoreAway, Upload
from shared.kernel.actor import Actor
from shared.kernel.identifiers import Digest
from shared.kernel.model import Record
from shared.web.actors import CurrentActor
from shared.web.attachments.reach import DigestPath, answering
from shared.web.problems import ProblemError, invalid, problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["附件"])

BATCH = 1 << 20
"""Bytes that are gathered before a thread hashes and writes them."""

IDLE_SECONDS = 60.0
"""How long a client may send nothing."""


class Attachment(Record):
    """附件: what was kept, under both digests."""

    sm3: Annotated[Digest, Field(title="SM3 摘要值")]
    sha256: Annotated[Digest, Field(title="SHA-256 摘要值")]
    size: Annotated[int, Field(title="字节数")]
    media_type: Annotated[str, Field(title="内容类型")]
    file_name: Annotated[str, Field(title="文件名")]
    uploaded_at: Annotated[datetime, Field(title="上传时间")]

    @classmethod
    def of(cls, upload: Upload) -> Self:
        return cls(
            sm3=f"sm3:{upload.sm3}",
            sha256=f"sha256:{upload.sha256}",
            size=upload.size,
            media_type=upload.media_type,
            file_name=upload.file_name,
            uploaded_at=upload.at,
        )


_BODY = {
    "required": True,
    "description": "文件的字节。Content-Type 写文件的类型，"
    f"或写 application/octet-stream 由文件名的扩展名判断；可收：{'、'.join(KINDS)}",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.put(
    "/attachments/{digest}",
    status_code=201,
    responses={
        200: {"model": Attachment, "description": "此前已由本方上传，答复与首次相同"},
        **problems(400, 413, 415),
    },
    openapi_extra={"requestBody": _BODY},
)
async def put_attachment(
    request: Request,
    response: Response,
    actor: CurrentActor,
    digest: DigestPath,
    x_file_name: Annotated[
        str | None,
        Header(title="文件名", description="ASCII，或 RFC 8187 的 UTF-8''… 形式", max_length=2000),
    ] = None,
    content_disposition: Annotated[
        str | None, Header(title="文件名的另一种写法：filename 或 filename*", max_length=2000)
    ] = None,
) -> Attachment:
    """上传附件：摘要值由上传方计算，收到的字节与之不符即不保存；重复上传无妨（第十六条）。"""
    runtime: Runtime = request.app.state.runtime
    _may_upload(runtime, actor)
    name = _name(x_file_name, content_disposition)
    kind = _kind(runtime, request.headers.get("content-type", ""), name)
    _refuse_large(runtime, int(request.headers.get("content-length") or 0))
    with answering(), runtime.attachments.place.staging.file() as staged:
        digests = await _receive(runtime, request, staged)
        await asyncio.to_thread(_check, digest, digests, staged, kind)
        upload = Upload(
            file_name=name,
            media_type=kind.media_type,
            size=digests.size,
            sm3=digests.sm3,
            sha256=digests.sha256,
            by=actor,
            at=runtime.clock.now(),
        )
        standing, new = await runtime.attachments.keep(staged, upload)
    response.status_code = 201 if new else 200
    response.headers["ETag"] = f'"sha256:{digests.sha256}"'
    return Attachment.of(standing)


def _may_upload(runtime: Runtime, actor: Actor) -> None:
    policy = runtime.policy_to_read()
    if not any(actor.body in policy.powers(name) for name in runtime.spec.commands):
        raise ProblemError("not_authorised", "附件由在本服务办理事项的单位和部门上传")


def _name(plain: str | None, content_disposition: str | None) -> str:
    try:
        return from_headers(plain, content_disposition)
    except ValueError as error:  # also bytes that are no UTF-8
        message = "不是合法的 UTF-8" if isinstance(error, UnicodeError) else str(error)
        raise _closing(invalid("X-File-Name", message)) from None


def _kind(runtime: Runtime, said: str, name: str) -> Kind:
    allowed = runtime.settings.attachment_types
    kind = kind_of(said, name, allowed)
    if kind is None:
        taken = "、".join(f"{KINDS[t].label}（{'、'.join(KINDS[t].endings)}）" for t in allowed)
        raise _closing(
            ProblemError(
                "unsupported_media_type", f"Content-Type 须与文件名的扩展名一致，可收：{taken}"
            )
        )
    return kind


def _refuse_large(runtime: Runtime, size: int) -> None:
    limit = runtime.settings.attachment_max_bytes
    if size > limit:
        raise _closing(ProblemError("too_large", f"附件不得超过 {limit} 字节"))


def _closing(problem: ProblemError) -> ProblemError:
    """With the connection closed: what was not read yet is not waited for."""
    problem.headers["Connection"] = "close"
    return problem


async def _receive(runtime: Runtime, request: Request, staged: Staged) -> Digests:
    try:
        async for batch in _batches(request):
            _refuse_large(runtime, staged.size + len(batch))
            await asyncio.to_thread(staged.write, batch)
        return await asyncio.to_thread(staged.finish)
    except ClientDisconnect:
        raise ProblemError("upload_incomplete", "附件没有传完，请重新上传") from None
    except TimeoutError:
        problem = ProblemError("upload_incomplete", f"{IDLE_SECONDS:.0f} 秒没有收到数据，上传中止")
        raise _closing(problem) from None
    except OSError as error:
        raise StoreAway(type(error).__name__) from error


async def _batches(request: Request) -> AsyncIterator[bytes]:
    gathered = bytearray()
    chunks = request.stream()
    while True:
        async with asyncio.timeout(IDLE_SECONDS):
            chunk = await anext(chunks, None)
        if chunk is None:
            break
        gathered += chunk
        if len(gathered) >= BATCH:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


def _check(digest: str, digests: Digests, staged: Staged, kind: Kind) -> None:
    if digest not in digests.names:
        raise invalid("digest", f"路径中的摘要值为{digest}，收到的内容为{digests.shown}")
    if not digests.size:
        raise invalid("body", "文件为空")
    with staged.reading() as file:
        if not kind.fits(file):
            raise invalid("body", f"内容不是 {kind.label}，或含有宏")
