"""HTTP of the registry."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select

from services.registry import views
from services.registry.reactions import LIST, PROJECT, SYSTEM, UNIT
from services.registry.state import Project, ProjectList, Status, System, Unit
from shared.events.registry import (
    AnnualList,
    AssetRegistration,
    CentralReview,
    CodeAssignment,
    Declaration,
    ListApproval,
    ResourceCatalogue,
    StatementApproval,
    SystemEntry,
    UnitProfile,
    UnitRestriction,
    Withdrawal,
)
from shared.kernel.identifiers import UnitId
from shared.web.actors import CurrentActor
from shared.web.desk import AtDesk
from shared.web.problems import COMMAND, READ
from shared.web.reading import (
    Paged,
    ProjectPath,
    UnitQuery,
    current,
    of_unit,
    page,
)
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)

UnitPath = Annotated[UnitId, Path(title="统一社会信用代码")]
SystemPath = Annotated[UUID, Path(title="系统标识")]
ListPath = Annotated[UUID, Path(title="清单标识")]


# Most asked first: routes are matched in this order.


@router.post("/projects", status_code=201, responses=COMMAND, tags=["项目"])
async def declare_project(desk: AtDesk, declaration: Declaration) -> Receipt:
    """申报项目（第十五、十六条）。涉密项目在此即被拒绝，且不保存任何内容（第五十四条）。"""
    return await desk.decide(desk.new_id(), declaration)


@router.get("/projects", responses=READ, tags=["项目"])
async def list_projects(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    unit: UnitQuery = None,
    status: Annotated[Status | None, Query(title="登记状态")] = None,
    year: Annotated[int | None, Query(title="计划年度", ge=2000, le=2100)] = None,
) -> views.ProjectPage:
    """项目清单；项目单位只见本单位的项目。"""
    query = select(views.projects)
    query = of_unit(query, views.projects.c.unit_id, actor, unit)
    if status:
        query = query.where(views.projects.c.status == status.value)
    if year:
        query = query.where(views.projects.c.plan_year == year)
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
    """项目登记信息。"""
    project: Project = await current(
        request, response, actor, PROJECT, project_id, lambda seen: seen.parties
    )
    return project


@router.post("/projects/{project_id}/withdrawal", status_code=201, responses=COMMAND, tags=["项目"])
async def withdraw_declaration(
    desk: AtDesk, project_id: ProjectPath, withdrawal: Withdrawal
) -> Receipt:
    """撤回申报（第十五条）。"""
    return await desk.decide(project_id, withdrawal)


@router.post(
    "/projects/{project_id}/central-review", status_code=201, responses=COMMAND, tags=["项目"]
)
async def record_central_review(
    desk: AtDesk, project_id: ProjectPath, review: CentralReview
) -> Receipt:
    """集中审查（第十七条）。"""
    return await desk.decide(project_id, review)


@router.post("/projects/{project_id}/code", status_code=201, responses=COMMAND, tags=["项目"])
async def assign_project_code(
    desk: AtDesk, project_id: ProjectPath, assignment: CodeAssignment
) -> Receipt:
    """登记投资项目统一代码（第九条）。"""
    return await desk.decide(project_id, assignment)


@router.post("/projects/{project_id}/resources", status_code=201, responses=COMMAND, tags=["项目"])
async def catalogue_resources(
    desk: AtDesk, project_id: ProjectPath, catalogue: ResourceCatalogue
) -> Receipt:
    """信息资源编目（第二十条）。"""
    return await desk.decide(project_id, catalogue)


@router.post(
    "/projects/{project_id}/no-data-statement-approval",
    status_code=201,
    responses=COMMAND,
    tags=["项目"],
)
async def approve_no_data_statement(
    desk: AtDesk, project_id: ProjectPath, statement_approval: StatementApproval
) -> Receipt:
    """审核无数据资源说明（第二十条）。"""
    return await desk.decide(project_id, statement_approval)


@router.post("/annual-lists", status_code=201, responses=COMMAND, tags=["年度清单"])
async def submit_annual_list(desk: AtDesk, content: AnnualList) -> Receipt:
    """年度清单报审（第十七条）。"""
    return await desk.decide(desk.new_id(), content)


@router.get("/annual-lists/{list_id}", responses=READ, tags=["年度清单"])
async def read_annual_list(
    request: Request, response: Response, actor: CurrentActor, list_id: ListPath
) -> ProjectList:
    """年度清单。"""
    nobody: frozenset[str] = frozenset()
    listed: ProjectList = await current(
        request, response, actor, LIST, list_id, lambda seen: nobody
    )
    return listed


@router.post(
    "/annual-lists/{list_id}/approval", status_code=201, responses=COMMAND, tags=["年度清单"]
)
async def approve_annual_list(desk: AtDesk, list_id: ListPath, approval: ListApproval) -> Receipt:
    """年度清单审定（第十七条）。"""
    return await desk.decide(list_id, approval)


@router.post("/units", status_code=201, responses=COMMAND, tags=["单位"])
async def register_unit(desk: AtDesk, profile: UnitProfile) -> Receipt:
    """单位登记（第五条）。"""
    return await desk.decide(profile.unit_id, profile)


@router.get("/units", responses=READ, tags=["单位"])
async def list_units(request: Request, actor: CurrentActor, paging: Paged) -> views.UnitPage:
    """单位清单；项目单位只见本单位。"""
    key = views.units.c.unit_id
    query = of_unit(select(views.units), key, actor)
    return await page(request, actor, query, key, paging, views.UnitPage, views.unit_row)


@router.get("/units/{unit_id}", responses=READ, tags=["单位"])
async def read_unit(
    request: Request, response: Response, actor: CurrentActor, unit_id: UnitPath
) -> Unit:
    """单位登记信息。"""
    itself = frozenset({unit_id})
    unit: Unit = await current(request, response, actor, UNIT, unit_id, lambda seen: itself)
    return unit


@router.post(
    "/units/{unit_id}/data-collection-flag", status_code=201, responses=COMMAND, tags=["单位"]
)
async def flag_data_collection(
    desk: AtDesk, unit_id: UnitPath, restriction: UnitRestriction
) -> Receipt:
    """认定数据归集未完成（第十二条）。"""
    return await desk.decide(unit_id, restriction)


@router.post(
    "/units/{unit_id}/data-collection-clearance", status_code=201, responses=COMMAND, tags=["单位"]
)
async def clear_data_collection(
    desk: AtDesk, unit_id: UnitPath, clearance: UnitRestriction
) -> Receipt:
    """解除数据归集限制（第十二条）。"""
    return await desk.decide(unit_id, clearance)


@router.post("/systems", status_code=201, responses=COMMAND, tags=["系统目录"])
async def catalogue_system(desk: AtDesk, entry: SystemEntry) -> Receipt:
    """系统编目（第九条）。"""
    return await desk.decide(desk.new_id(), entry)


@router.get("/systems", responses=READ, tags=["系统目录"])
async def list_systems(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    unit: UnitQuery = None,
) -> views.SystemPage:
    """系统目录；项目单位只见本单位的条目。"""
    query = of_unit(select(views.systems), views.systems.c.unit_id, actor, unit)
    return await page(
        request, actor, query, views.systems.c.system_id, paging, views.SystemPage, views.system_row
    )


@router.get("/systems/{system_id}", responses=READ, tags=["系统目录"])
async def read_system(
    request: Request, response: Response, actor: CurrentActor, system_id: SystemPath
) -> System:
    """系统目录条目。"""
    system: System = await current(
        request, response, actor, SYSTEM, system_id, lambda seen: seen.parties
    )
    return system


@router.post("/systems/{system_id}/asset", status_code=201, responses=COMMAND, tags=["系统目录"])
async def confirm_asset(
    desk: AtDesk, system_id: SystemPath, registration: AssetRegistration
) -> Receipt:
    """资产确认（第五条）。"""
    return await desk.decide(system_id, registration)
