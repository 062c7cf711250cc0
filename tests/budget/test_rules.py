"""Budget: each rule broken, and each on its boundary."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.budget import rules
from services.budget.decisions import (
    assess_operation_plan,
    include_in_budget,
    include_operation_budget,
    record_contract,
    record_payment,
    record_procurement,
    return_surplus,
    set_cost_share,
    submit_operation_plan,
)
from services.budget.reactions import FOLLOWS
from services.budget.state import PlanStatus
from shared.events import Event
from shared.events.budget import (
    BudgetIncluded,
    Contract,
    ContractRecorded,
    CostShareSet,
    OperationBudgetIncluded,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    PaymentRecorded,
    ProcurementRecorded,
    SurplusReturned,
)
from shared.standing import AcceptanceStatus
from shared.standing import rules as standing
from tests.budget.building import (
    ACCEPTED,
    APPROVED,
    CASE,
    EMPTY,
    NEXT_YEAR,
    PLAN,
    assessment,
    background,
    catalogued,
    change_approved,
    concluded,
    contract,
    contracted,
    cost_share,
    declared,
    extended,
    included,
    inclusion,
    operation_included,
    operation_inclusion,
    operation_plan,
    overdue,
    paid,
    payment,
    plan_assessed,
    plan_submitted,
    procured,
    procurement,
    replied,
    rescheduled,
    returned,
    reviewed,
    service_accepted,
    surplus,
)
from tests.support.builders import UNIT, document, yuan
from tests.support.given_when_then import OFFICER, SUBJECT, TODAY, Case

CONTRACTED = CASE.given(included(), procured(), contracted())
ACCEPTED_CASE = CASE.with_facts(background=ACCEPTED, plan_id=PLAN)
PAID = ACCEPTED_CASE.given(included(), procured(), contracted(), paid("800000.00"))


# -- 列入预算（第九、三十五条） ------------------------------------------------------------------


def test_the_whole_approved_total_can_be_included() -> None:
    outcome = CASE.when(include_in_budget, inclusion("400000.00", "600000.00"))
    outcome.then(BudgetIncluded).having(
        project_id=SUBJECT,
        unit_id=UNIT,
        amount=yuan("1000000.00"),
        included_so_far=yuan("1000000.00"),
    )


def test_the_decision_cites_the_reply_and_the_catalogue_entry() -> None:
    decision = CASE.when(include_in_budget, inclusion()).decision
    assert decision is not None
    cited = {ref.stream for ref in decision.basis}
    assert cited == {f"project:{SUBJECT}", f"system:{SUBJECT}"}
    assert APPROVED.approved in decision.basis


def test_a_system_outside_the_catalogue_gets_no_money() -> None:
    case = CASE.with_facts(background=background(declared(), replied()))
    case.when(include_in_budget, inclusion()).then_broken(rules.system_of_the_money_is_catalogued)


def test_a_project_nobody_knows_gets_no_money() -> None:
    EMPTY.when(include_in_budget, inclusion()).then_broken(
        rules.system_of_the_money_is_catalogued, rules.money_follows_the_final_reply
    )


def test_a_feasibility_reply_opens_no_money() -> None:
    case = CASE.with_facts(background=background(catalogued(), declared(), replied(final=False)))
    case.when(include_in_budget, inclusion()).then_broken(rules.money_follows_the_final_reply)


def test_sources_of_nothing_are_refused() -> None:
    CASE.when(include_in_budget, inclusion("0.00")).then_broken(
        rules.included_sources_sum_above_zero
    )


def test_a_cent_is_enough_to_include() -> None:
    CASE.when(include_in_budget, inclusion("0.00", "0.01")).then(BudgetIncluded)


def test_a_budget_document_without_number_is_refused() -> None:
    CASE.when(include_in_budget, inclusion(document=document("预算"))).then_broken(
        rules.inclusion_document_bears_a_number
    )


def test_a_cent_over_the_approved_total_is_refused() -> None:
    CASE.given(included("600000.00")).when(include_in_budget, inclusion("400000.01")).then_broken(
        rules.included_money_stays_within_the_approved_total
    )


def test_inclusions_add_up_to_the_approved_total() -> None:
    outcome = CASE.given(included("600000.00")).when(include_in_budget, inclusion("400000.00"))
    outcome.then(BudgetIncluded).having(included_so_far=yuan("1000000.00"))


@pytest.mark.parametrize(("total", "fits"), [("1200000.00", True), ("1199999.99", False)])
def test_an_approved_change_moves_the_ceiling(total: str, fits: bool) -> None:
    changed = background(catalogued(), declared(), replied(), change_approved(total))
    case = CASE.with_facts(background=changed).given(included())
    outcome = case.when(include_in_budget, inclusion("200000.00"))
    if fits:
        outcome.then(BudgetIncluded)
    else:
        outcome.then_broken(rules.included_money_stays_within_the_approved_total)


def test_returned_surplus_does_not_make_room_for_more() -> None:
    PAID.given(returned("200000.00")).when(include_in_budget, inclusion("0.01")).then_broken(
        rules.included_money_stays_within_the_approved_total
    )


# -- 市县分摊（第三十五条） ----------------------------------------------------------------------

COUNTIES = CASE.with_facts(
    background=background(catalogued(), declared(county_codes=["511102", "511181"]), replied())
)


def test_city_and_counties_share_the_cost() -> None:
    share = cost_share(d511100=60, d511102=30, d511181=10)
    COUNTIES.when(set_cost_share, share).then(CostShareSet).having(unit_id=UNIT)


def test_cost_is_shared_only_after_the_reply() -> None:
    case = CASE.with_facts(background=background(declared(county_codes=["511102"])))
    case.when(set_cost_share, cost_share(d511100=60, d511102=40)).then_broken(
        rules.money_follows_the_final_reply
    )


def test_a_project_of_the_city_alone_shares_no_cost() -> None:
    CASE.when(set_cost_share, cost_share(d511100=100)).then_broken(
        rules.shared_cost_needs_county_collaboration
    )


def test_a_county_that_does_not_collaborate_bears_nothing() -> None:
    COUNTIES.when(set_cost_share, cost_share(d511100=60, d511112=40)).then_broken(
        rules.shares_are_of_distinct_collaborating_divisions
    )


def test_a_division_bears_one_share() -> None:
    city, county = cost_share(d511100=60, d511102=20).shares
    twice = cost_share(d511100=60).model_copy(update={"shares": (city, county, county)})
    COUNTIES.when(set_cost_share, twice).then_broken(
        rules.shares_are_of_distinct_collaborating_divisions
    )


@pytest.mark.parametrize("city", [59, 61])
def test_shares_beside_a_hundred_percent_are_refused(city: int) -> None:
    COUNTIES.when(set_cost_share, cost_share(d511100=city, d511102=40)).then_broken(
        rules.shares_sum_to_a_hundred_percent
    )


# -- 采购（第三十六、四十条） --------------------------------------------------------------------


def test_all_included_money_can_be_procured() -> None:
    CASE.given(included()).when(record_procurement, procurement()).then(ProcurementRecorded)


def test_a_cent_more_than_is_left_cannot_be_procured() -> None:
    case = CASE.given(included(), procured("600000.00"))
    case.when(record_procurement, procurement("400000.01", number="CG-2")).then_broken(
        rules.procurement_stays_within_the_budget
    )
    case.when(record_procurement, procurement("400000.00", number="CG-2")).then(ProcurementRecorded)


def test_returned_money_cannot_be_procured() -> None:
    case = CASE.given(included(), returned("100000.00"))
    case.when(record_procurement, procurement("900000.01")).then_broken(
        rules.procurement_stays_within_the_budget
    )


def test_nothing_is_procured_before_money_is_included() -> None:
    EMPTY.when(record_procurement, procurement("0.01")).then_broken(
        rules.procurement_stays_within_the_budget
    )


def test_a_procurement_number_is_used_once() -> None:
    CASE.given(included(), procured("1.00")).when(
        record_procurement, procurement("1.00")
    ).then_broken(rules.procurement_number_is_new)


PUBLISHED = CASE.under(procurement_threshold="1000000.00").given(included())
"""A year whose purchase threshold is published."""


def test_a_catalogue_purchase_is_not_self_organised() -> None:
    PUBLISHED.when(record_procurement, procurement("1.00", method="SELF_ORGANISED")).then_broken(
        rules.catalogue_purchase_uses_a_statutory_method
    )


@pytest.mark.parametrize(
    "method", ["OPEN_TENDER", "INVITED_TENDER", "COMPETITIVE_CONSULTATION", "SINGLE_SOURCE"]
)
def test_the_four_methods_serve_any_purchase(method: str) -> None:
    CASE.given(included()).when(record_procurement, procurement(method=method)).then(
        ProcurementRecorded
    )


def test_at_the_threshold_a_purchase_is_no_longer_self_organised() -> None:
    own = procurement("1000000.00", method="SELF_ORGANISED", in_central_catalogue=False)
    PUBLISHED.when(record_procurement, own).then_broken(
        rules.self_organised_purchase_is_below_the_threshold
    )


def test_a_cent_below_the_threshold_the_unit_organises_it_itself() -> None:
    own = procurement("999999.99", method="SELF_ORGANISED", in_central_catalogue=False)
    PUBLISHED.when(record_procurement, own).then(ProcurementRecorded)


def test_nothing_is_self_organised_before_the_threshold_is_published() -> None:
    own = procurement("0.01", method="SELF_ORGANISED", in_central_catalogue=False)
    outcome = CASE.given(included()).when(record_procurement, own)
    outcome.then_broken(rules.self_organised_purchase_is_below_the_threshold)
    assert "尚未公布" in outcome.texts[0]


# -- 合同（第二十六、四十、四十三条） ------------------------------------------------------------

PROCURED = CASE.given(included(), procured("800000.00"))


def test_a_contract_takes_the_whole_procurement() -> None:
    PROCURED.when(record_contract, contract("800000.00")).then(ContractRecorded)


def test_contracts_together_stay_within_their_procurement() -> None:
    case = PROCURED.given(contracted("500000.00"))
    case.when(record_contract, contract("300000.01", number="HT-2")).then_broken(
        rules.contract_stays_within_the_procurement
    )
    case.when(record_contract, contract("300000.00", number="HT-2")).then(ContractRecorded)


def test_contracts_of_another_procurement_do_not_count() -> None:
    case = CASE.given(included(), procured("500000.00"), procured("500000.00", number="CG-2"))
    case.given(contracted("500000.00", procurement_number="CG-2")).when(
        record_contract, contract("500000.00", number="HT-2")
    ).then(ContractRecorded)


def test_a_contract_without_procurement_is_refused() -> None:
    PROCURED.when(record_contract, contract(procurement_number="CG-9")).then_broken(
        rules.contract_follows_a_procurement
    )


def test_a_contract_number_is_used_once() -> None:
    PROCURED.given(contracted("1.00")).when(record_contract, contract("1.00")).then_broken(
        rules.contract_number_is_new
    )


def test_custom_development_does_not_belong_to_the_supplier() -> None:
    PROCURED.when(record_contract, contract(ip_owned_by_unit=False)).then_broken(
        rules.custom_development_belongs_to_the_unit
    )


@pytest.mark.parametrize(
    "incomplete", [contract(ip_clause=None), contract(breach_clause=None)], ids=["ip", "breach"]
)
def test_custom_development_needs_both_clauses(incomplete: Contract) -> None:
    PROCURED.when(record_contract, incomplete).then_broken(
        rules.custom_development_has_ip_and_breach_clauses
    )


def test_a_purchase_of_finished_products_needs_neither() -> None:
    finished = contract(
        custom_development=False, ip_owned_by_unit=False, ip_clause=None, breach_clause=None
    )
    PROCURED.when(record_contract, finished).then(ContractRecorded)


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
    PAID.with_facts(background=APPROVED).when(return_surplus, surplus("1.00")).then_broken(
        rules.surplus_is_returned_after_acceptance
    )


# -- 运维经费（第三十二、三十七、三十九条） ------------------------------------------------------


def test_an_accepted_project_submits_its_plan_the_year_before() -> None:
    outcome = ACCEPTED_CASE.when(submit_operation_plan, operation_plan())
    outcome.then(OperationPlanSubmitted).having(unit_id=UNIT, plan=operation_plan())
    assert outcome.decision is not None
    assert ACCEPTED.standing.ref in outcome.decision.basis


def test_a_project_that_is_not_accepted_gets_no_operation_money() -> None:
    CASE.when(submit_operation_plan, operation_plan()).then_broken(
        standing.operation_money_needs_a_passed_acceptance
    )
    CASE.with_facts(plan_id=PLAN).given(plan_submitted(), plan_assessed()).when(
        include_operation_budget, operation_inclusion()
    ).then_broken(standing.operation_money_needs_a_passed_acceptance)


@pytest.mark.parametrize(
    "history",
    [
        (concluded("FAILED"),),
        (overdue(),),
        (service_accepted(),),
        (service_accepted(), reviewed("FAILED")),
    ],
    ids=["failed", "overdue", "service not reviewed", "service review failed"],
)
def test_failed_overdue_or_unreviewed_is_not_accepted(history: tuple[Event, ...]) -> None:
    known = background(catalogued(), declared(), replied(), *history)
    CASE.with_facts(background=known).when(submit_operation_plan, operation_plan()).then_broken(
        standing.operation_money_needs_a_passed_acceptance
    )


@pytest.mark.parametrize(
    "history",
    [
        (overdue(), concluded()),
        (concluded("FAILED"), concluded()),
        (service_accepted(), reviewed()),
    ],
    ids=["late", "at the second time", "service reviewed"],
)
def test_a_passed_acceptance_lifts_the_block(history: tuple[Event, ...]) -> None:
    known = background(catalogued(), declared(), replied(), *history)
    CASE.with_facts(background=known).when(submit_operation_plan, operation_plan()).then(
        OperationPlanSubmitted
    )


@pytest.mark.parametrize("lifting", [extended, rescheduled])
def test_a_due_date_ahead_lifts_what_was_overdue(
    lifting: Callable[[date], Event],
) -> None:
    assert background(overdue()).standing.status is AcceptanceStatus.OVERDUE
    assert background(overdue(), lifting(TODAY)).standing.status is AcceptanceStatus.NOT_ACCEPTED
    past = background(overdue(), lifting(TODAY - timedelta(days=1)))
    assert past.standing.status is AcceptanceStatus.OVERDUE


def test_what_lifts_an_overdue_project_is_followed() -> None:
    assert {"ExtensionGranted", "AcceptanceScheduled"} <= FOLLOWS["acceptance"]


def test_an_earlier_date_on_the_paper_does_not_save_a_late_plan() -> None:
    plan = operation_plan(on=date(NEXT_YEAR - 1, 12, 31))
    ACCEPTED_CASE.at(date(NEXT_YEAR, 1, 1)).when(submit_operation_plan, plan).then_broken(
        rules.operation_plan_is_submitted_the_year_before
    )


def test_a_plan_for_the_running_year_is_late() -> None:
    ACCEPTED_CASE.when(submit_operation_plan, operation_plan(budget_year=TODAY.year)).then_broken(
        rules.operation_plan_is_submitted_the_year_before
    )


def test_the_last_day_of_the_year_is_early_enough() -> None:
    plan = operation_plan()
    ACCEPTED_CASE.at(date(NEXT_YEAR - 1, 12, 31)).when(submit_operation_plan, plan).then(
        OperationPlanSubmitted
    )
    ACCEPTED_CASE.at(date(NEXT_YEAR, 1, 1)).when(submit_operation_plan, plan).then_broken(
        rules.operation_plan_is_submitted_the_year_before
    )


def test_a_year_has_one_open_plan() -> None:
    case = ACCEPTED_CASE.given(plan_submitted())
    case.when(submit_operation_plan, operation_plan()).then_broken(
        rules.budget_year_has_no_other_operation_plan
    )
    case.when(submit_operation_plan, operation_plan(budget_year=NEXT_YEAR + 1)).then(
        OperationPlanSubmitted
    )


def test_a_rejected_plan_can_be_submitted_again() -> None:
    ACCEPTED_CASE.given(plan_submitted(), plan_assessed(approved=False)).when(
        submit_operation_plan, operation_plan()
    ).then(OperationPlanSubmitted)


def test_an_included_plan_closes_its_year() -> None:
    ACCEPTED_CASE.given(plan_submitted(), plan_assessed(), operation_included()).when(
        submit_operation_plan, operation_plan()
    ).then_broken(rules.budget_year_has_no_other_operation_plan)


def test_a_submitted_plan_is_assessed() -> None:
    ACCEPTED_CASE.given(plan_submitted()).when(assess_operation_plan, assessment()).then(
        OperationPlanAssessed
    ).having(plan_id=PLAN)


def test_who_submitted_a_plan_does_not_assess_it() -> None:
    ACCEPTED_CASE.given(plan_submitted()).by(OFFICER).when(
        assess_operation_plan, assessment()
    ).then_broken(rules.decider_did_not_submit)


@pytest.mark.parametrize(
    "case",
    [
        ACCEPTED_CASE,
        ACCEPTED_CASE.given(plan_submitted(), plan_assessed()),
        ACCEPTED_CASE.given(plan_submitted()).with_facts(plan_id=UUID(int=1)),
    ],
    ids=["none", "assessed before", "another"],
)
def test_only_a_plan_that_waits_is_assessed(case: Case) -> None:
    case.when(assess_operation_plan, assessment()).then_broken(
        rules.operation_plan_awaits_assessment
    )


def test_added_content_needs_a_report() -> None:
    case = ACCEPTED_CASE.given(plan_submitted(content_added=True))
    case.when(assess_operation_plan, assessment()).then_broken(rules.added_content_is_assessed_anew)
    case.when(assess_operation_plan, assessment(report=document("论证报告"))).then(
        OperationPlanAssessed
    )


ASSESSED = ACCEPTED_CASE.given(plan_submitted(), plan_assessed())


def test_the_assessed_amount_is_included() -> None:
    ASSESSED.when(include_operation_budget, operation_inclusion("50000.00")).then(
        OperationBudgetIncluded
    ).having(plan_id=PLAN, budget_year=NEXT_YEAR)


def test_a_cent_over_the_assessment_is_not_included() -> None:
    ASSESSED.when(include_operation_budget, operation_inclusion("50000.01")).then_broken(
        rules.operation_money_stays_within_the_assessment
    )


@pytest.mark.parametrize(
    "case",
    [
        ACCEPTED_CASE,
        ACCEPTED_CASE.given(plan_submitted()),
        ACCEPTED_CASE.given(plan_submitted(), plan_assessed(approved=False)),
    ],
    ids=["none", "not assessed", "rejected"],
)
def test_only_an_approved_plan_is_included(case: Case) -> None:
    case.when(include_operation_budget, operation_inclusion()).then_broken(
        rules.operation_plan_is_approved
    )


def test_operation_money_is_included_once_a_year() -> None:
    ASSESSED.given(operation_included()).when(
        include_operation_budget, operation_inclusion()
    ).then_broken(rules.operation_money_is_included_once)


def test_operation_money_needs_a_numbered_document() -> None:
    ASSESSED.when(
        include_operation_budget, operation_inclusion(document=document("预算"))
    ).then_broken(rules.inclusion_document_bears_a_number)


def test_operation_money_too_needs_the_catalogue() -> None:
    outside = replace(ACCEPTED, catalogued=None)
    ACCEPTED_CASE.with_facts(background=outside).when(
        submit_operation_plan, operation_plan()
    ).then_broken(rules.system_of_the_money_is_catalogued)
    ASSESSED.with_facts(background=outside).when(
        include_operation_budget, operation_inclusion()
    ).then_broken(rules.system_of_the_money_is_catalogued)


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
