"""项目资金: included, shared, paid, returned, closed; misuse referred (第三十五至四十八条)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document, Flag, LegalDate, Source
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.identifiers import DivisionCode
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.kernel.text import Code, Line, Text


class Inclusion(Act):
    """列入预算: FIN includes a project's money in a year's budget (第三十五条)."""

    fiscal_year: Annotated[int, Field(title="预算年度", ge=2000, le=2100, strict=True)]
    sources: Annotated[tuple[Source, ...], Field(title="资金来源", min_length=1, max_length=20)]
    document: Annotated[Document, Field(title="预算文件（含文号）")]


class BudgetIncluded(ProjectEvent, label="列入预算", article="35"):
    inclusion: Inclusion
    amount: Money
    included_so_far: Money
    weighed: tuple[EventRef, ...] = ()
    """共享、安全和评价情况 it took note of (第二十、四十六条)."""


class Share(Record):
    """分摊: one division's part."""

    division: Annotated[DivisionCode, Field(title="行政区划代码")]
    percent: Annotated[int, Field(title="比例（%）", ge=1, le=100, strict=True)]


class CostShare(Act):
    """市县分摊 (第三十五条)."""

    shares: Annotated[tuple[Share, ...], Field(title="分摊比例", min_length=1, max_length=20)]
    basis: Annotated[Document, Field(title="依据文件")]


class CostShareSet(ProjectEvent, label="市县分摊", article="35"):
    cost_share: CostShare


class PaidItem(Record):
    """支付分项: which item of the reply a payment is for, and with how much (第三十六条)."""

    code: Annotated[str, Field(title="批复分项代码", pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$")]
    amount: Annotated[Money, Field(title="金额（元）", gt=0)]


class Payment(Act):
    """支付: through the treasury, for the project's own purpose (第三十六条)."""

    contract_number: Annotated[Line, Field(title="合同编号")]
    amount: Annotated[Money, Field(title="支付金额（元）", gt=0)]
    voucher: Annotated[Line, Field(title="国库支付凭证号")]
    project_account: Annotated[Line, Field(title="项目专账号")]
    purpose: Annotated[Line, Field(title="用途")]
    items: Annotated[tuple[PaidItem, ...], Field(title="所支付的批复分项", max_length=200)] = ()
    settlement: Annotated[Flag, Field(title="是否项目终止后的结算支付")] = False


class PaymentRecorded(ProjectEvent, label="支付", article="36"):
    payment: Payment
    paid_so_far: Money


class SurplusReturnDemanded(ProjectEvent, label="结余退回要求", article="36"):
    """The project has ended: what is neither paid nor returned by `due_on` is overdue."""

    due_on: LegalDate
    outstanding: Money
    """What was neither paid nor returned when it ended."""
    cause: EventRef
    """Acceptance or termination."""


class SurplusReturn(Act):
    """结余退回 (第三十六条)."""

    amount: Annotated[Money, Field(title="退回金额（元）", gt=0)]
    voucher: Annotated[Line, Field(title="退回凭证号")]


class SurplusReturned(ProjectEvent, label="结余退回", article="36"):
    surplus: SurplusReturn
    outstanding: Money
    """What is still to be returned."""


class FundsClosing(Act):
    """项目资金关账: FIN closes a project's own account (第三十六条)."""

    text: Annotated[Text, Field(title="关账意见")]
    document: Annotated[Document, Field(title="关账文件（含文号）")]


class ProjectFundsClosed(ProjectEvent, label="项目资金关账", article="36"):
    """Nothing is included, procured, contracted, paid or returned any more."""

    closing: FundsClosing


class MisuseKind(Coded):
    """资金违规情形（第四十八条）."""

    WITHHELD = "WITHHELD", "截留项目资金"
    DIVERTED = "DIVERTED", "挪用项目资金"
    IRREGULAR_OPERATION_MONEY = "IRREGULAR_OPERATION_MONEY", "违规安排运行维护经费"


class MisuseReferral(Act):
    """移送查处: the case, not the persons (第四十八条)."""

    kind: Annotated[MisuseKind, Field(title="情形")]
    description: Annotated[Text, Field(title="情况（不含个人处分信息）")]
    amount: Annotated[Money | None, Field(title="涉及金额（元）")] = None
    referred_to: Annotated[Line, Field(title="移送部门")]
    legal_basis: Annotated[Line, Field(title="查处依据")]
    document: Annotated[Document, Field(title="移送文件（含文号）")]


class MisuseReferred(ProjectEvent, label="移送查处", article="48"):
    referral_id: UUID
    body: Code
    """The body that refers it."""
    referral: MisuseReferral
