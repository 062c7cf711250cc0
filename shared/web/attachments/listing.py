"""项目附件: the documents that a project's events reference, and whether their bytes are here."""

import asyncio
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from shared.attachments.store import Store, Stored
from shared.events import Recorded
from shared.events.documents import documents_of
from shared.eventstore.threads import in_thread
from shared.kernel.actor import Actor
from shared.kernel.coded import Coded
from shared.kernel.identifiers import Digest
from shared.kernel.model import Record, present
from shared.kernel.text import Line
from shared.web.actors import CurrentActor
from shared.web.attachments.reach import aggregate_of, answering, may_see
from shared.web.problems import READ
from shared.web.reading import ProjectPath, current
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["附件"])

_AT_ONCE = 8
"""How many files are looked at together."""


class Presence(Coded):
    """字节是否在库."""

    PRESENT = "PRESENT", "在库"
    MISSING = "MISSING", "不在库"
    ALTERED = "ALTERED", "在库但已被改动"


class ReferencedDocument(Record):
    """所附文件: one document of one event."""

    title: Annotated[Line, Field(title="文件名称")]
    number: Annotated[Line | None, Field(title="文号")] = None
    digest: Annotated[Digest, Field(title="摘要值")]
    event_id: UUID
    event_type: str
    label: Annotated[str, Field(title="事项")]
    position: Annotated[int, Field(title="日志位置")]
    on: Annotated[date, Field(title="文书日期")]
    presence: Presence


class ReferencedDocuments(Record):
    """项目附件清单."""

    items: tuple[ReferencedDocument, ...]
    missing: Annotated[int, Field(title="不在库的文件数")]
    altered: Annotated[int, Field(title="已被改动的文件数")]


@router.get("/projects/{project_id}/attachments", responses=READ)
async def list_attachments(
    request: Request,
    response: Response,
    actor: CurrentActor,
    project_id: ProjectPath,
    *,
    rehash: Annotated[
        bool, Query(title="逐个重算摘要", description="缺省只核对是否在库和字节数")
    ] = False,
) -> ReferencedDocuments:
    """项目附件清单：本服务的事件所附的文件，其字节在库、不在库或已被改动。"""
    runtime: Runtime = request.app.state.runtime
    project = present(aggregate_of(runtime, "project"))
    await current(request, response, actor, project, project_id, lambda seen: seen.parties)
    references = await runtime.references.current()
    events = await in_thread(references.about, f"project:{project_id}")
    named = {document.digest for event in events for document in documents_of(event.event)}
    with answering():
        found = await _presence(runtime, actor, sorted(named), rehash=rehash)
    items = tuple(item for event in events for item in _items(event, found))
    counted = list(found.values())
    return ReferencedDocuments(
        items=items,
        missing=counted.count(Presence.MISSING),
        altered=counted.count(Presence.ALTERED),
    )


def _items(event: Recorded, found: dict[str, Presence]) -> list[ReferencedDocument]:
    return [
        ReferencedDocument(
            title=document.title,
            number=document.number,
            digest=document.digest,
            event_id=event.ref.event_id,
            event_type=event.event.type,
            label=event.event.label,
            position=event.ref.position,
            on=event.on,
            presence=found[document.digest],
        )
        for document in documents_of(event.event)
    ]


async def _presence(
    runtime: Runtime, actor: Actor, digests: list[str], *, rehash: bool
) -> dict[str, Presence]:
    gate = asyncio.Semaphore(1 if rehash else _AT_ONCE)

    async def look(digest: str) -> Presence:
        async with gate:
            stored = await runtime.attachments.find(digest)
            # What the caller may not fetch is not told to be here either.
            if stored is None or not await may_see(runtime, actor, stored):
                return Presence.MISSING
            return await presence(runtime.attachments, stored, rehash=rehash)

    return dict(zip(digests, await asyncio.gather(*map(look, digests)), strict=True))


async def presence(store: Store, stored: Stored, *, rehash: bool) -> Presence:
    """How a file that was brought stands now."""
    if stored.size is None:
        return Presence.MISSING
    if stored.altered:
        return Presence.ALTERED
    if not rehash:
        return Presence.PRESENT
    digests = await store.hashed(stored.sha256)
    if digests is None:
        return Presence.MISSING
    return Presence.PRESENT if digests.names == stored.names else Presence.ALTERED
