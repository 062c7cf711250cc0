"""Facts, the table of commands, and the schedule that follows approval's baselines."""

from dataclasses import replace

from services.acceptance import decisions
from services.acceptance.decisions import Facts
from services.acceptance.state import (
    Project,
    Status,
    evolve_project,
    moves_the_planned_end,
    origin_of,
)
from shared.events import ProjectEvent, Recorded
from shared.kernel.model import Record
from shared.web.actors import SYSTEM
from shared.web.commands import Command, Reading, table
from shared.web.desk import reaction_desk
from shared.web.problems import ProblemError
from shared.web.runtime import Aggregate, Reaction, Runtime

PROJECT = Aggregate("project", Project(), evolve_project)

BASELINES = frozenset({"ReplyIssued", "ChangeApproved"})
FOLLOWS = {
    "registry": frozenset({"ProjectDeclared", "ProjectListed"}),
    "approval": BASELINES,
    "budget": frozenset({"ContractRecorded"}),
}


async def first_step(reading: Reading, project: Project, command: Record) -> Facts:
    """Facts that only a project not scheduled here yet needs: whose it is, and why it is not."""
    return Facts() if project.status else await latest_schedule(reading, project, command)


async def latest_schedule(reading: Reading, project: Project, command: Record) -> Facts:
    """Facts for what rests on the due date, the baseline or the contracts: all are the latest.

    Raises ProblemError(503) while approval's newest baseline is not scheduled here yet.
    """
    origin = origin_of(await reading.others(f"project:{reading.subject}"))
    scheduled = origin.baseline in {None, project.baseline}
    if not scheduled and project.status is not Status.ACCEPTED:
        raise ProblemError(
            "facts_not_fresh",
            "批复或调整刚刚作出，验收期限正在重新确定，请稍后重试",
            headers={"Retry-After": "1"},
        )
    return Facts(origin)


async def cause(reading: Reading, project: Project, command: Record) -> Facts:
    """What the schedule follows is the baseline it reacts to, whatever has come since."""
    origin = origin_of(await reading.others(f"project:{reading.subject}"))
    return Facts(replace(origin, baseline=reading.cause))


def owners(project: Project, command: object, facts: Facts) -> frozenset[str]:
    """Only the project unit itself acts; units that build along look on."""
    owner = project.unit_id or facts.origin.unit_id
    return frozenset({owner} if owner else ())


COMMANDS = table(
    Command(PROJECT, decisions.schedule_acceptance, facts=cause),
    Command(PROJECT, decisions.report_completion, facts=first_step, parties=owners),
    Command(PROJECT, decisions.start_trial_run, facts=first_step, parties=owners),
    Command(PROJECT, decisions.report_trial_incident, facts=first_step, parties=owners),
    Command(PROJECT, decisions.record_handover, facts=latest_schedule, parties=owners),
    Command(PROJECT, decisions.request_extension, facts=latest_schedule, parties=owners),
    Command(PROJECT, decisions.rule_on_extension, facts=latest_schedule),
    Command(PROJECT, decisions.apply_for_acceptance, facts=latest_schedule, parties=owners),
    Command(PROJECT, decisions.conclude_acceptance, facts=latest_schedule),
    Command(PROJECT, decisions.report_service_acceptance, facts=first_step, parties=owners),
    Command(PROJECT, decisions.review_service_acceptance, facts=latest_schedule),
    Command(PROJECT, decisions.file_acceptance, facts=first_step, parties=owners),
    Command(PROJECT, decisions.mark_overdue, facts=latest_schedule),
)


async def schedule(runtime: Runtime, cause: Recorded) -> None:
    """Follow a baseline of approval; an accepted project needs no due date any more."""
    event = cause.event
    if not (isinstance(event, ProjectEvent) and moves_the_planned_end(event)):
        return
    folded = await runtime.fold(PROJECT, event.project_id)
    if folded.state.status is not Status.ACCEPTED:
        desk = reaction_desk(runtime, SYSTEM, "schedule_acceptance", cause)
        await desk.decide(event.project_id, event)


REACTIONS = (Reaction("schedule_acceptance", "approval", BASELINES, schedule),)
