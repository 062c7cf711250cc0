"""Drafts: what the record can fill in of a project's next command."""

from datetime import timedelta
from typing import Any

from services.acceptance.decisions.facts import Facts, policy_of
from services.acceptance.state import (
    Project,
    Rectification,
    RectificationStatus,
    Status,
)
from shared.events.acceptance import (
    CloudPurpose,
    MeasureKind,
    SecurityFault,
    SecurityPhase,
    SupervisedMatter,
)
from shared.events.vocabulary import DeliveryMode, Document
from shared.kernel.dates import add_months
from shared.regulation import Context, Policy

Fields = dict[str, Any]

BLANK = "（待填）"
PAPER = Document(title=BLANK, digest=f"sm3:{'0' * 64}")
"""A document still to be written."""
NUMBERED = PAPER.model_copy(update={"number": BLANK})


def _known(**fields: Any) -> Fields:
    """Only what the record knows; the rest stays blank."""
    return {name: value for name, value in fields.items() if value is not None}


def _policy(project: Project, context: Context) -> Policy:
    return policy_of(project, context) if project.policy else context.policy


def handover(project: Project, facts: Facts, context: Context) -> Fields:
    return {"source_code": PAPER}


def extension(project: Project, facts: Facts, context: Context) -> Fields:
    """A month more than it has."""
    return {"new_due_on": add_months(project.due_on or context.today, 1)}


def application(project: Project, facts: Facts, context: Context) -> Fields:
    """All materials of its delivery mode, and every condition with its evidence."""
    service = project.delivery_mode is DeliveryMode.SERVICE_PURCHASE
    stage = "acceptance_service" if service else "acceptance_self_build"
    wanted = _policy(project, context).materials(stage)
    return {
        "materials": [{"code": m.code, "document": PAPER} for m in wanted],
        "closed_conditions": [
            {"condition": condition, "evidence": PAPER} for condition in project.open_conditions
        ],
    }


def acceptance(project: Project, facts: Facts, context: Context) -> Fields:
    """A passed acceptance with everything assessed."""
    wanted = _policy(project, context).materials("acceptance_findings")
    return {
        "document": NUMBERED,
        "findings": [{"item": m.code, "passed": True, "note": BLANK} for m in wanted],
        "confirmed_conditions": project.open_conditions,
    }


def review(project: Project, facts: Facts, context: Context) -> Fields:
    """The unit's own conclusion, reviewed."""
    own = project.acceptance
    return _known(
        conclusion=own.conclusion if own else None,
        document=NUMBERED,
        confirmed_conditions=project.open_conditions,
    )


def feedback(project: Project, facts: Facts, context: Context) -> Fields:
    codes = facts.origin.catalogue.codes if facts.origin.catalogue else ()
    return _known(resource_code=next(iter(codes), None))


def management(project: Project, facts: Facts, context: Context) -> Fields:
    """As recorded; else everything that belongs to it but the supervision unit."""
    if project.management.recorded is not None:
        return project.management.recorded.model_dump(mode="json", exclude={"on"})
    archive = {"keeper": BLANK, "electronic": True, "inventory": PAPER}
    return {"rules": [PAPER], "archive": archive}


def cloud_grant(project: Project, facts: Facts, context: Context) -> Fields:
    accepted = project.status is Status.ACCEPTED
    return {"purpose": CloudPurpose.PRODUCTION if accepted else CloudPurpose.TRIAL}


def mounted_resources(project: Project, facts: Facts, context: Context) -> Fields:
    """All that the project catalogued to be shared."""
    return {"codes": facts.origin.catalogue.codes if facts.origin.catalogue else ()}


def security_stage(project: Project, facts: Facts, context: Context) -> Fields:
    """The first phase without evidence."""
    seen = project.management.security_phases
    return {"phase": next((p for p in SecurityPhase if p not in seen), SecurityPhase.OPERATION)}


def performance_report(project: Project, facts: Facts, context: Context) -> Fields:
    """Of this year, or of the last one of implementation."""
    last = min(context.today, project.accepted_on or context.today)
    recorded = project.management.recorded
    supervisor = recorded.supervisor.name if recorded and recorded.supervisor else BLANK
    return {
        "year": last.year,
        "progress": BLANK,
        "fund_execution": BLANK,
        "user_opinion": {"party": BLANK, "text": BLANK},
        "supervision_opinion": {"party": supervisor, "text": BLANK},
        "trial_effects": BLANK,
        "trial_problems": BLANK,
    }


def self_evaluation(project: Project, facts: Facts, context: Context) -> Fields:
    return {"resource_use": BLANK, "sharing": BLANK, "security_risk": BLANK}


def correction(project: Project, facts: Facts, context: Context) -> Fields:
    """Of the last record that the same body made."""
    own = (r for r in reversed(facts.stream) if r.meta.actor.body == context.actor.body)
    last = next(own, None)
    return _known(event_id=last.ref.event_id if last else None)


def inspection(project: Project, facts: Facts, context: Context) -> Fields:
    """Of a matter that any body may inspect."""
    return {"matter": SupervisedMatter.QUALITY}


def rectification(project: Project, facts: Facts, context: Context) -> Fields:
    """On what was found last, within a month."""
    found = (*facts.origin.troubles, *project.supervision.violations)
    return _known(
        finding_id=found[-1] if found else None,
        matter=SupervisedMatter.QUALITY,
        due_on=context.today + timedelta(days=30),
        document=NUMBERED,
    )


def measure(project: Project, facts: Facts, context: Context) -> Fields:
    """通报批评 after the first rectification that is overdue or has failed."""
    ordered = project.supervision.rectifications
    ripe = next((r for r in ordered if _has_failed(r, context)), None) or next(iter(ordered), None)
    return _known(
        kind=MeasureKind.CRITICISM,
        rectification_id=ripe.rectification_id if ripe else None,
        document=NUMBERED,
    )


def _has_failed(ordered: Rectification, context: Context) -> bool:
    if ordered.status is RectificationStatus.ORDERED:
        return ordered.order.due_on < context.today
    return ordered.status is RectificationStatus.FAILED


def referral(project: Project, facts: Facts, context: Context) -> Fields:
    return {"document": NUMBERED}


def security_finding(project: Project, facts: Facts, context: Context) -> Fields:
    """What any of the bodies may find."""
    return {"fault": SecurityFault.MAJOR_DANGER}
