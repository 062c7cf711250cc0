"""运维经费: plans, their assessment, and the money included (第三十四、三十七、三十九条)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document, Flag, LegalDate
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.money import Money
from shared.kernel.text import Line, Text


class OperationMode(Coded):
    """运维方式（第三十四条）."""

    SELF = "SELF", "自行运维"
    FUNCTIONAL_DEPARTMENT = "FUNCTIONAL_DEPARTMENT", "由职能部门运维"
    PURCHASED_SERVICE = "PURCHASED_SERVICE", "购买运维服务"


class OperationPlan(Act):
    """运维方案: for one budget year, submitted the year before (第三十七条)."""

    budget_year: Annotated[int, Field(title="预算年度", ge=2000, le=2100, strict=True)]
    amount: Annotated[Money, Field(title="申请金额（元）", gt=0)]
    content: Annotated[Text, Field(title="运维内容")]
    renewal: Annotated[Flag, Field(title="是否续运维")] = False
    content_added: Annotated[Flag, Field(title="内容是否有新增")] = False
    document: Annotated[Document, Field(title="运维方案")]
    mode: Annotated[OperationMode | None, Field(title="运维方式")] = None
    mode_reason: Annotated[Text | None, Field(title="采用该方式的理由")] = None
    term_from: Annotated[LegalDate | None, Field(title="运维期起始日")] = None
    term_to: Annotated[LegalDate | None, Field(title="运维期截止日（含）")] = None
    contract_numbers: Annotated[
        tuple[Line, ...], Field(title="所接续维保的合同编号；不填为全部合同", max_length=100)
    ] = ()


class OperationPlanSubmitted(ProjectEvent, label="运维方案报送", article="37"):
    plan_id: UUID
    plan: OperationPlan
    replaces: UUID | None = None
    """The assessed plan of the same year that gives way, because content was added."""


class Assessment(Act):
    """运维论证: DEB's review of an O&M plan (第三十七条)."""

    approved: Annotated[Flag, Field(title="是否通过")]
    assessed_amount: Annotated[Money, Field(title="论证评估金额（元）")]
    text: Annotated[Text, Field(title="评估意见")]
    report: Annotated[Document | None, Field(title="论证报告")] = None
    market_basis: Annotated[Text | None, Field(title="市场价格和技术发展的依据")] = None
    experts: Annotated[
        tuple[Line, ...], Field(title="参与论证的专家或第三方机构", max_length=50)
    ] = ()


class OperationPlanAssessed(ProjectEvent, label="运维方案论证", article="37"):
    plan_id: UUID
    assessment: Assessment


class OperationInclusion(Act):
    """运维经费列入预算 (第三十九条)."""

    amount: Annotated[Money, Field(title="列入金额（元）", gt=0)]
    document: Annotated[Document, Field(title="预算文件（含文号）")]
    late_reason: Annotated[Text | None, Field(title="逾期方案在预算调整中列入的理由")] = None


class OperationBudgetIncluded(ProjectEvent, label="运维经费列入预算", article="39"):
    plan_id: UUID
    budget_year: int
    inclusion: OperationInclusion
    weighed: tuple[EventRef, ...] = ()
    """共享、安全和评价情况 it took note of (第二十、四十六条)."""
