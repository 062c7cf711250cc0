"""Budget: 采购 and 合同, each rule broken, and each on its boundary."""

from datetime import timedelta

import pytest

from services.budget import rules
from services.budget.decisions import record_contract, record_procurement
from shared.events.budget import Contract, ContractRecorded, ProcurementRecorded
from shared.standing import rules as shared_rules
from tests.budget.building import (
    APPROVED,
    CASE,
    EMPTY,
    background,
    catalogued,
    closed,
    contract,
    contracted,
    declared,
    exception,
    included,
    procured,
    procurement,
    replied,
    returned,
    standing,
    suspended,
)
from tests.support.builders import document
from tests.support.given_when_then import TODAY

DAY = timedelta(days=1)


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


def test_methods_that_are_not_listed_are_refused() -> None:
    for method in ("COMPETITIVE_NEGOTIATION", "INQUIRY", "FRAMEWORK_AGREEMENT"):
        CASE.given(included()).when(record_procurement, procurement(method=method)).then_broken(
            rules.purchase_method_is_listed
        )


def test_a_method_is_usable_once_the_list_has_it() -> None:
    listed = CASE.under(procurement_methods="OPEN_TENDER INQUIRY").given(included())
    listed.when(record_procurement, procurement(method="INQUIRY")).then(ProcurementRecorded)
    listed.when(record_procurement, procurement(method="SINGLE_SOURCE")).then_broken(
        rules.purchase_method_is_listed
    )


def test_a_legal_tender_is_held_as_one_and_recorded() -> None:
    case, record = CASE.given(included()), document("招标投标情况")
    case.when(record_procurement, procurement(legal_tender=True)).then_broken(
        rules.legal_tender_bears_its_record
    )
    case.when(
        record_procurement,
        procurement(legal_tender=True, tender_record=record, method="SINGLE_SOURCE"),
    ).then_broken(rules.legal_tender_is_held_as_a_tender)
    for method in ("OPEN_TENDER", "INVITED_TENDER"):
        tender = procurement(legal_tender=True, tender_record=record, method=method)
        case.when(record_procurement, tender).then(ProcurementRecorded)


def test_the_purchase_document_states_who_owns_the_ip() -> None:
    case = CASE.given(included())
    silent = procurement(ip_statement=None)
    case.when(record_procurement, silent).then_broken(
        rules.purchase_document_states_who_owns_the_ip
    )
    finished = procurement(ip_statement=None, custom_development=False)
    case.when(record_procurement, finished).then(ProcurementRecorded)
    plain = background(catalogued(), declared(), replied(custom_development=False))
    case.with_facts(background=plain).when(record_procurement, silent).then(ProcurementRecorded)
    custom = procurement(ip_statement=None, custom_development=True)
    case.with_facts(background=plain).when(record_procurement, custom).then_broken(
        rules.purchase_document_states_who_owns_the_ip
    )


def test_whether_it_is_custom_rests_on_the_reply_where_the_purchase_does_not_say() -> None:
    for says, cited in ((None, (APPROVED.approved,)), (True, ()), (False, ())):
        content = procurement(custom_development=says)
        found = rules.purchase_document_states_who_owns_the_ip(content, APPROVED)
        assert found.basis == cited


def test_a_project_under_suspension_neither_purchases_nor_contracts() -> None:
    case = CASE.with_facts(standing=standing(suspended())).given(included())
    case.when(record_procurement, procurement()).then_broken(shared_rules.construction_goes_on)
    case.given(procured()).when(record_contract, contract()).then_broken(
        shared_rules.construction_goes_on
    )


def test_closed_funds_neither_purchase_nor_contract() -> None:
    case = CASE.given(included(), procured("500000.00"), closed())
    case.when(record_procurement, procurement("1.00", number="CG-2")).then_broken(
        rules.project_funds_are_open
    )
    case.when(record_contract, contract("1.00")).then_broken(rules.project_funds_are_open)


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


def test_an_exception_lets_the_supplier_keep_the_ip() -> None:
    excepted = PROCURED.with_facts(standing=standing(exception("43-1")))
    outcome = excepted.when(record_contract, contract(ip_owned_by_unit=False))
    outcome.then(ContractRecorded)
    assert outcome.decision is not None
    assert [c.rule for c in outcome.decision.checks if c.exempted_by] == [
        "custom_development_belongs_to_the_unit"
    ]


def test_an_exception_does_not_replace_a_clause() -> None:
    excepted = PROCURED.with_facts(standing=standing(exception("43-1")))
    excepted.when(record_contract, contract(ip_clause=None)).then_broken(
        rules.custom_development_has_ip_and_breach_clauses
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


def test_a_warranty_does_not_end_before_its_contract() -> None:
    PROCURED.when(record_contract, contract(warranty_end=TODAY)).then(ContractRecorded)
    PROCURED.when(record_contract, contract(warranty_end=TODAY - DAY)).then_broken(
        rules.warranty_ends_after_the_contract
    )


def test_a_contract_is_not_older_than_its_procurement() -> None:
    PROCURED.when(record_contract, contract(on=TODAY - DAY)).then_invalid("on")
