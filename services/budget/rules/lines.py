"""Rules: 线路租赁 (第八、三十八、三十九条)."""

from services.budget.state import Background, LeasedLine, LeaseStatus, SetCap
from shared.events.budget import (
    LeaseContract,
    LineKind,
    LineLease,
    LineLeaseInclusion,
    PriceCap,
    RentPayment,
)
from shared.kernel.money import Money
from shared.regulation import Verdict, article, holds


@article(
    8,
    row="8-(2)",
    says="不单独租用互联网出口线路",
    remedy="使用统一的互联网出口；确需租用的，申请例外",
    mode="SOFT",
)
def no_internet_egress_is_leased(lease: LineLease) -> Verdict:
    return holds(lease.kind is not LineKind.INTERNET_EGRESS, f"线路种类为{lease.kind.label}")


@article(
    8,
    row="8-(2)",
    says="专网线路须整合到电子政务内网或外网",
    remedy="整合到电子政务内网或外网；确需独立的，申请例外",
    mode="SOFT",
)
def private_line_is_merged_into_the_egov_network(lease: LineLease) -> Verdict:
    merged = lease.merged_into_egov_network
    return holds(
        lease.kind is not LineKind.PRIVATE_LINE or merged,
        f"{lease.kind.label}，{'已' if merged else '未'}整合到电子政务内网或外网",
    )


@article(
    8,
    row="8-(2)",
    says="终端安全防护须纳入电子政务外网统一监管",
    remedy="接入统一监管；确需独立的，申请例外",
    mode="SOFT",
)
def endpoints_are_under_unified_supervision(lease: LineLease) -> Verdict:
    supervised = lease.endpoints_supervised
    found = "不含终端安全防护" if supervised is None else "已纳入" if supervised else "未纳入"
    return holds(supervised is not False, f"终端安全防护统一监管：{found}")


@article(38, row="38-1", says="确定线路限价须有文号", remedy="补填 document.number")
def price_cap_document_bears_a_number(cap: PriceCap) -> Verdict:
    number = cap.document.number
    return holds(number is not None, f"文号：{number or '无'}")


@article(
    38,
    row="38-1",
    says="租期起始日须有该类线路的限价",
    remedy="核对线路类型和租期；尚无限价的，由市数字经济局确定",
)
def line_type_has_a_price_cap(lease: LineLease, cap: SetCap | None) -> Verdict:
    return holds(
        cap is not None,
        f"{lease.line_type}在{lease.starts_on}{'有' if cap else '没有'}限价",
        basis=[cap.ref if cap else None],
    )


@article(38, row="38-1", says="线路单价不超过限价（含本数）", remedy="降低单价")
def line_price_stays_within_the_cap(lease: LineLease, cap: SetCap) -> Verdict:
    most = cap.cap.max_price
    return holds(
        lease.unit_price <= most,
        f"单价{lease.unit_price}元，{lease.starts_on}的限价{most}{cap.cap.price_unit}",
        basis=[cap.ref],
        unit_price=lease.unit_price,
        cap=most,
    )


@article(38, row="38-1", says="租期自预算年度内开始", remedy="核对 starts_on 和 budget_year")
def lease_begins_in_the_budget_year(lease: LineLease) -> Verdict:
    return holds(
        lease.starts_on.year == lease.budget_year,
        f"租期自{lease.starts_on}起，预算年度{lease.budget_year}",
    )


@article(
    38,
    row="38-1",
    says="线路所属项目须为本单位的项目",
    remedy="核对 project_id；不属于某一项目的不填",
)
def line_serves_the_units_own_project(lease: LineLease, background: Background) -> Verdict:
    own = lease.project_id is None or background.unit_id == lease.unit_id
    return holds(
        own,
        # Nothing of another unit's project is told, not even whether there is one.
        f"所属项目{lease.project_id or '无'}{'' if own else '，不是本单位申报的项目'}",
        basis=[background.declared if own else None],
    )


@article(38, row="38-1", says="只审批待审批的线路租赁", remedy="核对线路租赁的标识和状态")
def line_lease_awaits_a_ruling(line: LeasedLine) -> Verdict:
    return holds(line.status is LeaseStatus.SUBMITTED, _standing(line))


@article(39, row="39-1", says="批准的线路租赁方可列入年度预算", remedy="先由市数字经济局批准")
def line_lease_is_approved(line: LeasedLine) -> Verdict:
    return holds(line.ruling is not None and line.ruling.approved, _standing(line))


@article(39, row="39-1", says="线路租赁经费只列入一次", remedy="核对已列入的金额")
def line_lease_money_is_included_once(line: LeasedLine) -> Verdict:
    included = line.inclusion
    return holds(included is None, f"已列入{included.amount}元" if included else "尚未列入")


@article(39, row="39-1", says="列入的线路租赁经费不超过批准金额", remedy="减少列入金额")
def line_lease_money_stays_within_the_approval(
    line: LeasedLine, inclusion: LineLeaseInclusion
) -> Verdict:
    return holds(
        inclusion.amount <= line.amount,
        f"批准{line.amount}元，本次列入{inclusion.amount}元",
        approved=line.amount,
        amount=inclusion.amount,
    )


@article(38, row="38-2", says="列入年度预算后方可采购并签订一份租赁协议", remedy="先列入年度预算")
def line_lease_awaits_its_contract(line: LeasedLine) -> Verdict:
    return holds(line.status is LeaseStatus.INCLUDED, _standing(line))


@article(38, row="38-2", says="租赁协议金额不超过列入的预算", remedy="核对协议金额")
def lease_contract_stays_within_the_budget(
    contract: LeaseContract, included: LineLeaseInclusion
) -> Verdict:
    return holds(
        contract.amount <= included.amount,
        f"列入{included.amount}元，协议{contract.amount}元",
        included=included.amount,
        contract=contract.amount,
    )


@article(38, row="38-2", says="签订租赁协议后考核服务质量、支付费用", remedy="先登记租赁协议")
def line_is_under_contract(line: LeasedLine) -> Verdict:
    return holds(line.contract is not None, _standing(line))


@article(38, row="38-2", says="累计支付不超过租赁协议金额", remedy="核对支付金额")
def rent_stays_within_the_lease_contract(
    line: LeasedLine, payment: RentPayment, contracted: Money
) -> Verdict:
    so_far = line.paid + payment.amount
    return holds(
        so_far <= contracted,
        f"已付{line.paid}元，加本次{payment.amount}元共{so_far}元，协议{contracted}元",
        so_far=so_far,
        contract=contracted,
    )


@article(38, row="38-2", says="同一线路租赁的凭证号不重复", remedy="核对国库支付凭证号")
def rent_voucher_is_new(line: LeasedLine, payment: RentPayment) -> Verdict:
    new = payment.voucher not in {p.voucher for p in line.payments}
    return holds(new, f"凭证{payment.voucher}{'未' if new else '已'}使用")


def _standing(line: LeasedLine) -> str:
    return f"线路租赁{line.status.label if line.status else '未申请'}"
