"""Decisions of the budget service: a project's or a lease's money in, events or a refusal out."""

from services.budget.decisions.facts import Facts, LeaseFacts
from services.budget.decisions.inclusion import include_in_budget, set_cost_share
from services.budget.decisions.lines import (
    assess_line_quality,
    include_line_lease_budget,
    pay_line_rent,
    record_lease_contract,
    rule_on_line_lease,
    set_price_cap,
    submit_line_lease,
)
from services.budget.decisions.operation import (
    assess_operation_plan,
    include_operation_budget,
    submit_operation_plan,
)
from services.budget.decisions.purchasing import record_contract, record_procurement
from services.budget.decisions.spending import (
    close_project_funds,
    demand_surplus,
    record_payment,
    refer_misuse,
    return_surplus,
)

__all__ = [
    "Facts",
    "LeaseFacts",
    "assess_line_quality",
    "assess_operation_plan",
    "close_project_funds",
    "demand_surplus",
    "include_in_budget",
    "include_line_lease_budget",
    "include_operation_budget",
    "pay_line_rent",
    "record_contract",
    "record_lease_contract",
    "record_payment",
    "record_procurement",
    "refer_misuse",
    "return_surplus",
    "rule_on_line_lease",
    "set_cost_share",
    "set_price_cap",
    "submit_line_lease",
    "submit_operation_plan",
]
