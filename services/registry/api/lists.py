"""HTTP of annual lists."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select

from services.registry.reactions import LIST
from services.registry.state import ProjectList
from services.registry.views import lists
from shared.events.registry import AnnualList, ListApproval
from shared.web.actors import CurrentActor
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND, READ
from shared.web.reading import Paged, current, page
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["年度清单"])

ListPath = Annotated[UUID, Path(title="清单标识")]


@router.post("/annual-lists", status_code=201, responses=COMMAND)
async def submit_annual_list(desk: AtDesk, content: AnnualList) -> Receipt:
    """年度清单报审（第十七条）。"""
    return await desk.decide(desk.new_id(), content)


@router.get("/annual-lists", responses=READ)
async def list_annual_lists(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    year: Annotated[int | None, Query(title="计划年度", ge=2000, le=2100)] = None,
) -> lists.ListPage:
    """年度清单目录。"""
    table = lists.annual_lists
    query = select(table).where(table.c.year == year) if year else select(table)
    key = table.c.list_id
    return await page(request, actor, query, key, paging, lists.ListPage, lists.list_row)


@router.get("/annual-lists/{list_id}", responses=READ)
async def read_annual_list(
    request: Request, response: Response, actor: CurrentActor, list_id: ListPath
) -> ProjectList:
    """年度清单。"""
    nobody: frozenset[str] = frozenset()
    listed: ProjectList = await current(
        request, response, actor, LIST, list_id, lambda seen: nobody
    )
    return listed


@router.post("/annual-lists/{list_id}/approval", status_code=201, responses=COMMAND)
async def approve_annual_list(desk: AtDesk, list_id: ListPath, approval: ListApproval) -> Receipt:
    """年度清单审定（第十七条）。"""
    return await desk.decide(list_id, approval)
