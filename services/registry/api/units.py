"""HTTP of units."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select

from services.registry.reactions import UNIT
from services.registry.state import Unit
from services.registry.views import units
from shared.events.registry import UnitChange, UnitProfile, UnitRestriction
from shared.kernel.identifiers import UnitId
from shared.web.actors import CurrentActor
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND, READ
from shared.web.reading import Paged, current, of_unit, page
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["单位"])

UnitPath = Annotated[UnitId, Path(title="统一社会信用代码")]


@router.post("/units", status_code=201, responses=COMMAND)
async def register_unit(desk: AtDesk, profile: UnitProfile) -> Receipt:
    """单位登记（第五条）。"""
    return await desk.decide(profile.unit_id, profile)


@router.get("/units", responses=READ)
async def list_units(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    incomplete: Annotated[bool, Query(title="只看登记不完整的单位")] = False,
) -> units.UnitPage:
    """单位清单；项目单位只见本单位。"""
    key = units.units.c.unit_id
    query = of_unit(select(units.units), key, actor)
    if incomplete:
        query = query.where(units.incomplete())
    return await page(request, actor, query, key, paging, units.UnitPage, units.unit_row)


@router.get("/units/{unit_id}", responses=READ)
async def read_unit(
    request: Request, response: Response, actor: CurrentActor, unit_id: UnitPath
) -> Unit:
    """单位登记信息。"""
    itself = frozenset({unit_id})
    unit: Unit = await current(request, response, actor, UNIT, unit_id, lambda seen: itself)
    return unit


@router.post("/units/{unit_id}/changes", status_code=201, responses=COMMAND)
async def update_unit(desk: AtDesk, unit_id: UnitPath, change: UnitChange) -> Receipt:
    """变更单位登记：只填变更的项目；历任主要负责人保留（第五、二十六条）。"""
    return await desk.decide(unit_id, change)


@router.post("/units/{unit_id}/data-collection-flag", status_code=201, responses=COMMAND)
async def flag_data_collection(
    desk: AtDesk, unit_id: UnitPath, restriction: UnitRestriction
) -> Receipt:
    """认定数据归集未完成（第十二条）。"""
    return await desk.decide(unit_id, restriction)


@router.post("/units/{unit_id}/data-collection-clearance", status_code=201, responses=COMMAND)
async def clear_data_collection(
    desk: AtDesk, unit_id: UnitPath, clearance: UnitRestriction
) -> Receipt:
    """解除数据归集限制（第十二条）。"""
    return await desk.decide(unit_id, clearance)
