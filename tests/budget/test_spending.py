"""Budget: 支付, 结余, 关账 and 移送, each rule broken, and each on its boundary."""

from datetime import timedelta

import pytest

from services.budget import rules
from services.budget.decisions import (
    close_project_funds,
    demand_surplus,
    record_payment,
    refer_misuse,
    return_surplus,
)
from services.budget.reactions import FOLLOWS
from services.budget.state import PlanStatus, ends_the_project
from shared.events import Event
from shared.events.acceptance import MeasureKind
from shared.events.budget import (
    MisuseReferred,
    PaymentRecorded,
    ProjectFundsClosed,
    SurplusReturnDemanded,
    SurplusReturned,
)
from shared.standing import Standing
from shared.standing import rules as shared_rules
from tests.audit.building import event
from tests.budget.building import (
    ACCEPTED,
    CASE,
    EMPTY,
    TOTAL,
    background,
    catalogued,
    change_approved,
    change_filed,
    closed,
    closing,
    concluded,
    contracted,
    declared,
    included,
    item,
    measure,
    operation_included,
    paid,
    payment,
    plan_assessed,
    plan_submitted,
    procured,
    referral,
    replied,
    returned,
    reviewed,
    service_accepted,
    standing,
    surplus,
    suspended,
    terminated,
)
from tests.support.builders import OTHER_UNIT, UNIT, document, yuan
from tests.support.given_when_then import OFFICER, TODAY, Case, as_recorded

DAY = timedelta(days=1)
CONTRACTED = CASE.given(included(), procured(), contracted())
PAID = ACCEPTED.given(included(), procured(), contracted(), paid("800000.00"))


# -- 支付（第三十六条） --------------------------------------------------------------------------


def test_a_contract_is_paid_in_full() -> None:
    CONTRACTED.given(paid("300000.00")).when(
        record_payment, payment("500000.00", voucher="ZF-2")
    ).then(PaymentRecorded).having(paid_so_far=yuan("800000.00"))


def test_a_cent_over_the_contract_is_not_paid() -> None:
    CONTRACTED.given(paid("300000.00")).when(
        record_payment, payment("500000.01", voucher="ZF-2")
    ).then_broken(rules.payment_stays_within_the_contract)


def test_payments_on_another_contract_do_not_count() -> None:
    case = CASE.given(included(), procured(), contracted("500000.00"))
    case = case.given(contracted("500000.00", number="HT-2"))
    case.given(paid("500000.00", contract_number="HT-2")).when(
        record_payment, payment("500000.00", voucher="ZF-2")
    ).then(PaymentRecorded).having(paid_so_far=yuan("1000000.00"))


def test_a_payment_without_contract_is_refused() -> None:
    CONTRACTED.when(record_payment, payment(contract_number="HT-9")).then_broken(
        rules.payment_rests_on_a_contract
    )


def test_a_cent_of_returned_money_is_not_paid() -> None:
    case = CONTRACTED.given(paid("300000.00"), returned("600000.00", "100000.00"))
    case.when(record_payment, payment("100000.01", voucher="ZF-2")).then_broken(
        rules.payment_stays_within_the_budget
    )
    case.when(record_payment, payment("100000.00", voucher="ZF-2")).then(PaymentRecorded)


def test_a_voucher_pays_once() -> None:
    CONTRACTED.given(paid("1.00")).when(record_payment, payment("1.00")).then_broken(
        rules.voucher_is_new
    )


def test_the_project_keeps_one_account() -> None:
    CONTRACTED.given(paid("1.00")).when(
        record_payment, payment("1.00", voucher="ZF-2", project_account="ZZ-02")
    ).then_broken(rules.payment_uses_the_project_account)


def test_the_first_payment_names_the_account() -> None:
    CONTRACTED.when(record_payment, payment(project_account="ZZ-02")).then(PaymentRecorded)


def test_a_payment_says_which_items_it_is_for() -> None:
    split = [{"code": "A1", "amount": "200000.00"}, {"code": "A1", "amount": "100000.00"}]
    for items in ([], [{"code": "A1", "amount": "299999.99"}], split):
        CONTRACTED.when(record_payment, payment(items=items)).then_broken(
            rules.payment_is_split_by_items
        )


def test_nothing_beside_the_reply_is_paid() -> None:
    items = [{"code": "A1", "amount": "299999.99"}, {"code": "Z9", "amount": "0.01"}]
    CONTRACTED.when(record_payment, payment(items=items)).then_broken(
        rules.payment_is_for_approved_items
    )


ITEMISED = CONTRACTED.with_facts(
    background=background(
        catalogued(),
        declared(),
        replied(items=[item("400000.00"), item("600000.00", "B1")]),
    )
)


def test_an_item_is_paid_to_the_cent_and_no_further() -> None:
    case = ITEMISED.given(paid("300000.00"))
    case.when(record_payment, payment("100000.00", voucher="ZF-2")).then(PaymentRecorded)
    case.when(record_payment, payment("100000.01", voucher="ZF-2")).then_broken(
        rules.payment_stays_within_its_items
    )
    both = [{"code": "A1", "amount": "100000.00"}, {"code": "B1", "amount": "0.01"}]
    case.when(record_payment, payment("100000.01", voucher="ZF-2", items=both)).then(
        PaymentRecorded
    )
    # What was paid for another item counts for that one alone.
    of_b = payment("300000.00", items=[{"code": "B1", "amount": "300000.00"}])
    earlier = ITEMISED.given(paid("300000.00", items=of_b.items))
    earlier.when(record_payment, payment("400000.00", voucher="ZF-2")).then(PaymentRecorded)


@pytest.mark.parametrize(
    "change",
    [
        change_filed(item("100000.00"), item("900000.00", "B1")),
        change_approved(TOTAL),
    ],
    ids=["filed", "approved"],
)
def test_a_change_moves_the_items(change: Event) -> None:
    known = background(catalogued(), declared(), replied(items=[item("900000.00", "B1")]), change)
    in_b = payment(items=[{"code": "B1", "amount": "300000.00"}])
    case = CONTRACTED.with_facts(background=known)
    if change.type == "ChangeFiled":
        case.when(record_payment, in_b).then(PaymentRecorded)
        case.when(record_payment, payment("100000.01")).then_broken(
            rules.payment_stays_within_its_items
        )
    else:
        case.when(record_payment, in_b).then_broken(rules.payment_is_for_approved_items)
        case.when(record_payment, payment("100000.01")).then(PaymentRecorded)


def test_a_filed_change_leaves_the_approved_total() -> None:
    known = background(replied(), change_filed(item("900000.00")))
    assert known.approved_total == yuan(TOTAL)
    assert "ChangeFiled" in FOLLOWS["approval"]


def test_what_was_filed_and_disputed_is_not_paid() -> None:
    moved = change_filed(item("100000.00"), item("900000.00", "B1"))
    again = change_filed(item("50000.00"), item("950000.00", "C1"))
    in_b = payment(items=[{"code": "B1", "amount": "300000.00"}])
    approved = (catalogued(), declared(), replied())

    def known(*events: Event) -> Case:
        return CONTRACTED.with_facts(background=background(*approved, *events))

    known(moved, filing_disputed()).when(record_payment, in_b).then_broken(
        rules.payment_is_for_approved_items
    )
    known(moved, filing_disputed()).when(record_payment, payment()).then(PaymentRecorded)
    known(moved, again, filing_disputed()).when(record_payment, in_b).then(PaymentRecorded)
    known(moved, change_approved(TOTAL), again, filing_disputed()).when(
        record_payment, payment()
    ).then(PaymentRecorded)
    assert "FilingDisputed" in FOLLOWS["approval"]


def filing_disputed() -> Event:
    return event("FilingDisputed", TODAY)


def test_a_suspended_project_pays_no_stages() -> None:
    case = CONTRACTED.with_facts(standing=standing(suspended()))
    for settlement in (False, True):
        case.when(record_payment, payment(settlement=settlement)).then_broken(
            shared_rules.construction_goes_on
        )


def test_a_terminated_project_only_settles() -> None:
    case = CONTRACTED.with_facts(standing=standing(terminated()))
    case.when(record_payment, payment()).then_broken(shared_rules.construction_goes_on)
    case.when(record_payment, payment(settlement=True)).then(PaymentRecorded)


def test_closed_funds_pay_nothing() -> None:
    CONTRACTED.given(closed()).when(record_payment, payment()).then_broken(
        rules.project_funds_are_open
    )


def test_a_payment_is_not_older_than_its_contract() -> None:
    CONTRACTED.when(record_payment, payment(on=TODAY - DAY)).then_invalid("on")


# -- 结余（第三十六条） --------------------------------------------------------------------------


def test_the_whole_surplus_goes_back() -> None:
    PAID.when(return_surplus, surplus("200000.00")).then(SurplusReturned).having(
        outstanding=yuan("0.00")
    )


def test_part_of_the_surplus_leaves_the_rest_outstanding() -> None:
    PAID.when(return_surplus, surplus("199999.99")).then(SurplusReturned).having(
        outstanding=yuan("0.01")
    )


def test_a_cent_more_than_the_surplus_is_refused() -> None:
    PAID.when(return_surplus, surplus("200000.01")).then_broken(
        rules.return_stays_within_the_surplus
    )


def test_with_no_surplus_outstanding_nothing_goes_back() -> None:
    PAID.given(returned("200000.00")).when(return_surplus, surplus("0.01", "TH-2")).then_broken(
        rules.return_stays_within_the_surplus
    )


def test_a_return_needs_a_voucher_of_its_own() -> None:
    PAID.when(return_surplus, surplus("1.00", voucher="ZF-1")).then_broken(rules.voucher_is_new)
    PAID.given(returned("1.00")).when(return_surplus, surplus("1.00")).then_broken(
        rules.voucher_is_new
    )


def test_surplus_is_settled_only_after_acceptance() -> None:
    PAID.with_facts(standing=Standing()).when(return_surplus, surplus("1.00")).then_broken(
        rules.project_has_ended
    )


def test_the_surplus_of_a_terminated_project_goes_back_too() -> None:
    ended = PAID.with_facts(standing=standing(terminated()))
    ended.when(return_surplus, surplus("200000.00")).then(SurplusReturned)


def test_the_surplus_is_due_some_days_after_acceptance() -> None:
    (accepted,) = as_recorded([concluded()], "acceptance")
    case = PAID.with_facts(cause=accepted.ref)
    outcome = case.when(demand_surplus, concluded()).then(SurplusReturnDemanded)
    outcome.having(due_on=TODAY + 30 * DAY, outstanding=yuan("200000.00"), cause=accepted.ref)
    later = case.under(surplus_return_days=60).when(demand_surplus, concluded())
    later.having(due_on=TODAY + 60 * DAY)
    assert PAID.given(*outcome.events).state().surplus_due_on == TODAY + 30 * DAY


def test_no_surplus_is_due_before_the_end() -> None:
    (accepted,) = as_recorded([concluded()], "acceptance")
    going_on = PAID.with_facts(cause=accepted.ref, standing=Standing())
    going_on.when(demand_surplus, concluded()).then_broken(rules.project_has_ended)


def test_a_project_is_its_own_units_whosever_system_it_builds_on() -> None:
    entered = catalogued().model_copy(update={"unit_id": OTHER_UNIT})
    assert background(entered).unit_id is None
    assert background(declared(), entered).unit_id == UNIT


@pytest.mark.parametrize(
    ("event", "ends"),
    [
        (concluded(), True),
        (concluded("FAILED"), False),
        (reviewed(), True),
        (reviewed("FAILED"), False),
        (service_accepted(), False),
        (terminated(), True),
        (measure(MeasureKind.TERMINATION), True),
        (measure(MeasureKind.SUSPENSION), False),
    ],
    ids=lambda value: value.type if isinstance(value, Event) else str(value),
)
def test_what_ends_a_project(event: Event, ends: bool) -> None:
    assert ends_the_project(event) is ends


# -- 关账和移送（第三十六、四十八条） ------------------------------------------------------------


def test_an_open_surplus_keeps_the_funds_open() -> None:
    PAID.given(returned("199999.99")).when(close_project_funds, closing()).then_broken(
        rules.no_surplus_is_outstanding
    )
    PAID.given(returned("200000.00")).when(close_project_funds, closing()).then(ProjectFundsClosed)


def test_funds_are_closed_once_with_a_number_and_after_the_end() -> None:
    settled = PAID.given(returned("200000.00"))
    settled.given(closed()).when(close_project_funds, closing()).then_broken(
        rules.project_funds_are_open
    )
    settled.when(close_project_funds, closing(document=document("关账"))).then_broken(
        rules.closing_document_bears_a_number
    )
    settled.with_facts(standing=Standing()).when(close_project_funds, closing()).then_broken(
        rules.project_has_ended
    )


def test_who_returned_the_surplus_does_not_close_the_funds() -> None:
    PAID.given(returned("200000.00")).by(OFFICER).when(close_project_funds, closing()).then_broken(
        rules.decider_did_not_submit
    )


def test_closed_funds_return_nothing() -> None:
    PAID.given(closed()).when(return_surplus, surplus("1.00")).then_broken(
        rules.project_funds_are_open
    )


def test_misuse_is_referred_under_a_number() -> None:
    CASE.when(refer_misuse, referral()).then(MisuseReferred).having(
        body="DEB", unit_id=UNIT, referral=referral()
    )
    CASE.when(refer_misuse, referral(document=document("移送书"))).then_broken(
        rules.referral_document_bears_a_number
    )
    EMPTY.when(refer_misuse, referral()).then_broken(rules.referred_project_is_declared)


# -- 状态 ----------------------------------------------------------------------------------------


def test_the_state_adds_up_a_projects_money() -> None:
    state = PAID.given(
        paid("50000.00", "850000.00", voucher="ZF-2"),
        returned("100000.00", "50000.00"),
        plan_submitted(),
        plan_assessed(),
        operation_included(),
    ).state()
    assert state.included == yuan("1000000.00")
    assert state.procured == yuan("1000000.00")
    assert state.paid == yuan("850000.00")
    assert state.surplus == yuan("150000.00")
    assert state.returned == yuan("100000.00")
    assert state.outstanding == yuan("50000.00")
    assert [p.status for p in state.operation_plans] == [PlanStatus.INCLUDED]
    assert state.parties == frozenset({UNIT})
