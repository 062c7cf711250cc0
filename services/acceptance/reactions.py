"""Facts from registry, approval and budget, and the schedule that follows approval's baselines."""

from dataclasses import replace
from uuid import UUID

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
from shared.web.desk import Gather, Reading, reaction_desk
from shared.web.problems import ProblemError
from shared.web.runtime import Aggregate, Reaction, Runtime

PROJECT = Aggregate("project", Project(), evolve_project)

BASELINES = frozenset({"ReplyIssued", "ChangeApproved"})
FOLLOWS = {
    "registry": frozenset({"ProjectDeclared", "ProjectListed"}),
    "approval": BASELINES,
    "budget": frozenset({"ContractRecorded"}),
}


def first_step_of(project_id: UUID) -> Gather:
    """Facts that only a project not scheduled here yet needs: whose it is, and why it is not."""
    gather = latest_schedule_of(project_id)

    async def facts(reading: Reading, project: Project, command: Record) -> Facts:
        return Facts() if project.status else await gather(reading, project, command)

    return facts


def latest_schedule_of(project_id: UUID) -> Gather:
    """Facts for what rests on the due date, the baseline or the contracts: all are the latest.

    Raises ProblemError(503) while approval's newest baseline is not scheduled here yet.
    """

    async def facts(reading: Reading, project: Project, command: Record) -> Facts:
        origin = origin_of(await reading.others(f"project:{project_id}"))
        scheduled = origin.baseline in {None, project.baseline}
        if not scheduled and project.status is not Status.ACCEPTED:
            raise ProblemError(
                "facts_not_fresh",
                "批复或调整刚刚作出，验收期限正在重新确定，请稍后重试",
                headers={"Retry-After": "1"},
            )
        return Facts(origin)

    return facts


async def schedule(runtime: Runtime, cause: Recorded) -> None:
    """Follow a baseline of approval; an accepted project needs no due date any more."""
    event = cause.event
    if not (isinstance(event, ProjectEvent) and moves_the_planned_end(event)):
        return
    folded = await runtime.fold(PROJECT, event.project_id)
    if folded.state.status is Status.ACCEPTED:
        return

    async def facts(reading: Reading, project: Project, command: Record) -> Facts:
        origin = origin_of(await reading.others(f"project:{event.project_id}"))
        return Facts(replace(origin, baseline=cause.ref))

    await reaction_desk(runtime, SYSTEM, "schedule_acceptance", cause).decide(
        PROJECT, event.project_id, decisions.schedule_acceptance, event, facts=facts
    )


REACTIONS = (Reaction("schedule_acceptance", "approval", BASELINES, schedule),)
