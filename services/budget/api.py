"""HTTP of the budget service."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select

from services.budget import views
from services.budget.reactions import PROJECT
from services.budget.state import Project
from shared.events.budget import (
    Assessment,
    Contract,
    CostShare,
    Inclusion,
    OperationInclusion,
    OperationPlan,
    Payment,
    Procurement,
    SurplusReturn,
)
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

PlanPath = Annotated[UUID, Path(title="运维方案标识")]


@router.get("/projects", responses=READ, tags=["项目资金"])
async def list_projects(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    outstanding: Annotated[bool, Query(title="只列尚有未支付也未退回资金的项目")] = False,
) -> views.ProjectPage:
    """项目资金清单；项目单位只见本单位的项目。"""
    columns = views.projects.c
    query = select(views.projects)
    query = of_unit(query, columns.unit_id, actor, unit)
    if outstanding:
        query = query.where(columns.included > columns.paid + columns.returned)
    return await page(
        request, actor, query, columns.project_id, paging, views.ProjectPage, views.project_row
    )


@router.get("/projects/{project_id}", responses=READ, tags=["项目资金"])
async def read_project(
    request: Request, response: Response, actor: CurrentActor, project_id: ProjectPath
) -> Project:
    """项目资金：列入、采购、合同、支付、结余和运维方案。"""
    project: Project = await current(
        request, response, actor, PROJECT, project_id, lambda seen: seen.parties
    )
    return project


@router.post(
    "/projects/{project_id}/inclusions", status_code=201, responses=COMMAND, tags=["项目资金"]
)
async def include_in_budget(desk: AtDesk, project_id: ProjectPath, inclusion: Inclusion) -> Receipt:
    """列入预算（第三十五条）。"""
    return await desk.decide(project_id, inclusion)


@router.post(
    "/projects/{project_id}/cost-share", status_code=201, responses=COMMAND, tags=["项目资金"]
)
async def set_cost_share(desk: AtDesk, project_id: ProjectPath, cost_share: CostShare) -> Receipt:
    """确定市县分摊（第三十五条）。"""
    return await desk.decide(project_id, cost_share)


@router.post(
    "/projects/{project_id}/procurements", status_code=201, responses=COMMAND, tags=["采购和合同"]
)
async def record_procurement(
    desk: AtDesk, project_id: ProjectPath, procurement: Procurement
) -> Receipt:
    """登记采购（第四十条）。"""
    return await desk.decide(project_id, procurement)


@router.post(
    "/projects/{project_id}/contracts", status_code=201, responses=COMMAND, tags=["采购和合同"]
)
async def record_contract(desk: AtDesk, project_id: ProjectPath, contract: Contract) -> Receipt:
    """登记合同（第四十三条）。"""
    return await desk.decide(project_id, contract)


@router.post(
    "/projects/{project_id}/payments", status_code=201, responses=COMMAND, tags=["支付和结余"]
)
async def record_payment(desk: AtDesk, project_id: ProjectPath, payment: Payment) -> Receipt:
    """登记支付（第三十六条）。"""
    return await desk.decide(project_id, payment)


@router.post(
    "/projects/{project_id}/surplus-returns",
    status_code=201,
    responses=COMMAND,
    tags=["支付和结余"],
)
async def return_surplus(desk: AtDesk, project_id: ProjectPath, surplus: SurplusReturn) -> Receipt:
    """退回结余（第三十六条）。"""
    return await desk.decide(project_id, surplus)


@router.post(
    "/projects/{project_id}/operation-plans", status_code=201, responses=COMMAND, tags=["运维经费"]
)
async def submit_operation_plan(
    desk: AtDesk, project_id: ProjectPath, plan: OperationPlan
) -> Receipt:
    """报送运维方案（第三十七条）。"""
    return await desk.decide(project_id, plan)


@router.post(
    "/projects/{project_id}/operation-plans/{plan_id}/assessment",
    status_code=201,
    responses=COMMAND,
    tags=["运维经费"],
)
async def assess_operation_plan(
    desk: AtDesk, project_id: ProjectPath, plan_id: PlanPath, assessment: Assessment
) -> Receipt:
    """论证运维方案（第三十七条）。"""
    return await desk.decide(project_id, assessment, part=plan_id)


@router.post(
    "/projects/{project_id}/operation-plans/{plan_id}/inclusion",
    status_code=201,
    responses=COMMAND,
    tags=["运维经费"],
)
async def include_operation_budget(
    desk: AtDesk, project_id: ProjectPath, plan_id: PlanPath, inclusion: OperationInclusion
) -> Receipt:
    """运维经费列入预算（第三十九条）。"""
    return await desk.decide(project_id, inclusion, part=plan_id)
