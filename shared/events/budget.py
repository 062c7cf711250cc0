"""预算: inclusion, procurement, contracts, payments, surplus, O&M money (第三十五至四十三条)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document, Flag, LegalDate, Source
from shared.kernel.coded import Coded
from shared.kernel.identifiers import DivisionCode, UnitId
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.kernel.text import Line, Text


class Inclusion(Act):
    """列入预算: FIN includes a project's money in a year's budget (第三十五条)."""

    fiscal_year: Annotated[int, Field(title="预算年度", ge=2000, le=2100, strict=True)]
    sources: Annotated[tuple[Source, ...], Field(title="资金来源", min_length=1, max_length=20)]
    document: Annotated[Document, Field(title="预算文件（含文号）")]


class BudgetIncluded(ProjectEvent, label="列入预算", article="35"):
    inclusion: Inclusion
    amount: Money
    included_so_far: Money


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


class ProcurementMethod(Coded):
    """采购方式（第四十条）."""

    OPEN_TENDER = "OPEN_TENDER", "公开招标"
    INVITED_TENDER = "INVITED_TENDER", "邀请招标"
    COMPETITIVE_CONSULTATION = "COMPETITIVE_CONSULTATION", "竞争性磋商"
    SINGLE_SOURCE = "SINGLE_SOURCE", "单一来源"
    SELF_ORGANISED = "SELF_ORGANISED", "自行组织采购"


class Procurement(Act):
    """采购 (第四十条)."""

    number: Annotated[Line, Field(title="采购编号")]
    method: Annotated[ProcurementMethod, Field(title="采购方式")]
    in_central_catalogue: Annotated[Flag, Field(title="是否属于集中采购目录")]
    amount: Annotated[Money, Field(title="采购预算（元）", gt=0)]
    document: Annotated[Document, Field(title="采购文件")]


class ProcurementRecorded(ProjectEvent, label="采购", article="40"):
    procurement: Procurement


class Contract(Act):
    """合同 (第二十六、四十三条)."""

    number: Annotated[Line, Field(title="合同编号")]
    procurement_number: Annotated[Line, Field(title="采购编号")]
    supplier_id: Annotated[UnitId, Field(title="承建方统一社会信用代码")]
    supplier_name: Annotated[Line, Field(title="承建方名称")]
    amount: Annotated[Money, Field(title="合同金额（元）", gt=0)]
    document: Annotated[Document, Field(title="合同文本")]
    custom_development: Annotated[Flag, Field(title="含定制开发或二次开发")] = False
    ip_owned_by_unit: Annotated[Flag, Field(title="知识产权归项目单位")] = True
    ip_clause: Annotated[Line | None, Field(title="知识产权条款位置")] = None
    breach_clause: Annotated[Line | None, Field(title="相关违约条款位置")] = None
    warranty_end: Annotated[LegalDate | None, Field(title="维保到期日")] = None


class ContractRecorded(ProjectEvent, label="合同签订", article="43"):
    contract: Contract


class Payment(Act):
    """支付: through the treasury, for the project's own purpose (第三十六条)."""

    contract_number: Annotated[Line, Field(title="合同编号")]
    amount: Annotated[Money, Field(title="支付金额（元）", gt=0)]
    voucher: Annotated[Line, Field(title="国库支付凭证号")]
    project_account: Annotated[Line, Field(title="项目专账号")]
    purpose: Annotated[Line, Field(title="用途")]


class PaymentRecorded(ProjectEvent, label="支付", article="36"):
    payment: Payment
    paid_so_far: Money


class SurplusReturn(Act):
    """结余退回 (第三十六条)."""

    amount: Annotated[Money, Field(title="退回金额（元）", gt=0)]
    voucher: Annotated[Line, Field(title="退回凭证号")]


class SurplusReturned(ProjectEvent, label="结余退回", article="36"):
    surplus: SurplusReturn
    outstanding: Money
    """What is still to be returned."""


class OperationPlan(Act):
    """运维方案: for one budget year, submitted the year before (第三十七条)."""

    budget_year: Annotated[int, Field(title="预算年度", ge=2000, le=2100, strict=True)]
    amount: Annotated[Money, Field(title="申请金额（元）", gt=0)]
    content: Annotated[Text, Field(title="运维内容")]
    renewal: Annotated[Flag, Field(title="是否续运维")] = False
    content_added: Annotated[Flag, Field(title="内容是否有新增")] = False
    document: Annotated[Document, Field(title="运维方案")]


class OperationPlanSubmitted(ProjectEvent, label="运维方案报送", article="37"):
    plan_id: UUID
    plan: OperationPlan


class Assessment(Act):
    """运维论证: DEB's review of an O&M plan (第三十七条)."""

    approved: Annotated[Flag, Field(title="是否通过")]
    assessed_amount: Annotated[Money, Field(title="论证评估金额（元）")]
    text: Annotated[Text, Field(title="评估意见")]
    report: Annotated[Document | None, Field(title="论证报告")] = None


class OperationPlanAssessed(ProjectEvent, label="运维方案论证", article="37"):
    plan_id: UUID
    assessment: Assessment


class OperationInclusion(Act):
    """运维经费列入预算 (第三十九条)."""

    amount: Annotated[Money, Field(title="列入金额（元）", gt=0)]
    document: Annotated[Document, Field(title="预算文件（含文号）")]


class OperationBudgetIncluded(ProjectEvent, label="运维经费列入预算", article="39"):
    plan_id: UUID
    budget_year: int
    inclusion: OperationInclusion
