"""绩效: monitoring reports, start of operation, evaluations (第四十五、四十六条)."""

from datetime import date

from services.acceptance import rules
from services.acceptance.decisions.facts import Facts, policy_of
from services.acceptance.state import Project
from shared.events import Event
from shared.events.acceptance import (
    OperationStart,
    OperationStarted,
    PerformanceReport,
    PerformanceReportSubmitted,
    PostEvaluation,
    PostEvaluationRecorded,
    SelfEvaluation,
    SelfEvaluationSubmitted,
)
from shared.kernel.dates import add_months
from shared.kernel.model import present
from shared.regulation import Context, Policy


def evaluation_window(operation_on: date, policy: Policy) -> tuple[date, date]:
    """First and last day of the self-evaluation, both inclusive (第四十六条)."""
    opens = add_months(operation_on, policy.number("self_evaluation_from_months"))
    return opens, add_months(operation_on, policy.number("self_evaluation_to_months"))


def submit_performance_report(
    project: Project, report: PerformanceReport, facts: Facts, context: Context
) -> Event:
    """绩效监控报告（第四十五条）: once a year of implementation; a later one takes its place."""
    on = context.date_of(report, since=project.replied_on)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.report_is_of_a_year_of_implementation(project, report.year, context.today),
        rules.user_and_supervision_are_heard(project, report),
        rules.performance_report_is_complete(project, report),
        exemptions=facts.exemptions,
    )
    due_on = date(report.year, 12, 31)
    return PerformanceReportSubmitted(
        on=on, **project.identity, report=report, due_on=due_on, late=context.today > due_on
    )


def report_operation_start(
    project: Project, start: OperationStart, facts: Facts, context: Context
) -> Event:
    """投入运行（第四十六条）: where it was not the day of acceptance; never the trial run."""
    on = context.date_of(start)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(
        rules.operation_follows_acceptance(project, on),
        rules.operation_start_is_reported_once(project),
    )
    opens, due = evaluation_window(on, policy_of(project, context))
    return OperationStarted(
        on=on,
        **project.identity,
        start=start,
        evaluation_opens_on=opens,
        evaluation_due_on=due,
    )


def submit_self_evaluation(
    project: Project, evaluation: SelfEvaluation, facts: Facts, context: Context
) -> Event:
    """自评价（第四十六条）: 12 to 24 months after operation began; later it is marked late."""
    on = context.date_of(evaluation)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(rules.evaluated_project_is_in_operation(project))
    operation_on = present(project.operation_on)
    opens, due = evaluation_window(operation_on, policy_of(project, context))
    context.require(
        rules.self_evaluation_is_not_early(operation_on, opens, due, on),
        rules.self_evaluation_covers_its_topics(evaluation),
        exemptions=facts.exemptions,
    )
    return SelfEvaluationSubmitted(
        on=on,
        **project.identity,
        evaluation=evaluation,
        operation_on=operation_on,
        due_on=due,
        late=context.today > due,
    )


def record_post_evaluation(
    project: Project, evaluation: PostEvaluation, facts: Facts, context: Context
) -> Event:
    """后评价（第四十六条）: by any of the three bodies, with experts or a third party."""
    on = context.date_of(evaluation, since=project.operation_on)
    context.require(rules.acceptance_is_scheduled(project))
    context.require(rules.evaluated_project_is_in_operation(project))
    return PostEvaluationRecorded(
        on=on, **project.identity, body=context.actor.body, evaluation=evaluation
    )
