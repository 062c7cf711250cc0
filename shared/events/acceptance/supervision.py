"""监督: findings and measures on projects and their units (第三十三、四十七、五十一条)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document
from shared.kernel.coded import Coded
from shared.kernel.text import Code, Line, Text


class SharingFault(Coded):
    """数据共享问题（第三十三条）."""

    NOT_SHARED = "NOT_SHARED", "未按要求共享数据资源"
    DUPLICATE_COLLECTION = "DUPLICATE_COLLECTION", "重复采集数据"


class SharingViolation(Act):
    """数据共享问题认定: bars money and new projects in the calendar year after it (第三十三条)."""

    fault: Annotated[SharingFault, Field(title="问题")]
    description: Annotated[Text, Field(title="情况")]
    evidence: Annotated[Document, Field(title="认定文件")]


class SharingViolationFound(ProjectEvent, label="数据共享问题认定", article="33"):
    finding_id: UUID
    violation: SharingViolation


class FindingWithdrawal(Act):
    """撤销认定: a finding that proved wrong; what it barred is free again."""

    reason: Annotated[Text, Field(title="理由")]
    document: Annotated[Document, Field(title="撤销文件")]


class SharingViolationWithdrawn(ProjectEvent, label="撤销数据共享问题认定", article="33"):
    finding_id: UUID
    withdrawal: FindingWithdrawal


class SecurityFault(Coded):
    """安全问题（第五十一条）."""

    CRYPTOGRAPHY = "CRYPTOGRAPHY", "不符合密码应用要求"
    CYBERSECURITY = "CYBERSECURITY", "不符合网络安全要求"
    MAJOR_DANGER = "MAJOR_DANGER", "存在重大安全隐患"


class SecurityFinding(Act):
    """安全问题认定 (第五十一条)."""

    fault: Annotated[SecurityFault, Field(title="问题")]
    description: Annotated[Text, Field(title="情况")]
    evidence: Annotated[Document, Field(title="认定文件")]


class SecurityFindingRecorded(ProjectEvent, label="安全问题认定", article="51"):
    finding_id: UUID
    body: Code
    """The body that found it, and that alone can clear it."""
    finding: SecurityFinding


class SecurityClearance(Act):
    """安全问题销号: the body that found it confirms that it is mended (第五十一条)."""

    description: Annotated[Text, Field(title="整改核验情况")]
    evidence: Annotated[Document, Field(title="销号文件")]


class SecurityFindingCleared(ProjectEvent, label="安全问题销号", article="51"):
    finding_id: UUID
    body: Code
    clearance: SecurityClearance


class MeasureKind(Coded):
    """处理措施（第四十七条）."""

    CRITICISM = "CRITICISM", "通报批评"
    INVESTMENT_DEFERRED = "INVESTMENT_DEFERRED", "暂缓安排投资计划"
    SUSPENSION = "SUSPENSION", "暂停项目建设"
    TERMINATION = "TERMINATION", "终止项目"


class Measure(Act):
    """处理措施 after a rectification that is overdue or has failed (第四十七条)."""

    kind: Annotated[MeasureKind, Field(title="措施")]
    rectification_id: Annotated[UUID, Field(title="所依据的整改要求")]
    reason: Annotated[Text, Field(title="理由")]
    document: Annotated[Document, Field(title="处理文件（含文号）")]


class MeasureImposed(ProjectEvent, label="处理措施", article="47"):
    measure_id: UUID
    body: Code
    measure: Measure


class MeasureLifting(Act):
    """解除处理措施 (第四十七条)."""

    reason: Annotated[Line, Field(title="理由")]
    document: Annotated[Document, Field(title="解除文件")]


class MeasureLifted(ProjectEvent, label="解除处理措施", article="47"):
    measure_id: UUID
    kind: MeasureKind
    lifting: MeasureLifting
