"""Facts for the registry's decisions, and the table of its commands."""

from dataclasses import replace
from uuid import UUID

from services.registry import decisions
from services.registry.decisions import Facts, drafts
from services.registry.state import (
    Interpretations,
    Project,
    ProjectList,
    RegisteredPlan,
    System,
    TakenCode,
    Unit,
    evolve_code,
    evolve_interpretations,
    evolve_list,
    evolve_plan,
    evolve_project,
    evolve_system,
    evolve_unit,
)
from shared.events import ProjectEvent, Recorded
from shared.events.registry import (
    AnnualList,
    CodeAssignment,
    Declaration,
    ListApproval,
    SystemEntry,
    plan_id_of,
)
from shared.standing import (
    RESTRICTING,
    AcceptanceStanding,
    AcceptanceStatus,
    accepted_after,
    standing_of,
)
from shared.web import actors
from shared.web.commands import Command, Reading, table
from shared.web.desk import reaction_desk
from shared.web.destructions import DESTROY_KEYS
from shared.web.obligations import MARK_OVERDUE
from shared.web.runtime import Aggregate, Reaction, Runtime

UNIT = Aggregate("unit", Unit(), evolve_unit)
POLICY = Aggregate("policy", Interpretations(), evolve_interpretations)
PLAN = Aggregate("plan", RegisteredPlan(), evolve_plan)
SYSTEM = Aggregate("system", System(), evolve_system)
PROJECT = Aggregate("project", Project(), evolve_project)
LIST = Aggregate("annual-list", ProjectList(), evolve_list)
CODE = Aggregate("project-code", TakenCode(), evolve_code)

FOLLOWS = {"approval": RESTRICTING["approval"], "acceptance": RESTRICTING["acceptance"]}


async def for_declaration(reading: Reading, project: Project, declaration: Declaration) -> Facts:
    unit_id = declaration.unit_id
    unit: Unit = await reading.own(UNIT, unit_id)
    standing = standing_of(await reading.others(f"unit:{unit_id}"), unit_id)
    system: System = await reading.own(SYSTEM, declaration.system_id)
    named: list[RegisteredPlan] = [
        await reading.own(PLAN, plan_id_of(title), new=True) for title in declaration.plan_alignment
    ]
    return Facts(
        unit=unit,
        # Another unit's system is as good as none: nothing of it is told.
        system=system if unit_id in system.parties else System(),
        standing=replace(standing, uncollected=unit.data_collection_flag),
        plans=tuple(plan for plan in named if plan.plan),
    )


async def for_system(reading: Reading, system: System, entry: SystemEntry) -> Facts:
    return Facts(unit=await reading.own(UNIT, entry.unit_id))


async def for_activation(reading: Reading, system: System, accepted: ProjectEvent) -> Facts:
    return Facts(cause=reading.cause)


async def for_list(reading: Reading, listed: ProjectList, content: AnnualList) -> Facts:
    return Facts(projects=await _projects(reading, content))


async def for_approval(reading: Reading, listed: ProjectList, approval: ListApproval) -> Facts:
    return Facts(projects=await _projects(reading, listed.list) if listed.list else {})


async def _projects(reading: Reading, content: AnnualList) -> dict[UUID, Project]:
    return {i: await reading.own(PROJECT, i) for i in content.project_ids}


async def for_code(reading: Reading, project: Project, assignment: CodeAssignment) -> Facts:
    return Facts(code=await reading.own(CODE, assignment.code))


# Whose project it is.


def owners(project: Project, command: object, facts: object) -> frozenset[str]:
    """Only the project unit itself acts on a declaration; units that build along look on."""
    return frozenset({project.declaration.unit_id} if project.declaration else ())


def itself(unit: Unit, command: object, facts: object) -> frozenset[str]:
    return frozenset({unit.profile.unit_id} if unit.profile else ())


def holder(system: System, command: object, facts: object) -> frozenset[str]:
    """The unit whose system it is."""
    return system.parties


def applicant(state: object, command: Declaration | SystemEntry, facts: object) -> frozenset[str]:
    return frozenset({command.unit_id})


COMMANDS = table(
    Command(UNIT, decisions.register_unit, creates=True),
    Command(UNIT, decisions.update_unit, parties=itself),
    Command(UNIT, decisions.flag_data_collection),
    Command(UNIT, decisions.clear_data_collection),
    Command(PLAN, decisions.register_plan, creates=True),
    Command(POLICY, decisions.publish_interpretation),
    Command(SYSTEM, decisions.catalogue_system, facts=for_system, parties=applicant, creates=True),
    Command(SYSTEM, decisions.update_system, parties=holder),
    Command(SYSTEM, decisions.review_system, parties=holder),
    Command(SYSTEM, decisions.activate_system, facts=for_activation),
    Command(SYSTEM, decisions.confirm_asset),
    Command(SYSTEM, decisions.require_system_termination),
    Command(SYSTEM, decisions.waive_system_termination),
    Command(SYSTEM, decisions.terminate_system, parties=holder),
    Command(
        PROJECT,
        decisions.declare_project,
        facts=for_declaration,
        parties=applicant,
        creates=True,
    ),
    Command(PROJECT, decisions.withdraw_declaration, parties=owners),
    Command(PROJECT, decisions.record_central_review, draft=drafts.central_review),
    Command(
        PROJECT,
        decisions.assign_project_code,
        facts=for_code,
        parties=owners,
        draft=drafts.code_assignment,
    ),
    Command(PROJECT, decisions.catalogue_resources, parties=owners, draft=drafts.resources),
    Command(PROJECT, decisions.approve_no_data_statement),
    Command(PROJECT, decisions.link_county_project, parties=owners, draft=drafts.county_project),
    Command(LIST, decisions.submit_annual_list, facts=for_list, creates=True),
    Command(LIST, decisions.approve_annual_list, facts=for_approval),
    MARK_OVERDUE,
    DESTROY_KEYS,
)


# What follows from acceptance.

ACCEPTANCES = frozenset({"AcceptanceConcluded", "AcceptanceReviewed"})


async def activate(runtime: Runtime, cause: Recorded) -> None:
    """A provisional entry becomes active with its project's passed acceptance (第九条)."""
    event = cause.event
    passed = accepted_after(AcceptanceStanding(), cause).status is AcceptanceStatus.PASSED
    if not (passed and isinstance(event, ProjectEvent)):
        return
    project: Project = (await runtime.fold(PROJECT, event.project_id)).state
    if project.declaration is None:
        return
    system_id = project.declaration.system_id
    system: System = (await runtime.fold(SYSTEM, system_id)).state
    if system.entry is not None and not system.runs:
        desk = reaction_desk(runtime, actors.SYSTEM, "activate_system", cause)
        await desk.decide(system_id, event)


REACTIONS = (Reaction("activate_system", "acceptance", ACCEPTANCES, activate),)
