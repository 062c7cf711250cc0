"""Rules: what may be spent, and for what (第三十六条)."""

from services.budget.state import Background, Project
from shared.events.budget import Contract, Payment, Procurement, SurplusReturn
from shared.kernel.money import total
from shared.regulation import Verdict, article, holds


@article(36, row="36-2", says="项目资金关账后不再收支", remedy="核对项目；关账后不再办理收支")
def project_funds_are_open(project: Project) -> Verdict:
    return holds(not project.closed, f"项目资金{'已' if project.closed else '未'}关账")


@article(
    36,
    row="36-1",
    says="累计采购预算不超过可用预算（列入预算减已退结余）",
    remedy="减少采购预算，或先追加列入预算",
)
def procurement_stays_within_the_budget(project: Project, procurement: Procurement) -> Verdict:
    return holds(
        procurement.amount <= project.available,
        f"列入预算{project.included}元，已退结余{project.returned}元，已采购{project.procured}元，"
        f"可用{project.available}元；本次采购{procurement.amount}元",
        available=project.available,
        amount=procurement.amount,
    )


@article(36, row="36-1", says="支付须有已登记的合同", remedy="先登记合同，或核对合同编号")
def payment_rests_on_a_contract(project: Project, payment: Payment) -> Verdict:
    known = project.contract(payment.contract_number) is not None
    return holds(known, f"合同{payment.contract_number}{'已' if known else '未'}登记")


@article(
    36,
    row="36-1",
    says="支付列明所对应的批复分项，各列一次，合计等于支付金额",
    remedy="在 items 中按批复分项列明支付金额",
)
def payment_is_split_by_items(payment: Payment) -> Verdict:
    codes = [item.code for item in payment.items]
    itemised = total(item.amount for item in payment.items)
    return holds(
        itemised == payment.amount and len(set(codes)) == len(codes),
        f"支付{payment.amount}元，所列分项{'、'.join(codes) or '无'}合计{itemised}元",
        amount=payment.amount,
        itemised=itemised,
    )


@article(
    36,
    row="36-1",
    says="专款专用，只支付批复的分项",
    remedy="核对分项代码；批复以外的用途须先办理调整",
)
def payment_is_for_approved_items(payment: Payment, background: Background) -> Verdict:
    foreign = [item.code for item in payment.items if background.item(item.code) is None]
    return holds(
        not foreign,
        f"批复以外的分项：{'、'.join(foreign) or '无'}",
        basis=[background.itemised],
    )


@article(
    36,
    row="36-1",
    says="每一分项的累计支付不超过批复金额",
    remedy="核对支付的分项，或先办理调整",
)
def payment_stays_within_its_items(
    project: Project, payment: Payment, background: Background
) -> Verdict:
    lines = [
        (approved, project.paid_for(item.code) + item.amount)
        for item in payment.items
        if (approved := background.item(item.code))
    ]
    listed = "；".join(f"{i.code}累计{so_far}元，批复{i.amount}元" for i, so_far in lines)
    return holds(
        all(so_far <= item.amount for item, so_far in lines),
        listed or "未列批复分项",
        basis=[background.itemised],
    )


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
