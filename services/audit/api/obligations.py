"""HTTP: what the clock demands, as a list and as a calendar to subscribe to."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.audit.api.asking import asked, today
from services.audit.obligations import (
    ObligationEntry,
    ObligationFilter,
    as_icalendar,
    obligations,
)
from shared.kernel.actor import Actor
from shared.kernel.model import Record
from shared.web.actors import CurrentActor
from shared.web.problems import problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["义务"])

Wanted = Annotated[ObligationFilter, Query()]


class ObligationList(Record):
    """义务清单, by due date."""

    items: tuple[ObligationEntry, ...]


@router.get("/obligations", responses=problems())
async def list_obligations(request: Request, actor: CurrentActor, wanted: Wanted) -> ObligationList:
    """义务清单：由期限产生的全部义务，各附承担者、期限和条号；项目单位只见本单位的。"""
    return ObligationList(items=tuple(await _found(request, actor, wanted)))


@router.get(
    "/obligations.ics",
    responses={
        200: {"content": {"text/calendar": {"schema": {"type": "string"}}}, "description": "日历"},
        **problems(),
    },
    response_class=Response,
)
async def export_obligations(request: Request, actor: CurrentActor, wanted: Wanted) -> Response:
    """义务清单的 iCalendar 日历，可供日历软件导入。"""
    found = await _found(request, actor, wanted)
    content = as_icalendar(found, wanted.as_of or today(request))
    return Response(content, media_type="text/calendar")


async def _found(request: Request, actor: Actor, wanted: ObligationFilter) -> list[ObligationEntry]:
    runtime: Runtime = request.app.state.runtime
    mine = wanted.model_copy(update={"unit": actor.unit_id}) if actor.unit_id else wanted
    day = wanted.as_of or today(request)
    return await asked(request, lambda city_on: obligations(city_on(day), runtime.policies, mine))
