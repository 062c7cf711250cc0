"""HTTP of the register of plans."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import select

from services.registry.reactions import PLAN
from services.registry.state import RegisteredPlan
from services.registry.views import plans
from shared.events.registry import Plan, plan_id_of
from shared.web.actors import CurrentActor
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND, READ
from shared.web.reading import Paged, current, page
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["规划"])

PlanPath = Annotated[UUID, Path(title="规划标识")]


@router.post("/plans", status_code=201, responses=COMMAND)
async def register_plan(desk: AtDesk, plan: Plan) -> Receipt:
    """登记规划：申报时按名称引用（第十四条）。"""
    return await desk.decide(plan_id_of(plan.title), plan)


@router.get("/plans", responses=READ)
async def list_plans(request: Request, actor: CurrentActor, paging: Paged) -> plans.PlanPage:
    """规划清单。"""
    query, key = select(plans.plans), plans.plans.c.plan_id
    return await page(request, actor, query, key, paging, plans.PlanPage, plans.plan_row)


@router.get("/plans/{plan_id}", responses=READ)
async def read_plan(
    request: Request, response: Response, actor: CurrentActor, plan_id: PlanPath
) -> RegisteredPlan:
    """规划。"""
    plan: RegisteredPlan = await current(
        request, response, actor, PLAN, plan_id, lambda seen: frozenset({actor.unit_id or ""})
    )
    return plan
