"""Findings, inspections, corrections, referrals."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.acceptance import decisions, rules
from services.acceptance.state import Origin
from shared.events.acceptance import (
    Correction,
    CorrectionRecorded,
    ExclusiveOpeningFound,
    InspectionRecorded,
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
from tests.acceptance.building import ACCEPTANCE, SCHEDULED, completed
from tests.acceptance.supervising import (
    FINDING,
    ORDERED,
    clearance,
    exclusive_opening,
    inspection,
    security_finding,
    security_finding_recorded,
    sharing_violation,
    sharing_violation_found,
    somebody,
    untruthfulness,
    withdrawal,
)
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


def test_of_several_findings_the_named_one_is_withdrawn_or_cleared() -> None:
    other = UUID(int=88)
    shared, secure = sharing_violation_found(ORDERED), security_finding_recorded("DEB")
    case = SCHEDULED.given(
        shared.model_copy(update={"finding_id": other}),
        shared,
        secure.model_copy(update={"finding_id": other}),
        secure,
    ).with_facts(part=FINDING)
    withdrawn = case.when(decisions.withdraw_sharing_violation, withdrawal())
    withdrawn.then(SharingViolationWithdrawn).having(finding_id=FINDING)
    cleared = case.when(decisions.clear_security_finding, clearance())
    cleared.then(SecurityFindingCleared).having(finding_id=FINDING)
    seen = case.given(*withdrawn.events, *cleared.events).state().supervision
    assert [f.finding_id for f in seen.sharing if f.withdrawn_on is None] == [other]
    assert [f.finding_id for f in seen.security if f.cleared_on is None] == [other]
    assert seen.violations == (other, other)


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


def test_only_a_security_finding_that_was_made_is_cleared_and_not_before_it() -> None:
    case = SCHEDULED.with_facts(part=FINDING)
    case.when(decisions.clear_security_finding, clearance()).then_broken(
        rules.security_finding_is_open
    )
    found = case.given(security_finding_recorded("DEB"))
    found.when(decisions.clear_security_finding, clearance(ORDERED)).then(SecurityFindingCleared)
    found.when(decisions.clear_security_finding, clearance(ORDERED - DAY)).then_invalid("on")


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
