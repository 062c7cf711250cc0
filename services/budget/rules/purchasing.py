"""Rules: 采购 and 合同 (第二十六、四十、四十一、四十三条)."""

from datetime import date

from services.budget.state import Background, Project
from shared.events.budget import Contract, LeaseContract, Procurement, ProcurementMethod
from shared.regulation import Policy, Verdict, article, holds


@article(26, row="26-2", says="同一项目的合同编号不重复", remedy="核对合同编号")
def contract_number_is_new(project: Project, contract: Contract) -> Verdict:
    new = project.contract(contract.number) is None
    return holds(new, f"合同编号{contract.number}{'未' if new else '已'}登记")


@article(
    37,
    row="37-1",
    says="维保到期日不早于合同签订日",
    remedy="核对 warranty_end",
)
def warranty_ends_after_the_contract(contract: Contract, signed_on: date) -> Verdict:
    end = contract.warranty_end
    return holds(
        end is None or end >= signed_on,
        f"{signed_on}签订，维保{f'至{end}' if end else '未约定'}",
    )


@article(40, row="40-1", says="同一项目的采购编号不重复", remedy="核对采购编号")
def procurement_number_is_new(project: Project, procurement: Procurement) -> Verdict:
    new = project.procurement(procurement.number) is None
    return holds(new, f"采购编号{procurement.number}{'未' if new else '已'}登记")


@article(
    40,
    row="40-1",
    says="政府采购只用公布的采购方式，目录以外限额以下的可自行组织",
    remedy="改用公布的采购方式",
)
def purchase_method_is_listed(procurement: Procurement | LeaseContract, policy: Policy) -> Verdict:
    listed = policy.codes("procurement_methods")
    known = {method.value: method.label for method in ProcurementMethod}
    labels = "、".join(known.get(code, code) for code in listed)
    method = procurement.method
    return holds(
        method.value in listed or method is ProcurementMethod.SELF_ORGANISED,
        f"采购方式为{method.label}；公布的方式：{labels}",
    )


@article(
    40,
    row="40-1",
    says="集中采购目录以内的采购不得自行组织",
    remedy="改用法定的采购方式",
)
def catalogue_purchase_uses_a_statutory_method(
    procurement: Procurement | LeaseContract,
) -> Verdict:
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
    procurement: Procurement | LeaseContract, policy: Policy
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


_TENDERS = frozenset({ProcurementMethod.OPEN_TENDER, ProcurementMethod.INVITED_TENDER})


@article(
    41,
    row="41-1",
    says="依法必须招标的采用公开招标或邀请招标",
    remedy="改用公开招标或邀请招标",
)
def legal_tender_is_held_as_a_tender(procurement: Procurement) -> Verdict:
    return holds(
        not procurement.legal_tender or procurement.method in _TENDERS,
        f"{_tender(procurement)}，采购方式为{procurement.method.label}",
    )


@article(
    41,
    row="41-1",
    says="依法必须招标的须有招标投标情况记录",
    remedy="补充招标投标情况记录 tender_record",
)
def legal_tender_bears_its_record(procurement: Procurement) -> Verdict:
    recorded = procurement.tender_record is not None
    return holds(
        not procurement.legal_tender or recorded,
        f"{_tender(procurement)}，{'已' if recorded else '未'}附招标投标情况记录",
    )


def _tender(procurement: Procurement) -> str:
    return "依法必须招标" if procurement.legal_tender else "不属于依法必须招标"


@article(
    43,
    row="43-1",
    says="含定制开发或二次开发的，采购文件写明知识产权归属",
    remedy="补填 ip_statement；不含此类开发的，将 custom_development 填为否",
)
def purchase_document_states_who_owns_the_ip(
    procurement: Procurement, background: Background
) -> Verdict:
    stated, declared = procurement.ip_statement is not None, procurement.custom_development
    custom = background.custom_development if declared is None else declared
    return holds(
        not custom or stated,
        f"{_development(custom)}，采购文件{'已' if stated else '未'}写明知识产权归属",
        basis=[background.approved] if declared is None else (),
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
        f"{_development(contract.custom_development)}，知识产权{owner}",
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
        f"{_development(contract.custom_development)}，缺少：{'、'.join(missing) or '无'}",
    )


def _development(custom: bool) -> str:
    return "含定制开发或二次开发" if custom else "不含定制开发"
