"""HTTP: the audit bundle of a project, to carry away and to check offline."""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from services.audit import history
from services.audit.api.heads import ZIPPED, Stated, heads_now, maker
from services.audit.bundle import MEDIA_TYPE, FollowedLog, Maker, archived, files
from shared.eventstore.decoding import decoded
from shared.eventstore.inbox import Gap, Inbox
from shared.eventstore.threads import in_thread
from shared.web.actors import CurrentActor
from shared.web.problems import ProblemError, problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["审计"])

LARGEST = 64 * 1024 * 1024
"""Bytes of event texts that a bundle may hold; it is made in memory."""


@router.get(
    "/projects/{project_id}/audit-bundle",
    responses={**problems(404, 507), **ZIPPED},
    response_class=Response,
)
async def read_audit_bundle(
    request: Request,
    actor: CurrentActor,
    project_id: Annotated[UUID, Path(title="项目标识")],
) -> Response:
    """审计包：一个项目的全部事件原文、决定记录、文件清单、包含证明、检测报告和离线核验程序。"""
    runtime: Runtime = request.app.state.runtime
    heads = await heads_now(request)
    one_at_a_time: asyncio.Lock = request.app.state.bundling
    async with one_at_a_time:  # each holds the leaves of a log in memory
        content = await in_thread(
            _made, runtime.inbox, project_id, heads.logs, maker(request, heads.keys)
        )
    headers = {
        "Content-Disposition": f'attachment; filename="audit-bundle-{project_id}.zip"',
        "ETag": f'"{sha256(content).hexdigest()}"',
    }
    return Response(content, headers=headers, media_type=MEDIA_TYPE)


def _made(inbox: Inbox, project_id: UUID, heads: Mapping[str, Stated], by: Maker) -> bytes:
    subject = f"project:{project_id}"
    if inbox.size_about(subject) > LARGEST:
        raise ProblemError(
            "answer_too_large",
            f"该项目的事件超过 {LARGEST // 1024 // 1024} MiB，不能一次导出，"
            "请经 /v1/feed 逐页读取各服务的事件",
        )
    rows = {
        (source, row.position): row
        for source, row in inbox.rows_about(subject)
        if row.position <= heads[source].head.position
    }
    if not rows:
        raise ProblemError("not_found", f"没有项目 {project_id} 的记录")
    refs = [
        each.ref
        for each in history.in_causal_order(decoded(at[0], row) for at, row in rows.items())
    ]
    logs = (
        FollowedLog(source, head, inbox.leaves(source, head.position), note)
        for source, (head, note) in heads.items()
    )
    events = [(ref.service, rows[ref.service, ref.position]) for ref in refs]
    try:
        return archived(files(project_id, events, logs, by))
    except Gap as gap:
        raise ProblemError(
            "internal_error", f"审计服务所存的日志有缺失（{gap}），请以 /v1/integrity 核对"
        ) from None
