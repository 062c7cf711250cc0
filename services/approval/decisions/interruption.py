"""Trouble reported, construction suspended and resumed, a project ended (第三十条)."""

from services.approval.decisions.facts import Facts
from services.approval.rules import interruption as rules
from services.approval.rules import separation
from services.approval.state import Project
from shared.events import Event
from shared.events.approval import (
    ConstructionResumed,
    ConstructionSuspended,
    ProjectTerminated,
    Resumption,
    Suspension,
    TerminationRefused,
    TerminationReport,
    TerminationRequest,
    TerminationRequested,
    TerminationRuling,
    TerminationSubmitted,
    Trouble,
    TroubleReported,
)
from shared.kernel.model import present
from shared.regulation import Context
from shared.regulation.common import decider_did_not_submit


def report_trouble(project: Project, trouble: Trouble, facts: Facts, context: Context) -> Event:
    """重大问题报告（第三十条）."""
    _require_under_way(project, facts, context)
    context.require(rules.trouble_is_quantified(trouble))
    return TroubleReported(
        on=context.date_of(trouble, since=present(project.baseline).replied_on),
        **project.identity,
        trouble_id=context.new_id(),
        trouble=trouble,
    )


def suspend_construction(
    project: Project, suspension: Suspension, facts: Facts, context: Context
) -> Event:
    """暂停建设（第三十条）."""
    _require_under_way(project, facts, context)
    context.require(
        rules.construction_is_not_suspended(project),
        rules.interruption_paper_is_numbered(suspension.document),
    )
    context.require(decider_did_not_submit(context.actor, (project.trouble_reported_by,)))
    return ConstructionSuspended(
        on=context.date_of(suspension, since=present(project.baseline).replied_on),
        **project.identity,
        suspension=suspension,
    )


def resume_construction(
    project: Project, resumption: Resumption, facts: Facts, context: Context
) -> Event:
    """恢复建设（第三十条）."""
    _require_under_way(project, facts, context)
    context.require(
        rules.construction_is_suspended(project),
        rules.interruption_paper_is_numbered(resumption.document),
    )
    return ConstructionResumed(
        on=context.date_of(resumption, since=present(project.baseline).replied_on),
        **project.identity,
        resumption=resumption,
    )


def request_termination(
    project: Project, request: TerminationRequest, facts: Facts, context: Context
) -> Event:
    """终止申请（第三十条）."""
    _require_under_way(project, facts, context)
    context.require(
        rules.no_termination_is_pending(project), rules.progress_was_substantial(request)
    )
    return TerminationRequested(
        on=context.date_of(request, since=present(project.baseline).replied_on),
        **project.identity,
        request=request,
    )


def submit_termination(
    project: Project, report: TerminationReport, facts: Facts, context: Context
) -> Event:
    """终止核报（第三十条）."""
    _require_under_way(project, facts, context)
    context.require(rules.termination_is_requested(project))
    termination = present(project.termination)
    context.require(
        decider_did_not_submit(context.actor, (termination.requested_by,)),
        rules.termination_is_not_reported_yet(project),
        rules.interruption_paper_is_numbered(report.document),
    )
    return TerminationSubmitted(
        on=context.date_of(report, since=termination.requested_on),
        **project.identity,
        report=report,
    )


def rule_on_termination(
    project: Project, ruling: TerminationRuling, facts: Facts, context: Context
) -> Event:
    """领导小组意见（第三十条）: consent ends the project, and whatever was still applied for."""
    _require_under_way(project, facts, context)
    context.require(rules.termination_is_reported(project))
    termination = present(project.termination)
    context.require(
        decider_did_not_submit(context.actor, (termination.requested_by,)),
        rules.interruption_paper_is_numbered(ruling.document),
    )
    context.require(
        separation.who_reported_a_termination_does_not_rule_on_it(context.actor, termination)
    )
    on = context.date_of(ruling, since=termination.reported_on)
    if ruling.approved:
        return ProjectTerminated(on=on, **project.identity, ruling=ruling)
    return TerminationRefused(on=on, **project.identity, ruling=ruling)


def _require_under_way(project: Project, facts: Facts, context: Context) -> None:
    standing = project.standing(facts.standing)
    context.require(rules.project_is_being_built(project, standing))
