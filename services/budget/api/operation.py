"""HTTP of O&M money: plans, their assessment, and what is included."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy import exists, func, select

from services.budget import views
from services.budget.state import PlanStatus
from shared.events.budget import Assessment, OperationInclusion, OperationPlan
from shared.web.actors import CurrentActor
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND, READ
from shared.web.reading import Paged, ProjectPath, UnitQuery, of_unit, page
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["运维经费"])

PlanPath = Annotated[UUID, Path(title="运维方案标识")]


@router.get("/operation-plans", responses=READ)
async def list_operation_plans(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    unit: UnitQuery = None,
    year: Annotated[int | None, Query(title="预算年度", ge=2000, le=2100)] = None,
    status: Annotated[PlanStatus | None, Query(title="状态")] = None,
) -> views.OperationPlanPage:
    """运维方案清单；项目单位只见本单位的项目。"""
    plans = views.operation_plans
    query = of_unit(select(plans), plans.c.unit_id, actor, unit)
    if year:
        query = query.where(plans.c.budget_year == year)
    if status:
        query = query.where(plans.c.status == status.value)
    return await page(
        request,
        actor,
        query,
        plans.c.plan_id,
        paging,
        views.OperationPlanPage,
        views.operation_plan_row,
    )


@router.get("/missing-operation-plans", responses=READ)
async def list_missing_operation_plans(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    year: Annotated[int, Query(title="预算年度", ge=2000, le=2100)],
    unit: UnitQuery = None,
) -> views.ProjectPage:
    """尚缺运维方案的项目：维保或上一运维期在该预算年度末以前结束，而没有该年度的有效方案。"""
    projects, contracts, plans = views.projects.c, views.contracts.c, views.operation_plans.c
    warranty = select(func.max(contracts.warranty_end)).where(
        contracts.project_id == projects.project_id
    )
    of_project = select(func.max(plans.term_to)).where(plans.project_id == projects.project_id)
    term = of_project.where(plans.status == PlanStatus.INCLUDED.value)
    planned = exists().where(
        plans.project_id == projects.project_id,
        plans.budget_year == year,
        plans.status.not_in([PlanStatus.REJECTED.value, PlanStatus.SUPERSEDED.value]),
    )
    covered_until = func.greatest(warranty.scalar_subquery(), term.scalar_subquery())
    query = select(views.projects).where(covered_until <= date(year, 12, 31), ~planned)
    query = of_unit(query, projects.unit_id, actor, unit)
    return await page(
        request, actor, query, projects.project_id, paging, views.ProjectPage, views.project_row
    )


@router.post("/projects/{project_id}/operation-plans", status_code=201, responses=COMMAND)
async def submit_operation_plan(
    desk: AtDesk, project_id: ProjectPath, plan: OperationPlan
) -> Receipt:
    """报送运维方案（第三十七条）。"""
    return await desk.decide(project_id, plan)


@router.post(
    "/projects/{project_id}/operation-plans/{plan_id}/assessment",
    status_code=201,
    responses=COMMAND,
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
)
async def include_operation_budget(
    desk: AtDesk, project_id: ProjectPath, plan_id: PlanPath, inclusion: OperationInclusion
) -> Receipt:
    """运维经费列入预算（第三十九条）。"""
    return await desk.decide(project_id, inclusion, part=plan_id)
