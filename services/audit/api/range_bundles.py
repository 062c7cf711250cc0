"""HTTP: audit bundles of all projects over a range of days, made in the background."""

from collections.abc import Iterator
from datetime import date
from typing import IO, Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field, model_validator

from services.audit.api.heads import ZIPPED, Heads, heads_now, maker
from services.audit.bundle import MEDIA_TYPE
from services.audit.bundle.operations import Full, Operation, Operations, OperationState, Work
from services.audit.bundle.ranged import Source, write
from shared.events.vocabulary import LegalDate
from shared.eventstore.threads import in_thread
from shared.kernel.identifiers import uuid7
from shared.kernel.model import Record
from shared.web.actors import CurrentActor
from shared.web.problems import ProblemError, problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["审计"])

OperationId = Annotated[UUID, Path(title="制作标识")]


class BundleRange(Record):
    """期间：按事件记入日志之日（北京时间），首尾两日在内."""

    first: Annotated[LegalDate, Field(title="首日", ge=date(2000, 1, 1), le=date(2099, 12, 31))]
    last: Annotated[LegalDate, Field(title="末日", ge=date(2000, 1, 1), le=date(2099, 12, 31))]

    @model_validator(mode="after")
    def _forwards(self) -> "BundleRange":
        if self.last < self.first:
            raise ValueError("末日早于首日")
        return self


class OperationList(Record):
    """期间审计包的制作，由近及远."""

    items: tuple[Operation, ...]


@router.post(
    "/audit-bundles",
    status_code=202,
    responses={
        **problems(400, 413, 415),
        202: {
            "description": "已受理，在后台制作",
            "headers": {"Location": {"description": "查询进度", "schema": {"type": "string"}}},
        },
    },
)
async def create_audit_bundle(
    request: Request, response: Response, actor: CurrentActor, content: BundleRange
) -> Operation:
    """申请期间审计包：全部项目在该期间记入的事件；同一人对同一期间正在制作的不重复制作。"""
    runtime: Runtime = request.app.state.runtime
    operations: Operations = request.app.state.operations
    heads = await heads_now(request)
    now = runtime.clock.now()
    asked = Operation(
        id=uuid7(now),
        first=content.first,
        last=content.last,
        person=actor.person,
        body=actor.body,
        state=OperationState.WAITING,
        created_at=now,
    )
    work = _work(request, heads, content)
    try:
        begun = await in_thread(operations.begin, asked, work)
    except Full:
        raise ProblemError(
            "busy", "已有多个期间审计包在等待制作，请稍后再申请", headers={"Retry-After": "60"}
        ) from None
    except OSError as error:
        raise ProblemError(
            "busy", f"审计包的目录此刻不能写入（{error.strerror}），请告知运维人员"
        ) from None
    response.headers["Location"] = f"{request.url.path}/{begun.id}"
    return begun


def _work(request: Request, heads: Heads, days: BundleRange) -> Work:
    inbox = request.app.state.runtime.inbox
    source, by = Source(inbox.rows, inbox.leaves, heads.logs), maker(request, heads.keys)
    return lambda folder, out, tell: write(folder, out, (days.first, days.last), source, by, tell)


@router.get("/audit-bundles", responses=problems())
async def list_audit_bundles(request: Request, actor: CurrentActor) -> OperationList:
    """期间审计包：正在制作的和尚未清除的，由近及远。"""
    operations: Operations = request.app.state.operations
    return OperationList(items=tuple(await in_thread(operations.all)))


@router.get("/audit-bundles/{bundle_id}", responses=problems(404))
async def read_audit_bundle_operation(
    request: Request, actor: CurrentActor, bundle_id: OperationId
) -> Operation:
    """一个期间审计包的制作进度；进程终止而未完成的，状态为 LOST，须重新申请。"""
    return await _known(request, bundle_id)


@router.get(
    "/audit-bundles/{bundle_id}/content",
    responses={**problems(404), **ZIPPED},
    response_class=Response,
)
async def download_audit_bundle(
    request: Request, actor: CurrentActor, bundle_id: OperationId
) -> Response:
    """下载已制成的期间审计包。"""
    operations: Operations = request.app.state.operations
    found = await _known(request, bundle_id)
    if found.state is not OperationState.DONE:
        detail = found.detail or "请稍后查询进度，状态为 DONE 时再下载"
        raise ProblemError("not_found", f"审计包尚未制成（{found.state.label}）：{detail}")
    try:
        content = await in_thread(operations.bundle(bundle_id).open, "rb")
    except FileNotFoundError:
        raise _none(bundle_id) from None
    name = f"audit-bundle-{found.first}-{found.last}.zip"
    headers = {
        "ETag": f'"{found.digest}"',
        "Content-Length": str(found.size),
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return StreamingResponse(_blocks(content), headers=headers, media_type=MEDIA_TYPE)


def _blocks(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while block := content.read(256 * 1024):
            yield block


async def _known(request: Request, bundle_id: UUID) -> Operation:
    operations: Operations = request.app.state.operations
    found = await in_thread(operations.read, bundle_id)
    if found is None:
        raise _none(bundle_id)
    return found


def _none(bundle_id: UUID) -> ProblemError:
    return ProblemError("not_found", f"没有期间审计包 {bundle_id}，或已过保存期而清除")
