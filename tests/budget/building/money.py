"""A project's money, step by step."""

from typing import Any

from shared.events.budget import (
    BudgetIncluded,
    Contract,
    ContractRecorded,
    CostShare,
    CostShareSet,
    FundsClosing,
    Inclusion,
    MisuseReferral,
    Payment,
    PaymentRecorded,
    Procurement,
    ProcurementRecorded,
    ProjectFundsClosed,
    SurplusReturn,
    SurplusReturned,
)
from tests.budget.building.known import PROJECT, TOTAL
from tests.support.builders import SUPPLIER, document, yuan
from tests.support.given_when_then import TODAY


def inclusion(*amounts: str, **changes: Any) -> Inclusion:
    sources = [{"channel": "MUNICIPAL", "amount": a} for a in amounts or (TOTAL,)]
    return Inclusion.model_validate(
        {
            "fiscal_year": 2026,
            "sources": sources,
            "document": document("预算", "乐财预〔2026〕1号"),
            **changes,
        }
    )


def included(amount: str = TOTAL, so_far: str | None = None) -> BudgetIncluded:
    return BudgetIncluded(
        on=TODAY,
        **PROJECT,
        inclusion=inclusion(amount),
        amount=yuan(amount),
        included_so_far=yuan(so_far or amount),
    )


def cost_share(**percent: int) -> CostShare:
    """`cost_share(d511100=60, d511102=40)`."""
    shares = [{"division": d[1:], "percent": p} for d, p in percent.items()]
    return CostShare.model_validate({"shares": shares, "basis": document("分摊方案")})


def share_set(**percent: int) -> CostShareSet:
    return CostShareSet(on=TODAY, **PROJECT, cost_share=cost_share(**percent))


def procurement(amount: str = TOTAL, **changes: Any) -> Procurement:
    return Procurement.model_validate(
        {
            "number": "CG-1",
            "method": "OPEN_TENDER",
            "in_central_catalogue": True,
            "amount": amount,
            "document": document("采购文件"),
            "ip_statement": "第五章",
            **changes,
        }
    )


def procured(amount: str = TOTAL, **changes: Any) -> ProcurementRecorded:
    return ProcurementRecorded(on=TODAY, **PROJECT, procurement=procurement(amount, **changes))


def contract(amount: str = "800000.00", **changes: Any) -> Contract:
    """A contract for custom development that gives the unit the IP, with both clauses."""
    return Contract.model_validate(
        {
            "number": "HT-1",
            "procurement_number": "CG-1",
            "supplier_id": SUPPLIER,
            "supplier_name": "乐山软件有限公司",
            "amount": amount,
            "document": document("合同"),
            "custom_development": True,
            "ip_clause": "第八条",
            "breach_clause": "第十二条",
            **changes,
        }
    )


def contracted(amount: str = "800000.00", **changes: Any) -> ContractRecorded:
    return ContractRecorded(on=TODAY, **PROJECT, contract=contract(amount, **changes))


def payment(amount: str = "300000.00", **changes: Any) -> Payment:
    return Payment.model_validate(
        {
            "contract_number": "HT-1",
            "amount": amount,
            "voucher": "ZF-1",
            "project_account": "ZZ-01",
            "purpose": "首付款",
            "items": [{"code": "A1", "amount": amount}],
            **changes,
        }
    )


def paid(amount: str = "300000.00", so_far: str | None = None, **changes: Any) -> PaymentRecorded:
    return PaymentRecorded(
        on=TODAY,
        **PROJECT,
        payment=payment(amount, **changes),
        paid_so_far=yuan(so_far or amount),
    )


def surplus(amount: str, voucher: str = "TH-1") -> SurplusReturn:
    return SurplusReturn(amount=yuan(amount), voucher=voucher)


def returned(amount: str, outstanding: str = "0.00", voucher: str = "TH-1") -> SurplusReturned:
    return SurplusReturned(
        on=TODAY, **PROJECT, surplus=surplus(amount, voucher), outstanding=yuan(outstanding)
    )


def closing(**changes: Any) -> FundsClosing:
    content = {"text": "已结清", "document": document("关账通知", "乐财〔2026〕8号"), **changes}
    return FundsClosing.model_validate(content)


def closed() -> ProjectFundsClosed:
    return ProjectFundsClosed(on=TODAY, **PROJECT, closing=closing())


def referral(**changes: Any) -> MisuseReferral:
    return MisuseReferral.model_validate(
        {
            "kind": "DIVERTED",
            "description": "用于购置办公设备",
            "referred_to": "市审计局",
            "legal_basis": "财政违法行为处罚处分条例",
            "document": document("移送书", "乐财监〔2026〕1号"),
            **changes,
        }
    )
