"""HTTP of the system catalogue."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select

from services.registry.reactions import SYSTEM
from services.registry.state import System
from services.registry.views import systems
from shared.events.registry import (
    AssetRegistration,
    SystemChange,
    SystemEntry,
    SystemReview,
    SystemTermination,
    TerminationRequirement,
    TerminationWaiver,
)
from shared.web.actors import CurrentActor
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND, READ
from shared.web.reading import Paged, UnitQuery, current, of_unit, page
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["系统目录"])

SystemPath = Annotated[UUID, Path(title="系统标识")]


@router.post("/systems", status_code=201, responses=COMMAND)
async def catalogue_system(desk: AtDesk, entry: SystemEntry) -> Receipt:
    """系统编目（第九条）。"""
    return await desk.decide(desk.new_id(), entry)


@router.get("/systems", responses=READ)
async def list_systems(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    unit: UnitQuery = None,
    stale: Annotated[bool, Query(title="只看久未复核的条目")] = False,
    to_stop: Annotated[bool, Query(title="只看要求停用而未停用的系统")] = False,
) -> systems.SystemPage:
    """系统目录；项目单位只见本单位的条目。"""
    table, key = systems.systems, systems.systems.c.system_id
    query = of_unit(select(table), table.c.unit_id, actor, unit)
    if stale:
        policy = request.app.state.runtime.policy_to_read()
        interval = timedelta(days=policy.number("catalogue_review_days"))
        query = query.where(systems.reviewed_before(policy.on - interval))
    if to_stop:
        query = query.where(systems.to_stop())
    return await page(request, actor, query, key, paging, systems.SystemPage, systems.system_row)


@router.get("/systems/{system_id}", responses=READ)
async def read_system(
    request: Request, response: Response, actor: CurrentActor, system_id: SystemPath
) -> System:
    """系统目录条目。"""
    system: System = await current(
        request, response, actor, SYSTEM, system_id, lambda seen: seen.parties
    )
    return system


@router.post("/systems/{system_id}/changes", status_code=201, responses=COMMAND)
async def update_system(desk: AtDesk, system_id: SystemPath, change: SystemChange) -> Receipt:
    """更新系统目录条目：只填变更的项目（第九条）。"""
    return await desk.decide(system_id, change)


@router.post("/systems/{system_id}/reviews", status_code=201, responses=COMMAND)
async def review_system(desk: AtDesk, system_id: SystemPath, review: SystemReview) -> Receipt:
    """复核系统目录条目，确认其现行（第九条）。"""
    return await desk.decide(system_id, review)


@router.post("/systems/{system_id}/asset", status_code=201, responses=COMMAND)
async def confirm_asset(
    desk: AtDesk, system_id: SystemPath, registration: AssetRegistration
) -> Receipt:
    """资产确认（第五条）。"""
    return await desk.decide(system_id, registration)


@router.post("/systems/{system_id}/termination-requirement", status_code=201, responses=COMMAND)
async def require_system_termination(
    desk: AtDesk, system_id: SystemPath, requirement: TerminationRequirement
) -> Receipt:
    """要求停用可整合归并或可替代的系统（第八条）。"""
    return await desk.decide(system_id, requirement)


@router.post("/systems/{system_id}/termination-waiver", status_code=201, responses=COMMAND)
async def waive_system_termination(
    desk: AtDesk, system_id: SystemPath, waiver: TerminationWaiver
) -> Receipt:
    """撤销停用要求（第八条）。"""
    return await desk.decide(system_id, waiver)


@router.post("/systems/{system_id}/termination", status_code=201, responses=COMMAND)
async def terminate_system(
    desk: AtDesk, system_id: SystemPath, termination: SystemTermination
) -> Receipt:
    """报告系统已停用（第八条）。"""
    return await desk.decide(system_id, termination)
