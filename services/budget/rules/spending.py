"""Rules: What may be spent, and what goes back (第三十六条)."""

from services.budget.state import Background, Project
from shared.events.budget import Contract, Payment, Procurement, SurplusReturn
from shared.regulation import Verdict, article, holds
from shared.standing import AcceptanceStatus


@article(
    36,
    row="36-1",
    says="累计采购预算不超过可用预算（列入预算减已退结余）",
    remedy="减少采购预算，或先追加列入预算",
)
def procurement_stays_within_the_budget(project: Project, procurement: Procurement) -> Verdict:
    available = project.included - project.returned - project.procured
    return holds(
        procurement.amount <= available,
        f"列入预算{project.included}元，已退结余{project.returned}元，已采购{project.procured}元，"
        f"可用{available}元；本次采购{procurement.amount}元",
        available=available,
        amount=procurement.amount,
    )


@article(36, row="36-1", says="支付须有已登记的合同", remedy="先登记合同，或核对合同编号")
def payment_rests_on_a_contract(project: Project, payment: Payment) -> Verdict:
    known = project.contract(payment.contract_number) is not None
    return holds(known, f"合同{payment.contract_number}{'已' if known else '未'}登记")


@article(36, row="36-1", says="累计支付不超过合同金额", remedy="核对支付金额")
def payment_stays_within_the_contract(
    project: Project, payment: Payment, contract: Contract
) -> Verdict:
    before = project.paid_on(contract.number)
    so_far = before + payment.amount
    return holds(
        so_far <= contract.amount,
        f"合同{contract.number}已付{before}元，加本次{payment.amount}元共{so_far}元，"
        f"合同金额{contract.amount}元",
        so_far=so_far,
        contract=contract.amount,
    )


@article(
    36,
    row="36-1",
    says="累计支付不超过可用预算（列入预算减已退结余）",
    remedy="核对支付金额，或先追加列入预算",
)
def payment_stays_within_the_budget(project: Project, payment: Payment) -> Verdict:
    so_far, available = project.paid + payment.amount, project.included - project.returned
    return holds(
        so_far <= available,
        f"已付{project.paid}元，加本次{payment.amount}元共{so_far}元；"
        f"列入预算{project.included}元减已退结余{project.returned}元为{available}元",
        so_far=so_far,
        available=available,
    )


@article(36, row="36-1", says="同一项目的凭证号不重复", remedy="核对国库支付或退回凭证号")
def voucher_is_new(project: Project, act: Payment | SurplusReturn) -> Verdict:
    used = {p.voucher for p in project.payments} | {r.voucher for r in project.returns}
    new = act.voucher not in used
    return holds(new, f"凭证{act.voucher}{'未' if new else '已'}使用")


@article(36, row="36-1", says="项目资金专账管理，只用一个专账号", remedy="改用本项目的专账号支付")
def payment_uses_the_project_account(project: Project, payment: Payment) -> Verdict:
    accounts = {p.project_account for p in project.payments}
    return holds(
        not accounts or payment.project_account in accounts,
        f"本次专账号{payment.project_account}，此前专账号{'、'.join(sorted(accounts)) or '无'}",
    )


@article(36, row="36-2", says="项目验收合格后退回结余", remedy="先通过该项目的验收")
def surplus_is_returned_after_acceptance(background: Background) -> Verdict:
    status = background.standing.status
    return holds(
        status is AcceptanceStatus.PASSED,
        f"项目{status.label}",
        basis=[background.standing.ref],
        acceptance=status.value,
    )


@article(36, row="36-2", says="退回金额不超过未退的结余", remedy="核对退回金额")
def return_stays_within_the_surplus(project: Project, surplus: SurplusReturn) -> Verdict:
    return holds(
        surplus.amount <= project.outstanding,
        f"列入预算{project.included}元，已付{project.paid}元，结余{project.surplus}元，"
        f"已退{project.returned}元，未退{project.outstanding}元；本次退回{surplus.amount}元",
        outstanding=project.outstanding,
        amount=surplus.amount,
    )
