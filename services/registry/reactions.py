"""Facts for the registry's decisions: its own other streams, and acceptance's events."""

from uuid import UUID

from services.registry.decisions import Facts
from services.registry.state import (
    Project,
    ProjectList,
    System,
    TakenCode,
    Unit,
    evolve_code,
    evolve_list,
    evolve_project,
    evolve_system,
    evolve_unit,
)
from shared.events.registry import (
    AnnualList,
    CodeAssignment,
    Declaration,
    ListApproval,
    SystemEntry,
)
from shared.events.standing import STANDING_EVENTS, barring_projects
from shared.web.desk import Reading
from shared.web.runtime import Aggregate

UNIT = Aggregate("unit", Unit(), evolve_unit)
SYSTEM = Aggregate("system", System(), evolve_system)
PROJECT = Aggregate("project", Project(), evolve_project)
LIST = Aggregate("annual-list", ProjectList(), evolve_list)
CODE = Aggregate("project-code", TakenCode(), evolve_code)

FOLLOWS = {"acceptance": STANDING_EVENTS}


async def for_declaration(reading: Reading, project: Project, declaration: Declaration) -> Facts:
    unit = declaration.unit_id
    return Facts(
        unit=await reading.own(UNIT, unit),
        system=await reading.own(SYSTEM, declaration.system_id),
        barring=barring_projects(await reading.others(f"unit:{unit}"), unit),
    )


async def for_system(reading: Reading, system: System, entry: SystemEntry) -> Facts:
    return Facts(unit=await reading.own(UNIT, entry.unit_id))


async def for_list(reading: Reading, listed: ProjectList, content: AnnualList) -> Facts:
    return Facts(projects=await _projects(reading, content))


async def for_approval(reading: Reading, listed: ProjectList, approval: ListApproval) -> Facts:
    return Facts(projects=await _projects(reading, listed.list) if listed.list else {})


async def _projects(reading: Reading, content: AnnualList) -> dict[UUID, Project]:
    return {i: await reading.own(PROJECT, i) for i in content.project_ids}


async def for_code(reading: Reading, project: Project, assignment: CodeAssignment) -> Facts:
    return Facts(code=await reading.own(CODE, assignment.code))
