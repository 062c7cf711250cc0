"""Decisions: 支付, 结余 and 关账; 移送查处 (第三十六、四十八条)."""

from services.budget import rules
from services.budget.decisions.facts import Facts
from services.budget.state import Project
from shared.events import Event
from shared.events.acceptance import AcceptanceConcluded, AcceptanceReviewed, MeasureImposed
from shared.events.approval import ProjectTerminated
from shared.events.budget import (
    FundsClosing,
    MisuseReferral,
    MisuseReferred,
    Payment,
    PaymentRecorded,
    ProjectFundsClosed,
    SurplusReturn,
    SurplusReturnDemanded,
    SurplusReturned,
)
from shared.kernel.dates import add_days
from shared.kernel.model import present
from shared.regulation import Check, Context
from shared.standing import rules as standing


def record_payment(project: Project, payment: Payment, facts: Facts, context: Context) -> Event:
    """支付（第三十、三十六条）."""
    exemptions = facts.exemptions(context)
    context.require(
        *_stages_go_on(payment, facts, context),
        rules.payment_is_split_by_items(payment),
        rules.payment_is_for_approved_items(payment, facts.background),
        rules.payment_uses_the_project_account(project, payment),
        exemptions=exemptions,
        firm=(
            rules.project_funds_are_open(project),
            rules.payment_rests_on_a_contract(project, payment),
            rules.voucher_is_new(project, payment),
        ),
    )
    contract = present(project.contract(payment.contract_number))
    context.require(
        rules.payment_stays_within_its_items(project, payment, facts.background),
        rules.payment_stays_within_the_contract(project, payment, contract),
        rules.payment_stays_within_the_budget(project, payment),
        exemptions=exemptions,
    )
    return PaymentRecorded(
        on=context.date_of(payment, since=contract.on),
        **project.identity,
        payment=payment,
        paid_so_far=project.paid + payment.amount,
    )


def _stages_go_on(payment: Payment, facts: Facts, context: Context) -> tuple[Check, ...]:
    # What was delivered before a project was ended is still settled; a pause stops all payments.
    project = facts.project(context)
    settled = payment.settlement and project.terminated is not None
    return () if settled else (standing.construction_goes_on(project),)


def demand_surplus(
    project: Project,
    cause: AcceptanceConcluded | AcceptanceReviewed | ProjectTerminated | MeasureImposed,
    facts: Facts,
    context: Context,
) -> Event:
    """结余应退（第三十六条）: some days after the project has ended."""
    context.require(rules.project_has_ended(facts.project(context)))
    days = context.policy.number("surplus_return_days")
    return SurplusReturnDemanded(
        on=cause.on,
        **project.identity,
        due_on=add_days(cause.on, days),
        outstanding=project.outstanding,
        cause=present(facts.cause),
    )


def return_surplus(
    project: Project, surplus: SurplusReturn, facts: Facts, context: Context
) -> Event:
    """结余退回（第三十六条）."""
    context.require(
        rules.project_has_ended(facts.project(context)),
        rules.project_funds_are_open(project),
        rules.return_stays_within_the_surplus(project, surplus),
        rules.voucher_is_new(project, surplus),
    )
    return SurplusReturned(
        on=context.date_of(surplus),
        **project.identity,
        surplus=surplus,
        outstanding=project.outstanding - surplus.amount,
    )


def close_project_funds(
    project: Project, closing: FundsClosing, facts: Facts, context: Context
) -> Event:
    """项目资金关账（第三十六条）."""
    context.require(
        rules.decider_did_not_submit(context.actor, project.returned_by),
        rules.no_surplus_is_outstanding(project),
        rules.closing_document_bears_a_number(closing),
        exemptions=facts.exemptions(context),
        firm=(
            rules.project_has_ended(facts.project(context)),
            rules.project_funds_are_open(project),
        ),
    )
    return ProjectFundsClosed(
        on=context.date_of(closing), **facts.identity(context), closing=closing
    )


def refer_misuse(
    project: Project, referral: MisuseReferral, facts: Facts, context: Context
) -> Event:
    """移送查处（第四十八条）: misused funds, or O&M money arranged against the rules."""
    context.require(
        rules.referred_project_is_declared(facts.background),
        rules.referral_document_bears_a_number(referral),
        exemptions=facts.exemptions(context),
    )
    return MisuseReferred(
        on=context.date_of(referral),
        **facts.identity(context),
        referral_id=context.new_id(),
        body=context.actor.body,
        referral=referral,
    )
