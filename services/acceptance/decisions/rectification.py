"""整改和处理: orders, reports, confirmations, measures (第四十七条)."""

from services.acceptance import rules
from services.acceptance.decisions.facts import Facts, identity, standing
from services.acceptance.state import Project
from shared.events import Event
from shared.events.acceptance import (
    Measure,
    MeasureImposed,
    MeasureLifted,
    MeasureLifting,
    RectificationConfirmation,
    RectificationConfirmed,
    RectificationOrder,
    RectificationOrdered,
    RectificationReport,
    RectificationReported,
)
from shared.kernel.model import present
from shared.regulation import Context


def order_rectification(
    project: Project, order: RectificationOrder, facts: Facts, context: Context
) -> Event:
    """限期整改（第四十七条）: on something found, with a day by which it is to be mended."""
    on, body = context.date_of(order), context.actor.body
    found = (*project.supervision.violations, *facts.origin.troubles)
    context.require(
        rules.project_is_on_record(project, facts.origin),
        rules.order_rests_on_a_finding(order.finding_id, found),
        rules.rectification_leaves_time(order.due_on, context.today),
        rules.order_bears_a_number(order.document),
        rules.security_falls_to_its_supervisor(order.matter, body, context.policy),
    )
    return RectificationOrdered(
        on=on,
        **identity(project, facts, context),
        rectification_id=context.new_id(),
        body=body,
        order=order,
    )


def report_rectification(
    project: Project, report: RectificationReport, facts: Facts, context: Context
) -> Event:
    """整改报告（第四十七条）: also after the limit, and again after it was found wanting."""
    ordered = project.supervision.rectification(facts.part)
    on = context.date_of(report, since=ordered.ordered_on if ordered else None)
    context.require(rules.rectification_is_open(ordered))
    return RectificationReported(
        on=on,
        **project.identity,
        rectification_id=present(ordered).rectification_id,
        report=report,
    )


def confirm_rectification(
    project: Project, confirmation: RectificationConfirmation, facts: Facts, context: Context
) -> Event:
    """整改核验（第四十七条）: by the body that ordered it."""
    ordered, body = project.supervision.rectification(facts.part), context.actor.body
    on = context.date_of(confirmation, since=ordered.reported_on if ordered else None)
    reporters = (ordered.reported_by,) if ordered and ordered.reported_by else ()
    context.require(
        rules.decider_did_not_submit(context.actor, reporters),
        rules.rectification_is_reported(ordered),
        rules.rectification_is_confirmed_by_its_body(ordered, body),
    )
    return RectificationConfirmed(
        on=on,
        **project.identity,
        rectification_id=present(ordered).rectification_id,
        body=body,
        confirmation=confirmation,
    )


def impose_measure(project: Project, measure: Measure, facts: Facts, context: Context) -> Event:
    """处理措施（第四十七条）: only after a rectification that is overdue or has failed."""
    ordered = project.supervision.rectification(measure.rectification_id)
    on = context.date_of(measure, since=ordered.ordered_on if ordered else None)
    context.require(
        rules.measure_follows_a_failed_rectification(ordered, on),
        rules.measure_bears_a_number(measure.document),
        rules.measure_adds_to_those_in_force(standing(project, facts), measure.kind),
        rules.accepted_project_is_not_stopped(project, measure.kind),
    )
    return MeasureImposed(
        on=on,
        **project.identity,
        measure_id=context.new_id(),
        body=context.actor.body,
        measure=measure,
    )


def lift_measure(
    project: Project, lifting: MeasureLifting, facts: Facts, context: Context
) -> Event:
    """解除处理措施（第四十七条）: by the body that imposed it; a termination is final."""
    taken = project.supervision.measure(facts.part)
    on = context.date_of(lifting, since=taken.on if taken else None)
    context.require(
        rules.measure_is_in_force(taken),
        rules.measure_is_lifted_by_its_body(taken, context.actor.body),
        rules.termination_is_final(taken),
    )
    lifted = present(taken)
    return MeasureLifted(
        on=on,
        **project.identity,
        measure_id=lifted.measure_id,
        kind=lifted.kind,
        lifting=lifting,
    )
