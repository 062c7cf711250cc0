"""Monitoring reports, operation and evaluations."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.acceptance import decisions, rules
from shared.events.acceptance import (
    AcceptanceConcluded,
    AcceptanceConclusion,
    OperationStarted,
    PerformanceReportSubmitted,
    PostEvaluationRecorded,
    SelfEvaluationSubmitted,
)
from tests.acceptance.building import (
    ACCEPTED,
    APPLIED,
    EARLIEST,
    IN_TRIAL,
    SCHEDULED,
    acceptance,
    concluded,
)
from tests.acceptance.performing import (
    management_recorded,
    operation_start,
    operation_started,
    performance_report,
    post_evaluation,
    self_evaluation,
)
from tests.support.given_when_then import Case

DAY = timedelta(days=1)
YEAR_END = date(2025, 12, 31)


# -- monitoring reports ----------------------------------------------------------------------


def test_a_report_is_in_time_on_the_last_day_of_its_year() -> None:
    report = performance_report(2025)
    (
        IN_TRIAL.at(YEAR_END)
        .when(decisions.submit_performance_report, report)
        .then(PerformanceReportSubmitted)
        .having(due_on=YEAR_END, late=False)
    )
    (
        IN_TRIAL.at(YEAR_END + DAY)
        .when(decisions.submit_performance_report, report)
        .then(PerformanceReportSubmitted)
        .having(due_on=YEAR_END, late=True)
    )


def test_an_earlier_date_on_the_paper_makes_no_late_report_timely() -> None:
    (
        IN_TRIAL.at(YEAR_END + DAY)
        .when(decisions.submit_performance_report, performance_report(2025, on=YEAR_END))
        .then(PerformanceReportSubmitted)
        .having(on=YEAR_END, late=True)
    )


def test_a_later_report_of_a_year_takes_the_earlier_ones_place() -> None:
    case = IN_TRIAL.at(YEAR_END - DAY)
    first = case.when(decisions.submit_performance_report, performance_report())
    case = case.given(*first.events).at(YEAR_END)
    second = case.when(decisions.submit_performance_report, performance_report())
    (report,) = (
        case.given(*second.then(PerformanceReportSubmitted).events).state().performance.reports
    )
    assert (report.year, report.on) == (2025, YEAR_END)


@pytest.mark.parametrize("year", [2024, 2027])
def test_a_report_is_of_a_year_between_reply_and_today(year: int) -> None:
    SCHEDULED.when(decisions.submit_performance_report, performance_report(year)).then_broken(
        rules.report_is_of_a_year_of_implementation
    )


def test_the_year_of_acceptance_may_be_reported_and_none_after_it() -> None:
    case = ACCEPTED.at(date(2027, 1, 10))
    case.when(decisions.submit_performance_report, performance_report(2026)).then(
        PerformanceReportSubmitted
    )
    case.when(decisions.submit_performance_report, performance_report(2027)).then_broken(
        rules.report_is_of_a_year_of_implementation
    )


def test_only_the_report_of_a_year_to_come_has_a_day_to_wait_for() -> None:
    def waits(case: Case, year: int) -> date | None:
        return rules.report_is_of_a_year_of_implementation(case.state(), year, YEAR_END).not_before

    assert waits(SCHEDULED, 2026) == date(2026, 1, 1)
    assert waits(SCHEDULED, 2024) is None  # before the reply
    assert waits(ACCEPTED, 2027) is None  # after acceptance
    assert waits(replace(SCHEDULED, history=()), 2026) is None  # of a project without a reply


@pytest.mark.parametrize("missing", ["user_opinion", "supervision_opinion"])
def test_both_opinions_are_asked_for(missing: str) -> None:
    report = performance_report(2025, **{missing: None})
    IN_TRIAL.when(decisions.submit_performance_report, report).then_broken(
        rules.user_and_supervision_are_heard
    )


def test_where_nobody_supervises_the_reason_stands_for_the_opinion() -> None:
    report = performance_report(supervision_opinion=None, no_supervision="服务项目未委托监理")
    IN_TRIAL.when(decisions.submit_performance_report, report).then(PerformanceReportSubmitted)
    (
        IN_TRIAL.given(management_recorded())
        .when(decisions.submit_performance_report, report)
        .then_broken(rules.user_and_supervision_are_heard)
    )


@pytest.mark.parametrize("missing", ["progress", "fund_execution"])
def test_progress_and_funds_are_always_reported(missing: str) -> None:
    report = performance_report(2025, **{missing: None})
    SCHEDULED.when(decisions.submit_performance_report, report).then_broken(
        rules.performance_report_is_complete
    )


@pytest.mark.parametrize("missing", ["trial_effects", "trial_problems"])
def test_a_trial_run_is_reported_on_from_its_year(missing: str) -> None:
    report = performance_report(2025, **{missing: None})
    IN_TRIAL.when(decisions.submit_performance_report, report).then_broken(
        rules.performance_report_is_complete
    )
    SCHEDULED.when(decisions.submit_performance_report, report).then(PerformanceReportSubmitted)


# -- operation -------------------------------------------------------------------------------


def test_operation_starts_on_the_day_of_acceptance_at_the_earliest() -> None:
    case = ACCEPTED.at(EARLIEST + DAY)
    case.when(decisions.report_operation_start, operation_start(EARLIEST)).then(OperationStarted)
    case.when(decisions.report_operation_start, operation_start(EARLIEST - DAY)).then_broken(
        rules.operation_follows_acceptance
    )


def test_a_trial_run_is_no_operation() -> None:
    IN_TRIAL.when(decisions.report_operation_start, operation_start()).then_broken(
        rules.operation_follows_acceptance
    )
    IN_TRIAL.when(decisions.submit_self_evaluation, self_evaluation()).then_broken(
        rules.evaluated_project_is_in_operation
    )


def test_operation_starts_once() -> None:
    ACCEPTED.given(operation_started(EARLIEST)).when(
        decisions.report_operation_start, operation_start()
    ).then_broken(rules.operation_start_is_reported_once)


# -- evaluation ------------------------------------------------------------------------------


def _operating_since(day: date) -> Case:
    return APPLIED.given(concluded(day))


@pytest.mark.parametrize(
    ("since", "opens", "due"),
    [
        (date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 28), date(2025, 2, 28)),
        (date(2025, 1, 31), date(2026, 1, 31), date(2027, 1, 31)),
    ],
)
def test_self_evaluation_is_made_in_the_second_year_of_operation(
    since: date, opens: date, due: date
) -> None:
    case = _operating_since(since)
    early = case.at(opens - DAY).when(decisions.submit_self_evaluation, self_evaluation())
    early.then_broken(rules.self_evaluation_is_not_early)
    assert opens.isoformat() in early.texts[0]
    for day, late in ((opens, False), (due, False), (due + DAY, True)):
        (
            case.at(day)
            .when(decisions.submit_self_evaluation, self_evaluation())
            .then(SelfEvaluationSubmitted)
            .having(operation_on=since, due_on=due, late=late)
        )


def test_too_early_says_from_when() -> None:
    check = rules.self_evaluation_is_not_early(
        EARLIEST, date(2027, 1, 31), date(2028, 1, 31), date(2027, 1, 30)
    )
    assert check.not_before == date(2027, 1, 31)


def test_the_window_counts_from_the_operation_that_was_reported() -> None:
    case = ACCEPTED.given(operation_started(date(2026, 3, 1)))
    case.at(date(2027, 2, 28)).when(
        decisions.submit_self_evaluation, self_evaluation()
    ).then_broken(rules.self_evaluation_is_not_early)
    case.at(date(2027, 3, 1)).when(decisions.submit_self_evaluation, self_evaluation()).then(
        SelfEvaluationSubmitted
    )


def test_acceptance_says_when_self_evaluation_is_due() -> None:
    case = APPLIED.at(date(2026, 2, 28))
    (
        case.when(decisions.conclude_acceptance, acceptance())
        .then(AcceptanceConcluded)
        .having(evaluation_opens_on=date(2027, 2, 28), evaluation_due_on=date(2028, 2, 28))
    )
    failed = acceptance(conclusion=AcceptanceConclusion.FAILED)
    case.when(decisions.conclude_acceptance, failed).having(evaluation_due_on=None)


@pytest.mark.parametrize("missing", ["resource_use", "sharing", "security_risk"])
def test_self_evaluation_covers_three_topics(missing: str) -> None:
    case = ACCEPTED.at(date(2027, 2, 1))
    case.when(decisions.submit_self_evaluation, self_evaluation(**{missing: None})).then_broken(
        rules.self_evaluation_covers_its_topics
    )


def test_a_project_in_operation_may_be_evaluated_afterwards() -> None:
    (
        ACCEPTED.when(decisions.record_post_evaluation, post_evaluation())
        .then(PostEvaluationRecorded)
        .having(body="DEB")
    )
    IN_TRIAL.when(decisions.record_post_evaluation, post_evaluation()).then_broken(
        rules.evaluated_project_is_in_operation
    )
