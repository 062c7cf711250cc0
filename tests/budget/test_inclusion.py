"""Budget: 列入预算 and 市县分摊, each rule broken, and each on its boundary."""

import pytest

from services.budget import rules
from services.budget.decisions import include_in_budget, record_procurement, set_cost_share
from services.budget.reactions import FOLLOWS
from shared.events.acceptance import MeasureKind
from shared.events.budget import BudgetIncluded, CostShareSet
from shared.regulation.exemption import ExemptionKind
from shared.standing import rules as shared_rules
from tests.budget.building import (
    ACCEPTED,
    APPROVED,
    CASE,
    EMPTY,
    background,
    catalogued,
    change_approved,
    closed,
    contracted,
    cost_share,
    declared,
    exception,
    included,
    inclusion,
    measure,
    paid,
    procured,
    procurement,
    replied,
    returned,
    security_finding,
    self_evaluated,
    share_set,
    sharing_violation,
    standing,
    stopped,
    suspended,
    terminated,
)
from tests.support.builders import UNIT, document, yuan
from tests.support.given_when_then import OFFICER, SUBJECT, TODAY

ENDED = ACCEPTED.given(included(), procured(), contracted(), paid("800000.00"))


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
    ENDED.given(returned("200000.00")).when(include_in_budget, inclusion("0.01")).then_broken(
        rules.included_money_stays_within_the_approved_total
    )


# -- 市县分摊（第三十五条） ----------------------------------------------------------------------

COUNTIES = CASE.with_facts(
    background=background(catalogued(), declared(county_codes=["511102", "511181"]), replied())
)


def test_city_and_counties_share_the_cost() -> None:
    share = cost_share(d511100=60, d511102=30, d511181=10)
    COUNTIES.when(set_cost_share, share).then(CostShareSet).having(unit_id=UNIT)


def test_no_cost_is_shared_of_funds_that_are_closed() -> None:
    COUNTIES.given(closed()).when(set_cost_share, cost_share(d511100=60, d511102=40)).then_broken(
        rules.project_funds_are_open
    )


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


# -- 县级分担、终止、暂缓和参考情况 --------------------------------------------------------------

SHARED = COUNTIES.given(share_set(d511100=70, d511102=30))


def test_the_city_includes_its_share_and_no_cent_more() -> None:
    SHARED.when(include_in_budget, inclusion("700000.00")).then(BudgetIncluded)
    SHARED.when(include_in_budget, inclusion("700000.01")).then_broken(
        rules.counties_part_is_not_in_the_citys_budget
    )


def test_what_counties_bear_does_not_count_as_the_citys() -> None:
    sources = [
        {"channel": "MUNICIPAL", "amount": "700000.00"},
        {"channel": "COUNTY", "amount": "300000.00"},
    ]
    whole = inclusion().model_copy(update={"sources": inclusion(sources=sources).sources})
    SHARED.when(include_in_budget, whole).then(BudgetIncluded)


def test_the_citys_share_counts_what_was_included_before() -> None:
    case = SHARED.given(included("500000.00"))
    case.when(include_in_budget, inclusion("200000.01")).then_broken(
        rules.counties_part_is_not_in_the_citys_budget
    )


def test_a_system_that_was_stopped_gets_no_money() -> None:
    known = background(catalogued(), stopped(), declared(), replied())
    CASE.with_facts(background=known).when(include_in_budget, inclusion()).then_broken(
        rules.system_of_the_money_is_catalogued
    )


def test_a_project_under_suspension_or_ended_gets_no_new_money() -> None:
    for event in (suspended(), terminated()):
        CASE.with_facts(standing=standing(event)).when(include_in_budget, inclusion()).then_broken(
            shared_rules.construction_goes_on
        )


def test_a_deferred_investment_gets_no_money() -> None:
    deferred = standing(measure(MeasureKind.INVESTMENT_DEFERRED))
    case = CASE.with_facts(standing=deferred)
    case.when(include_in_budget, inclusion()).then_broken(shared_rules.investment_is_not_deferred)
    case.given(included()).when(record_procurement, procurement()).then_broken(
        shared_rules.investment_is_not_deferred
    )


def test_closed_funds_take_no_more_money() -> None:
    CASE.given(closed()).when(include_in_budget, inclusion()).then_broken(
        rules.project_funds_are_open
    )


def test_a_special_regime_lifts_a_hard_rule_and_the_record_says_so() -> None:
    special = standing(exception("35-1", ExemptionKind.SPECIAL_REGIME))
    case = CASE.with_facts(standing=special)
    decision = case.when(include_in_budget, inclusion("1000000.01")).decision
    assert decision is not None
    lifted = [c.rule for c in decision.checks if c.exempted_by]
    assert lifted == ["included_money_stays_within_the_approved_total"]
    assert decision.basis


def test_findings_and_poor_evaluations_are_advised_of_and_bar_nothing() -> None:
    known = standing(sharing_violation(TODAY), security_finding())
    poor = background(catalogued(), declared(), replied(), self_evaluated("POOR"))
    outcome = CASE.with_facts(background=poor, standing=known).when(include_in_budget, inclusion())
    outcome.then(BudgetIncluded).then_advised(
        rules.sharing_and_security_are_in_order, rules.evaluations_are_not_poor
    )
    findings = (*known.of(SUBJECT).sharing, *known.of(SUBJECT).security)
    (evaluated,) = poor.evaluations
    outcome.having(weighed=(*(f.ref for f in findings), evaluated.ref))


@pytest.mark.parametrize("grade", ["EXCELLENT", "GOOD", "FAIR"])
def test_a_later_evaluation_takes_the_earlier_ones_place(grade: str) -> None:
    better = background(
        catalogued(), declared(), replied(), self_evaluated("POOR"), self_evaluated(grade)
    )
    outcome = CASE.with_facts(background=better).when(include_in_budget, inclusion())
    outcome.then(BudgetIncluded).then_advised()
    assert {"SelfEvaluationSubmitted", "PostEvaluationRecorded"} <= FOLLOWS["acceptance"]


def test_who_declared_the_project_does_not_decide_on_its_money() -> None:
    share = cost_share(d511100=60, d511102=30, d511181=10)
    for decision, command, event in (
        (include_in_budget, inclusion(), BudgetIncluded),
        (set_cost_share, share, CostShareSet),
    ):
        COUNTIES.by(OFFICER).when(decision, command).then_broken(rules.decider_did_not_submit)
        COUNTIES.when(decision, command).then(event)
