"""Budget: 线路限价 and 线路租赁, each rule broken, and each on its boundary."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.budget import rules
from services.budget.decisions import (
    assess_line_quality,
    include_line_lease_budget,
    pay_line_rent,
    record_lease_contract,
    rule_on_line_lease,
    set_price_cap,
    submit_line_lease,
)
from services.budget.state import Background, LeaseStatus, PriceCaps, evolve_caps
from shared.events.budget import (
    LeaseContractRecorded,
    LineLeaseApproved,
    LineLeaseBudgetIncluded,
    LineLeaseRefused,
    LineLeaseSubmitted,
    LineQualityAssessed,
    PriceCapSet,
    RentPaymentRecorded,
    UnassessedRentFound,
)
from shared.kernel.model import Record
from shared.regulation import Rule
from shared.standing import rules as shared_rules
from tests.budget.building import (
    APPROVED,
    EXAMINER,
    LEASE,
    LINE,
    MANAGED,
    NEXT_YEAR,
    asset_confirmed,
    background,
    caps,
    catalogued,
    concluded,
    declared,
    exception,
    lease,
    lease_approved,
    lease_contract,
    lease_contracted,
    lease_included,
    lease_inclusion,
    lease_ruling,
    lease_submitted,
    price_cap,
    quality,
    quality_assessed,
    rent,
    rent_paid,
    security_finding,
    sharing_violation,
    standing,
    stop_required,
    stopped,
)
from tests.support.builders import OTHER_UNIT, UNIT, document, yuan
from tests.support.given_when_then import OFFICER, SUBJECT, TODAY, Case

CAPPED_DAY = date(NEXT_YEAR, 1, 1)
DAY = timedelta(days=1)


# -- 限价（第三十八条） --------------------------------------------------------------------------

CAPS = Case(PriceCaps(), evolve_caps, None, "budget", actor=EXAMINER)


def test_a_cap_is_set_under_a_number() -> None:
    outcome = CAPS.when(set_price_cap, price_cap()).then(PriceCapSet)
    assert outcome.events[0].stream == "price-cap:MSTP_100M"
    CAPS.when(set_price_cap, price_cap(document=document("限价"))).then_broken(
        rules.price_cap_document_bears_a_number
    )


def test_a_cap_does_not_end_before_it_begins() -> None:
    backwards = price_cap(valid_until=CAPPED_DAY - DAY)
    CAPS.when(set_price_cap, backwards).then_invalid("valid_until")
    CAPS.when(set_price_cap, price_cap(valid_until=CAPPED_DAY)).then(PriceCapSet)


def test_both_ends_of_a_cap_are_inclusive() -> None:
    known = caps(price_cap())
    for day, there in [
        (CAPPED_DAY - DAY, False),
        (CAPPED_DAY, True),
        (date(NEXT_YEAR, 12, 31), True),
        (date(NEXT_YEAR + 1, 1, 1), False),
    ]:
        assert (known.on(day) is not None) is there, day


def test_the_cap_set_last_counts_and_one_without_end_stands() -> None:
    known = caps(price_cap("2600.00", valid_until=None), price_cap("2400.00"))
    assert [c.cap.max_price for d in (CAPPED_DAY, date(NEXT_YEAR + 5, 1, 1)) if (c := known.on(d))]
    assert known.on(CAPPED_DAY) == known.caps[1]
    assert known.on(date(NEXT_YEAR + 5, 1, 1)) == known.caps[0]


# -- 申请（第八、三十八条） ----------------------------------------------------------------------


def test_a_lease_at_the_cap_is_taken_and_a_cent_above_is_not() -> None:
    LINE.when(submit_line_lease, lease()).then(LineLeaseSubmitted).having(
        amount=yuan("312000.00"), cap=yuan("2600.00"), unit_id=UNIT
    )
    LINE.when(submit_line_lease, lease(unit_price="2600.01")).then_broken(
        rules.line_price_stays_within_the_cap
    )


def test_the_decision_cites_the_cap() -> None:
    decision = LINE.when(submit_line_lease, lease()).decision
    assert decision is not None
    assert [ref.stream for ref in decision.basis] == ["price-cap:MSTP_100M"]


def test_a_type_without_a_cap_on_the_first_day_is_not_leased() -> None:
    for known in (caps(), caps(price_cap(valid_from=CAPPED_DAY + DAY))):
        LINE.with_facts(caps=known).when(submit_line_lease, lease()).then_broken(
            rules.line_type_has_a_price_cap
        )


def test_a_lease_begins_in_its_budget_year() -> None:
    earlier = caps(price_cap(valid_from=TODAY))
    LINE.with_facts(caps=earlier).when(
        submit_line_lease, lease(starts_on=CAPPED_DAY - DAY)
    ).then_broken(rules.lease_begins_in_the_budget_year)
    last = date(NEXT_YEAR, 12, 31)
    LINE.when(submit_line_lease, lease(starts_on=last)).then(LineLeaseSubmitted)


def test_a_lease_does_not_end_before_it_begins() -> None:
    LINE.when(submit_line_lease, lease(ends_on=CAPPED_DAY - DAY)).then_invalid("ends_on")


def test_an_amount_too_large_to_write_is_malformed() -> None:
    largest = lease(unit_price="999999999999999.99", quantity=1, periods=1)
    LINE.when(submit_line_lease, largest).then_broken(rules.line_price_stays_within_the_cap)
    for changes in ({"quantity": 2}, {"periods": 2}):
        LINE.when(submit_line_lease, largest.model_copy(update=changes)).then_invalid("unit_price")


SOFT = [
    ({"kind": "INTERNET_EGRESS"}, rules.no_internet_egress_is_leased),
    (
        {"merged_into_egov_network": False},
        rules.private_line_is_merged_into_the_egov_network,
    ),
    ({"endpoints_supervised": False}, rules.endpoints_are_under_unified_supervision),
]


def test_lines_beside_the_common_networks_are_not_leased() -> None:
    LINE.when(submit_line_lease, lease(kind="INTERNET_EGRESS")).then_broken(
        rules.no_internet_egress_is_leased
    )
    LINE.when(submit_line_lease, lease(merged_into_egov_network=False)).then_broken(
        rules.private_line_is_merged_into_the_egov_network
    )
    LINE.when(submit_line_lease, lease(endpoints_supervised=False)).then_broken(
        rules.endpoints_are_under_unified_supervision
    )


@pytest.mark.parametrize(("content", "rule"), SOFT, ids=lambda v: getattr(v, "name", ""))
def test_an_exception_lets_such_a_line_be_leased(
    content: dict[str, object], rule: Rule[Any]
) -> None:
    for project_id in (None, SUBJECT):
        granted = standing(exception("8-(2)", project_id=project_id))
        facts = {"standing": granted, "background": APPROVED}
        wanted = lease(**content, project_id=project_id)
        outcome = LINE.with_facts(**facts).when(submit_line_lease, wanted)
        outcome.then(LineLeaseSubmitted)
        assert outcome.decision is not None
        assert [c.rule for c in outcome.decision.checks if c.exempted_by] == [rule.name]


def test_an_access_line_and_supervised_endpoints_are_free() -> None:
    free = lease(kind="EGOV_ACCESS", merged_into_egov_network=False, endpoints_supervised=True)
    LINE.when(submit_line_lease, free).then(LineLeaseSubmitted)


def test_a_line_serves_a_project_of_its_unit() -> None:
    case = LINE.with_facts(background=APPROVED)
    case.when(submit_line_lease, lease(project_id=SUBJECT)).then(LineLeaseSubmitted)
    told: set[str] = set()
    for known in (Background(), replace(APPROVED, unit_id=OTHER_UNIT)):
        outcome = case.with_facts(background=known).when(
            submit_line_lease, lease(project_id=SUBJECT)
        )
        outcome.then_broken(rules.line_serves_the_units_own_project)
        told.update(outcome.texts)
        cited = rules.line_serves_the_units_own_project(lease(project_id=SUBJECT), known).basis
        assert cited == ()
    assert len(told) == 1  # not even whether there is such a project
    own = rules.line_serves_the_units_own_project(lease(project_id=SUBJECT), APPROVED)
    assert own.basis == (APPROVED.declared,)


# -- 审批和预算（第三十八、三十九条） ------------------------------------------------------------

SUBMITTED = LINE.given(lease_submitted())
RULED = SUBMITTED.given(lease_approved())


def test_a_lease_is_ruled_on_once_by_somebody_else() -> None:
    SUBMITTED.when(rule_on_line_lease, lease_ruling()).then(LineLeaseApproved)
    SUBMITTED.when(rule_on_line_lease, lease_ruling(approved=False)).then(LineLeaseRefused)
    for case in (LINE, RULED):
        case.when(rule_on_line_lease, lease_ruling()).then_broken(rules.line_lease_awaits_a_ruling)
    SUBMITTED.by(OFFICER).when(rule_on_line_lease, lease_ruling()).then_broken(
        rules.decider_did_not_submit
    )


def test_a_cap_lowered_meanwhile_counts_at_the_approval() -> None:
    lowered = SUBMITTED.with_facts(caps=caps(price_cap(), price_cap("2599.99")))
    lowered.when(rule_on_line_lease, lease_ruling()).then_broken(
        rules.line_price_stays_within_the_cap
    )
    lowered.when(rule_on_line_lease, lease_ruling(approved=False)).then(LineLeaseRefused)


@pytest.mark.parametrize(("content", "rule"), SOFT, ids=lambda v: getattr(v, "name", ""))
def test_an_exception_that_ended_meanwhile_does_not_carry_the_approval(
    content: dict[str, object], rule: Rule[Any]
) -> None:
    case = LINE.given(lease_submitted(**content))
    case.when(rule_on_line_lease, lease_ruling()).then_broken(rule)
    still = case.with_facts(standing=standing(exception("8-(2)", project_id=None)))
    still.when(rule_on_line_lease, lease_ruling()).then(LineLeaseApproved)


def test_no_lease_is_approved_without_a_cap_of_its_first_day() -> None:
    SUBMITTED.with_facts(caps=caps()).when(rule_on_line_lease, lease_ruling()).then_broken(
        rules.line_type_has_a_price_cap
    )


def test_approved_rent_is_included_to_the_cent() -> None:
    RULED.when(include_line_lease_budget, lease_inclusion()).then(LineLeaseBudgetIncluded).having(
        budget_year=NEXT_YEAR
    )
    RULED.when(include_line_lease_budget, lease_inclusion("312000.01")).then_broken(
        rules.line_lease_money_stays_within_the_approval
    )


def test_rent_is_included_once_approved_once_and_under_a_number() -> None:
    refused = LineLeaseRefused(on=TODAY, **LEASE, ruling=lease_ruling(approved=False))
    for case in (SUBMITTED, SUBMITTED.given(refused)):
        case.when(include_line_lease_budget, lease_inclusion()).then_broken(
            rules.line_lease_is_approved
        )
    RULED.given(lease_included()).when(include_line_lease_budget, lease_inclusion()).then_broken(
        rules.line_lease_money_is_included_once
    )
    RULED.when(include_line_lease_budget, lease_inclusion(document=document("预算"))).then_broken(
        rules.inclusion_document_bears_a_number
    )
    RULED.by(OFFICER).when(include_line_lease_budget, lease_inclusion()).then_broken(
        rules.decider_did_not_submit
    )


def test_what_bars_a_projects_operation_money_bars_its_rent() -> None:
    given = LINE.given(lease_submitted(project_id=SUBJECT), lease_approved())
    case = given.with_facts(background=MANAGED)
    case.when(include_line_lease_budget, lease_inclusion()).then_broken(
        shared_rules.operation_money_needs_a_passed_acceptance
    )
    found = standing(concluded(), sharing_violation(TODAY), security_finding())
    case.with_facts(standing=found).when(include_line_lease_budget, lease_inclusion()).then_broken(
        shared_rules.no_sharing_violation_bars_operation_money,
        shared_rules.no_security_finding_bars_operation_money,
    )
    accepted = case.with_facts(standing=standing(concluded()))
    accepted.when(include_line_lease_budget, lease_inclusion()).then(LineLeaseBudgetIncluded)
    for known, broken in (
        ((asset_confirmed(), declared()), rules.system_of_the_money_is_catalogued),
        ((catalogued(), declared()), rules.system_is_under_asset_management),
        (
            (catalogued(), asset_confirmed(), declared(), stop_required()),
            rules.system_may_go_on_running,
        ),
        (
            (catalogued(), asset_confirmed(), declared(), stopped()),
            rules.system_of_the_money_is_catalogued,
        ),
    ):
        accepted.with_facts(background=background(*known)).when(
            include_line_lease_budget, lease_inclusion()
        ).then_broken(broken)


# -- 协议、考核和支付（第三十八、四十条） --------------------------------------------------------

INCLUDED = RULED.given(lease_included())
CONTRACTED = INCLUDED.given(lease_contracted())


def test_a_contract_stays_within_the_budget() -> None:
    INCLUDED.when(record_lease_contract, lease_contract("312000.00")).then(LeaseContractRecorded)
    INCLUDED.when(record_lease_contract, lease_contract("312000.01")).then_broken(
        rules.lease_contract_stays_within_the_budget
    )


def test_a_contract_follows_the_budget_once() -> None:
    for case in (RULED, CONTRACTED):
        case.when(record_lease_contract, lease_contract()).then_broken(
            rules.line_lease_awaits_its_contract
        )


def test_a_line_is_purchased_like_anything_else() -> None:
    INCLUDED.when(record_lease_contract, lease_contract(method="INQUIRY")).then_broken(
        rules.purchase_method_is_listed
    )
    own = lease_contract("300000.00", method="SELF_ORGANISED", in_central_catalogue=False)
    INCLUDED.when(record_lease_contract, own).then_broken(
        rules.self_organised_purchase_is_below_the_threshold
    )
    INCLUDED.under(procurement_threshold="300000.01").when(record_lease_contract, own).then(
        LeaseContractRecorded
    )
    INCLUDED.under(procurement_threshold="300000.01").when(
        record_lease_contract, lease_contract(method="SELF_ORGANISED")
    ).then_broken(rules.catalogue_purchase_uses_a_statutory_method)


@pytest.mark.parametrize(
    ("decision", "command", "field"),
    [
        (record_lease_contract, lease_contract(ends_on=CAPPED_DAY - DAY), "ends_on"),
        (assess_line_quality, quality(period_to=CAPPED_DAY - DAY), "period_to"),
        (pay_line_rent, rent(period_to=CAPPED_DAY - DAY), "period_to"),
    ],
    ids=["contract", "quality", "rent"],
)
def test_no_span_of_days_runs_backwards(
    decision: Callable[..., Any], command: Record, field: str
) -> None:
    CONTRACTED.when(decision, command).then_invalid(field)


def test_quality_and_rent_need_a_contract() -> None:
    INCLUDED.when(assess_line_quality, quality()).then_broken(rules.line_is_under_contract)
    INCLUDED.when(pay_line_rent, rent()).then_broken(rules.line_is_under_contract)
    CONTRACTED.when(assess_line_quality, quality()).then(LineQualityAssessed)


def test_rent_for_assessed_days_is_paid_without_a_remark() -> None:
    CONTRACTED.given(quality_assessed()).when(pay_line_rent, rent()).then(
        RentPaymentRecorded
    ).having(paid_so_far=yuan("75000.00"))


@pytest.mark.parametrize(
    "days",
    [
        {"period_to": date(NEXT_YEAR, 4, 1)},
        {"period_from": CAPPED_DAY - DAY},
    ],
    ids=["a day after", "a day before"],
)
def test_rent_for_days_not_assessed_is_paid_and_remarked(days: dict[str, Any]) -> None:
    outcome = CONTRACTED.given(quality_assessed()).when(pay_line_rent, rent(**days))
    outcome.then(RentPaymentRecorded, UnassessedRentFound)
    CONTRACTED.when(pay_line_rent, rent()).then(RentPaymentRecorded, UnassessedRentFound)


def test_rent_stays_within_its_contract() -> None:
    case = CONTRACTED.given(quality_assessed(), rent_paid())
    case.when(pay_line_rent, rent("225000.00", voucher="ZF-2")).then(RentPaymentRecorded)
    case.when(pay_line_rent, rent("225000.01", voucher="ZF-2")).then_broken(
        rules.rent_stays_within_the_lease_contract
    )
    case.when(pay_line_rent, rent("1.00")).then_broken(rules.rent_voucher_is_new)


def test_the_state_tells_what_became_of_a_lease() -> None:
    state = CONTRACTED.given(quality_assessed(), rent_paid()).state()
    assert (state.status, state.paid) == (LeaseStatus.CONTRACTED, yuan("75000.00"))
    assert state.parties == frozenset({UNIT})
