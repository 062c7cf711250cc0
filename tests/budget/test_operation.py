"""Budget: 运维方案 and 运维经费, each rule broken, and each on its boundary."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.budget import rules
from services.budget.decisions import (
    assess_operation_plan,
    include_operation_budget,
    submit_operation_plan,
)
from services.budget.reactions import FOLLOWS
from services.budget.state import PlanStatus
from shared.events import Event
from shared.events.budget import (
    OperationBudgetIncluded,
    OperationPlanAssessed,
    OperationPlanSubmitted,
)
from shared.standing import AcceptanceStatus
from shared.standing import rules as shared_rules
from tests.budget.building import (
    ACCEPTED,
    CASE,
    MANAGED,
    NEXT_YEAR,
    PLAN,
    assessment,
    concluded,
    contracted,
    extended,
    operation_included,
    operation_inclusion,
    operation_plan,
    overdue,
    plan_assessed,
    plan_submitted,
    rescheduled,
    reviewed,
    service_accepted,
    standing,
)
from tests.support.builders import UNIT, document
from tests.support.given_when_then import OFFICER, SUBJECT, TODAY, Case

DAY = timedelta(days=1)
NOT_ACCEPTED = CASE.with_facts(background=MANAGED, plan_id=PLAN)


# -- 运维经费（第三十二、三十七、三十九条） ------------------------------------------------------


def test_an_accepted_project_submits_its_plan_the_year_before() -> None:
    outcome = ACCEPTED.when(submit_operation_plan, operation_plan())
    outcome.then(OperationPlanSubmitted).having(unit_id=UNIT, plan=operation_plan())
    assert outcome.decision is not None
    assert ACCEPTED.facts.standing.of(SUBJECT).acceptance.ref in outcome.decision.basis


def test_a_project_that_is_not_accepted_gets_no_operation_money() -> None:
    NOT_ACCEPTED.when(submit_operation_plan, operation_plan()).then_broken(
        shared_rules.operation_money_needs_a_passed_acceptance
    )
    NOT_ACCEPTED.given(plan_submitted(), plan_assessed()).when(
        include_operation_budget, operation_inclusion()
    ).then_broken(shared_rules.operation_money_needs_a_passed_acceptance)


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
    ACCEPTED.with_facts(standing=standing(*history)).when(
        submit_operation_plan, operation_plan()
    ).then_broken(shared_rules.operation_money_needs_a_passed_acceptance)


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
    ACCEPTED.with_facts(standing=standing(*history)).when(
        submit_operation_plan, operation_plan()
    ).then(OperationPlanSubmitted)


@pytest.mark.parametrize("lifting", [extended, rescheduled])
def test_a_due_date_ahead_lifts_what_was_overdue(
    lifting: Callable[[date], Event],
) -> None:
    assert acceptance_of(overdue()) is AcceptanceStatus.OVERDUE
    assert acceptance_of(overdue(), lifting(TODAY)) is AcceptanceStatus.NOT_ACCEPTED
    assert acceptance_of(overdue(), lifting(TODAY - DAY)) is AcceptanceStatus.OVERDUE


def acceptance_of(*events: Event) -> AcceptanceStatus:
    return standing(*events).of(SUBJECT).acceptance.status


def test_what_lifts_an_overdue_project_is_followed() -> None:
    assert {"ExtensionGranted", "AcceptanceScheduled"} <= FOLLOWS["acceptance"]


def test_an_earlier_date_on_the_paper_does_not_save_a_late_plan() -> None:
    plan = operation_plan(on=date(NEXT_YEAR - 1, 12, 31))
    ACCEPTED.at(date(NEXT_YEAR, 1, 1)).when(submit_operation_plan, plan).then_broken(
        rules.operation_plan_is_submitted_the_year_before
    )


def test_a_plan_for_the_running_year_is_late() -> None:
    ACCEPTED.when(submit_operation_plan, operation_plan(budget_year=TODAY.year)).then_broken(
        rules.operation_plan_is_submitted_the_year_before
    )


def test_the_last_day_of_the_year_is_early_enough() -> None:
    plan = operation_plan()
    ACCEPTED.at(date(NEXT_YEAR - 1, 12, 31)).when(submit_operation_plan, plan).then(
        OperationPlanSubmitted
    )
    ACCEPTED.at(date(NEXT_YEAR, 1, 1)).when(submit_operation_plan, plan).then_broken(
        rules.operation_plan_is_submitted_the_year_before
    )


def test_a_year_has_one_open_plan() -> None:
    case = ACCEPTED.given(plan_submitted())
    case.when(submit_operation_plan, operation_plan()).then_broken(
        rules.budget_year_has_no_other_operation_plan
    )
    case.when(submit_operation_plan, operation_plan(budget_year=NEXT_YEAR + 1)).then(
        OperationPlanSubmitted
    )


def test_a_rejected_plan_can_be_submitted_again() -> None:
    ACCEPTED.given(plan_submitted(), plan_assessed(approved=False)).when(
        submit_operation_plan, operation_plan()
    ).then(OperationPlanSubmitted)


def test_a_plan_takes_the_place_of_the_approved_one_of_its_own_year() -> None:
    content = operation_plan(content_added=True)
    approved = ACCEPTED.given(plan_submitted(), plan_assessed())
    approved.when(submit_operation_plan, content).having(replaces=PLAN)
    following = operation_plan(content_added=True, budget_year=NEXT_YEAR + 1)
    approved.when(submit_operation_plan, following).having(replaces=None)
    rejected = ACCEPTED.given(plan_submitted(), plan_assessed(approved=False))
    rejected.when(submit_operation_plan, content).having(replaces=None)


def test_an_included_plan_closes_its_year() -> None:
    ACCEPTED.given(plan_submitted(), plan_assessed(), operation_included()).when(
        submit_operation_plan, operation_plan()
    ).then_broken(rules.budget_year_has_no_other_operation_plan)


def test_a_submitted_plan_is_assessed() -> None:
    ACCEPTED.given(plan_submitted()).when(assess_operation_plan, assessment()).then(
        OperationPlanAssessed
    ).having(plan_id=PLAN)


def test_who_submitted_a_plan_does_not_assess_it() -> None:
    ACCEPTED.given(plan_submitted()).by(OFFICER).when(
        assess_operation_plan, assessment()
    ).then_broken(rules.decider_did_not_submit)


@pytest.mark.parametrize(
    "case",
    [
        ACCEPTED,
        ACCEPTED.given(plan_submitted(), plan_assessed()),
        ACCEPTED.given(plan_submitted()).with_facts(plan_id=UUID(int=1)),
    ],
    ids=["none", "assessed before", "another"],
)
def test_only_a_plan_that_waits_is_assessed(case: Case) -> None:
    case.when(assess_operation_plan, assessment()).then_broken(
        rules.operation_plan_awaits_assessment
    )


def test_added_content_needs_a_report() -> None:
    case = ACCEPTED.given(plan_submitted(content_added=True))
    case.when(assess_operation_plan, assessment()).then_broken(rules.added_content_is_assessed_anew)
    case.when(assess_operation_plan, assessment(report=document("论证报告"))).then(
        OperationPlanAssessed
    )


ASSESSED = ACCEPTED.given(plan_submitted(), plan_assessed())


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
        ACCEPTED,
        ACCEPTED.given(plan_submitted()),
        ACCEPTED.given(plan_submitted(), plan_assessed(approved=False)),
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
    outside = replace(MANAGED, catalogued=None)
    ACCEPTED.with_facts(background=outside).when(
        submit_operation_plan, operation_plan()
    ).then_broken(rules.system_of_the_money_is_catalogued)
    ASSESSED.with_facts(background=outside).when(
        include_operation_budget, operation_inclusion()
    ).then_broken(rules.system_of_the_money_is_catalogued)


# -- 运维方式、运维期和维保 ----------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["mode", "mode_reason"])
def test_a_plan_says_how_it_is_run_and_why(missing: str) -> None:
    plan = operation_plan(**{missing: None})
    ACCEPTED.when(submit_operation_plan, plan).then_broken(rules.operation_mode_is_reasoned)


@pytest.mark.parametrize(
    "term",
    [
        {"term_from": None},
        {"term_to": None},
        {"term_from": date(NEXT_YEAR - 1, 12, 31)},
        {"term_from": date(NEXT_YEAR + 1, 1, 1), "term_to": date(NEXT_YEAR + 1, 1, 1)},
    ],
    ids=["no beginning", "no end", "begins before", "begins after"],
)
def test_a_term_begins_in_its_budget_year(term: dict[str, date | None]) -> None:
    ACCEPTED.when(submit_operation_plan, operation_plan(**term)).then_broken(
        rules.operation_term_begins_in_the_budget_year
    )


def test_a_term_may_begin_on_the_last_day_of_its_year() -> None:
    last = date(NEXT_YEAR, 12, 31)
    ACCEPTED.when(submit_operation_plan, operation_plan(term_from=last)).then(
        OperationPlanSubmitted
    )


def test_a_term_does_not_run_backwards() -> None:
    plan = operation_plan(term_to=date(NEXT_YEAR - 1, 12, 31))
    ACCEPTED.when(submit_operation_plan, plan).then_invalid("term_to")


def test_money_flows_from_the_day_after_the_warranty() -> None:
    case = ACCEPTED.given(contracted(warranty_end=date(NEXT_YEAR, 6, 30)))
    case.when(submit_operation_plan, operation_plan(term_from=date(NEXT_YEAR, 6, 30))).then_broken(
        rules.warranty_ends_before_the_operation_term
    )
    case.when(submit_operation_plan, operation_plan(term_from=date(NEXT_YEAR, 7, 1))).then(
        OperationPlanSubmitted
    )


def test_a_contract_without_a_warranty_defers_nothing() -> None:
    bare = ACCEPTED.given(contracted(warranty_end=None))
    bare.when(submit_operation_plan, operation_plan()).then(OperationPlanSubmitted)
    both = bare.given(contracted(number="HT-2", warranty_end=date(NEXT_YEAR, 1, 1)))
    both.when(submit_operation_plan, operation_plan()).then_broken(
        rules.warranty_ends_before_the_operation_term
    )


def test_the_last_warranty_counts_unless_the_plan_names_its_contracts() -> None:
    case = ACCEPTED.given(
        contracted(warranty_end=TODAY),
        contracted(number="HT-2", warranty_end=date(NEXT_YEAR + 3, 1, 1)),
    )
    case.when(submit_operation_plan, operation_plan()).then_broken(
        rules.warranty_ends_before_the_operation_term
    )
    case.when(submit_operation_plan, operation_plan(contract_numbers=["HT-1"])).then(
        OperationPlanSubmitted
    )
    case.when(submit_operation_plan, operation_plan(contract_numbers=["HT-1", "HT-9"])).then_broken(
        rules.operation_plan_takes_over_known_contracts
    )


# -- 逾期（解释值）、续运维和内容新增 ------------------------------------------------------------

LATE = ACCEPTED.under(late_operation_plan_allowed=True).at(date(NEXT_YEAR, 3, 1))


def test_a_late_plan_is_taken_only_where_the_interpretation_allows_it() -> None:
    LATE.when(submit_operation_plan, operation_plan()).then(OperationPlanSubmitted)
    ACCEPTED.at(date(NEXT_YEAR, 3, 1)).when(submit_operation_plan, operation_plan()).then_broken(
        rules.operation_plan_is_submitted_the_year_before
    )
    for budget_year in (TODAY.year, NEXT_YEAR):
        plan = operation_plan(budget_year=budget_year)
        outcome = LATE.at(date(budget_year, 6, 1)).when(submit_operation_plan, plan)
        outcome.then(OperationPlanSubmitted)
    past = operation_plan(budget_year=TODAY.year)
    LATE.when(submit_operation_plan, past).then_broken(
        rules.operation_plan_is_submitted_the_year_before
    )


def test_late_money_is_included_with_a_reason() -> None:
    case = LATE.given(plan_submitted(on=date(NEXT_YEAR, 2, 1)), plan_assessed())
    case.when(include_operation_budget, operation_inclusion()).then_broken(
        rules.late_operation_money_bears_a_reason
    )
    case.when(include_operation_budget, operation_inclusion(late_reason="维保提前终止")).then(
        OperationBudgetIncluded
    )


def test_a_plan_received_on_the_last_day_is_not_late() -> None:
    case = LATE.given(plan_submitted(on=date(NEXT_YEAR - 1, 12, 31)), plan_assessed())
    case.when(include_operation_budget, operation_inclusion()).then(OperationBudgetIncluded)


def test_a_renewal_is_argued_by_price_and_technology() -> None:
    case = ACCEPTED.given(plan_submitted(renewal=True))
    case.when(assess_operation_plan, assessment()).then_broken(
        rules.renewal_is_argued_by_the_market
    )
    case.when(assess_operation_plan, assessment(market_basis="同类费率下降")).then(
        OperationPlanAssessed
    )
    case.when(assess_operation_plan, assessment(approved=False)).then(OperationPlanAssessed)


OTHER_PLAN = UUID("01890000-0000-7000-8000-00000000000b")


def test_added_content_replaces_an_assessed_plan_and_is_assessed_anew() -> None:
    outcome = ASSESSED.when(submit_operation_plan, operation_plan(content_added=True))
    outcome.then(OperationPlanSubmitted).having(replaces=PLAN)
    again = ASSESSED.given(plan_submitted(plan_id=OTHER_PLAN, replaces=PLAN, content_added=True))
    statuses = [p.status for p in again.state().operation_plans]
    assert statuses == [PlanStatus.SUPERSEDED, PlanStatus.SUBMITTED]
    anew = again.with_facts(plan_id=OTHER_PLAN)
    anew.when(assess_operation_plan, assessment()).then_broken(rules.added_content_is_assessed_anew)


def test_without_added_content_an_assessed_plan_stands() -> None:
    ASSESSED.when(submit_operation_plan, operation_plan()).then_broken(
        rules.budget_year_has_no_other_operation_plan
    )
    ASSESSED.given(operation_included()).when(
        submit_operation_plan, operation_plan(content_added=True)
    ).then_broken(rules.budget_year_has_no_other_operation_plan)
