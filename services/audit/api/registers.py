"""HTTP: registers of what was refused, excepted, or noticed late."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.audit import registers
from services.audit.api.asking import asked, today
from services.audit.overrides import Override, OverrideFilter, overrides
from services.audit.registers import (
    ExceptionEntry,
    ExceptionFilter,
    LateNotice,
    Refusal,
    RefusalFilter,
)
from shared.kernel.model import Record
from shared.web.actors import CurrentActor
from shared.web.problems import problems
from shared.web.reading import UnitQuery
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["登记簿"])


class RefusalPage(Record):
    """不予受理登记."""

    items: tuple[Refusal, ...]


class ExceptionPage(Record):
    """例外登记."""

    items: tuple[ExceptionEntry, ...]


class LateNoticePage(Record):
    """未事先申请登记."""

    items: tuple[LateNotice, ...]


class OverridePage(Record):
    """例外放行登记."""

    items: tuple[Override, ...]


@router.get("/refusals", responses=problems())
async def list_refusals(
    request: Request, actor: CurrentActor, wanted: Annotated[RefusalFilter, Query()]
) -> RefusalPage:
    """不予受理登记：谁、何时、所请求的是什么、因哪一条未被受理。"""
    day = today(request)
    found = await asked(request, lambda city_on: registers.refusals(city_on(day), wanted))
    return RefusalPage(items=tuple(found))


@router.get("/exceptions", responses=problems())
async def list_exceptions(
    request: Request, actor: CurrentActor, wanted: Annotated[ExceptionFilter, Query()]
) -> ExceptionPage:
    """例外登记：申请、批准、不予批准和撤销的例外，及其依据和有效期。"""
    day = wanted.as_of or today(request)
    found = await asked(request, lambda city_on: registers.exceptions(city_on(day), wanted))
    return ExceptionPage(items=tuple(found))


@router.get("/late-notices", responses=problems())
async def list_late_notices(
    request: Request, actor: CurrentActor, unit: UnitQuery = None
) -> LateNoticePage:
    """未事先申请登记：先行实施而后申请的调整（第二十八条）。"""
    day = today(request)
    found = await asked(request, lambda city_on: registers.late_notices(city_on(day), unit))
    return LateNoticePage(items=tuple(found))


@router.get("/overrides", responses=problems())
async def list_overrides(
    request: Request, actor: CurrentActor, wanted: Annotated[OverrideFilter, Query()]
) -> OverridePage:
    """例外放行登记：规则不满足而因例外放行的决定，及其所据的例外；由近及远。"""
    day = today(request)
    found = await asked(request, lambda city_on: overrides(city_on(day), wanted))
    return OverridePage(items=tuple(found))
