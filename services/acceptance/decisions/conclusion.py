"""验收: application, acceptance and its filing (第三十一条)."""

from datetime import date
from typing import TypedDict

from services.acceptance import rules
from services.acceptance.decisions.facts import Facts, policy_of, standing
from services.acceptance.decisions.performance import evaluation_window
from services.acceptance.state import Project
from shared.events import Event
from shared.events.acceptance import (
    Acceptance,
    AcceptanceApplication,
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceConclusion,
    AcceptanceFiled,
    AcceptanceFiling,
    AcceptanceReview,
    AcceptanceReviewed,
    ServiceAcceptanceReported,
)
from shared.kernel.dates import add_days
from shared.regulation import Check, Context, Policy
from shared.standing.rules import construction_goes_on


def apply_for_acceptance(
    project: Project, application: AcceptanceApplication, facts: Facts, context: Context
) -> Event:
    """申请验收（第三十一条）: again after a failed one."""
    on = context.date_of(application, since=project.concluded_on)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(rules.no_acceptance_is_under_way(project))
    context.require(
        *_advice(project, facts),
        rules.opinion_conditions_are_met(project, application),
        construction_goes_on(standing(project, facts)),
        rules.trial_run_was_normal_to_its_end(project, on),
        rules.acceptance_materials_are_complete(project, application, policy_of(project, context)),
        rules.custom_development_is_handed_over(project, facts.origin),
        exemptions=facts.exemptions,
    )
    return AcceptanceApplied(on=on, **project.identity, application=application)


def conclude_acceptance(
    project: Project, acceptance: Acceptance, facts: Facts, context: Context
) -> Event:
    """竣工验收（第三十一条）: DEB's opinion on a self-built project."""
    on = context.date_of(acceptance)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.decider_did_not_submit(context.actor, project.applied_by),
        rules.acceptance_is_applied_for(project, on),
        rules.concluded_project_is_self_built(project),
    )
    policy = policy_of(project, context)
    context.require(
        *_advice(project, facts),
        rules.passed_project_has_its_conditions_confirmed(project, acceptance),
        construction_goes_on(standing(project, facts)),
        rules.acceptance_opinion_bears_a_number(acceptance.document),
        *_handover_to_pass(project, acceptance.conclusion, facts),
        rules.important_content_is_assessed(acceptance, policy),
        rules.passed_project_fails_no_important_content(acceptance),
        exemptions=facts.exemptions,
    )
    dates = _dates(acceptance.conclusion, on, policy)
    return AcceptanceConcluded(
        on=on,
        **project.identity,
        acceptance=acceptance,
        **dates,
        self_review=facts.origin.self_review,
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
    )
    context.require(
        construction_goes_on(standing(project, facts)),
        rules.important_content_is_assessed(acceptance, policy_of(project, context)),
        rules.passed_project_fails_no_important_content(acceptance),
        exemptions=facts.exemptions,
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
        rules.service_acceptance_is_reported(project, on),
    )
    context.require(
        *_advice(project, facts),
        rules.passed_project_has_its_conditions_confirmed(project, review),
        construction_goes_on(standing(project, facts)),
        rules.acceptance_opinion_bears_a_number(review.document),
        rules.review_passes_only_what_the_unit_accepted(project, review),
        *_handover_to_pass(project, review.conclusion, facts),
        exemptions=facts.exemptions,
    )
    dates = _dates(review.conclusion, on, policy_of(project, context))
    return AcceptanceReviewed(
        on=on, **project.identity, review=review, **dates, self_review=facts.origin.self_review
    )


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


def _advice(project: Project, facts: Facts) -> tuple[Check, ...]:
    """What weighs on an acceptance without deciding it (第二十条), in article order."""
    return (
        rules.exchange_platform_is_connected(project),
        rules.management_is_in_order(project),
        rules.supervision_is_commissioned(project),
        rules.catalogued_resources_are_mounted(project, facts.origin),
        rules.security_went_along(project),
    )


def _handover_to_pass(
    project: Project, conclusion: AcceptanceConclusion, facts: Facts
) -> tuple[Check, ...]:
    # Again, since a contract may have been recorded after the application.
    passes = conclusion is AcceptanceConclusion.PASSED
    return (rules.custom_development_is_handed_over(project, facts.origin),) if passes else ()


class _Dates(TypedDict, total=False):
    """What a passed acceptance sets running."""

    filing_due_on: date
    evaluation_opens_on: date
    evaluation_due_on: date


def _dates(conclusion: AcceptanceConclusion, on: date, policy: Policy) -> _Dates:
    if conclusion is not AcceptanceConclusion.PASSED:
        return {}
    opens, due = evaluation_window(on, policy)
    filing = add_days(on, policy.number("acceptance_filing_days"))
    return {"filing_due_on": filing, "evaluation_opens_on": opens, "evaluation_due_on": due}
