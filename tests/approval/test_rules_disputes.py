"""A filing disputed: its money goes back to the counter, an application is due (第二十九条)."""

from datetime import date, timedelta
from uuid import UUID

from services.approval.decisions import (
    apply_for_change,
    dispute_filing,
    file_change,
    rule_on_change,
)
from services.approval.rules import changes as rules
from services.approval.state import Stage
from shared.events.approval import (
    ChangeApplied,
    ChangeFiled,
    FilingDispute,
    FilingDisputed,
)
from shared.regulation.common import decider_did_not_submit
from shared.standing import standing_of
from tests.approval.building import (
    CASE,
    CHANGE_ID,
    accepted,
    applied,
    change,
    filed,
    moving,
    replied,
    ruling,
)
from tests.support.builders import document, yuan
from tests.support.given_when_then import OFFICER, SUBJECT, TODAY, Case, as_recorded

APPROVED = CASE.given(replied())
YESTERDAY = TODAY - timedelta(days=1)
LIMIT = 15_000_000
OVER = ("700000.00", "400000.00")


def after_eight_percent() -> Case:
    return APPROVED.given(filed(moving(8_000_000), "80000.00"))


def disputing(change_id: UUID = CHANGE_ID, case: Case | None = None) -> Case:
    return (case or after_eight_percent()).with_facts(filing=change_id)


def dispute(number: str | None = "乐数函〔2026〕8号", on: date | None = None) -> FilingDispute:
    return FilingDispute(on=on, reason="属重大调整", document=document("异议", number))


def test_a_disputed_filing_gives_its_money_back_and_makes_an_application_due() -> None:
    case = disputing()
    outcome = case.when(dispute_filing, dispute()).then(FilingDisputed)
    outcome.having(change_id=CHANGE_ID, body="DRC", returned=yuan("80000.00"))
    disputed = case.given(*outcome.events)
    baseline = disputed.state().baseline
    assert (baseline.moved_so_far, baseline.items) == (0, replied().items)
    disputed.when(file_change, moving(100)).then_broken(rules.disputed_filing_is_applied_for)
    application = disputed.when(apply_for_change, moving(8_000_000)).then(ChangeApplied)
    due = disputed.given(*application.events).state()
    assert (due.application_due, due.stage) == (None, Stage.CHANGE_PENDING)


def test_after_a_dispute_the_whole_limit_is_free_again() -> None:
    case = disputing()
    case = case.given(*case.when(dispute_filing, dispute()).events)
    case = case.given(applied(moving(8_000_000)))
    case = case.given(*case.when(rule_on_change, ruling(approved=False)).events)
    case.when(file_change, moving(LIMIT)).then(ChangeFiled).having(moved_so_far=yuan("150000.00"))


def test_the_newest_filing_is_disputed_first() -> None:
    newer = UUID("01890000-0000-7000-8000-0000000000c2")
    later = filed(moving(9_000_000), "90000.00").model_copy(
        update={"change_id": newer, "moved": yuan("10000.00")}
    )
    case = after_eight_percent().given(later)
    disputing(CHANGE_ID, case).when(dispute_filing, dispute()).then_broken(
        rules.filing_is_the_newest
    )
    outcome = disputing(newer, case).when(dispute_filing, dispute()).then(FilingDisputed)
    assert case.given(*outcome.events).state().baseline.moved_so_far == yuan("80000.00")
    disputing(newer, APPROVED).when(dispute_filing, dispute()).then_broken(
        rules.filing_is_the_newest
    )


def test_a_dispute_is_numbered_dated_and_by_somebody_else() -> None:
    disputing().when(dispute_filing, dispute(number=None)).then_broken(rules.dispute_is_numbered)
    disputing().when(dispute_filing, dispute(on=YESTERDAY)).then_invalid("on")
    disputing().by(OFFICER).when(dispute_filing, dispute()).then_broken(decider_did_not_submit)


def test_nothing_is_disputed_while_an_application_is_pending_or_after_acceptance() -> None:
    case = disputing()
    case.given(applied(change(*OVER))).when(dispute_filing, dispute()).then_broken(
        rules.no_application_is_pending
    )
    standing = standing_of(as_recorded([accepted()], "acceptance")).of(SUBJECT)
    case.with_facts(standing=standing).when(dispute_filing, dispute()).then_broken(
        rules.project_is_not_yet_accepted
    )
