"""线路租赁: price caps, leases, their money, quality and rent (第八、三十八、三十九条)."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.budget.purchasing import ProcurementMethod
from shared.events.envelope import Event
from shared.events.vocabulary import Act, Document, Flag, LegalDate
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.money import Money
from shared.kernel.text import Code, Line, Text


class PriceCap(Act):
    """线路最高预算价格: of one type of line, for a span of days (第三十八条)."""

    line_type: Annotated[Code, Field(title="线路类型代码", examples=["MSTP_100M"])]
    name: Annotated[Line, Field(title="线路类型名称")]
    price_unit: Annotated[Line, Field(title="计价单位", examples=["元/条·月"])]
    max_price: Annotated[Money, Field(title="最高预算价格（元）", gt=0)]
    valid_from: Annotated[LegalDate, Field(title="有效期起（含）")]
    valid_until: Annotated[LegalDate | None, Field(title="有效期止（含）")] = None
    document: Annotated[Document, Field(title="限价文件（含文号）")]


class PriceCapSet(Event, label="线路限价", article="38"):
    cap: PriceCap

    @property
    def stream(self) -> str:
        return f"price-cap:{self.cap.line_type}"

    def subjects(self) -> Iterator[str]:
        yield self.stream


class LineKind(Coded):
    """线路种类（第八条）."""

    EGOV_ACCESS = "EGOV_ACCESS", "电子政务内网或外网接入线路"
    PRIVATE_LINE = "PRIVATE_LINE", "专网线路"
    INTERNET_EGRESS = "INTERNET_EGRESS", "互联网出口线路"


class LineLease(Act):
    """线路租赁申请: for one budget year (第三十八条)."""

    unit_id: Annotated[UnitId, Field(title="项目单位")]
    project_id: Annotated[UUID | None, Field(title="所属项目；不属于某一项目的不填")] = None
    line_type: Annotated[Code, Field(title="线路类型代码")]
    kind: Annotated[LineKind, Field(title="线路种类")]
    merged_into_egov_network: Annotated[Flag, Field(title="是否整合到电子政务内网或外网")]
    endpoints_supervised: Annotated[
        Flag | None, Field(title="终端安全防护是否纳入统一监管；不含终端安全防护的不填")
    ] = None
    bandwidth: Annotated[Line, Field(title="带宽")]
    quantity: Annotated[int, Field(title="数量（条）", ge=1, le=10_000, strict=True)]
    unit_price: Annotated[Money, Field(title="单价（元，按限价的计价单位）", gt=0)]
    periods: Annotated[
        int, Field(title="计价期数（如按月计价的月数）", ge=1, le=120, strict=True)
    ] = 1
    budget_year: Annotated[int, Field(title="预算年度", ge=2000, le=2100, strict=True)]
    starts_on: Annotated[LegalDate, Field(title="租期起始日")]
    ends_on: Annotated[LegalDate, Field(title="租期截止日（含）")]
    purpose: Annotated[Text, Field(title="用途")]
    document: Annotated[Document, Field(title="租赁申请")]


class LineLeaseEvent(Event):
    """A step of one lease; listed under its unit, and under its project where it has one."""

    lease_id: UUID
    unit_id: UnitId
    project_id: UUID | None = None

    @property
    def stream(self) -> str:
        return f"line-lease:{self.lease_id}"

    def subjects(self) -> Iterator[str]:
        yield self.stream
        yield from super().subjects()


class LineLeaseSubmitted(LineLeaseEvent, label="线路租赁申请", article="38"):
    lease: LineLease
    amount: Money
    """单价 × 数量 × 期数."""
    cap: Money
    """最高预算价格 it was compared with."""


class LineLeaseRuling(Act):
    """线路租赁审批 by DEB (第三十八条)."""

    approved: Annotated[Flag, Field(title="是否同意")]
    text: Annotated[Text, Field(title="意见")]
    document: Annotated[Document | None, Field(title="审批文件")] = None


class LineLeaseApproved(LineLeaseEvent, label="线路租赁批准", article="38"):
    ruling: LineLeaseRuling
    cap: Money


class LineLeaseRefused(LineLeaseEvent, label="线路租赁不予批准", article="38"):
    ruling: LineLeaseRuling


class LineLeaseInclusion(Act):
    """线路租赁经费列入预算 (第三十九条)."""

    amount: Annotated[Money, Field(title="列入金额（元）", gt=0)]
    document: Annotated[Document, Field(title="预算文件（含文号）")]


class LineLeaseBudgetIncluded(LineLeaseEvent, label="线路租赁经费列入预算", article="39"):
    budget_year: int
    inclusion: LineLeaseInclusion


class LeaseContract(Act):
    """租赁协议: purchased within the year's budget (第三十八、四十条)."""

    number: Annotated[Line, Field(title="协议编号")]
    method: Annotated[ProcurementMethod, Field(title="采购方式")]
    in_central_catalogue: Annotated[Flag, Field(title="是否属于集中采购目录")]
    supplier_id: Annotated[UnitId, Field(title="服务商统一社会信用代码")]
    supplier_name: Annotated[Line, Field(title="服务商名称")]
    amount: Annotated[Money, Field(title="协议金额（元）", gt=0)]
    starts_on: Annotated[LegalDate, Field(title="协议起始日")]
    ends_on: Annotated[LegalDate, Field(title="协议截止日（含）")]
    document: Annotated[Document, Field(title="租赁协议")]


class LeaseContractRecorded(LineLeaseEvent, label="线路租赁协议", article="38"):
    contract: LeaseContract


class QualityAssessment(Act):
    """线路服务质量考核 of a span of days (第三十八条)."""

    period_from: Annotated[LegalDate, Field(title="考核期起（含）")]
    period_to: Annotated[LegalDate, Field(title="考核期止（含）")]
    satisfied: Annotated[Flag, Field(title="是否达到约定的服务质量")]
    text: Annotated[Text, Field(title="考核情况")]
    document: Annotated[Document | None, Field(title="考核材料")] = None


class LineQualityAssessed(LineLeaseEvent, label="线路服务质量考核", article="38"):
    assessment: QualityAssessment


class RentPayment(Act):
    """支付租赁费用 for a span of days (第三十八条)."""

    amount: Annotated[Money, Field(title="支付金额（元）", gt=0)]
    voucher: Annotated[Line, Field(title="国库支付凭证号")]
    period_from: Annotated[LegalDate, Field(title="费用所属期起（含）")]
    period_to: Annotated[LegalDate, Field(title="费用所属期止（含）")]


class RentPaymentRecorded(LineLeaseEvent, label="支付线路租赁费用", article="38"):
    payment: RentPayment
    paid_so_far: Money


class UnassessedRentFound(LineLeaseEvent, label="未经考核支付租赁费用", article="38"):
    """Paid though no assessment covers the days it is for: not barred, but shown."""

    voucher: str
    period_from: LegalDate
    period_to: LegalDate
