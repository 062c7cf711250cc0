"""审批: documents, opinions, evaluation, consent, reply (第十八至二十五条)."""

from typing import Annotated

from pydantic import Field

from shared.events.approval.construction import Construction
from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import (
    Act,
    DeliveryMode,
    Document,
    Flag,
    Item,
    LegalDate,
    Material,
)
from shared.kernel.coded import Coded
from shared.kernel.identifiers import Digest, UnitId
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.kernel.text import Line, Text


class Round(Coded):
    """审批文件轮次（第十八、十九条）."""

    FEASIBILITY = "FEASIBILITY", "可行性研究报告"
    DESIGN = "DESIGN", "初步设计方案"
    IMPLEMENTATION_PLAN = "IMPLEMENTATION_PLAN", "项目实施方案"
    SERVICE_DEMAND = "SERVICE_DEMAND", "项目服务需求方案"


class MergeGround(Coded):
    """合并编报实施方案的情形（第十八条）."""

    EXPLICIT = "EXPLICIT", "上级或市委市政府有明确要求"
    URGENT = "URGENT", "国家安全等特殊原因且情况紧急"
    SMALL = "SMALL", "总投资不超过规定限额"


class Merge(Record):
    """合并编报: the ground, its evidence, and the statement that early work is deep enough."""

    ground: Annotated[MergeGround, Field(title="情形")]
    depth_statement: Annotated[Text, Field(title="前期工作深度说明")]
    evidence: Annotated[Document | None, Field(title="依据文件")] = None


class ServiceTerms(Record):
    """购买服务条件 (第十九条): the eight sections and the four conditions."""

    sections: Annotated[tuple[str, ...], Field(title="方案章节代码", max_length=20)]
    not_goods_or_works: Annotated[Flag, Field(title="不属于货物和工程，未打包")]
    service_total: Annotated[Money, Field(title="使用期限内服务费总额（元）", gt=0)]
    self_build_total: Annotated[Money, Field(title="自建方式建设运维总额（元）", gt=0)]
    years: Annotated[int, Field(title="比较年限", ge=1, le=30, strict=True)]
    providers: Annotated[tuple[Line, ...], Field(title="潜在服务提供商", max_length=50)]
    security_compliant: Annotated[Flag, Field(title="不违反安全保密要求")]
    saving_reason: Annotated[Text | None, Field(title="节省不足规定比例仍属经济的理由")] = None


class JointDesign(Record):
    """共建共享 (第二十一条): flows, interfaces, shared data catalogue, no overlap."""

    business_flow: Annotated[Document, Field(title="业务流")]
    data_flow: Annotated[Document, Field(title="数据流")]
    interfaces: Annotated[tuple[Line, ...], Field(title="系统接口", min_length=1, max_length=200)]
    data_catalogue: Annotated[Document, Field(title="数据目录")]
    no_overlap: Annotated[Flag, Field(title="建设内容无重复交叉")]


class Submission(Act):
    """报审文件: one round's document with its estimate (第十八至二十一条、第五十条)."""

    round: Annotated[Round, Field(title="文件种类")]
    document: Annotated[Document, Field(title="文件")]
    total: Annotated[Money, Field(title="总投资或服务费总额（元）", gt=0)]
    items: Annotated[tuple[Item, ...], Field(title="投资分项", min_length=1, max_length=200)]
    goals: Annotated[Text, Field(title="建设目标")]
    content: Annotated[Text, Field(title="主要建设内容")]
    planned_start: Annotated[LegalDate, Field(title="计划开工日期")]
    planned_end: Annotated[LegalDate, Field(title="计划完工日期")]
    sharing_chapter: Annotated[Line | None, Field(title="整合集约共享分析专篇（章）位置")] = None
    secure_reliable_statement: Annotated[Text | None, Field(title="产品安全可靠情况说明")] = None
    custom_development: Annotated[Flag, Field(title="含定制开发或二次开发")] = False
    merge: Annotated[Merge | None, Field(title="合并编报")] = None
    adjustment_chapter: Annotated[Line | None, Field(title="初步设计调整说明章节位置")] = None
    major_adjustment: Annotated[Flag, Field(title="较可研批复的目标或主要内容有重大改变")] = False
    service: Annotated[ServiceTerms | None, Field(title="购买服务条件")] = None
    joint: Annotated[JointDesign | None, Field(title="共建共享设计")] = None
    construction: Annotated[Construction | None, Field(title="建设方式说明")] = None
    fund_balance: Annotated[Document | None, Field(title="资金平衡方案")] = None
    prior_approvals: Annotated[
        tuple[Material, ...], Field(title="土建、高能耗项目的前置审批文件", max_length=20)
    ] = ()


class DocumentSubmitted(ProjectEvent, label="报审文件提交", article="18"):
    submission: Submission
    digest: Digest
    """Digest of the whole submission; opinions bind to it."""
    participants: tuple[UnitId, ...] = ()
    """Units that build along and have to sign off (第二十一条)."""


class SignOff(Act):
    """参建部门会签: a participant agrees to the submission (第二十一条)."""

    digest: Annotated[Digest, Field(title="所会签报审文件的摘要值")]


class ParticipantSignedOff(ProjectEvent, label="参建部门会签", article="21"):
    participant_id: UnitId
    sign_off: SignOff


class OpinionKind(Coded):
    """审核意见种类（第二十二条）."""

    FUNDS = "FUNDS", "项目资金审核意见"
    SECURITY = "SECURITY", "信息安全审核意见"
    CRYPTOGRAPHY = "CRYPTOGRAPHY", "安全可靠和密码应用合规性审核意见"
    TECHNICAL = "TECHNICAL", "技术审核意见"


class Letter(Act):
    """征求意见函: DRC asks a body in writing (第二十二条)."""

    body: Annotated[str, Field(title="被征求部门代码", pattern=r"^[A-Z]{2,8}$")]
    number: Annotated[Line, Field(title="函号")]


class OpinionRequested(ProjectEvent, label="征求意见", article="22"):
    letter: Letter
    digest: Digest


class Conclusion(Coded):
    """意见结论."""

    AGREE = "AGREE", "同意"
    CONDITIONAL = "CONDITIONAL", "有条件同意"
    DISAGREE = "DISAGREE", "不同意"


class Opinion(Act):
    """审核意见: bound to the digest of the submission it judges (第二十二条)."""

    kind: Annotated[OpinionKind, Field(title="意见种类")]
    digest: Annotated[Digest, Field(title="所审报审文件的摘要值")]
    conclusion: Annotated[Conclusion, Field(title="结论")]
    text: Annotated[Text, Field(title="意见正文")]
    number: Annotated[Line, Field(title="文号")]
    conditions: Annotated[tuple[Line, ...], Field(title="附加条件", max_length=20)] = ()


class OpinionGiven(ProjectEvent, label="出具意见", article="22"):
    body: str
    opinion: Opinion


class CarryForward(Act):
    """意见沿用: the body confirms its earlier opinion for a newer submission (第二十二条)."""

    kind: Annotated[OpinionKind, Field(title="意见种类")]
    digest: Annotated[Digest, Field(title="现行报审文件的摘要值")]
    statement: Annotated[Text, Field(title="沿用说明")]


class OpinionCarriedForward(ProjectEvent, label="沿用意见", article="22"):
    body: str
    carry: CarryForward


class EvaluationMethod(Coded):
    """评估论证方式（第二十四条）."""

    EXPERTS = "EXPERTS", "组织专家评审"
    DEPARTMENTS = "DEPARTMENTS", "组织有关部门评审"
    THIRD_PARTY = "THIRD_PARTY", "委托第三方咨询评估机构"


class ReviewTopic(Coded):
    """审查判断的五个方面（第八条）."""

    NEEDS = "NEEDS", "需求和绩效目标"
    INTEGRATION = "INTEGRATION", "内部系统整合"
    CENSUS = "CENSUS", "数据目录普查"
    SHARING = "SHARING", "数据共享要求"
    SECURITY = "SECURITY", "信息安全保障"


class Judgement(Record):
    """审查判断: whether one of the five is met, why, and who judged (第八条)."""

    topic: Annotated[ReviewTopic, Field(title="方面")]
    met: Annotated[Flag, Field(title="是否落实")]
    reason: Annotated[Line, Field(title="理由")]
    reviewer: Annotated[Line, Field(title="审查人")]


class Evaluation(Act):
    """评估论证 (第二十四条), with the approvers' judgement whether the city has to decide."""

    digest: Annotated[Digest, Field(title="所评报审文件的摘要值")]
    method: Annotated[EvaluationMethod, Field(title="方式")]
    participants: Annotated[
        tuple[Line, ...], Field(title="专家或机构", min_length=1, max_length=50)
    ]
    qualification_number: Annotated[Line | None, Field(title="第三方资质证号")] = None
    positive: Annotated[Flag, Field(title="结论是否通过")]
    conclusion: Annotated[Text, Field(title="结论正文")]
    report: Annotated[Document, Field(title="评估报告")]
    needs_municipal_consent: Annotated[Flag, Field(title="按规定须报市政府审定")] = False
    judgements: Annotated[tuple[Judgement, ...], Field(title="审查判断", max_length=20)] = ()
    depth_sufficient: Annotated[
        Flag | None, Field(title="合并编报的，前期工作深度是否达到要求")
    ] = None


class EvaluationRecorded(ProjectEvent, label="评估论证", article="24"):
    evaluation: Evaluation


class Consent(Act):
    """同意: of the municipal government, with its document (第二十四条)."""

    document: Annotated[Document, Field(title="批准文件")]


class MunicipalConsentGiven(ProjectEvent, label="市政府同意", article="24"):
    consent: Consent


class LeadingGroupApproval(Act):
    """领导小组批准: what cannot be shared is built or kept all the same (第十二条)."""

    text: Annotated[Text, Field(title="意见")]
    document: Annotated[Document, Field(title="批准文件（含文号）")]


class LeadingGroupApproved(ProjectEvent, label="领导小组批准", article="12"):
    approval: LeadingGroupApproval


class Concurrence(Act):
    """会签: DEB concurs in the reply to one submission (第二十四条)."""

    digest: Annotated[Digest, Field(title="所批报审文件的摘要值")]


class ConcurrenceGiven(ProjectEvent, label="会同审批会签", article="24"):
    concurrence: Concurrence


class Reply(Act):
    """批复: DRC with DEB approve one submission (第二十四条)."""

    digest: Annotated[Digest, Field(title="所批报审文件的摘要值")]
    document: Annotated[Document, Field(title="批复文件（含文号）")]
    conditions: Annotated[tuple[Line, ...], Field(title="批复要求", max_length=20)] = ()


class SharingScope(Record):
    """共享范围: how many of the project's information resources are shared, and how (第二十条)."""

    unconditional: Annotated[int, Field(title="无条件共享")] = 0
    conditional: Annotated[int, Field(title="有条件共享")] = 0
    withheld: Annotated[int, Field(title="不予共享")] = 0


class ReplyIssued(ProjectEvent, label="批复", article="24"):
    """Carries the approved baseline whole: later rules and other services read it from here."""

    reply: Reply
    round: Round
    delivery_mode: DeliveryMode
    final: bool
    """Opens construction or procurement; a feasibility reply only opens the design round."""
    total: Money
    items: tuple[Item, ...]
    goals: str
    content: str
    planned_start: LegalDate
    planned_end: LegalDate
    custom_development: bool
    open_conditions: tuple[str, ...]
    """Conditions of conditional opinions, to be closed at acceptance."""
    policy: str
    """Policy pack the baseline keeps, `511100-2022@1`."""
    sharing: SharingScope | None = None
    """What is to be shared, which investment, operation money and acceptance depend on."""
    self_review: Flag = False
    """自建自审: DEB itself is the project unit (第五条)."""


class ReplyRefusal(Act):
    """不予批复, or a submission sent back: why, by which document (第二十四条)."""

    digest: Annotated[Digest, Field(title="所审报审文件的摘要值")]
    reason: Annotated[Text, Field(title="理由")]
    document: Annotated[Document, Field(title="文件（含文号）")]


class ReplyRefused(ProjectEvent, label="不予批复", article="24"):
    """The end of the project's approval."""

    refusal: ReplyRefusal


class SubmissionReturned(ProjectEvent, label="退回修改", article="24"):
    """The unit submits again; opinions, evaluation and concurrence name what they judged."""

    refusal: ReplyRefusal


class CopyReceipt(Act):
    """抄送签收: GAB acknowledges its copy of the reply (第二十四条)."""

    number: Annotated[Line, Field(title="批复文号")]


class ReplyCopied(ProjectEvent, label="批复抄送", article="24"):
    receipt: CopyReceipt
