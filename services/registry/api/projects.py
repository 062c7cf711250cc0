"""HTTP of projects: declare, review, code, catalogue, link."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from services.registry.reactions import PROJECT, UNIT
from services.registry.state import Project, Status, Term, terms_since
from services.registry.views import projects
from shared.events.registry import (
    CentralReview,
    CodeAssignment,
    CountyProject,
    Declaration,
    ResourceCatalogue,
    StatementApproval,
    Withdrawal,
)
from shared.kernel.model import Record, present
from shared.web.actors import CurrentActor
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND, READ
from shared.web.reading import Paged, ProjectPath, UnitQuery, current, of_unit, page
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["项目"])


class ResponsiblePersons(Record):
    """项目责任人: the heads of the project unit since the declaration (第二十六条)."""

    project_id: UUID
    terms: tuple[Term, ...]


@router.post("/projects", status_code=201, responses=COMMAND)
async def declare_project(desk: AtDesk, declaration: Declaration) -> Receipt:
    """申报项目（第十五、十六条）。涉密项目在此即被拒绝，且不保存任何内容（第五十四条）。"""
    return await desk.decide(desk.new_id(), declaration)


@router.get("/projects", responses=READ)
async def list_projects(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    unit: UnitQuery = None,
    status: Annotated[Status | None, Query(title="登记状态")] = None,
    self_review: Annotated[bool | None, Query(title="是否自建自审")] = None,
    year: Annotated[int | None, Query(title="计划年度", ge=2000, le=2100)] = None,
) -> projects.ProjectPage:
    """项目清单；项目单位只见本单位的项目。"""
    query = select(projects.projects)
    query = of_unit(query, projects.projects.c.unit_id, actor, unit)
    if status:
        query = query.where(projects.projects.c.status == status.value)
    if year:
        query = query.where(projects.projects.c.plan_year == year)
    if self_review is not None:
        query = query.where(projects.projects.c.self_review == self_review)
    return await page(
        request,
        actor,
        query,
        projects.projects.c.project_id,
        paging,
        projects.ProjectPage,
        projects.project_row,
    )


@router.get("/projects/{project_id}", responses=READ)
async def read_project(
    request: Request, response: Response, actor: CurrentActor, project_id: ProjectPath
) -> Project:
    """项目登记信息。"""
    project: Project = await current(
        request, response, actor, PROJECT, project_id, lambda seen: seen.parties
    )
    return project


@router.get("/projects/{project_id}/responsible-persons", responses=READ)
async def list_responsible_persons(
    request: Request, response: Response, actor: CurrentActor, project_id: ProjectPath
) -> ResponsiblePersons:
    """项目责任人：申报以来的各任主要负责人及任职日期；责任随任职转移（第二十六条）。"""
    project: Project = await current(
        request, response, actor, PROJECT, project_id, lambda seen: seen.parties
    )
    unit = await request.app.state.runtime.fold(UNIT, project.declared.unit_id)
    terms = terms_since(unit.state.heads, present(project.declared_on))
    return ResponsiblePersons(project_id=project_id, terms=terms)


@router.post("/projects/{project_id}/withdrawal", status_code=201, responses=COMMAND)
async def withdraw_declaration(
    desk: AtDesk, project_id: ProjectPath, withdrawal: Withdrawal
) -> Receipt:
    """撤回申报（第十五条）。"""
    return await desk.decide(project_id, withdrawal)


@router.post("/projects/{project_id}/central-review", status_code=201, responses=COMMAND)
async def record_central_review(
    desk: AtDesk, project_id: ProjectPath, review: CentralReview
) -> Receipt:
    """集中审查（第十七条）。"""
    return await desk.decide(project_id, review)


@router.post("/projects/{project_id}/code", status_code=201, responses=COMMAND)
async def assign_project_code(
    desk: AtDesk, project_id: ProjectPath, assignment: CodeAssignment
) -> Receipt:
    """登记投资项目统一代码（第九条）。"""
    return await desk.decide(project_id, assignment)


@router.post("/projects/{project_id}/resources", status_code=201, responses=COMMAND)
async def catalogue_resources(
    desk: AtDesk, project_id: ProjectPath, catalogue: ResourceCatalogue
) -> Receipt:
    """信息资源编目（第二十条）。"""
    return await desk.decide(project_id, catalogue)


@router.post(
    "/projects/{project_id}/no-data-statement-approval",
    status_code=201,
    responses=COMMAND,
)
async def approve_no_data_statement(
    desk: AtDesk, project_id: ProjectPath, statement_approval: StatementApproval
) -> Receipt:
    """审核无数据资源说明（第二十条）。"""
    return await desk.decide(project_id, statement_approval)


@router.post("/projects/{project_id}/county-projects", status_code=201, responses=COMMAND)
async def link_county_project(
    desk: AtDesk, project_id: ProjectPath, county_project: CountyProject
) -> Receipt:
    """关联县级项目：县级项目按当地规定审批，此处只登记关联（第十条）。"""
    return await desk.decide(project_id, county_project)
