"""Facts for the budget service's decisions, and the table of its commands."""

from uuid import UUID

from services.budget import decisions
from services.budget.decisions import Facts
from services.budget.state import Background, Project, background_of, evolve_project
from shared.kernel.model import Record
from shared.standing import RESTRICTING
from shared.web.commands import Command, Reading, table
from shared.web.runtime import Aggregate

PROJECT = Aggregate("project", Project(), evolve_project)

FOLLOWS = {
    "registry": frozenset(
        {"ProjectDeclared", "ProjectListed", "SystemCatalogued", "SystemTerminated"}
    ),
    "approval": frozenset({"ReplyIssued", "ChangeApproved"}) | RESTRICTING["approval"],
    "acceptance": RESTRICTING["acceptance"],
}


async def background(reading: Reading, project: Project, command: Record) -> Facts:
    """What the other services have recorded of the project, and of its system."""
    return Facts(await _background(reading), reading.part)


async def ownership(reading: Reading, project: Project, command: Record) -> Facts:
    """Whose project it is, while no money of it is on record; after that its stream says so."""
    return Facts() if project.unit_id is not None else await background(reading, project, command)


def plan(reading: Reading, project: Project, command: Record) -> Facts:
    """Only which O&M plan the command is about."""
    return Facts(plan_id=reading.part)


async def _background(reading: Reading) -> Background:
    events = await reading.others(f"project:{reading.subject}")
    system_id = background_of(events).system_id
    of_system = await reading.others(f"system:{system_id}") if system_id else ()
    return background_of((*events, *of_system))


def owner(project: Project, command: object, facts: Facts) -> frozenset[str]:
    """The project unit: as the stream names it, as the other services do while it is empty."""
    unit_id = project.unit_id or facts.background.unit_id
    return frozenset({unit_id} if unit_id else ())


def plans(project: Project) -> list[UUID]:
    return [planned.plan_id for planned in project.operation_plans]


COMMANDS = table(
    Command(PROJECT, decisions.include_in_budget, facts=background),
    Command(PROJECT, decisions.set_cost_share, facts=background),
    Command(PROJECT, decisions.record_procurement, facts=ownership, parties=owner),
    Command(PROJECT, decisions.record_contract, facts=ownership, parties=owner),
    Command(PROJECT, decisions.record_payment, facts=ownership, parties=owner),
    Command(PROJECT, decisions.return_surplus, facts=background, parties=owner),
    Command(PROJECT, decisions.submit_operation_plan, facts=background, parties=owner),
    Command(PROJECT, decisions.assess_operation_plan, facts=plan, parts=plans),
    Command(PROJECT, decisions.include_operation_budget, facts=background, parts=plans),
)
