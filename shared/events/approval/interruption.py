"""暂停与终止: trouble reported, construction suspended and resumed, a project ended (第三十条)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document, Flag
from shared.kernel.coded import Coded
from shared.kernel.money import Money
from shared.kernel.text import Text


class TroubleKind(Coded):
    """须报告的问题（第三十条）."""

    SERIOUS_DELAY = "SERIOUS_DELAY", "工程严重逾期"
    MAJOR_LOSS = "MAJOR_LOSS", "投资重大损失"
    OTHER = "OTHER", "其他重大问题"


class Trouble(Act):
    """问题报告 by the unit, in time (第三十条)."""

    kind: Annotated[TroubleKind, Field(title="问题")]
    description: Annotated[Text, Field(title="情况")]
    days_late: Annotated[int, Field(title="逾期天数", ge=0, le=10_000, strict=True)] = 0
    loss: Annotated[Money | None, Field(title="损失金额（元）")] = None
    evidence: Annotated[Document, Field(title="报告文件")]


class TroubleReported(ProjectEvent, label="重大问题报告", article="30"):
    trouble_id: UUID
    trouble: Trouble


class Suspension(Act):
    """暂停建设 by DEB (第三十条)."""

    reason: Annotated[Text, Field(title="理由")]
    document: Annotated[Document, Field(title="暂停文件（含文号）")]


class ConstructionSuspended(ProjectEvent, label="暂停建设", article="30"):
    suspension: Suspension


class Resumption(Act):
    """恢复建设 by DEB (第三十条)."""

    reason: Annotated[Text, Field(title="理由")]
    document: Annotated[Document, Field(title="恢复文件（含文号）")]


class ConstructionResumed(ProjectEvent, label="恢复建设", article="30"):
    resumption: Resumption


class TerminationRequest(Act):
    """终止申请 by the unit: substantial progress, but external change or force majeure."""

    reason: Annotated[Text, Field(title="外部环境变化或不可抗因素")]
    substantial_progress: Annotated[Flag, Field(title="已实施且有实质性进展")]
    progress: Annotated[Text, Field(title="实施进展")]
    document: Annotated[Document, Field(title="书面申请")]


class TerminationRequested(ProjectEvent, label="终止申请", article="30"):
    request: TerminationRequest


class TerminationReport(Act):
    """核报领导小组 by DEB (第三十条)."""

    text: Annotated[Text, Field(title="核报意见")]
    document: Annotated[Document, Field(title="核报文件（含文号）")]


class TerminationSubmitted(ProjectEvent, label="终止核报", article="30"):
    report: TerminationReport


class TerminationRuling(Act):
    """领导小组意见 (第三十条)."""

    approved: Annotated[Flag, Field(title="是否同意终止")]
    text: Annotated[Text, Field(title="意见")]
    document: Annotated[Document, Field(title="文件（含文号）")]


class ProjectTerminated(ProjectEvent, label="项目终止", article="30"):
    ruling: TerminationRuling


class TerminationRefused(ProjectEvent, label="不同意终止", article="30"):
    ruling: TerminationRuling
