"""Findings, inspections, rectifications, measures, corrections, referrals."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.acceptance import decisions, rules
from services.acceptance.state import Origin, Status
from shared.events.acceptance import (
    Correction,
    CorrectionRecorded,
    ExclusiveOpeningFound,
    InspectionRecorded,
    MeasureImposed,
    MeasureLifted,
    RectificationConfirmed,
    RectificationOrdered,
    RectificationReported,
    Referral,
    ReferralMatter,
    ReferralRecipient,
    ReferralRecorded,
    SafetyIncident,
    SafetyIncidentRecorded,
    SecurityFindingCleared,
    SecurityFindingRecorded,
    SharingViolationFound,
    SharingViolationWithdrawn,
    UntruthfulnessFound,
)
from shared.kernel.model import Record
from shared.standing import standing_of
from shared.standing.rules import (
    no_security_finding_bars_the_unit,
    no_sharing_violation_bars_other_projects,
)
from tests.acceptance.building import ACCEPTANCE, ACCEPTED, IN_TRIAL, ORIGIN, SCHEDULED, completed
from tests.acceptance.supervising import (
    FINDING,
    LIMIT,
    ORDERED,
    clearance,
    confirmation,
    exclusive_opening,
    inspected,
    inspection,
    lifting,
    measure,
    measure_imposed,
    rectification_confirmed,
    rectification_order,
    rectification_ordered,
    rectification_report,
    rectification_reported,
    security_finding,
    security_finding_recorded,
    sharing_violation,
    sharing_violation_found,
    somebody,
    untruthfulness,
    withdrawal,
)
from tests.acceptance.supervising import MEASURE as MEASURE_ID
from tests.acceptance.supervising import RECTIFICATION as RECTIFICATION_ID
from tests.support.builders import UNIT, document
from tests.support.given_when_then import OFFICER, Case, as_recorded

DAY = timedelta(days=1)
DECLARED = ACCEPTANCE.with_facts(origin=Origin(unit_id=UNIT))
"""Declared, and not yet scheduled here."""

REFERRAL = Referral(
    matter=ReferralMatter.FRAUD,
    recipient=ReferralRecipient.DISCIPLINE,
    summary="虚报完成内容",
    document=document("移送函", "乐数移〔2026〕1号"),
)
ACCIDENT = SafetyIncident(
    summary="触电", description="一人轻伤", measures="停工整顿", evidence=document("事故报告")
)


# -- what is found ---------------------------------------------------------------------------

FINDINGS: list[tuple[Any, Record, Any]] = [
    (decisions.find_exclusive_opening, exclusive_opening(), ExclusiveOpeningFound),
    (decisions.find_sharing_violation, sharing_violation(), SharingViolationFound),
    (decisions.record_untruthfulness, untruthfulness(), UntruthfulnessFound),
    (decisions.record_inspection, inspection(), InspectionRecorded),
    (decisions.record_security_finding, security_finding(), SecurityFindingRecorded),
    (decisions.record_referral, REFERRAL, ReferralRecorded),
    (decisions.record_safety_incident, ACCIDENT, SafetyIncidentRecorded),
]


@pytest.mark.parametrize(
    ("decision", "command", "event"), FINDINGS, ids=lambda v: getattr(v, "__name__", "")
)
def test_a_declared_project_is_supervised_before_its_reply(
    decision: Any, command: Record, event: Any
) -> None:
    found = DECLARED.when(decision, command).then(event).having(unit_id=UNIT)
    state = DECLARED.given(*found.events).state()
    assert (state.unit_id, state.status) == (UNIT, None)
    ACCEPTANCE.when(decision, command).then_broken(rules.project_is_on_record)


def test_a_sharing_violation_tells_on_the_year_after_until_it_is_withdrawn() -> None:
    case = SCHEDULED.at(date(2026, 12, 31))
    found = case.when(decisions.find_sharing_violation, sharing_violation()).events
    finding_id = found[0].finding_id  # type: ignore[attr-defined]

    def bars(case: Case, on: date) -> bool:
        standing = standing_of(as_recorded(case.history, "acceptance"), UNIT)
        return not no_sharing_violation_bars_other_projects(standing, UUID(int=99), on).holds

    after = case.given(*found)
    days = (date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1))
    assert [bars(after, day) for day in days] == [False, True, True, False]
    withdrawn = after.with_facts(part=finding_id).when(
        decisions.withdraw_sharing_violation, withdrawal()
    )
    cleared = after.given(*withdrawn.then(SharingViolationWithdrawn).events)
    assert not bars(cleared, date(2027, 1, 1))
    cleared.with_facts(part=finding_id).when(
        decisions.withdraw_sharing_violation, withdrawal()
    ).then_broken(rules.sharing_finding_stands)


def test_only_a_finding_that_was_made_is_withdrawn() -> None:
    SCHEDULED.with_facts(part=FINDING).when(
        decisions.withdraw_sharing_violation, withdrawal()
    ).then_broken(rules.sharing_finding_stands)


def test_a_withdrawal_is_not_before_its_finding() -> None:
    case = SCHEDULED.given(sharing_violation_found(ORDERED)).with_facts(part=FINDING)
    case.when(decisions.withdraw_sharing_violation, withdrawal(ORDERED)).then(
        SharingViolationWithdrawn
    )
    case.when(decisions.withdraw_sharing_violation, withdrawal(ORDERED - DAY)).then_invalid("on")


@pytest.mark.parametrize(
    ("body", "fault", "charged"),
    [
        ("CRY", "CRYPTOGRAPHY", True),
        ("PSB", "CRYPTOGRAPHY", False),
        ("PSB", "CYBERSECURITY", True),
        ("SEC", "CYBERSECURITY", True),
        ("CRY", "CYBERSECURITY", False),
        ("CRY", "MAJOR_DANGER", True),
        ("CAC", "MAJOR_DANGER", True),
    ],
)
def test_a_security_finding_is_made_by_who_is_charged_with_it(
    body: str, fault: str, charged: bool
) -> None:
    outcome = SCHEDULED.by(somebody(body)).when(
        decisions.record_security_finding, security_finding(fault)
    )
    if charged:
        outcome.then(SecurityFindingRecorded).having(body=body)
    else:
        outcome.then_broken(rules.security_falls_to_its_supervisor)


def test_security_is_inspected_by_who_is_charged_with_it() -> None:
    case = SCHEDULED.by(somebody("FIN"))
    case.when(decisions.record_inspection, inspection("FUNDS")).then(InspectionRecorded)
    case.when(decisions.record_inspection, inspection("CYBERSECURITY")).then_broken(
        rules.security_falls_to_its_supervisor
    )


def test_a_security_finding_bars_until_the_body_that_made_it_clears_it() -> None:
    case = SCHEDULED.given(security_finding_recorded("PSB")).with_facts(part=FINDING)

    def bars(case: Case) -> bool:
        standing = standing_of(as_recorded(case.history, "acceptance"), UNIT)
        return not no_security_finding_bars_the_unit(standing).holds

    assert bars(case)
    case.by(somebody("CAC")).when(decisions.clear_security_finding, clearance()).then_broken(
        rules.finding_is_cleared_by_its_body
    )
    cleared = case.by(somebody("PSB")).when(decisions.clear_security_finding, clearance())
    after = case.given(*cleared.then(SecurityFindingCleared).events)
    assert not bars(after)
    after.by(somebody("PSB")).when(decisions.clear_security_finding, clearance()).then_broken(
        rules.security_finding_is_open
    )


# -- corrections -----------------------------------------------------------------------------


def _correction(event_id: UUID) -> Correction:
    return Correction(
        event_id=event_id,
        statement="完成日期应为十月十九日",
        reason="误写",
        document=document("监理日志"),
    )


def test_a_correction_refers_to_a_record_of_the_project() -> None:
    stream = tuple(as_recorded(SCHEDULED.given(completed()).history, "acceptance"))
    case = SCHEDULED.given(completed()).with_facts(stream=stream).by(OFFICER)
    (
        case.when(decisions.correct_record, _correction(stream[1].ref.event_id))
        .then(CorrectionRecorded)
        .having(corrected_type="CompletionReported")
    )
    case.when(decisions.correct_record, _correction(UUID(int=5))).then_broken(
        rules.corrected_record_exists
    )


def test_a_record_is_corrected_by_who_made_it() -> None:
    stream = tuple(as_recorded(SCHEDULED.history, "acceptance"))
    case = SCHEDULED.with_facts(stream=stream)
    case.by(somebody("FIN")).when(
        decisions.correct_record, _correction(stream[0].ref.event_id)
    ).then_broken(rules.correction_is_by_who_recorded)


# -- rectification ---------------------------------------------------------------------------

INSPECTED = IN_TRIAL.given(inspected()).at(ORDERED)
ORDER = INSPECTED.given(rectification_ordered()).with_facts(part=RECTIFICATION_ID)


def test_a_rectification_rests_on_what_was_found() -> None:
    INSPECTED.when(decisions.order_rectification, rectification_order()).then(RectificationOrdered)
    sound = IN_TRIAL.given(inspected(problems=0)).at(ORDERED)
    sound.when(decisions.order_rectification, rectification_order()).then_broken(
        rules.order_rests_on_a_finding
    )


def test_a_finding_that_was_withdrawn_or_cleared_carries_no_rectification() -> None:
    found = IN_TRIAL.given(security_finding_recorded()).with_facts(part=FINDING).at(ORDERED)
    found.when(decisions.order_rectification, rectification_order()).then(RectificationOrdered)
    cleared = found.by(somebody("PSB")).when(decisions.clear_security_finding, clearance())
    found.given(*cleared.events).when(
        decisions.order_rectification, rectification_order()
    ).then_broken(rules.order_rests_on_a_finding)


def test_a_reported_trouble_too_may_be_rectified() -> None:
    case = IN_TRIAL.with_facts(origin=replace(ORIGIN, troubles=(FINDING,))).at(ORDERED)
    case.when(decisions.order_rectification, rectification_order()).then(RectificationOrdered)


def test_a_rectification_leaves_a_day_at_least() -> None:
    tomorrow = rectification_order(due_on=ORDERED + DAY)
    INSPECTED.when(decisions.order_rectification, tomorrow).then(RectificationOrdered)
    today = rectification_order(due_on=ORDERED)
    INSPECTED.when(decisions.order_rectification, today).then_broken(
        rules.rectification_leaves_time
    )


def test_an_order_bears_a_number() -> None:
    INSPECTED.when(
        decisions.order_rectification, rectification_order(document=document("通知"))
    ).then_broken(rules.order_bears_a_number)


def test_a_rectification_is_reported_and_confirmed_by_its_body() -> None:
    case = ORDER.at(LIMIT)
    reported = case.when(decisions.report_rectification, rectification_report())
    after = case.given(*reported.then(RectificationReported).events)
    after.when(decisions.report_rectification, rectification_report()).then_broken(
        rules.rectification_is_open
    )
    after.by(somebody("FIN")).when(
        decisions.confirm_rectification, confirmation(done=True)
    ).then_broken(rules.rectification_is_confirmed_by_its_body)
    after.by(OFFICER).when(decisions.confirm_rectification, confirmation(done=True)).then_broken(
        rules.decider_did_not_submit
    )
    after.when(decisions.confirm_rectification, confirmation(done=True)).then(
        RectificationConfirmed
    )


def test_nothing_is_confirmed_before_it_is_reported() -> None:
    ORDER.when(decisions.confirm_rectification, confirmation(done=True)).then_broken(
        rules.rectification_is_reported
    )


def test_what_was_found_wanting_is_reported_again() -> None:
    case = ORDER.given(rectification_reported(), rectification_confirmed(done=False)).at(LIMIT)
    case.when(decisions.report_rectification, rectification_report()).then(RectificationReported)


def test_an_unknown_rectification_is_neither_reported_nor_confirmed() -> None:
    case = INSPECTED.with_facts(part=UUID(int=77))
    case.when(decisions.report_rectification, rectification_report()).then_broken(
        rules.rectification_is_open
    )
    case.when(decisions.confirm_rectification, confirmation(done=True)).then_broken(
        rules.rectification_is_reported
    )


# -- measures --------------------------------------------------------------------------------


def test_a_measure_follows_from_the_day_after_the_limit() -> None:
    outcome = ORDER.at(LIMIT).when(decisions.impose_measure, measure())
    outcome.then_broken(rules.measure_follows_a_failed_rectification)
    ORDER.at(LIMIT + DAY).when(decisions.impose_measure, measure()).then(MeasureImposed)
    check = rules.measure_follows_a_failed_rectification(
        ORDER.state().supervision.rectifications[0], LIMIT
    )
    assert check.not_before == LIMIT + DAY


def test_a_rectification_found_wanting_is_enough_before_the_limit() -> None:
    failed = ORDER.given(rectification_reported(ORDERED), rectification_confirmed(done=False))
    failed.at(LIMIT).when(decisions.impose_measure, measure()).then(MeasureImposed)


@pytest.mark.parametrize("confirmed", [(), (rectification_confirmed(done=True),)])
def test_what_is_reported_or_done_is_followed_by_no_measure(confirmed: Any) -> None:
    case = ORDER.given(rectification_reported(), *confirmed).at(LIMIT + DAY)
    case.when(decisions.impose_measure, measure()).then_broken(
        rules.measure_follows_a_failed_rectification
    )


def test_without_a_rectification_there_is_no_measure() -> None:
    INSPECTED.when(decisions.impose_measure, measure()).then_broken(
        rules.measure_follows_a_failed_rectification
    )


OVERDUE = ORDER.at(LIMIT + DAY)


def test_a_measure_bears_a_number() -> None:
    OVERDUE.when(decisions.impose_measure, measure(document=document("决定"))).then_broken(
        rules.measure_bears_a_number
    )


def test_a_measure_is_not_taken_twice() -> None:
    suspended = OVERDUE.given(measure_imposed())
    suspended.when(decisions.impose_measure, measure()).then_broken(
        rules.measure_adds_to_those_in_force
    )
    suspended.when(decisions.impose_measure, measure("TERMINATION")).then(MeasureImposed)
    ended = suspended.given(measure_imposed("TERMINATION"))
    ended.when(decisions.impose_measure, measure("INVESTMENT_DEFERRED")).then_broken(
        rules.measure_adds_to_those_in_force
    )
    ended.when(decisions.impose_measure, measure("CRITICISM")).then(MeasureImposed)


def test_an_accepted_project_has_no_construction_to_stop() -> None:
    case = ACCEPTED.given(inspected(), rectification_ordered()).at(LIMIT + DAY)
    for kind in ("SUSPENSION", "TERMINATION"):
        case.when(decisions.impose_measure, measure(kind)).then_broken(
            rules.accepted_project_is_not_stopped
        )
    case.when(decisions.impose_measure, measure("CRITICISM")).then(MeasureImposed)


def test_a_measure_is_lifted_by_the_body_that_took_it() -> None:
    case = OVERDUE.given(measure_imposed(body="LG")).with_facts(part=MEASURE_ID)
    case.when(decisions.lift_measure, lifting()).then_broken(rules.measure_is_lifted_by_its_body)
    lifted = case.by(somebody("LG")).when(decisions.lift_measure, lifting())
    after = case.given(*lifted.then(MeasureLifted).having(kind="SUSPENSION").events)
    after.by(somebody("LG")).when(decisions.lift_measure, lifting()).then_broken(
        rules.measure_is_in_force
    )


def test_only_a_measure_that_was_taken_is_lifted() -> None:
    OVERDUE.with_facts(part=MEASURE_ID).when(decisions.lift_measure, lifting()).then_broken(
        rules.measure_is_in_force
    )


def test_a_termination_is_final() -> None:
    case = OVERDUE.given(measure_imposed("TERMINATION")).with_facts(part=MEASURE_ID)
    assert case.state().status is Status.TERMINATED
    case.by(somebody("LG")).when(decisions.lift_measure, lifting()).then_broken(
        rules.termination_is_final
    )
