"""Changes to the baseline: filed and perhaps disputed, or applied for (第二十八、二十九条)."""

from datetime import date

from services.approval.decisions.facts import Facts, policy_of
from services.approval.rules import changes as rules
from services.approval.rules import separation
from services.approval.state import Baseline, Project
from shared.events import Event
from shared.events.approval import (
    Change,
    ChangeApplied,
    ChangeApproved,
    ChangeConcurred,
    ChangeFiled,
    ChangeRefused,
    ChangeRuling,
    FilingDispute,
    FilingDisputed,
    LateNoticeFound,
)
from shared.kernel.model import present
from shared.regulation import Check, Context
from shared.regulation.common import decider_did_not_submit
from shared.regulation.decision import InvalidField
from shared.standing.rules import construction_goes_on


def file_change(project: Project, change: Change, facts: Facts, context: Context) -> Event:
    """变更报备（第二十九条）."""
    baseline, on = _adjusted(project, change, facts, context)
    context.require(rules.disputed_filing_is_applied_for(project), exemptions=facts.exemptions)
    policy = policy_of(baseline, context)
    assessment = rules.assess(change, baseline, policy)
    context.require(
        rules.total_stays_within_reply(assessment),
        rules.goals_stay_unchanged(assessment),
        rules.moved_money_stays_within_ratio(assessment, policy),
        rules.change_has_a_listed_reason(assessment),
        rules.services_may_be_adjusted_alike(baseline, policy),
        exemptions=facts.exemptions,
    )
    return ChangeFiled(
        on=on,
        **project.identity,
        change_id=context.new_id(),
        change=change,
        moved=assessment.moved,
        moved_so_far=baseline.moved_so_far + assessment.moved,
        limit=assessment.limit,
    )


def apply_for_change(
    project: Project, change: Change, facts: Facts, context: Context
) -> list[Event]:
    """调整申请（第二十八条）: late ones are received and marked, unless they are barred."""
    baseline, on = _adjusted(project, change, facts, context)
    assessment = rules.assess(change, baseline, policy_of(baseline, context))
    context.require(rules.retroactive_overrun_is_not_received(assessment))
    change_id = context.new_id()
    applied = ChangeApplied(
        on=on, **project.identity, change_id=change_id, change=change, total=assessment.total
    )
    if rules.route_of(assessment) is rules.Route.FILE or not rules.is_late(change, context.today):
        return [applied]
    late = LateNoticeFound(
        on=context.today,
        **project.identity,
        change_id=change_id,
        executed_on=present(change.executed_on),
    )
    return [applied, late]


def _adjusted(
    project: Project, change: Change, facts: Facts, context: Context
) -> tuple[Baseline, date]:
    """The baseline that may be adjusted now, and the day the paper bears."""
    context.require(rules.final_reply_is_issued(project), rules.no_application_is_pending(project))
    context.require(*_going_on(project, facts), exemptions=facts.exemptions)
    baseline = present(project.baseline)
    on = context.date_of(change, since=baseline.since)
    _check_dates(change, baseline, context.today)
    return baseline, on


def _going_on(project: Project, facts: Facts) -> tuple[Check, ...]:
    """Nothing is changed any more in what is accepted, suspended or terminated."""
    return (
        rules.project_is_not_yet_accepted(facts.standing.acceptance),
        construction_goes_on(project.standing(facts.standing)),
    )


def dispute_filing(
    project: Project, dispute: FilingDispute, facts: Facts, context: Context
) -> Event:
    """报备异议（第二十九条）: the filing needs approval; its money goes back to the counter."""
    context.require(
        rules.no_application_is_pending(project),
        rules.filing_is_the_newest(present(facts.filing), project),
    )
    filing = present(project.baseline).filings[-1]
    context.require(
        decider_did_not_submit(context.actor, (filing.filed_by,)),
        rules.dispute_is_numbered(dispute),
    )
    context.require(*_going_on(project, facts), exemptions=facts.exemptions)
    return FilingDisputed(
        on=context.date_of(dispute, since=filing.filed_on),
        **project.identity,
        change_id=filing.change_id,
        body=context.actor.body,
        dispute=dispute,
        returned=filing.moved,
    )


def _check_dates(change: Change, baseline: Baseline, received_on: date) -> None:
    if change.executed_on and change.executed_on > received_on:
        raise InvalidField("executed_on", f"实施日期 {change.executed_on} 晚于今天 {received_on}")
    if change.planned_end and change.planned_end < baseline.planned_start:
        raise InvalidField("planned_end", f"计划完工日期早于计划开工日期 {baseline.planned_start}")


def concur_in_change(
    project: Project, ruling: ChangeRuling, facts: Facts, context: Context
) -> Event:
    """调整会签（第二十八条）."""
    context.require(rules.some_application_is_pending(project))
    pending = present(project.pending_change)
    context.require(
        decider_did_not_submit(context.actor, (pending.applied_by,)),
        rules.change_ruling_is_numbered(ruling),
    )
    if ruling.approved:
        context.require(*_going_on(project, facts), exemptions=facts.exemptions)
    return ChangeConcurred(
        on=context.date_of(ruling, since=pending.applied_on),
        **project.identity,
        change_id=pending.change_id,
        ruling=ruling,
    )


def rule_on_change(project: Project, ruling: ChangeRuling, facts: Facts, context: Context) -> Event:
    """调整批复（第二十八条）: approval makes a new baseline under the policy now in force."""
    context.require(rules.some_application_is_pending(project))
    pending, baseline = present(project.pending_change), present(project.baseline)
    context.require(
        decider_did_not_submit(context.actor, (pending.applied_by,)),
        rules.change_ruling_is_numbered(ruling),
    )
    context.require(
        separation.who_concurred_in_a_change_does_not_rule_on_it(context.actor, pending)
    )
    if ruling.approved:
        context.require(
            rules.digital_bureau_concurs_in_the_change(pending),
            *_going_on(project, facts),
            exemptions=facts.exemptions,
        )
    on = context.date_of(ruling, since=pending.applied_on)
    if not ruling.approved:
        return ChangeRefused(on=on, **project.identity, change_id=pending.change_id, ruling=ruling)
    return ChangeApproved(
        on=on,
        **project.identity,
        change_id=pending.change_id,
        ruling=ruling,
        total=pending.total,
        items=pending.change.items,
        planned_end=pending.change.planned_end or baseline.planned_end,
        policy=context.policy.reference,
    )
