"""Rules of the budget service, by subject; every amount is one project's."""

from services.budget.rules.inclusion import (
    included_money_stays_within_the_approved_total,
    included_sources_sum_above_zero,
    inclusion_document_bears_a_number,
    money_follows_the_final_reply,
    shared_cost_needs_county_collaboration,
    shares_are_of_distinct_collaborating_divisions,
    shares_sum_to_a_hundred_percent,
)
from services.budget.rules.operation import (
    added_content_is_assessed_anew,
    budget_year_has_no_other_operation_plan,
    operation_money_is_included_once,
    operation_money_stays_within_the_assessment,
    operation_plan_awaits_assessment,
    operation_plan_is_approved,
    operation_plan_is_submitted_the_year_before,
)
from services.budget.rules.purchasing import (
    catalogue_purchase_uses_a_statutory_method,
    contract_follows_a_procurement,
    contract_number_is_new,
    contract_stays_within_the_procurement,
    custom_development_belongs_to_the_unit,
    custom_development_has_ip_and_breach_clauses,
    procurement_number_is_new,
    self_organised_purchase_is_below_the_threshold,
)
from services.budget.rules.spending import (
    payment_rests_on_a_contract,
    payment_stays_within_the_budget,
    payment_stays_within_the_contract,
    payment_uses_the_project_account,
    procurement_stays_within_the_budget,
    return_stays_within_the_surplus,
    surplus_is_returned_after_acceptance,
    voucher_is_new,
)
from shared.regulation.common import decider_did_not_submit
from shared.standing.rules import system_of_the_money_is_catalogued

__all__ = [
    "added_content_is_assessed_anew",
    "budget_year_has_no_other_operation_plan",
    "catalogue_purchase_uses_a_statutory_method",
    "contract_follows_a_procurement",
    "contract_number_is_new",
    "contract_stays_within_the_procurement",
    "custom_development_belongs_to_the_unit",
    "custom_development_has_ip_and_breach_clauses",
    "decider_did_not_submit",
    "included_money_stays_within_the_approved_total",
    "included_sources_sum_above_zero",
    "inclusion_document_bears_a_number",
    "money_follows_the_final_reply",
    "operation_money_is_included_once",
    "operation_money_stays_within_the_assessment",
    "operation_plan_awaits_assessment",
    "operation_plan_is_approved",
    "operation_plan_is_submitted_the_year_before",
    "payment_rests_on_a_contract",
    "payment_stays_within_the_budget",
    "payment_stays_within_the_contract",
    "payment_uses_the_project_account",
    "procurement_number_is_new",
    "procurement_stays_within_the_budget",
    "return_stays_within_the_surplus",
    "self_organised_purchase_is_below_the_threshold",
    "shared_cost_needs_county_collaboration",
    "shares_are_of_distinct_collaborating_divisions",
    "shares_sum_to_a_hundred_percent",
    "surplus_is_returned_after_acceptance",
    "system_of_the_money_is_catalogued",
    "voucher_is_new",
]
