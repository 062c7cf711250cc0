"""Decisions: 线路限价 and 线路租赁 (第八、三十八、三十九条)."""

from typing import Any

from services.budget import rules
from services.budget.decisions.dates import runs_forward
from services.budget.decisions.facts import LeaseFacts
from services.budget.state import LeasedLine, PriceCaps
from shared.events import Event
from shared.events.budget import (
    LeaseContract,
    LeaseContractRecorded,
    LineLease,
    LineLeaseApproved,
    LineLeaseBudgetIncluded,
    LineLeaseInclusion,
    LineLeaseRefused,
    LineLeaseRuling,
    LineLeaseSubmitted,
    LineQualityAssessed,
    PriceCap,
    PriceCapSet,
    QualityAssessment,
    RentPayment,
    RentPaymentRecorded,
    UnassessedRentFound,
)
from shared.kernel.model import present
from shared.kernel.money import Money
from shared.regulation import Check, Context
from shared.regulation.decision import InvalidField
from shared.regulation.exemption import Exemption
from shared.standing import rules as standing

LARGEST = Money.of("999999999999999.99")
"""The largest amount that can be written down."""


def set_price_cap(caps: PriceCaps, cap: PriceCap, facts: None, context: Context) -> Event:
    """线路限价（第三十八条）; on days of both the one set later counts."""
    runs_forward("valid_until", cap.valid_from, cap.valid_until)
    context.require(rules.price_cap_document_bears_a_number(cap))
    return PriceCapSet(on=context.date_of(cap), cap=cap)


def submit_line_lease(
    line: LeasedLine, lease: LineLease, facts: LeaseFacts, context: Context
) -> Event:
    """线路租赁申请（第八、三十八条）."""
    runs_forward("ends_on", lease.starts_on, lease.ends_on)
    amount = Money(int(lease.unit_price) * lease.quantity * lease.periods)
    if amount > LARGEST:
        raise InvalidField("unit_price", "单价、数量和期数之积过大")
    exemptions = facts.standing.exemptions(lease.project_id)
    context.require(
        *_line_may_be_leased(lease),
        rules.lease_begins_in_the_budget_year(lease),
        exemptions=exemptions,
        firm=(
            rules.line_serves_the_units_own_project(lease, facts.background),
            rules.line_type_has_a_price_cap(lease, facts.caps.on(lease.starts_on)),
        ),
    )
    cap = _within_cap(lease, facts, exemptions, context)
    return LineLeaseSubmitted(
        on=context.date_of(lease),
        lease_id=context.subject_id,
        unit_id=lease.unit_id,
        project_id=lease.project_id,
        lease=lease,
        amount=amount,
        cap=cap,
    )


def _line_may_be_leased(lease: LineLease) -> tuple[Check, ...]:
    return (
        rules.no_internet_egress_is_leased(lease),
        rules.private_line_is_merged_into_the_egov_network(lease),
        rules.endpoints_are_under_unified_supervision(lease),
    )


def _within_cap(
    lease: LineLease, facts: LeaseFacts, exemptions: tuple[Exemption, ...], context: Context
) -> Money:
    """The cap of the lease's first day, which its price keeps."""
    cap = present(facts.caps.on(lease.starts_on))
    context.require(rules.line_price_stays_within_the_cap(lease, cap), exemptions=exemptions)
    return cap.cap.max_price


def rule_on_line_lease(
    line: LeasedLine, ruling: LineLeaseRuling, facts: LeaseFacts, context: Context
) -> Event:
    """线路租赁审批（第八、三十八条）."""
    context.require(rules.line_lease_awaits_a_ruling(line))
    context.require(rules.decider_did_not_submit(context.actor, (line.submitted_by,)))
    lease = present(line.lease)
    on = context.date_of(ruling, since=lease.on)
    if not ruling.approved:
        return LineLeaseRefused(on=on, **_identity(line), ruling=ruling)
    exemptions = facts.standing.exemptions(lease.project_id)
    context.require(
        *_line_may_be_leased(lease),
        exemptions=exemptions,
        firm=(rules.line_type_has_a_price_cap(lease, facts.caps.on(lease.starts_on)),),
    )
    cap = _within_cap(lease, facts, exemptions, context)
    return LineLeaseApproved(on=on, **_identity(line), ruling=ruling, cap=cap)


def include_line_lease_budget(
    line: LeasedLine, inclusion: LineLeaseInclusion, facts: LeaseFacts, context: Context
) -> Event:
    """线路租赁经费列入预算（第八、九、三十二、三十三、三十九、五十一条）."""
    context.require(
        rules.decider_did_not_submit(context.actor, (line.submitted_by,)),
        rules.line_lease_is_approved(line),
        rules.line_lease_money_is_included_once(line),
        rules.inclusion_document_bears_a_number(inclusion),
    )
    lease = present(line.lease)
    context.require(
        *_project_may_have_operation_money(lease, facts),
        rules.line_lease_money_stays_within_the_approval(line, inclusion),
        exemptions=facts.standing.exemptions(lease.project_id),
    )
    return LineLeaseBudgetIncluded(
        on=context.date_of(inclusion, since=present(line.ruling).on),
        **_identity(line),
        budget_year=lease.budget_year,
        inclusion=inclusion,
    )


def _project_may_have_operation_money(lease: LineLease, facts: LeaseFacts) -> tuple[Check, ...]:
    # Rent is O&M money too (第三十九条); a line of no project is barred by none.
    if lease.project_id is None:
        return ()
    project = facts.standing.of(lease.project_id)
    return (
        rules.system_may_go_on_running(facts.background),
        rules.system_is_under_asset_management(facts.background),
        rules.system_of_the_money_is_catalogued(facts.background),
        standing.operation_money_needs_a_passed_acceptance(project.acceptance),
        standing.no_sharing_violation_bars_operation_money(project, lease.budget_year),
        standing.no_security_finding_bars_operation_money(project),
    )


def record_lease_contract(
    line: LeasedLine, contract: LeaseContract, facts: None, context: Context
) -> Event:
    """线路租赁协议（第三十八、四十条）."""
    runs_forward("ends_on", contract.starts_on, contract.ends_on)
    context.require(
        rules.line_lease_awaits_its_contract(line),
        rules.purchase_method_is_listed(contract, context.policy),
        rules.catalogue_purchase_uses_a_statutory_method(contract),
        rules.self_organised_purchase_is_below_the_threshold(contract, context.policy),
    )
    included = present(line.inclusion)
    context.require(rules.lease_contract_stays_within_the_budget(contract, included))
    return LeaseContractRecorded(
        on=context.date_of(contract, since=included.on), **_identity(line), contract=contract
    )


def assess_line_quality(
    line: LeasedLine, assessment: QualityAssessment, facts: None, context: Context
) -> Event:
    """线路服务质量考核（第三十八条）."""
    runs_forward("period_to", assessment.period_from, assessment.period_to)
    context.require(rules.line_is_under_contract(line))
    return LineQualityAssessed(
        on=context.date_of(assessment, since=present(line.contract).on),
        **_identity(line),
        assessment=assessment,
    )


def pay_line_rent(
    line: LeasedLine, payment: RentPayment, facts: None, context: Context
) -> tuple[Event, ...]:
    """支付线路租赁费用（第三十八条）; what is paid unassessed is shown, not refused."""
    runs_forward("period_to", payment.period_from, payment.period_to)
    context.require(rules.line_is_under_contract(line), rules.rent_voucher_is_new(line, payment))
    contract = present(line.contract)
    context.require(rules.rent_stays_within_the_lease_contract(line, payment, contract.amount))
    on = context.date_of(payment, since=contract.on)
    identity, paid = _identity(line), line.paid + payment.amount
    rent = RentPaymentRecorded(on=on, **identity, payment=payment, paid_so_far=paid)
    if line.assessed(payment):
        return (rent,)
    found = UnassessedRentFound(
        on=on,
        **identity,
        voucher=payment.voucher,
        period_from=payment.period_from,
        period_to=payment.period_to,
    )
    return (rent, found)


def _identity(line: LeasedLine) -> dict[str, Any]:
    lease = present(line.lease)
    return {"lease_id": line.lease_id, "unit_id": lease.unit_id, "project_id": lease.project_id}
