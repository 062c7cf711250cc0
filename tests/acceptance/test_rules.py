"""Rules up to the application for acceptance: each broken, and each on its boundary."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.acceptance import decisions, rules
from services.acceptance.reactions import FOLLOWS
from services.acceptance.state import Origin, Status, moves_the_planned_end, origin_of
from shared.events import Event
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceScheduled,
    CompletionReported,
    HandoverRecorded,
    OverdueFinding,
    TrialIncidentReported,
    TrialRunStarted,
)
from shared.events.approval import DivisionOfWork, DivisionOfWorkRecorded
from shared.events.registry import ProjectListed
from shared.events.vocabulary import Material
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
    SELF_BUILD_MATERIALS,
    SERVICE_MATERIALS,
    TRIAL_START,
    acceptance,
    application,
    change_approved,
    change_filed,
    closed,
    completed,
    completion,
    concluded,
    contract_recorded,
    extension,
    extension_granted,
    filing,
    handed_over,
    handover,
    incident,
    incident_reported,
    ref,
    reply_issued,
    review,
    ruling,
    scheduled,
    trial_start,
    trial_started,
)
from tests.support.builders import OTHER_UNIT, UNIT, document, materials, yuan
from tests.support.given_when_then import Case, as_recorded

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


# -- handover ------------------------------------------------------------------------------

CUSTOM = ACCEPTANCE.given(scheduled(custom_development=True), completed(), trial_started())


def test_custom_development_is_not_handed_over_without_source_code() -> None:
    (
        CUSTOM.when(decisions.record_handover, handover(source_code=None)).then_broken(
            rules.handover_includes_custom_source
        )
    )


def test_source_code_is_handed_over_where_there_is_custom_development_only() -> None:
    CUSTOM.when(decisions.record_handover, handover()).then(HandoverRecorded)
    IN_TRIAL.when(decisions.record_handover, handover(source_code=None)).then(HandoverRecorded)


def _by_contract(*, custom_development: bool) -> Case:
    """Not custom by the reply; its contract says what it says."""
    contract = contract_recorded(custom_development=custom_development)
    return IN_TRIAL.with_facts(origin=origin_of(as_recorded([contract], "budget")))


def test_a_contract_too_makes_the_source_code_due() -> None:
    assert "ContractRecorded" in FOLLOWS["budget"]
    case = _by_contract(custom_development=True)
    case.when(decisions.record_handover, handover(source_code=None)).then_broken(
        rules.handover_includes_custom_source
    )
    case.when(decisions.apply_for_acceptance, application()).then_broken(
        rules.custom_development_is_handed_over
    )
    outcome = case.given(handed_over()).when(decisions.apply_for_acceptance, application())
    outcome.then(AcceptanceApplied)
    assert outcome.decision is not None
    assert case.facts.origin.custom_contract in outcome.decision.basis


def test_a_contract_without_custom_development_asks_for_no_source_code() -> None:
    case = _by_contract(custom_development=False)
    case.when(decisions.record_handover, handover(source_code=None)).then(HandoverRecorded)
    case.when(decisions.apply_for_acceptance, application()).then(AcceptanceApplied)


def test_handover_is_on_the_day_of_the_reply_at_the_earliest() -> None:
    on_the_day, before = handover(on=REPLIED), handover(on=REPLIED - DAY)
    IN_TRIAL.when(decisions.record_handover, on_the_day).then(HandoverRecorded)
    IN_TRIAL.when(decisions.record_handover, before).then_invalid("on")


def test_handover_is_possible_until_acceptance() -> None:
    (
        APPLIED.given(concluded(conclusion="FAILED"))
        .when(decisions.record_handover, handover())
        .then(HandoverRecorded)
    )
    (
        APPLIED.given(concluded())
        .when(decisions.record_handover, handover())
        .then_broken(rules.handover_precedes_acceptance)
    )


# -- application ---------------------------------------------------------------------------


def test_acceptance_is_applied_for_on_the_last_day_of_the_trial_run() -> None:
    (
        IN_TRIAL.at(EARLIEST)
        .when(decisions.apply_for_acceptance, application())
        .then(AcceptanceApplied)
    )


def test_a_day_early_is_refused_with_the_earliest_date() -> None:
    outcome = IN_TRIAL.at(EARLIEST - DAY).when(decisions.apply_for_acceptance, application())
    outcome.then_broken(rules.trial_run_was_normal_to_its_end)
    assert "2026-01-31" in outcome.texts[0]


@pytest.mark.parametrize(
    ("start", "day"),
    [
        (date(2025, 11, 30), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2026, 4, 30)),
        (date(2023, 11, 30), date(2024, 2, 29)),
    ],
)
def test_three_months_end_on_the_last_day_of_a_shorter_month(start: date, day: date) -> None:
    started = SCHEDULED.given(completed(date(2023, 1, 1))).at(start)
    trial = started.when(decisions.start_trial_run, trial_start()).then(TrialRunStarted)
    case = started.given(*trial.events)
    case.at(day).when(decisions.apply_for_acceptance, application()).then(AcceptanceApplied)
    (
        case.at(day - DAY)
        .when(decisions.apply_for_acceptance, application())
        .then_broken(rules.trial_run_was_normal_to_its_end)
    )


def test_without_a_trial_run_nobody_applies() -> None:
    (
        SCHEDULED.given(completed())
        .when(decisions.apply_for_acceptance, application())
        .then_broken(rules.trial_run_was_normal_to_its_end)
    )


def test_a_major_incident_puts_the_application_off() -> None:
    case = IN_TRIAL.given(incident_reported(date(2025, 12, 31), date(2026, 3, 31)))
    (
        case.at(date(2026, 3, 30))
        .when(decisions.apply_for_acceptance, application())
        .then_broken(rules.trial_run_was_normal_to_its_end)
    )
    (
        case.at(date(2026, 3, 31))
        .when(decisions.apply_for_acceptance, application())
        .then(AcceptanceApplied)
    )


@pytest.mark.parametrize("missing", SELF_BUILD_MATERIALS)
def test_each_of_the_nine_documents_is_needed(missing: str) -> None:
    rest = [code for code in SELF_BUILD_MATERIALS if code != missing]
    (
        IN_TRIAL.when(
            decisions.apply_for_acceptance, application(materials=materials(*rest))
        ).then_broken(rules.acceptance_materials_are_complete)
    )


def test_a_reason_is_no_document() -> None:
    rest = materials(*SELF_BUILD_MATERIALS[:-1])
    excused = Material(code="CRYPTO", not_applicable="未使用密码")
    (
        IN_TRIAL.when(
            decisions.apply_for_acceptance, application(materials=(*rest, excused))
        ).then_broken(rules.acceptance_materials_are_complete)
    )


def test_more_documents_than_listed_are_taken() -> None:
    more = materials(*SELF_BUILD_MATERIALS, "ARCHIVE")
    (
        IN_TRIAL.when(decisions.apply_for_acceptance, application(materials=more)).then(
            AcceptanceApplied
        )
    )


def _service() -> Case:
    return ACCEPTANCE.given(
        scheduled(delivery_mode="SERVICE_PURCHASE"), completed(), trial_started()
    )


def test_a_service_brings_its_own_documents() -> None:
    (
        _service()
        .when(decisions.apply_for_acceptance, application(materials=materials(*SERVICE_MATERIALS)))
        .then(AcceptanceApplied)
    )


@pytest.mark.parametrize("missing", SERVICE_MATERIALS)
def test_each_document_of_a_service_is_needed(missing: str) -> None:
    rest = [code for code in SERVICE_MATERIALS if code != missing]
    (
        _service()
        .when(decisions.apply_for_acceptance, application(materials=materials(*rest)))
        .then_broken(rules.acceptance_materials_are_complete)
    )


CONDITIONAL = ACCEPTANCE.given(
    scheduled(open_conditions=("完成密码测评", "接入统一认证")), completed(), trial_started()
)


def test_each_condition_of_an_opinion_is_met_before_acceptance() -> None:
    (
        CONDITIONAL.when(
            decisions.apply_for_acceptance, application(closed_conditions=closed("完成密码测评"))
        ).then_broken(rules.opinion_conditions_are_met)
    )
    (
        CONDITIONAL.when(
            decisions.apply_for_acceptance,
            application(closed_conditions=closed("接入统一认证", "完成密码测评")),
        ).then(AcceptanceApplied)
    )


def test_custom_development_is_handed_over_before_the_application() -> None:
    (
        CUSTOM.when(decisions.apply_for_acceptance, application()).then_broken(
            rules.custom_development_is_handed_over
        )
    )
    CUSTOM.given(handed_over()).when(decisions.apply_for_acceptance, application()).then(
        AcceptanceApplied
    )


def test_a_handover_without_source_code_does_not_do_once_there_is_custom_development() -> None:
    case = IN_TRIAL.given(handed_over(source_code=None), scheduled(custom_development=True))
    (
        case.when(decisions.apply_for_acceptance, application()).then_broken(
            rules.custom_development_is_handed_over
        )
    )


@pytest.mark.parametrize("later", [(), (concluded(),)], ids=["applied", "accepted"])
def test_acceptance_is_applied_for_once_at_a_time(later: tuple[Event, ...]) -> None:
    (
        APPLIED.given(*later)
        .when(decisions.apply_for_acceptance, application())
        .then_broken(rules.no_acceptance_is_under_way)
    )


def test_after_a_failed_acceptance_the_unit_applies_again() -> None:
    (
        APPLIED.given(concluded(conclusion="FAILED", document=document("意见", "1号")))
        .when(decisions.apply_for_acceptance, application())
        .then(AcceptanceApplied)
    )


def test_a_second_application_is_not_before_the_failed_acceptance() -> None:
    case = APPLIED.given(concluded(EARLIEST + DAY, conclusion="FAILED")).at(EARLIEST + DAY)
    case.when(decisions.apply_for_acceptance, application(on=EARLIEST)).then_invalid("on")
    case.when(decisions.apply_for_acceptance, application(on=EARLIEST + DAY)).then(
        AcceptanceApplied
    )


def test_everything_wrong_with_an_application_is_said_at_once() -> None:
    case = ACCEPTANCE.given(
        scheduled(custom_development=True, open_conditions=("补测评",)),
        completed(),
        trial_started(),
    )
    (
        case.at(EARLIEST - DAY)
        .when(decisions.apply_for_acceptance, application(materials=()))
        .then_broken(
            rules.opinion_conditions_are_met,
            rules.trial_run_was_normal_to_its_end,
            rules.acceptance_materials_are_complete,
            rules.custom_development_is_handed_over,
        )
    )
