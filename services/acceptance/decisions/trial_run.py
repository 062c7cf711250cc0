"""试运行: completion, trial run, handover (第三十一、四十三条)."""

from services.acceptance import rules
from services.acceptance.decisions.facts import Facts, policy_of, standing
from services.acceptance.state import Project
from shared.events import Event
from shared.events.acceptance import (
    Completion,
    CompletionReported,
    Handover,
    HandoverRecorded,
    TrialIncident,
    TrialIncidentReported,
    TrialRunStarted,
    TrialStart,
)
from shared.kernel.dates import add_months
from shared.kernel.model import present
from shared.regulation import Context
from shared.standing.rules import construction_goes_on


def report_completion(
    project: Project, completion: Completion, facts: Facts, context: Context
) -> Event:
    """建设内容完成（第三十一条）."""
    on = context.date_of(completion, since=project.replied_on)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(rules.construction_is_under_way(project))
    context.require(
        construction_goes_on(standing(project, facts)),
        rules.completion_is_reported_in_time(on, context.today, policy_of(project, context)),
        exemptions=facts.exemptions,
    )
    return CompletionReported(on=on, **project.identity, completion=completion)


def start_trial_run(project: Project, start: TrialStart, facts: Facts, context: Context) -> Event:
    """试运行开始（第三十一条）."""
    on = context.date_of(start)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(rules.trial_run_follows_completion(project, on))
    policy = policy_of(project, context)
    context.require(
        rules.joint_work_is_divided(project, facts.origin),
        construction_goes_on(standing(project, facts)),
        rules.trial_start_is_reported_in_time(on, context.today, policy),
        exemptions=facts.exemptions,
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
    policy = policy_of(project, context)
    context.require(
        rules.incident_is_reported_in_time(on, context.today, policy),
        exemptions=facts.exemptions,
    )
    earliest = present(project.earliest_end)
    if incident.major and policy.flag("trial_restarts_on_major_incident"):
        # One reported late never shortens what a later one has already set.
        earliest = max(earliest, add_months(on, policy.number("trial_months")))
    return TrialIncidentReported(
        on=on, **project.identity, incident=incident, earliest_end=earliest
    )


def record_handover(project: Project, handover: Handover, facts: Facts, context: Context) -> Event:
    """成果移交（第四十三条）."""
    on = context.date_of(handover, since=project.replied_on)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(rules.handover_precedes_acceptance(project))
    context.require(
        rules.handover_includes_custom_source(project, handover, facts.origin),
        exemptions=facts.exemptions,
    )
    return HandoverRecorded(on=on, **project.identity, handover=handover)
