"""Rules on schedule, completion and trial run: each broken, and each on its boundary."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.acceptance import decisions, rules
from services.acceptance.reactions import FOLLOWS
from services.acceptance.state import Origin, Status, moves_the_planned_end, origin_of
from shared.events.acceptance import (
    AcceptanceScheduled,
    CompletionReported,
    OverdueFinding,
    TrialIncidentReported,
    TrialRunStarted,
)
from shared.events.approval import DivisionOfWork, DivisionOfWorkRecorded
from shared.events.registry import ProjectListed
from shared.kernel.model import Record
from tests.acceptance.building import (
    ACCEPTANCE,
    APPLIED,
    COMPLETED,
    DUE,
    EARLIEST,
    IDENTITY,
    IN_TRIAL,
    ORIGIN,
    PLANNED_END,
    REPLIED,
    SCHEDULED,
    TRIAL_START,
    acceptance,
    application,
    change_approved,
    change_filed,
    completed,
    completion,
    concluded,
    extension,
    extension_granted,
    filing,
    handover,
    incident,
    incident_reported,
    ref,
    reply_issued,
    review,
    ruling,
    scheduled,
    trial_start,
)
from tests.acceptance.performing import (
    operation_start,
    performance_report,
    post_evaluation,
    self_evaluation,
)
from tests.support.builders import OTHER_UNIT, UNIT, document, yuan
from tests.support.given_when_then import as_recorded

DAY = timedelta(days=1)
BASED = ACCEPTANCE.with_facts(origin=ORIGIN)


# -- schedule ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("planned_end", "due_on"),
    [
        (date(2025, 11, 30), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2026, 4, 30)),
        (date(2023, 11, 30), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 5, 29)),
    ],
)
def test_due_date_is_the_planned_end_and_three_months(planned_end: date, due_on: date) -> None:
    (
        BASED.when(decisions.schedule_acceptance, reply_issued(planned_end))
        .then(AcceptanceScheduled)
        .having(planned_end=planned_end, due_on=due_on, custom_development=True)
    )


def test_schedule_carries_who_builds_along_and_what_it_rests_on() -> None:
    outcome = BASED.when(decisions.schedule_acceptance, reply_issued())
    outcome.having(participants=(OTHER_UNIT,), baseline=ref(), unit_id=UNIT)
    assert outcome.decision is not None
    assert set(outcome.decision.basis) == {ref(), ref(3, "registry")}


def test_a_reply_that_is_not_final_schedules_nothing() -> None:
    (
        BASED.when(decisions.schedule_acceptance, reply_issued(final=False)).then_broken(
            rules.acceptance_follows_the_baseline
        )
    )


def test_a_change_of_an_unknown_project_schedules_nothing() -> None:
    (
        BASED.when(decisions.schedule_acceptance, change_approved(PLANNED_END)).then_broken(
            rules.acceptance_follows_the_baseline
        )
    )


def test_an_approved_change_of_the_planned_end_moves_the_due_date() -> None:
    case = BASED.given(scheduled(custom_development=True, open_conditions=("补测评",)))
    (
        case.when(decisions.schedule_acceptance, change_approved(date(2026, 1, 31)))
        .then(AcceptanceScheduled)
        .having(
            due_on=date(2026, 4, 30),
            replied_on=REPLIED,
            custom_development=True,
            open_conditions=("补测评",),
        )
    )


def test_a_filed_change_that_nobody_approves_moves_no_due_date() -> None:
    assert not moves_the_planned_end(change_filed(date(2026, 9, 30)))
    assert "ChangeFiled" not in FOLLOWS["approval"]


def test_a_change_does_not_take_back_a_granted_extension() -> None:
    case = BASED.given(scheduled(), extension_granted(date(2026, 8, 31)))
    (
        case.when(decisions.schedule_acceptance, change_approved(date(2026, 1, 31)))
        .then(AcceptanceScheduled)
        .having(due_on=date(2026, 8, 31))
    )


def test_a_planned_end_at_the_end_of_the_calendar_is_still_scheduled() -> None:
    (
        BASED.when(decisions.schedule_acceptance, reply_issued(date(9999, 12, 31)))
        .then(AcceptanceScheduled)
        .having(due_on=date.max)
    )


def test_rescheduling_keeps_what_was_reached() -> None:
    case = IN_TRIAL.given(scheduled(due_on=date(2026, 6, 30)))
    assert case.state().status is Status.TRIAL
    assert case.state().due_on == date(2026, 6, 30)


def test_origin_names_unit_participants_and_the_last_baseline() -> None:
    listed = ProjectListed.model_validate(
        {
            **IDENTITY,
            "on": date(2025, 1, 1),
            "list_id": IDENTITY["project_id"],
            "year": 2025,
            "number": "清单〔2025〕1号",
            "delivery_mode": "SELF_BUILD",
            "name": "智慧教育平台",
            "total": yuan("1000000.00"),
            "participants": (OTHER_UNIT,),
        }
    )
    history = as_recorded(
        [listed, reply_issued(), change_filed(DUE), change_approved(DUE), change_filed(DUE)]
    )
    assert origin_of(history) == Origin(
        participants=(OTHER_UNIT,), listed=history[0].ref, baseline=history[3].ref
    )


STEPS: list[tuple[Any, Record]] = [
    (decisions.report_completion, completion()),
    (decisions.start_trial_run, trial_start()),
    (decisions.report_trial_incident, incident()),
    (decisions.record_handover, handover()),
    (decisions.request_extension, extension()),
    (decisions.rule_on_extension, ruling()),
    (decisions.apply_for_acceptance, application()),
    (decisions.conclude_acceptance, acceptance()),
    (decisions.report_service_acceptance, acceptance()),
    (decisions.review_service_acceptance, review()),
    (decisions.file_acceptance, filing()),
    (decisions.mark_overdue, OverdueFinding()),
    (decisions.submit_performance_report, performance_report()),
    (decisions.report_operation_start, operation_start()),
    (decisions.submit_self_evaluation, self_evaluation()),
    (decisions.record_post_evaluation, post_evaluation()),
]


@pytest.mark.parametrize(("decision", "command"), STEPS, ids=lambda v: getattr(v, "__name__", ""))
def test_nothing_happens_before_the_final_reply(decision: Any, command: Record) -> None:
    ACCEPTANCE.when(decision, command).then_broken(rules.acceptance_is_scheduled)


# -- completion and trial run --------------------------------------------------------------


def test_completion_is_reported_once() -> None:
    SCHEDULED.when(decisions.report_completion, completion()).then(CompletionReported)
    (
        SCHEDULED.given(completed())
        .when(decisions.report_completion, completion())
        .then_broken(rules.construction_is_under_way)
    )


def test_trial_run_needs_completion() -> None:
    (
        SCHEDULED.when(decisions.start_trial_run, trial_start()).then_broken(
            rules.trial_run_follows_completion
        )
    )


def test_completion_is_on_the_day_of_the_reply_at_the_earliest() -> None:
    case = SCHEDULED.at(REPLIED + DAY)
    case.when(decisions.report_completion, completion(REPLIED)).then(CompletionReported)
    case.when(decisions.report_completion, completion(REPLIED - DAY)).then_invalid("on")


def test_completion_is_reported_within_ten_days() -> None:
    case = SCHEDULED.at(COMPLETED)
    case.when(decisions.report_completion, completion(COMPLETED - 10 * DAY)).then(
        CompletionReported
    )
    case.when(decisions.report_completion, completion(COMPLETED - 11 * DAY)).then_broken(
        rules.completion_is_reported_in_time
    )


def test_the_trial_run_counts_from_ten_days_before_its_report_at_the_earliest() -> None:
    case = SCHEDULED.given(completed()).at(TRIAL_START + 10 * DAY)
    (
        case.when(decisions.start_trial_run, trial_start(TRIAL_START))
        .then(TrialRunStarted)
        .having(earliest_end=EARLIEST)
    )
    case.when(decisions.start_trial_run, trial_start(TRIAL_START - DAY)).then_broken(
        rules.trial_start_is_reported_in_time
    )


def test_three_months_are_not_written_in_one_sitting() -> None:
    case = SCHEDULED.at(EARLIEST)
    case.when(decisions.report_completion, completion(COMPLETED)).then_broken(
        rules.completion_is_reported_in_time
    )
    case.given(completed()).when(decisions.start_trial_run, trial_start(TRIAL_START)).then_broken(
        rules.trial_start_is_reported_in_time
    )


def test_trial_run_starts_on_the_day_of_completion_at_the_earliest() -> None:
    case = SCHEDULED.given(completed()).at(COMPLETED)
    case.when(decisions.start_trial_run, trial_start(COMPLETED)).then(TrialRunStarted)
    (
        case.when(decisions.start_trial_run, trial_start(COMPLETED - DAY)).then_broken(
            rules.trial_run_follows_completion
        )
    )


def test_a_joint_project_divides_its_work_before_the_trial_run() -> None:
    division = DivisionOfWork.model_validate(
        {
            "collaboration": "学籍与户籍核验",
            "sharing_needs": "户籍信息",
            "shares": [{"unit_id": OTHER_UNIT, "scope": "户籍接口", "duty": "提供接口"}],
            "document": document("分工文件"),
        }
    )
    divided = DivisionOfWorkRecorded(on=REPLIED, **IDENTITY, division=division)
    assert "DivisionOfWorkRecorded" in FOLLOWS["approval"]
    case = SCHEDULED.given(completed()).with_facts(origin=ORIGIN)
    case.when(decisions.start_trial_run, trial_start()).then_broken(rules.joint_work_is_divided)
    found = origin_of(as_recorded([divided], "approval"))
    after = case.with_facts(origin=replace(ORIGIN, division=found.division))
    after.when(decisions.start_trial_run, trial_start()).then(TrialRunStarted)


@pytest.mark.parametrize(
    ("start", "earliest"),
    [
        (date(2025, 11, 30), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2026, 4, 30)),
        (date(2026, 2, 28), date(2026, 5, 28)),
        (date(2023, 11, 30), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 5, 29)),
    ],
)
def test_trial_run_lasts_three_calendar_months(start: date, earliest: date) -> None:
    (
        SCHEDULED.given(completed(date(2023, 1, 1)))
        .at(start)
        .when(decisions.start_trial_run, trial_start())
        .then(TrialRunStarted)
        .having(earliest_end=earliest)
    )


def test_a_major_incident_starts_the_trial_run_again() -> None:
    case = IN_TRIAL.at(date(2025, 11, 30))
    (
        case.when(decisions.report_trial_incident, incident())
        .then(TrialIncidentReported)
        .having(earliest_end=date(2026, 2, 28))
    )
    (
        case.under(trial_restarts_on_major_incident=False)
        .when(decisions.report_trial_incident, incident())
        .then(TrialIncidentReported)
        .having(earliest_end=EARLIEST)
    )


def test_a_minor_incident_leaves_the_trial_run_as_it_is() -> None:
    (
        IN_TRIAL.when(decisions.report_trial_incident, incident(major=False))
        .then(TrialIncidentReported)
        .having(earliest_end=EARLIEST)
    )


def test_an_incident_reported_late_does_not_shorten_the_trial_run() -> None:
    (
        IN_TRIAL.given(incident_reported(date(2025, 12, 31), date(2026, 3, 31)))
        .at(date(2026, 1, 5))
        .when(decisions.report_trial_incident, incident(on=date(2025, 12, 28)))
        .then(TrialIncidentReported)
        .having(earliest_end=date(2026, 3, 31))
    )


def test_an_incident_falls_on_the_first_day_of_the_trial_run_at_the_earliest() -> None:
    case = IN_TRIAL.at(TRIAL_START + DAY)
    case.when(decisions.report_trial_incident, incident(on=TRIAL_START)).then(TrialIncidentReported)
    (
        case.when(decisions.report_trial_incident, incident(on=TRIAL_START - DAY)).then_broken(
            rules.incident_falls_into_the_trial_run
        )
    )


def test_an_incident_is_reported_within_ten_days() -> None:
    case = IN_TRIAL.at(date(2026, 1, 15))
    (
        case.when(decisions.report_trial_incident, incident(on=date(2026, 1, 5)))
        .then(TrialIncidentReported)
        .having(earliest_end=date(2026, 4, 5))
    )
    # Under an old date it would start nothing again.
    case.when(decisions.report_trial_incident, incident(on=date(2026, 1, 4))).then_broken(
        rules.incident_is_reported_in_time
    )


def test_an_incident_after_the_application_is_not_of_the_trial_run() -> None:
    (
        APPLIED.when(decisions.report_trial_incident, incident()).then_broken(
            rules.incident_falls_into_the_trial_run
        )
    )


def test_an_incident_after_a_failed_acceptance_starts_the_trial_run_again() -> None:
    (
        APPLIED.given(concluded(conclusion="FAILED"))
        .when(decisions.report_trial_incident, incident())
        .then(TrialIncidentReported)
        .having(earliest_end=date(2026, 4, 30))
    )
