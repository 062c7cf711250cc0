"""Decisions: 采购 and 合同 (第四十至四十三条)."""

from services.budget import rules
from services.budget.decisions.facts import Facts
from services.budget.state import Project
from shared.events import Event
from shared.events.budget import Contract, ContractRecorded, Procurement, ProcurementRecorded
from shared.kernel.model import present
from shared.regulation import Context
from shared.standing import rules as standing


def record_procurement(
    project: Project, procurement: Procurement, facts: Facts, context: Context
) -> Event:
    """采购（第三十、三十六、四十、四十一、四十三条）."""
    context.require(
        standing.construction_goes_on(facts.project(context)),
        rules.procurement_stays_within_the_budget(project, procurement),
        rules.purchase_method_is_listed(procurement, context.policy),
        rules.catalogue_purchase_uses_a_statutory_method(procurement),
        rules.self_organised_purchase_is_below_the_threshold(procurement, context.policy),
        rules.legal_tender_is_held_as_a_tender(procurement),
        rules.legal_tender_bears_its_record(procurement),
        rules.purchase_document_states_who_owns_the_ip(procurement, facts.background),
        standing.investment_is_not_deferred(facts.project(context)),
        exemptions=facts.exemptions(context),
        firm=(
            rules.project_funds_are_open(project),
            rules.procurement_number_is_new(project, procurement),
        ),
    )
    return ProcurementRecorded(
        on=context.date_of(procurement), **facts.identity(context), procurement=procurement
    )


def record_contract(project: Project, contract: Contract, facts: Facts, context: Context) -> Event:
    """合同签订（第二十六、三十、四十、四十三条）."""
    exemptions = facts.exemptions(context)
    context.require(
        standing.construction_goes_on(facts.project(context)),
        rules.custom_development_belongs_to_the_unit(contract),
        rules.custom_development_has_ip_and_breach_clauses(contract),
        exemptions=exemptions,
        firm=(
            rules.contract_number_is_new(project, contract),
            rules.project_funds_are_open(project),
            rules.contract_follows_a_procurement(project, contract),
        ),
    )
    procurement = present(project.procurement(contract.procurement_number))
    on = context.date_of(contract, since=procurement.on)
    context.require(
        rules.contract_stays_within_the_procurement(project, contract, procurement),
        rules.warranty_ends_after_the_contract(contract, on),
        exemptions=exemptions,
    )
    return ContractRecorded(on=on, **project.identity, contract=contract)
