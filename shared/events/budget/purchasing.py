"""采购 and 合同 (第二十六、四十至四十三条)."""

from typing import Annotated

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document, Flag, LegalDate
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.money import Money
from shared.kernel.text import Line


class ProcurementMethod(Coded):
    """采购方式；政府采购可用的几种由政策包列出（第四十条）."""

    OPEN_TENDER = "OPEN_TENDER", "公开招标"
    INVITED_TENDER = "INVITED_TENDER", "邀请招标"
    COMPETITIVE_CONSULTATION = "COMPETITIVE_CONSULTATION", "竞争性磋商"
    SINGLE_SOURCE = "SINGLE_SOURCE", "单一来源"
    SELF_ORGANISED = "SELF_ORGANISED", "自行组织采购"
    COMPETITIVE_NEGOTIATION = "COMPETITIVE_NEGOTIATION", "竞争性谈判"
    INQUIRY = "INQUIRY", "询价"
    FRAMEWORK_AGREEMENT = "FRAMEWORK_AGREEMENT", "框架协议采购"


class Procurement(Act):
    """采购 (第四十条)."""

    number: Annotated[Line, Field(title="采购编号")]
    method: Annotated[ProcurementMethod, Field(title="采购方式")]
    in_central_catalogue: Annotated[Flag, Field(title="是否属于集中采购目录")]
    amount: Annotated[Money, Field(title="采购预算（元）", gt=0)]
    document: Annotated[Document, Field(title="采购文件")]
    legal_tender: Annotated[Flag, Field(title="是否涉及工程建设、依法必须招标")] = False
    tender_record: Annotated[Document | None, Field(title="招标投标情况记录")] = None
    custom_development: Annotated[
        Flag | None, Field(title="含定制开发或二次开发；不填则从批复")
    ] = None
    ip_statement: Annotated[Line | None, Field(title="采购文件中知识产权归属的位置")] = None


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
