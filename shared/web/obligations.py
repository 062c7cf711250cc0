"""逾期认定 over HTTP: the same in every service, each for the obligations it looks after."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from shared.events import Recorded
from shared.events.obligations import LateFinding
from shared.events.registry import ProjectDeclared
from shared.regulation.calendar import calendar_of
from shared.standing import late
from shared.standing.late import Found, evolve_found
from shared.standing.obligations import Obligation, obligations_of
from shared.web.commands import Command, Reading
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute
from shared.web.runtime import Aggregate

router = APIRouter(route_class=StrictRoute, tags=["义务"])

OBLIGATION = Aggregate("obligation", Found(), evolve_found)


async def obligation(reading: Reading, found: Found, finding: LateFinding) -> Obligation | None:
    """The obligation, computed anew from this service's own events and those it follows."""
    runtime = reading.runtime
    owed = obligations_of(
        finding.subject,
        (*await reading.history(finding.subject), *await followed(reading, finding.subject)),
        reading.policies,
        calendar_of(runtime.settings.calendar_folder),
        reading.today,
    )
    wanted = (o for o in owed if str(o.obligation_id) == reading.subject)
    return next((o for o in wanted if looked_after(o, runtime.name)), None)


def looked_after(obligation: Obligation, service: str) -> bool:
    """Whether it is this command, and this service's, that finds it overdue."""
    terms = obligation.terms
    return (terms.service, terms.marked_by) == (service, late.mark_obligation_overdue.__name__)


async def followed(reading: Reading, subject: str) -> tuple[Recorded, ...]:
    """Other services' events about a project and its system, or about a system."""
    events = await reading.others(subject)
    declared = next((r.event for r in events if isinstance(r.event, ProjectDeclared)), None)
    if declared is None:
        return events
    return (*events, *await reading.others(f"system:{declared.declaration.system_id}"))


MARK_OVERDUE = Command(OBLIGATION, late.mark_obligation_overdue, facts=obligation)


@router.post("/obligations/{obligation_id}/overdue", status_code=201, responses=COMMAND)
async def mark_obligation_overdue(
    desk: AtDesk,
    obligation_id: Annotated[UUID, Path(title="义务标识")],
    finding: LateFinding,
) -> Receipt:
    """认定一项义务逾期：由每日任务或市数字经济局；同一义务只认定一次（第五条）。"""
    return await desk.decide(obligation_id, finding)
