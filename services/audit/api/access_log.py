"""HTTP: the access logs of all services as one, for auditors."""

import asyncio
import heapq
import re
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
from fastapi import APIRouter, Query, Request
from pydantic import Field

from shared.kernel.model import Record
from shared.web.access.reading import Access, AccessFilter, AccessPage, access_page
from shared.web.actors import CurrentActor
from shared.web.follower import Follower
from shared.web.problems import ProblemError, invalid, problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["访问日志"])

_CURSOR = re.compile(r"[a-z]+:[0-9]{1,18}(?:,[a-z]+:[0-9]{1,18})*")


class CityAccess(Access):
    """全市访问: an access, and the service it was to."""

    service: Annotated[str, Field(title="服务")]


class CityAccessPage(Record):
    """全市访问日志页."""

    items: tuple[CityAccess, ...]
    next: Annotated[str | None, Field(title="下一页游标")]


class CityAccessFilter(AccessFilter):
    """全市访问日志的查询条件."""

    cursor: Annotated[
        str | None, Field(title="游标", description="上一页的 next", max_length=500)
    ] = None


@router.get("/city-access-log", responses=problems())
async def list_city_access_log(
    request: Request, actor: CurrentActor, wanted: Annotated[CityAccessFilter, Query()]
) -> CityAccessPage:
    """全部服务的访问日志，由近及远；任一服务无法取得时不给出部分结果。只供审计（第四十七条）。"""
    runtime: Runtime = request.app.state.runtime
    reached = _opened(wanted.cursor)
    asked = AccessFilter(**wanted.model_dump(exclude={"cursor"}))
    token = request.headers["authorization"]
    own, *others = await asyncio.gather(
        access_page(runtime, asked, reached.get(runtime.name)),
        *(_of_service(f, asked, reached.get(f.source), token) for f in runtime.followers),
    )
    sources = [f.source for f in runtime.followers]
    pages = {runtime.name: own, **dict(zip(sources, others, strict=True))}
    return _merged(pages, reached, wanted.limit)


def _merged(pages: dict[str, AccessPage], reached: dict[str, int], limit: int) -> CityAccessPage:
    """The newest of all pages; each service's own order stays, so that its number is a cursor."""
    told = (
        [CityAccess(service=service, **dict(each)) for each in page.items]
        for service, page in pages.items()
    )
    merged = list(heapq.merge(*told, key=lambda each: each.at, reverse=True))
    shown = merged[:limit]
    reached = {**reached, **{each.service: each.entry for each in shown}}
    more = len(merged) > limit or any(page.next for page in pages.values())
    following = ",".join(f"{service}:{entry}" for service, entry in sorted(reached.items()))
    return CityAccessPage(items=tuple(shown), next=following if more else None)


def _opened(cursor: str | None) -> dict[str, int]:
    if cursor is None:
        return {}
    if not _CURSOR.fullmatch(cursor):
        raise invalid("cursor", "不是本接口给出的游标")
    parts = (part.partition(":") for part in cursor.split(","))
    return {service: int(entry) for service, _, entry in parts}


async def _of_service(
    follower: Follower, wanted: AccessFilter, before: int | None, authorization: str
) -> AccessPage:
    query: dict[str, Any] = wanted.model_dump(mode="json", exclude_none=True)
    query |= {} if before is None else {"before": before}
    try:
        answer = await follower.ask(f"/v1/access-log?{urlencode(query)}", authorization)
        answer.raise_for_status()
    except httpx.HTTPError:
        raise ProblemError(
            "facts_not_fresh",
            f"{follower.source} 的访问日志此刻无法取得，请稍后重试",
            headers={"Retry-After": "2"},
        ) from None
    return AccessPage.model_validate_json(answer.content)
