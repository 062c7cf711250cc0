"""责任: data kept from others, untruthful reports, corrections, referrals, accidents.

Cites 第十一、四十四、四十八、五十二条.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document
from shared.kernel.coded import Coded
from shared.kernel.text import Code, Line, Text


class ExclusiveOpening(Act):
    """排他开放认定: generally shareable data opened to some only (第十一条)."""

    resource: Annotated[Line, Field(title="数据资源")]
    beneficiary: Annotated[Line, Field(title="特定企业或社会组织")]
    description: Annotated[Text, Field(title="情况")]
    evidence: Annotated[Document, Field(title="认定文件")]


class ExclusiveOpeningFound(ProjectEvent, label="排他开放认定", article="11"):
    """Leads to a rectification (第四十七条)."""

    finding_id: UUID
    opening: ExclusiveOpening


class UntruthfulnessKind(Coded):
    """不如实提供资料（第四十四条）."""

    REFUSAL = "REFUSAL", "拒绝提供"
    CONCEALMENT = "CONCEALMENT", "隐匿、瞒报"
    FALSE_REPORT = "FALSE_REPORT", "谎报"


class Untruthfulness(Act):
    """不如实提供资料认定 (第四十四条)."""

    kind: Annotated[UntruthfulnessKind, Field(title="情形")]
    description: Annotated[Text, Field(title="情况")]
    evidence: Annotated[Document, Field(title="认定文件")]


class UntruthfulnessFound(ProjectEvent, label="不如实提供资料认定", article="44"):
    """Leads to a rectification (第四十七条) or a referral (第四十八条)."""

    finding_id: UUID
    body: Code
    untruthfulness: Untruthfulness


class Correction(Act):
    """更正: what is on record stays there; this says what is wrong with it (第四十四条)."""

    event_id: Annotated[UUID, Field(title="有误的记录（事件标识）")]
    statement: Annotated[Text, Field(title="正确的内容")]
    reason: Annotated[Text, Field(title="更正理由")]
    document: Annotated[Document, Field(title="证明文件")]


class CorrectionRecorded(ProjectEvent, label="更正", article="44"):
    corrected_type: str
    """Type of the event that it corrects."""
    correction: Correction


class ReferralMatter(Coded):
    """移送事由（第四十八条）."""

    NOT_FILED = "NOT_FILED", "未履行备案、审批程序"
    OVERSPENDING = "OVERSPENDING", "严重超概算"
    POOR_QUALITY = "POOR_QUALITY", "质量低劣"
    LOSS = "LOSS", "损失浪费"
    ACCIDENT = "ACCIDENT", "安全事故或其他责任事故"
    FRAUD = "FRAUD", "弄虚作假"
    DIVERTED_FUNDS = "DIVERTED_FUNDS", "截留、挪用项目资金"
    IRREGULAR_OPERATION_MONEY = "IRREGULAR_OPERATION_MONEY", "违规安排运行维护经费"


class ReferralRecipient(Coded):
    """移送对象（第四十八条）."""

    DISCIPLINE = "DISCIPLINE", "纪检监察或任免机关"
    FINANCE = "FINANCE", "财政违法行为查处部门"


class Referral(Act):
    """移送追责 (第四十八条): the matter and to whom; nobody's name and no sanction is kept here."""

    matter: Annotated[ReferralMatter, Field(title="事由")]
    recipient: Annotated[ReferralRecipient, Field(title="移送对象")]
    summary: Annotated[Text, Field(title="事实摘要（不写个人信息和处分内容）")]
    document: Annotated[Document, Field(title="移送文件（含文号）")]


class ReferralRecorded(ProjectEvent, label="移送追责", article="48"):
    referral_id: UUID
    body: Code
    referral: Referral


class SafetyIncident(Act):
    """安全生产事故 in building or operating (第五十二条)."""

    summary: Annotated[Line, Field(title="事故")]
    description: Annotated[Text, Field(title="经过和损失")]
    measures: Annotated[Text, Field(title="处置情况")]
    evidence: Annotated[Document, Field(title="报告文件")]


class SafetyIncidentRecorded(ProjectEvent, label="安全生产事故", article="52"):
    incident: SafetyIncident
