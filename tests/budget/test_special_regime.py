"""Budget: 专门规定 lift rules on content, never what is on record already (第五十三条)."""

from typing import Any

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
    submit_line_lease,
)
from shared.events.budget import BudgetIncluded, ProcurementRecorded
from shared.regulation import Rule
from shared.regulation.exemption import ExemptionKind
from shared.standing import Standing
from shared.standing import rules as shared_rules
from tests.budget.building import (
    ACCEPTED,
    CASE,
    LINE,
    assessment,
    caps,
    closed,
    concluded,
    contract,
    exception,
    included,
    inclusion,
    lease,
    operation_inclusion,
    payment,
    procurement,
    standing,
    surplus,
    suspended,
    terminated,
)
from tests.support.builders import UNIT
from tests.support.given_when_then import Case


def special(row: str) -> Standing:
    return standing(concluded(), exception(row, ExemptionKind.SPECIAL_REGIME))


@pytest.mark.parametrize(
    ("case", "decision", "command", "rule"),
    [
        (CASE, record_payment, payment(), rules.payment_rests_on_a_contract),
        (CASE, record_contract, contract(), rules.contract_follows_a_procurement),
        (ACCEPTED, assess_operation_plan, assessment(), rules.operation_plan_awaits_assessment),
        (
            ACCEPTED,
            include_operation_budget,
            operation_inclusion(),
            rules.operation_plan_is_approved,
        ),
        (
            ACCEPTED.given(included(), closed()),
            return_surplus,
            surplus("1.00"),
            rules.project_funds_are_open,
        ),
    ],
)
def test_no_special_regime_makes_the_record_otherwise(
    case: Case, decision: Any, command: Any, rule: Rule[Any]
) -> None:
    case.with_facts(standing=special(rule.row)).when(decision, command).then_broken(rule)


def test_a_line_is_held_against_a_cap_under_a_special_regime_too() -> None:
    known = standing(exception("38-1", ExemptionKind.SPECIAL_REGIME, None))
    LINE.with_facts(standing=known, caps=caps()).when(submit_line_lease, lease()).then_broken(
        rules.line_type_has_a_price_cap
    )


def test_money_may_be_procured_under_a_special_regime_before_any_is_included() -> None:
    case = CASE.with_facts(standing=special("36-1"))
    case.when(record_procurement, procurement()).then(ProcurementRecorded).having(unit_id=UNIT)


def test_a_special_regime_lets_what_is_suspended_go_on_and_not_what_has_ended() -> None:
    lifted = exception("30-1", ExemptionKind.SPECIAL_REGIME)
    paused = CASE.with_facts(standing=standing(suspended(), lifted))
    paused.when(include_in_budget, inclusion()).then(BudgetIncluded)
    ended = CASE.with_facts(standing=standing(terminated(), lifted))
    ended.when(include_in_budget, inclusion()).then_broken(shared_rules.construction_goes_on)
