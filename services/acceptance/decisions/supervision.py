"""认定: findings, inspections, referrals and corrections (第十一、三十三、四十四至五十二条)."""

from services.acceptance import rules
from services.acceptance.decisions.facts import Facts, identity
from services.acceptance.state import Project
from shared.events import Event
from shared.events.acceptance import (
    Correction,
    CorrectionRecorded,
    ExclusiveOpening,
    ExclusiveOpeningFound,
    FindingWithdrawal,
    Inspection,
    InspectionRecorded,
    Referral,
    ReferralRecorded,
    SafetyIncident,
    SafetyIncidentRecorded,
    SecurityClearance,
    SecurityFinding,
    SecurityFindingCleared,
    SecurityFindingRecorded,
    SharingViolation,
    SharingViolationFound,
    SharingViolationWithdrawn,
    Untruthfulness,
    UntruthfulnessFound,
)
from shared.kernel.model import present
from shared.regulation import Context


def find_exclusive_opening(
    project: Project, opening: ExclusiveOpening, facts: Facts, context: Context
) -> Event:
    """排他开放认定（第十一条）: a rectification follows."""
    on = context.date_of(opening)
    context.require(rules.project_is_on_record(project, facts.origin))
    named = identity(project, facts, context)
    return ExclusiveOpeningFound(on=on, **named, finding_id=context.new_id(), opening=opening)


def find_sharing_violation(
    project: Project, violation: SharingViolation, facts: Facts, context: Context
) -> Event:
    """数据共享问题认定（第三十三条）: tells on the calendar year after the day it bears."""
    on = context.date_of(violation)
    context.require(rules.project_is_on_record(project, facts.origin))
    named = identity(project, facts, context)
    return SharingViolationFound(on=on, **named, finding_id=context.new_id(), violation=violation)


def withdraw_sharing_violation(
    project: Project, withdrawal: FindingWithdrawal, facts: Facts, context: Context
) -> Event:
    """撤销数据共享问题认定（第三十三条）."""
    found = project.supervision.sharing_found(facts.part)
    on = context.date_of(withdrawal, since=found.on if found else None)
    context.require(rules.sharing_finding_stands(found))
    return SharingViolationWithdrawn(
        on=on, **project.identity, finding_id=present(found).finding_id, withdrawal=withdrawal
    )


def record_untruthfulness(
    project: Project, untruthfulness: Untruthfulness, facts: Facts, context: Context
) -> Event:
    """不如实提供资料认定（第四十四条）: a rectification or a referral follows."""
    on = context.date_of(untruthfulness)
    context.require(rules.project_is_on_record(project, facts.origin))
    return UntruthfulnessFound(
        on=on,
        **identity(project, facts, context),
        finding_id=context.new_id(),
        body=context.actor.body,
        untruthfulness=untruthfulness,
    )


def correct_record(
    project: Project, correction: Correction, facts: Facts, context: Context
) -> Event:
    """更正（第四十四条）: the wrong record stays; this one refers to it."""
    on = context.date_of(correction)
    context.require(
        rules.corrected_record_exists(facts.stream, correction.event_id),
        rules.correction_is_by_who_recorded(facts.stream, correction.event_id, context.actor),
    )
    wrong = next(r for r in facts.stream if r.ref.event_id == correction.event_id)
    return CorrectionRecorded(
        on=on, **project.identity, corrected_type=wrong.event.type, correction=correction
    )


def record_inspection(
    project: Project, inspection: Inspection, facts: Facts, context: Context
) -> Event:
    """监督检查（第四十七、四十九条）."""
    on, body = context.date_of(inspection), context.actor.body
    context.require(
        rules.project_is_on_record(project, facts.origin),
        rules.security_falls_to_its_supervisor(inspection.matter, body, context.policy),
    )
    return InspectionRecorded(
        on=on,
        **identity(project, facts, context),
        inspection_id=context.new_id(),
        body=body,
        inspection=inspection,
    )


def record_referral(project: Project, referral: Referral, facts: Facts, context: Context) -> Event:
    """移送追责（第四十八条）: the matter only, nobody's name and no sanction."""
    on = context.date_of(referral)
    context.require(rules.project_is_on_record(project, facts.origin))
    return ReferralRecorded(
        on=on,
        **identity(project, facts, context),
        referral_id=context.new_id(),
        body=context.actor.body,
        referral=referral,
    )


def record_security_finding(
    project: Project, finding: SecurityFinding, facts: Facts, context: Context
) -> Event:
    """安全问题认定（第五十一条）: bars the unit's new projects and this one's operation money."""
    on, body = context.date_of(finding), context.actor.body
    context.require(
        rules.project_is_on_record(project, facts.origin),
        rules.security_falls_to_its_supervisor(finding.fault, body, context.policy),
    )
    return SecurityFindingRecorded(
        on=on,
        **identity(project, facts, context),
        finding_id=context.new_id(),
        body=body,
        finding=finding,
    )


def clear_security_finding(
    project: Project, clearance: SecurityClearance, facts: Facts, context: Context
) -> Event:
    """安全问题销号（第五十一条）: only by the body that found it."""
    found, body = project.supervision.security_found(facts.part), context.actor.body
    on = context.date_of(clearance, since=found.on if found else None)
    context.require(
        rules.security_finding_is_open(found), rules.finding_is_cleared_by_its_body(found, body)
    )
    return SecurityFindingCleared(
        on=on,
        **project.identity,
        finding_id=present(found).finding_id,
        body=body,
        clearance=clearance,
    )


def record_safety_incident(
    project: Project, incident: SafetyIncident, facts: Facts, context: Context
) -> Event:
    """安全生产事故（第五十二条）."""
    on = context.date_of(incident)
    context.require(rules.project_is_on_record(project, facts.origin))
    named = identity(project, facts, context)
    return SafetyIncidentRecorded(on=on, **named, incident=incident)
