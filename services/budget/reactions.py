"""Facts for the budget service's decisions: registry's, approval's and acceptance's events."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from services.budget.decisions import Facts
from services.budget.state import Background, Project, background_of, evolve_project
from shared.events.standing import STANDING_EVENTS
from shared.web.desk import Reading
from shared.web.runtime import Aggregate

PROJECT = Aggregate("project", Project(), evolve_project)

FOLLOWS = {
    "registry": frozenset({"ProjectDeclared", "ProjectListed", "SystemCatalogued"}),
    "approval": frozenset({"ReplyIssued", "ChangeApproved"}),
    "acceptance": STANDING_EVENTS,
}

Gather = Callable[[Reading, Project, object], Awaitable[Facts]]


def for_project(project_id: UUID, plan_id: UUID | None = None) -> Gather:
    """What the other services have recorded of the project, and of its system."""

    async def gather(reading: Reading, project: Project, command: object) -> Facts:
        return Facts(await _background(reading, project_id), plan_id)

    return gather


def for_owner(project_id: UUID) -> Gather:
    """Whose project it is, while no money of it is on record; after that its stream says so."""

    async def gather(reading: Reading, project: Project, command: object) -> Facts:
        if project.unit_id is not None:
            return Facts()
        return Facts(await _background(reading, project_id))

    return gather


def for_plan(plan_id: UUID) -> Callable[[Reading, Project, object], Facts]:
    """Only which O&M plan the command is about."""
    return lambda reading, project, command: Facts(plan_id=plan_id)


async def _background(reading: Reading, project_id: UUID) -> Background:
    events = await reading.others(f"project:{project_id}")
    system_id = background_of(events).system_id
    of_system = await reading.others(f"system:{system_id}") if system_id else ()
    return background_of((*events, *of_system))
