"""期限: the due date, its extension, its passing and its end (第三十至三十二条)."""

from datetime import date

from services.acceptance import rules
from services.acceptance.decisions.facts import Facts, policy_cited, standing
from services.acceptance.state import Project
from shared.events import Event
from shared.events.acceptance import (
    AcceptanceOverdue,
    AcceptanceScheduled,
    AcceptanceScheduleEnded,
    Extension,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    ExtensionRuling,
    OverdueFinding,
)
from shared.events.approval import ChangeApproved, ProjectTerminated, ReplyIssued
from shared.kernel.dates import add_months
from shared.kernel.model import present
from shared.regulation import Context


def schedule_acceptance(
    project: Project,
    cause: ReplyIssued | ChangeApproved,
    facts: Facts,
    context: Context,
) -> Event:
    """验收期限（第三十一条）: planned end and trial run; an extension once granted stands."""
    planned_end = cause.planned_end
    begun = cause.on if isinstance(cause, ReplyIssued) else project.replied_on
    months = policy_cited(cause.policy, begun, context).number("trial_months")
    due_on = max(add_months(planned_end, months), project.extended_to or date.min)
    context.require(
        rules.acceptance_follows_the_baseline(project, cause, facts.origin, planned_end, due_on)
    )
    reply = cause if isinstance(cause, ReplyIssued) else project
    return AcceptanceScheduled(
        # A paper older than an overdue finding must not lift it with a date already past then.
        on=max(cause.on, project.overdue_on or date.min),
        project_id=cause.project_id,
        unit_id=cause.unit_id,
        delivery_mode=present(reply.delivery_mode),
        replied_on=cause.on if isinstance(cause, ReplyIssued) else present(project.replied_on),
        planned_end=planned_end,
        due_on=due_on,
        custom_development=reply.custom_development,
        baseline=present(facts.origin.baseline),
        policy=cause.policy,
        open_conditions=reply.open_conditions,
        participants=facts.origin.participants,
    )


def end_acceptance_schedule(
    project: Project, cause: ProjectTerminated, facts: Facts, context: Context
) -> Event:
    """验收期限终止（第三十条）: a terminated project has no due date any more."""
    context.require(
        rules.acceptance_is_scheduled(project), rules.scheduled_project_is_not_ended(project)
    )
    ended = present(facts.elsewhere.terminated)
    return AcceptanceScheduleEnded(on=cause.on, **project.identity, cause=ended)


def request_extension(
    project: Project, extension: Extension, facts: Facts, context: Context
) -> Event:
    """延期验收申请（第三十一条）."""
    on = context.date_of(extension, since=project.replied_on)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.acceptance_is_not_yet_applied_for(project),
        rules.no_extension_awaits_its_ruling(project),
        rules.extension_moves_the_due_date(project, extension),
    )
    context.require(
        rules.extension_is_requested_in_time(project, context.today), exemptions=facts.exemptions
    )
    return ExtensionRequested(on=on, **project.identity, extension=extension)


def rule_on_extension(
    project: Project, ruling: ExtensionRuling, facts: Facts, context: Context
) -> Event:
    """延期验收意见（第三十一条）: granted, the due date moves."""
    context.require(rules.acceptance_is_scheduled(project))
    context.require(rules.extension_awaits_its_ruling(project))
    context.require(
        rules.decider_did_not_submit(context.actor, (present(project.extension_requested_by),))
    )
    on = context.date_of(ruling, since=project.extension_requested_on)
    if not ruling.approved:
        return ExtensionRefused(on=on, **project.identity, ruling=ruling)
    # A change approved meanwhile may have moved the due date beyond what was asked for.
    due_on = max(present(project.extension).new_due_on, present(project.due_on))
    return ExtensionGranted(on=on, **project.identity, ruling=ruling, due_on=due_on)


def mark_overdue(
    project: Project, finding: OverdueFinding, facts: Facts, context: Context
) -> Event:
    """逾期未验收（第三十二条）: bars the unit until accepted or extended."""
    on = context.date_of(finding)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.terminated_project_has_no_due_date(standing(project, facts)),
        rules.acceptance_is_not_yet_applied_for(project),
        rules.no_extension_awaits_its_ruling(project),
        rules.due_date_has_passed(project, on),
        rules.overdue_is_found_once(project),
    )
    return AcceptanceOverdue(on=on, **project.identity, due_on=present(project.due_on))
