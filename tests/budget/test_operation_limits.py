"""Budget: what bars O&M money, and what every inclusion of it takes note of."""

from datetime import date
from uuid import UUID

import pytest

from services.budget import rules
from services.budget.decisions import (
    include_operation_budget,
    submit_operation_plan,
)
from services.budget.reactions import FOLLOWS
from shared.events.budget import (
    OperationBudgetIncluded,
    OperationPlanSubmitted,
)
from shared.standing import rules as shared_rules
from tests.budget.building import (
    ACCEPTED,
    APPROVED,
    MANAGED,
    NEXT_YEAR,
    asset_confirmed,
    background,
    catalogued,
    concluded,
    declared,
    exception,
    operation_inclusion,
    operation_plan,
    plan_assessed,
    plan_submitted,
    replied,
    security_finding,
    sharing_violation,
    standing,
    stop_required,
    stop_waived,
)
from tests.support.given_when_then import OFFICER, SUBJECT, TODAY

ASSESSED = ACCEPTED.given(plan_submitted(), plan_assessed())


# -- 限制运维经费的情形 --------------------------------------------------------------------------


def test_a_system_that_has_to_stop_gets_no_operation_money() -> None:
    known = [catalogued(), asset_confirmed(), declared(), replied(), stop_required()]
    ACCEPTED.with_facts(background=background(*known)).when(
        submit_operation_plan, operation_plan()
    ).then_broken(rules.system_may_go_on_running)
    waived = background(*known, stop_waived())
    ACCEPTED.with_facts(background=waived).when(submit_operation_plan, operation_plan()).then(
        OperationPlanSubmitted
    )
    assert {"SystemTerminationRequired", "SystemTerminationWaived", "SystemTerminated"} <= FOLLOWS[
        "registry"
    ]


def test_a_system_outside_asset_management_waits_for_it_or_for_an_exception() -> None:
    unmanaged = ACCEPTED.with_facts(background=APPROVED)
    unmanaged.when(submit_operation_plan, operation_plan()).then_broken(
        rules.system_is_under_asset_management
    )
    excepted = standing(concluded(), exception("8-(10)"))
    outcome = unmanaged.with_facts(standing=excepted).when(submit_operation_plan, operation_plan())
    outcome.then(OperationPlanSubmitted)
    assert "AssetConfirmed" in FOLLOWS["registry"]
    assert MANAGED.asset is not None


def test_another_projects_exception_does_not_help() -> None:
    foreign = exception("8-(10)", project_id=UUID(int=7))
    ACCEPTED.with_facts(background=APPROVED, standing=standing(concluded(), foreign)).when(
        submit_operation_plan, operation_plan()
    ).then_broken(rules.system_is_under_asset_management)


@pytest.mark.parametrize(
    ("found_in", "barred"),
    [(NEXT_YEAR - 1, True), (NEXT_YEAR - 2, False)],
    ids=["the year before", "earlier"],
)
def test_a_sharing_violation_costs_the_money_of_the_year_after(found_in: int, barred: bool) -> None:
    known = standing(concluded(), sharing_violation(date(found_in, 3, 31)))
    case = ACCEPTED.with_facts(standing=known)
    planned = case.when(submit_operation_plan, operation_plan())
    money = case.given(plan_submitted(), plan_assessed()).when(
        include_operation_budget, operation_inclusion()
    )
    if barred:
        planned.then_broken(shared_rules.no_sharing_violation_bars_operation_money)
        money.then_broken(shared_rules.no_sharing_violation_bars_operation_money)
    else:
        planned.then(OperationPlanSubmitted)
        money.then(OperationBudgetIncluded)


def test_an_open_security_finding_bars_operation_money() -> None:
    case = ACCEPTED.with_facts(standing=standing(concluded(), security_finding()))
    case.when(submit_operation_plan, operation_plan()).then_broken(
        shared_rules.no_security_finding_bars_operation_money
    )
    case.given(plan_submitted(), plan_assessed()).when(
        include_operation_budget, operation_inclusion()
    ).then_broken(shared_rules.no_security_finding_bars_operation_money)


def test_who_submitted_a_plan_does_not_include_its_money() -> None:
    ASSESSED.by(OFFICER).when(include_operation_budget, operation_inclusion()).then_broken(
        rules.decider_did_not_submit
    )


def test_operation_money_notes_what_it_weighed() -> None:
    known = standing(concluded(), sharing_violation(TODAY.replace(year=TODAY.year - 3)))
    outcome = ASSESSED.with_facts(standing=known).when(
        include_operation_budget, operation_inclusion()
    )
    outcome.then(OperationBudgetIncluded).having(
        weighed=tuple(f.ref for f in known.of(SUBJECT).sharing)
    )
