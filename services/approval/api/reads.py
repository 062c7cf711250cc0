"""What there is to read: projects under approval, replies, exceptions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import any_, literal, select

from services.approval import views
from services.approval.api.exceptions import ExceptionPath
from services.approval.reactions import EXCEPTION, PROJECT
from services.approval.state import ExceptionCase, ExceptionStatus, Project, Stage
from shared.events.approval import RowId
from shared.web.actors import CurrentActor
from shared.web.problems import READ
from shared.web.reading import (
    Paged,
    ProjectPath,
    UnitQuery,
    current,
    of_unit,
    page,
)
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)


@router.get("/projects", responses=READ, tags=["项目"])
async def list_projects(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    stage: Annotated[Stage | None, Query(title="审批状态")] = None,
) -> views.ProjectPage:
    """项目审批清单；项目单位只见本单位的项目。"""
    query = select(views.projects)
    query = of_unit(query, views.projects.c.unit_id, actor, unit)
    if stage:
        query = query.where(views.projects.c.stage == stage.value)
    return await page(
        request,
        actor,
        query,
        views.projects.c.project_id,
        paging,
        views.ProjectPage,
        views.project_row,
    )


@router.get("/projects/{project_id}", responses=READ, tags=["项目"])
async def read_project(
    request: Request, response: Response, actor: CurrentActor, project_id: ProjectPath
) -> Project:
    """项目审批情况：现行报审文件及其意见、批复基线、待批的调整。"""
    project: Project = await current(
        request, response, actor, PROJECT, project_id, lambda seen: seen.parties
    )
    return project


@router.get("/replies", responses=READ, tags=["批复"])
async def list_replies(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    copied: Annotated[bool | None, Query(title="市机关事务局是否已签收抄送件")] = None,
) -> views.ReplyPage:
    """批复清单；copied=false 为尚未签收抄送件的（第二十四条）。"""
    table = views.replies
    query = of_unit(select(table), table.c.unit_id, actor, unit)
    if copied is not None:
        received = table.c.copied_on.is_not(None)
        query = query.where(received if copied else ~received)
    return await page(
        request, actor, query, table.c.reply_id, paging, views.ReplyPage, views.reply_row
    )


@router.get("/exceptions", responses=READ, tags=["例外"])
async def list_exceptions(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    project: Annotated[UUID | None, Query(title="项目")] = None,
    row: Annotated[RowId | None, Query(title="规则编号")] = None,
    status: Annotated[ExceptionStatus | None, Query(title="例外状态")] = None,
) -> views.ExceptionPage:
    """例外登记簿：申请、批准、不予批准和撤销的例外（第八、五十三条）。"""
    table = views.exceptions
    query = of_unit(select(table), table.c.unit_id, actor, unit)
    if project:
        query = query.where(table.c.project_id == project)
    if row:
        query = query.where(literal(row) == any_(table.c.rows))
    if status:
        query = query.where(table.c.status == status.value)
    return await page(
        request,
        actor,
        query,
        table.c.exception_id,
        paging,
        views.ExceptionPage,
        views.exception_row,
    )


@router.get("/exceptions/{exception_id}", responses=READ, tags=["例外"])
async def read_exception(
    request: Request, response: Response, actor: CurrentActor, exception_id: ExceptionPath
) -> ExceptionCase:
    """一项例外：申请、各部门的意见和结论。"""
    case: ExceptionCase = await current(
        request, response, actor, EXCEPTION, exception_id, lambda seen: seen.parties
    )
    return case
