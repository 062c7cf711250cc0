"""HTTP of a project's money: inclusion to closing."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from services.budget import views
from services.budget.reactions import PROJECT
from services.budget.state import Project
from shared.events.budget import (
    Contract,
    CostShare,
    FundsClosing,
    Inclusion,
    MisuseReferral,
    Payment,
    Procurement,
    SurplusReturn,
)
from shared.web.actors import CurrentActor
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND, READ
from shared.web.reading import Paged, ProjectPath, UnitQuery, current, of_unit, page
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)


@router.get("/projects", responses=READ, tags=["项目资金"])
async def list_projects(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    outstanding: Annotated[bool, Query(title="只列尚有未支付也未退回资金的项目")] = False,
    surplus_overdue: Annotated[bool, Query(title="只列逾期未退回结余的项目")] = False,
) -> views.ProjectPage:
    """项目资金清单；项目单位只见本单位的项目。"""
    columns = views.projects.c
    query = of_unit(select(views.projects), columns.unit_id, actor, unit)
    if outstanding or surplus_overdue:
        query = query.where(columns.included > columns.paid + columns.returned)
    if surplus_overdue:
        today = request.app.state.runtime.policy_to_read().on
        query = query.where(columns.surplus_due_on < today)
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
    "/projects/{project_id}/misuse-referrals", status_code=201, responses=COMMAND, tags=["项目资金"]
)
async def refer_misuse(desk: AtDesk, project_id: ProjectPath, referral: MisuseReferral) -> Receipt:
    """移送查处：截留、挪用资金或违规安排运维经费（第四十八条）。"""
    return await desk.decide(project_id, referral)


@router.post(
    "/projects/{project_id}/procurements", status_code=201, responses=COMMAND, tags=["采购和合同"]
)
async def record_procurement(
    desk: AtDesk, project_id: ProjectPath, procurement: Procurement
) -> Receipt:
    """登记采购（第四十、四十一条）。"""
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
    "/projects/{project_id}/closing", status_code=201, responses=COMMAND, tags=["支付和结余"]
)
async def close_project_funds(
    desk: AtDesk, project_id: ProjectPath, closing: FundsClosing
) -> Receipt:
    """项目资金关账：结余未退清的不予关账（第三十六条）。"""
    return await desk.decide(project_id, closing)
