"""Rules: 采购 and 合同 (第二十六、四十、四十三条)."""

from services.budget.state import Project
from shared.events.budget import Contract, Procurement, ProcurementMethod
from shared.regulation import Policy, Verdict, article, holds


@article(26, row="26-2", says="同一项目的合同编号不重复", remedy="核对合同编号")
def contract_number_is_new(project: Project, contract: Contract) -> Verdict:
    new = project.contract(contract.number) is None
    return holds(new, f"合同编号{contract.number}{'未' if new else '已'}登记")


@article(40, row="40-1", says="同一项目的采购编号不重复", remedy="核对采购编号")
def procurement_number_is_new(project: Project, procurement: Procurement) -> Verdict:
    new = project.procurement(procurement.number) is None
    return holds(new, f"采购编号{procurement.number}{'未' if new else '已'}登记")


@article(
    40,
    row="40-1",
    says="集中采购目录以内的采购用公开招标、邀请招标、竞争性磋商或单一来源方式",
    remedy="改用法定的采购方式",
)
def catalogue_purchase_uses_a_statutory_method(procurement: Procurement) -> Verdict:
    self_organised = procurement.method is ProcurementMethod.SELF_ORGANISED
    place = "以内" if procurement.in_central_catalogue else "以外"
    return holds(
        not (procurement.in_central_catalogue and self_organised),
        f"集中采购目录{place}，采购方式为{procurement.method.label}",
    )


@article(
    40,
    row="40-2",
    says="自行组织采购的金额须在采购限额标准以下（不含本数）",
    remedy="改用法定的采购方式；限额标准尚未公布的，公布后方可自行组织",
)
def self_organised_purchase_is_below_the_threshold(
    procurement: Procurement, policy: Policy
) -> Verdict:
    threshold = policy.money("procurement_threshold")
    statutory = procurement.method is not ProcurementMethod.SELF_ORGANISED
    published = f"{threshold}元" if threshold else "尚未公布"
    # Not published is 0.00, below which nothing is.
    return holds(
        statutory or procurement.amount < threshold,
        f"{procurement.method.label}{procurement.amount}元，采购限额标准{published}",
        amount=procurement.amount,
        threshold=threshold,
    )


@article(40, row="40-1", says="合同须依据已登记的采购订立", remedy="先登记采购，或核对采购编号")
def contract_follows_a_procurement(project: Project, contract: Contract) -> Verdict:
    known = project.procurement(contract.procurement_number) is not None
    return holds(known, f"采购{contract.procurement_number}{'已' if known else '未'}登记")


@article(40, row="40-1", says="同一采购的合同金额之和不超过采购预算", remedy="核对合同金额")
def contract_stays_within_the_procurement(
    project: Project, contract: Contract, procurement: Procurement
) -> Verdict:
    before = project.contracted_on(procurement.number)
    so_far = before + contract.amount
    return holds(
        so_far <= procurement.amount,
        f"采购{procurement.number}已签{before}元，加本次{contract.amount}元共{so_far}元，"
        f"采购预算{procurement.amount}元",
        so_far=so_far,
        procured=procurement.amount,
    )


@article(
    43,
    row="43-1",
    says="定制开发或二次开发的知识产权原则上归项目单位",
    remedy="在采购文件和合同中约定知识产权归项目单位",
    mode="SOFT",
)
def custom_development_belongs_to_the_unit(contract: Contract) -> Verdict:
    owner = "归项目单位" if contract.ip_owned_by_unit else "不归项目单位"
    return holds(
        not contract.custom_development or contract.ip_owned_by_unit,
        f"{_development(contract)}，知识产权{owner}",
    )


@article(
    43,
    row="43-1",
    says="含定制开发或二次开发的合同须有知识产权条款和相关违约条款",
    remedy="补填 ip_clause 和 breach_clause",
)
def custom_development_has_ip_and_breach_clauses(contract: Contract) -> Verdict:
    clauses = {"知识产权条款": contract.ip_clause, "违约条款": contract.breach_clause}
    missing = [label for label, place in clauses.items() if place is None]
    return holds(
        not contract.custom_development or not missing,
        f"{_development(contract)}，缺少：{'、'.join(missing) or '无'}",
    )


def _development(contract: Contract) -> str:
    return "含定制开发或二次开发" if contract.custom_development else "不含定制开发"
