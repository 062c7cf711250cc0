"""Rules on handover and application for acceptance: each broken, and each on its boundary."""

from datetime import date, timedelta

import pytest

from services.acceptance import decisions, rules
from services.acceptance.reactions import FOLLOWS
from services.acceptance.state import origin_of
from shared.events import Event
from shared.events.acceptance import (
    AcceptanceApplied,
    HandoverRecorded,
    TrialRunStarted,
)
from shared.events.vocabulary import Material
from tests.acceptance.building import (
    ACCEPTANCE,
    APPLIED,
    EARLIEST,
    IN_TRIAL,
    REPLIED,
    SCHEDULED,
    SELF_BUILD_MATERIALS,
    SERVICE_MATERIALS,
    application,
    closed,
    completed,
    concluded,
    contract_recorded,
    handed_over,
    handover,
    incident_reported,
    scheduled,
    trial_start,
    trial_started,
)
from tests.support.builders import document, materials
from tests.support.given_when_then import Case, as_recorded

DAY = timedelta(days=1)


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
