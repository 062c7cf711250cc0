"""Facts, the table of commands, and the schedule that follows approval's baselines."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.acceptance import decisions
from services.acceptance.decisions import Facts, drafts
from services.acceptance.state import (
    Project,
    Status,
    evolve_project,
    moves_the_planned_end,
    origin_of,
)
from shared.events import ProjectEvent, Recorded
from shared.events.approval import ProjectTerminated
from shared.kernel.model import Record
from shared.regulation.exemption import after_the_end
from shared.standing import RESTRICTING, standing_of
from shared.web.actors import SYSTEM
from shared.web.commands import Command, Decide, Draft, Reading, table
from shared.web.desk import reaction_desk
from shared.web.destructions import DESTROY_KEYS
from shared.web.obligations import MARK_OVERDUE
from shared.web.problems import ProblemError
from shared.web.runtime import Aggregate, Reaction, Runtime

PROJECT = Aggregate("project", Project(), evolve_project)

BASELINES = frozenset({"ReplyIssued", "ChangeApproved"})
ENDS = frozenset({"ProjectTerminated"})
FOLLOWS = {
    "registry": frozenset(
        {
            "ProjectDeclared",
            "ProjectListed",
            "ResourcesCatalogued",
            "DeclarationWithdrawn",
            "SystemTerminated",
        }
    ),
    "approval": BASELINES
    | ENDS
    | RESTRICTING["approval"]
    | {"DivisionOfWorkRecorded", "TroubleReported"},
    "budget": frozenset({"ContractRecorded"}),
}


async def known(reading: Reading, project: Project, command: Record) -> Facts:
    """What the other services say of the project: whose it is, whether it goes on, exceptions."""
    events = await reading.others(f"project:{reading.subject}")
    project_id, standing = UUID(reading.subject), standing_of(events)
    elsewhere, exemptions = standing.of(project_id), standing.exemptions(project_id)
    ended = project.supervision.standing(elsewhere).terminated
    return Facts(
        origin=origin_of(events),
        elsewhere=elsewhere,
        exemptions=after_the_end(exemptions) if ended else exemptions,
        part=reading.part,
    )


def latest_schedule(project: Project, facts: Facts) -> ProblemError | None:
    """What rests on the due date, the baseline or the contracts waits until all are the latest.

    They are not while approval's newest baseline is not scheduled here yet.
    """
    scheduled = facts.origin.baseline in {None, project.baseline}
    if scheduled or project.status in _SETTLED:
        return None
    return ProblemError(
        "facts_not_fresh",
        "批复或调整刚刚作出，验收期限正在重新确定，请稍后重试",
        headers={"Retry-After": "1"},
    )


_SETTLED = frozenset({Status.ACCEPTED, Status.TERMINATED})
"""Needs no due date any more."""


async def cause(reading: Reading, project: Project, command: Record) -> Facts:
    """What the schedule follows is the baseline it reacts to, whatever has come since."""
    facts = await known(reading, project, command)
    return replace(facts, origin=replace(facts.origin, baseline=reading.cause))


async def with_stream(reading: Reading, project: Project, command: Record) -> Facts:
    """Facts for a correction: all that is on record of the project here."""
    recorded = await reading.history(PROJECT.stream(reading.subject))
    return replace(await known(reading, project, command), stream=recorded)


def owners(project: Project, command: object, facts: Facts) -> frozenset[str]:
    """Only the project unit itself acts; units that build along look on."""
    owner = project.unit_id or facts.origin.unit_id
    return frozenset({owner} if owner else ())


# Which parts of a project a path may name.


def sharing_findings(project: Project) -> Iterator[UUID]:
    return (f.finding_id for f in project.supervision.sharing if f.withdrawn_on is None)


def security_findings(project: Project) -> Iterator[UUID]:
    return (f.finding_id for f in project.supervision.security if f.cleared_on is None)


def rectifications(project: Project) -> Iterator[UUID]:
    return (r.rectification_id for r in project.supervision.rectifications)


def measures(project: Project) -> Iterator[UUID]:
    return (m.measure_id for m in project.supervision.measures if m.lifted_on is None)


def _unit(decision: Decide, draft: Draft | None = None, **more: Any) -> Command:
    """A command of the project unit's own."""
    return Command(PROJECT, decision, parties=owners, draft=draft, **{"facts": known, **more})


def _body(decision: Decide, draft: Draft | None = None, **more: Any) -> Command:
    """A command of a body's."""
    return Command(PROJECT, decision, draft=draft, **{"facts": known, **more})


COMMANDS = table(
    _body(decisions.schedule_acceptance, facts=cause),
    _body(decisions.end_acceptance_schedule),
    _unit(decisions.report_completion),
    _unit(decisions.start_trial_run),
    _unit(decisions.report_trial_incident),
    _unit(decisions.record_handover, drafts.handover, awaits=latest_schedule),
    _unit(decisions.request_extension, drafts.extension, awaits=latest_schedule),
    _body(decisions.rule_on_extension, awaits=latest_schedule),
    _unit(decisions.apply_for_acceptance, drafts.application, awaits=latest_schedule),
    _body(decisions.conclude_acceptance, drafts.acceptance, awaits=latest_schedule),
    _unit(decisions.report_service_acceptance, drafts.acceptance),
    _body(decisions.review_service_acceptance, drafts.review, awaits=latest_schedule),
    _unit(decisions.file_acceptance),
    _body(decisions.mark_overdue, awaits=latest_schedule),
    _unit(decisions.record_exchange_connection),
    _unit(decisions.record_sharing_feedback, drafts.feedback),
    _unit(decisions.record_management, drafts.management),
    _body(decisions.grant_cloud_resources, drafts.cloud_grant),
    _unit(decisions.record_mounted_resources, drafts.mounted_resources),
    _unit(decisions.record_security_stage, drafts.security_stage),
    _unit(decisions.submit_performance_report, drafts.performance_report),
    _unit(decisions.report_operation_start),
    _unit(decisions.submit_self_evaluation, drafts.self_evaluation),
    _body(decisions.record_post_evaluation),
    _body(decisions.find_exclusive_opening),
    _body(decisions.find_sharing_violation),
    _body(decisions.withdraw_sharing_violation, parts=sharing_findings),
    _body(decisions.record_untruthfulness),
    _unit(decisions.correct_record, drafts.correction, facts=with_stream),
    _body(decisions.record_inspection, drafts.inspection),
    _body(decisions.order_rectification, drafts.rectification),
    _unit(decisions.report_rectification, parts=rectifications),
    _body(decisions.confirm_rectification, parts=rectifications),
    _body(decisions.impose_measure, drafts.measure),
    _body(decisions.lift_measure, parts=measures),
    _body(decisions.record_referral, drafts.referral),
    _body(decisions.record_security_finding, drafts.security_finding),
    _body(decisions.clear_security_finding, parts=security_findings),
    _unit(decisions.record_safety_incident),
    MARK_OVERDUE,
    DESTROY_KEYS,
)


async def schedule(runtime: Runtime, cause: Recorded) -> None:
    """Follow a baseline of approval; an accepted or ended project needs no due date any more."""
    event = cause.event
    if not (isinstance(event, ProjectEvent) and moves_the_planned_end(event)):
        return
    folded = await runtime.fold(PROJECT, event.project_id)
    if folded.state.status not in _SETTLED:
        desk = reaction_desk(runtime, SYSTEM, "schedule_acceptance", cause)
        await desk.decide(event.project_id, event)


async def end(runtime: Runtime, cause: Recorded) -> None:
    """Follow a termination: no due date stands after it."""
    event = cause.event
    if not isinstance(event, ProjectTerminated):
        return
    folded = await runtime.fold(PROJECT, event.project_id)
    if folded.state.status not in _SETTLED | {None}:
        desk = reaction_desk(runtime, SYSTEM, "end_acceptance_schedule", cause)
        await desk.decide(event.project_id, event)


REACTIONS = (
    Reaction("schedule_acceptance", "approval", BASELINES, schedule),
    Reaction("end_acceptance_schedule", "approval", ENDS, end),
)
