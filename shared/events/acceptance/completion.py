"""验收: completion, trial run, handover, extension, acceptance (第三十一、三十二、四十三条)."""

from typing import Annotated

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, DeliveryMode, Document, Flag, LegalDate, Material
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.text import Line, Text


class AcceptanceScheduled(ProjectEvent, label="验收期限确定", article="31"):
    """Follows the final reply, and each approved change of the planned end."""

    delivery_mode: DeliveryMode
    replied_on: LegalDate
    """Date of the final reply: nothing of the project is built before it."""
    planned_end: LegalDate
    due_on: LegalDate
    """Day by which acceptance must be applied for: planned end and the trial run after it."""
    custom_development: bool
    baseline: EventRef
    """The reply or change that set the planned end."""
    policy: str
    """Policy pack of the baseline, `511100-2022@1`; the project is accepted under it."""
    open_conditions: tuple[str, ...] = ()
    """Conditions of conditional opinions, to be met before acceptance (第二十二条)."""
    participants: tuple[UnitId, ...] = ()
    """Units that build along; they may look on."""


class AcceptanceScheduleEnded(ProjectEvent, label="验收期限终止", article="30"):
    """Follows the termination of the project: no due date stands any more (第三十条)."""

    cause: EventRef
    """The event that ended the project."""


class Completion(Act):
    """完成建设内容 (第三十一条); of a service, the delivery of all of it."""

    statement: Annotated[Text, Field(title="完成情况")]
    supervision_report: Annotated[Document | None, Field(title="监理报告")] = None


class CompletionReported(ProjectEvent, label="建设内容完成", article="31"):
    completion: Completion


class TrialStart(Act):
    """试运行开始 (第三十一条)."""

    environment: Annotated[Line, Field(title="试运行环境")]


class TrialRunStarted(ProjectEvent, label="试运行开始", article="31"):
    start: TrialStart
    earliest_end: LegalDate


class TrialIncident(Act):
    """试运行故障: a major one starts the trial run again (第三十一条)."""

    major: Annotated[Flag, Field(title="是否重大")]
    description: Annotated[Text, Field(title="情况")]


class TrialIncidentReported(ProjectEvent, label="试运行故障", article="31"):
    incident: TrialIncident
    earliest_end: LegalDate


class Handover(Act):
    """移交: qualified documents and source code, before acceptance (第四十三条)."""

    documents: Annotated[
        tuple[Document, ...], Field(title="技术文档", min_length=1, max_length=100)
    ]
    source_code: Annotated[Document | None, Field(title="源代码")] = None
    checked_by: Annotated[Line, Field(title="核验人")]


class HandoverRecorded(ProjectEvent, label="成果移交", article="43"):
    handover: Handover


class Extension(Act):
    """延期验收申请, in writing and before the due date (第三十一条)."""

    new_due_on: Annotated[LegalDate, Field(title="申请延至")]
    reason: Annotated[Text, Field(title="理由")]
    document: Annotated[Document, Field(title="书面申请")]


class ExtensionRequested(ProjectEvent, label="延期验收申请", article="31"):
    extension: Extension


class ExtensionRuling(Act):
    approved: Annotated[Flag, Field(title="是否同意")]
    text: Annotated[Text, Field(title="意见")]


class ExtensionGranted(ProjectEvent, label="同意延期验收", article="31"):
    ruling: ExtensionRuling
    due_on: LegalDate


class ExtensionRefused(ProjectEvent, label="不同意延期验收", article="31"):
    ruling: ExtensionRuling


class ClosedCondition(Record):
    """已落实的审核条件: a condition of a conditional opinion, and what shows that it is met."""

    condition: Annotated[Line, Field(title="审核条件原文")]
    evidence: Annotated[Document, Field(title="落实证明")]


class AcceptanceApplication(Act):
    """验收申请 with its materials (第三十一条)."""

    materials: Annotated[tuple[Material, ...], Field(title="验收资料", max_length=50)]
    closed_conditions: Annotated[
        tuple[ClosedCondition, ...], Field(title="已落实的审核条件", max_length=300)
    ] = ()


class AcceptanceApplied(ProjectEvent, label="申请验收", article="31"):
    application: AcceptanceApplication


class Finding(Record):
    """验收重要内容 (第五十条): one item assessed."""

    item: Annotated[str, Field(title="内容代码", pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
    passed: Annotated[Flag | None, Field(title="是否合格（不适用则空）")]
    note: Annotated[Line, Field(title="说明")]


class AcceptanceConclusion(Coded):
    """验收结论."""

    PASSED = "PASSED", "合格"
    FAILED = "FAILED", "不合格"


ConfirmedConditions = Annotated[
    tuple[Line, ...], Field(title="经核实已落实的审核条件原文", max_length=300)
]
"""Conditions of conditional opinions that DEB has found met (第二十二条).

Six opinions in each of two rounds may attach twenty each: all of them can be met.
"""


class Acceptance(Act):
    """验收意见: by DEB for self-build, by the unit for a service (第三十一条)."""

    conclusion: Annotated[AcceptanceConclusion, Field(title="结论")]
    document: Annotated[Document, Field(title="验收意见（含文号）")]
    findings: Annotated[tuple[Finding, ...], Field(title="重要内容", max_length=50)]
    confirmed_conditions: ConfirmedConditions = ()
    text: Annotated[Text, Field(title="意见正文")]


class AcceptanceConcluded(ProjectEvent, label="竣工验收", article="31"):
    """DEB's acceptance of a self-built project; `FAILED` bars the unit (第三十二条)."""

    acceptance: Acceptance
    filing_due_on: LegalDate | None = None
    """Day by which a passed acceptance is to be filed; None where it failed."""
    evaluation_opens_on: LegalDate | None = None
    evaluation_due_on: LegalDate | None = None
    """When self-evaluation may and must be made, counted from acceptance (第四十六条)."""
    self_review: Flag = False
    """自建自审: DEB itself is the project unit (第五条)."""


class ServiceAcceptanceReported(ProjectEvent, label="服务验收结果", article="31"):
    """The unit's own acceptance of a service; it counts only with DEB's review."""

    acceptance: Acceptance


class AcceptanceReview(Act):
    """验收审核意见: DEB on a service acceptance (第三十一条)."""

    conclusion: Annotated[AcceptanceConclusion, Field(title="审核结论")]
    reviewers: Annotated[
        tuple[Line, ...], Field(title="参与部门、专家或机构", min_length=1, max_length=50)
    ]
    document: Annotated[Document, Field(title="审核意见（含文号）")]
    confirmed_conditions: ConfirmedConditions = ()
    text: Annotated[Text, Field(title="意见正文")]


class AcceptanceReviewed(ProjectEvent, label="验收审核", article="31"):
    review: AcceptanceReview
    filing_due_on: LegalDate | None = None
    """Day by which a passed acceptance is to be filed; None where it failed."""
    evaluation_opens_on: LegalDate | None = None
    evaluation_due_on: LegalDate | None = None
    """When self-evaluation may and must be made, counted from acceptance (第四十六条)."""
    self_review: Flag = False
    """自建自审: DEB itself is the project unit (第五条)."""


class OverdueFinding(Act):
    """逾期认定: the due date has passed and nobody applied (第三十二条)."""


class AcceptanceOverdue(ProjectEvent, label="逾期未验收", article="32"):
    """Appended once when the due date has passed without an application (第三十二条)."""

    due_on: LegalDate


class AcceptanceFiling(Act):
    """验收情况报备 (第三十一条)."""

    statement: Annotated[Text, Field(title="验收情况")]
    document: Annotated[Document, Field(title="报备材料")]


class AcceptanceFiled(ProjectEvent, label="验收情况报备", article="31"):
    filing: AcceptanceFiling
