"""检查与整改: inspections, rectification within a limit, and what came of it (第四十七条)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document, Flag, LegalDate
from shared.kernel.coded import Coded
from shared.kernel.model import Record
from shared.kernel.text import Code, Line, Text


class SupervisedMatter(Coded):
    """监督事项（第四十七条的八个方面，第四十九条的安全保密）."""

    PROCUREMENT = "PROCUREMENT", "招标采购"
    QUALITY = "QUALITY", "建设质量"
    PROGRESS = "PROGRESS", "实施进度"
    FUNDS = "FUNDS", "资金使用"
    COST_CONTROL = "COST_CONTROL", "概算控制"
    SHARING = "SHARING", "信息共享"
    CRYPTOGRAPHY = "CRYPTOGRAPHY", "密码应用"
    CYBERSECURITY = "CYBERSECURITY", "网络安全"
    SECRECY = "SECRECY", "安全保密"


class InspectedProblem(Record):
    """检查发现的问题: what is not as the rules or the reply want it."""

    requirement: Annotated[Line, Field(title="所违反的规定或批复要求")]
    description: Annotated[Text, Field(title="情况")]


class Inspection(Act):
    """监督检查 of one matter (第四十七、四十九条); without problems where all was in order."""

    matter: Annotated[SupervisedMatter, Field(title="事项")]
    summary: Annotated[Text, Field(title="检查情况")]
    problems: Annotated[
        tuple[InspectedProblem, ...], Field(title="发现的问题", max_length=100)
    ] = ()
    document: Annotated[Document, Field(title="检查记录")]


class InspectionRecorded(ProjectEvent, label="监督检查", article="47"):
    inspection_id: UUID
    body: Code
    inspection: Inspection


class RectificationOrder(Act):
    """整改要求 within a limit (第四十七条)."""

    finding_id: Annotated[UUID, Field(title="所依据的检查、认定或问题报告")]
    matter: Annotated[SupervisedMatter, Field(title="事项")]
    requirement: Annotated[Text, Field(title="整改要求")]
    due_on: Annotated[LegalDate, Field(title="整改期限（含当日）")]
    document: Annotated[Document, Field(title="整改通知（含文号）")]


class RectificationOrdered(ProjectEvent, label="限期整改", article="47"):
    rectification_id: UUID
    body: Code
    """The body that ordered it, and that alone confirms it."""
    order: RectificationOrder


class RectificationReport(Act):
    """整改报告 by the unit (第四十七条)."""

    text: Annotated[Text, Field(title="整改情况")]
    document: Annotated[Document, Field(title="整改报告")]


class RectificationReported(ProjectEvent, label="整改报告", article="47"):
    rectification_id: UUID
    report: RectificationReport


class RectificationConfirmation(Act):
    """整改核验 by the body that ordered it (第四十七条)."""

    done: Annotated[Flag, Field(title="是否符合要求")]
    text: Annotated[Text, Field(title="核验情况")]
    document: Annotated[Document, Field(title="核验文件")]


class RectificationConfirmed(ProjectEvent, label="整改核验", article="47"):
    rectification_id: UUID
    body: Code
    confirmation: RectificationConfirmation
