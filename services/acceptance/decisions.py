"""Decisions on acceptance: state and command in, events or a refusal out."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from services.acceptance import rules
from services.acceptance.state import Origin, Project
from shared.events import Event
from shared.events.acceptance import (
    Acceptance,
    AcceptanceApplication,
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceConclusion,
    AcceptanceFiled,
    AcceptanceFiling,
    AcceptanceOverdue,
    AcceptanceReview,
    AcceptanceReviewed,
    AcceptanceScheduled,
    Completion,
    CompletionReported,
    Extension,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    ExtensionRuling,
    Handover,
    HandoverRecorded,
    OverdueFinding,
    ServiceAcceptanceReported,
    TrialIncident,
    TrialIncidentReported,
    TrialRunStarted,
    TrialStart,
)
from shared.events.approval import ChangeApproved, ReplyIssued
from shared.kernel.dates import add_months
from shared.kernel.model import present
from shared.regulation import Context, Policy


@dataclass(frozen=True)
class Facts:
    """What a decision here may rest on besides its own stream."""

    origin: Origin = field(default_factory=Origin)


def _policy(reference: str, context: Context) -> Policy:
    """The policy that a baseline cites, seen today: a successor pack leaves running projects be."""
    return context.policies.cited(reference, context.today)


def _after_trial_run(planned_end: date, months: int) -> date:
    try:
        return add_months(planned_end, months)
    except ValueError:
        # The calendar ends in 9999; one such date must not stop the schedules of all others.
        return date.max


def schedule_acceptance(
    project: Project,
    cause: ReplyIssued | ChangeApproved,
    facts: Facts,
    context: Context,
) -> Event:
    """验收期限（第三十一条）: planned end and trial run; an extension once granted stands."""
    planned_end = cause.planned_end
    months = _policy(cause.policy, context).number("trial_months")
    due_on = max(_after_trial_run(planned_end, months), project.extended_to or date.min)
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


def report_completion(
    project: Project, completion: Completion, facts: Facts, context: Context
) -> Event:
    """建设内容完成（第三十一条）."""
    on = context.date_of(completion, since=project.replied_on)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.construction_is_under_way(project),
        rules.completion_is_reported_in_time(on, context.today, _policy(project.policy, context)),
    )
    return CompletionReported(on=on, **project.identity, completion=completion)


def start_trial_run(project: Project, start: TrialStart, facts: Facts, context: Context) -> Event:
    """试运行开始（第三十一条）."""
    on = context.date_of(start)
    context.require(rules.acceptance_is_scheduled(project))
    policy = _policy(project.policy, context)
    context.require(
        rules.trial_run_follows_completion(project, on),
        rules.trial_start_is_reported_in_time(on, context.today, policy),
    )
    earliest = add_months(on, policy.number("trial_months"))
    return TrialRunStarted(on=on, **project.identity, start=start, earliest_end=earliest)


def report_trial_incident(
    project: Project, incident: TrialIncident, facts: Facts, context: Context
) -> Event:
    """试运行故障（第三十一条）: a major one starts the trial run again."""
    on = context.date_of(incident)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(rules.incident_falls_into_the_trial_run(project, on))
    earliest = present(project.earliest_end)
    if incident.major:
        months = _policy(project.policy, context).number("trial_months")
        # One reported late never shortens what a later one has already set.
        earliest = max(earliest, add_months(on, months))
    return TrialIncidentReported(
        on=on, **project.identity, incident=incident, earliest_end=earliest
    )


def record_handover(project: Project, handover: Handover, facts: Facts, context: Context) -> Event:
    """成果移交（第四十三条）."""
    on = context.date_of(handover, since=project.replied_on)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.handover_precedes_acceptance(project),
        rules.handover_includes_custom_source(project, handover, facts.origin),
    )
    return HandoverRecorded(on=on, **project.identity, handover=handover)


def request_extension(
    project: Project, extension: Extension, facts: Facts, context: Context
) -> Event:
    """延期验收申请（第三十一条）."""
    on = context.date_of(extension, since=project.replied_on)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.extension_is_requested_in_time(project, context.today),
        rules.extension_moves_the_due_date(project, extension),
        rules.acceptance_is_not_yet_applied_for(project),
        rules.no_extension_awaits_its_ruling(project),
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


def apply_for_acceptance(
    project: Project, application: AcceptanceApplication, facts: Facts, context: Context
) -> Event:
    """申请验收（第三十一条）: again after a failed one."""
    on = context.date_of(application, since=project.concluded_on)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.opinion_conditions_are_met(project, application),
        rules.trial_run_was_normal_to_its_end(project, on),
        rules.no_acceptance_is_under_way(project),
        rules.acceptance_materials_are_complete(
            project, application, _policy(project.policy, context)
        ),
        rules.custom_development_is_handed_over(project, facts.origin),
    )
    return AcceptanceApplied(on=on, **project.identity, application=application)


def conclude_acceptance(
    project: Project, acceptance: Acceptance, facts: Facts, context: Context
) -> Event:
    """竣工验收（第三十一条）: DEB's opinion on a self-built project."""
    on = context.date_of(acceptance)
    context.require(rules.acceptance_is_scheduled(project))
    policy = _policy(project.policy, context)
    context.require(
        rules.decider_did_not_submit(context.actor, project.applied_by),
        rules.passed_project_has_its_conditions_confirmed(project, acceptance),
        rules.acceptance_is_applied_for(project, on),
        rules.concluded_project_is_self_built(project),
        rules.acceptance_opinion_bears_a_number(acceptance.document),
        rules.important_content_is_assessed(acceptance, policy),
        rules.passed_project_fails_no_important_content(acceptance),
    )
    _require_handover_to_pass(project, acceptance.conclusion, facts, context)
    return AcceptanceConcluded(
        on=on,
        **project.identity,
        acceptance=acceptance,
        filing_due_on=_filing_due_on(acceptance.conclusion, on, policy),
    )


def report_service_acceptance(
    project: Project, acceptance: Acceptance, facts: Facts, context: Context
) -> Event:
    """服务验收结果（第三十一条）: the unit's own; it counts only with DEB's review."""
    on = context.date_of(acceptance)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.acceptance_is_applied_for(project, on),
        rules.reported_project_is_a_service(project),
        rules.important_content_is_assessed(acceptance, _policy(project.policy, context)),
        rules.passed_project_fails_no_important_content(acceptance),
    )
    return ServiceAcceptanceReported(on=on, **project.identity, acceptance=acceptance)


def review_service_acceptance(
    project: Project, review: AcceptanceReview, facts: Facts, context: Context
) -> Event:
    """服务验收审核（第三十一条）: only with it is a service accepted."""
    on = context.date_of(review)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.decider_did_not_submit(context.actor, project.applied_by),
        rules.passed_project_has_its_conditions_confirmed(project, review),
        rules.acceptance_opinion_bears_a_number(review.document),
        rules.service_acceptance_is_reported(project, on),
        rules.review_passes_only_what_the_unit_accepted(project, review),
    )
    _require_handover_to_pass(project, review.conclusion, facts, context)
    policy = _policy(project.policy, context)
    return AcceptanceReviewed(
        on=on,
        **project.identity,
        review=review,
        filing_due_on=_filing_due_on(review.conclusion, on, policy),
    )


def _require_handover_to_pass(
    project: Project, conclusion: AcceptanceConclusion, facts: Facts, context: Context
) -> None:
    # Again, since a contract may have been recorded after the application.
    if conclusion is AcceptanceConclusion.PASSED:
        context.require(rules.custom_development_is_handed_over(project, facts.origin))


def _filing_due_on(conclusion: AcceptanceConclusion, on: date, policy: Policy) -> date | None:
    if conclusion is not AcceptanceConclusion.PASSED:
        return None
    return on + timedelta(days=policy.number("acceptance_filing_days"))


def file_acceptance(
    project: Project, filing: AcceptanceFiling, facts: Facts, context: Context
) -> Event:
    """验收情况报备（第三十一条）."""
    on = context.date_of(filing)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.filed_project_is_accepted(project, on), rules.acceptance_is_filed_once(project)
    )
    return AcceptanceFiled(on=on, **project.identity, filing=filing)


def mark_overdue(
    project: Project, finding: OverdueFinding, facts: Facts, context: Context
) -> Event:
    """逾期未验收（第三十二条）: bars the unit until accepted or extended."""
    on = context.date_of(finding)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.acceptance_is_not_yet_applied_for(project),
        rules.no_extension_awaits_its_ruling(project),
        rules.due_date_has_passed(project, on),
        rules.overdue_is_found_once(project),
    )
    return AcceptanceOverdue(on=on, **project.identity, due_on=present(project.due_on))
