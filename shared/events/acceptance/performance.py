"""绩效: yearly monitoring reports, start of operation, evaluations (第四十五、四十六条)."""

from typing import Annotated

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document, LegalDate
from shared.kernel.coded import Coded
from shared.kernel.model import Record
from shared.kernel.text import Code, Line, Text


class HeardOpinion(Record):
    """听取的意见: who was asked, and what they said (第四十五条)."""

    party: Annotated[Line, Field(title="单位名称")]
    text: Annotated[Text, Field(title="意见")]
    document: Annotated[Document | None, Field(title="意见文件")] = None


class PerformanceReport(Act):
    """绩效监控报告 of one year of implementation (第四十五条)."""

    year: Annotated[int, Field(title="年度", ge=2000, le=9999, strict=True)]
    progress: Annotated[Text | None, Field(title="实施进度")] = None
    fund_execution: Annotated[Text | None, Field(title="资金计划执行情况")] = None
    user_opinion: Annotated[HeardOpinion | None, Field(title="项目使用单位意见")] = None
    supervision_opinion: Annotated[HeardOpinion | None, Field(title="监理单位意见")] = None
    no_supervision: Annotated[Line | None, Field(title="未委托监理的理由")] = None
    trial_effects: Annotated[Text | None, Field(title="试运行效果")] = None
    trial_problems: Annotated[Text | None, Field(title="试运行遇到的问题")] = None
    document: Annotated[Document, Field(title="报告文件")]


class PerformanceReportSubmitted(ProjectEvent, label="绩效监控报告", article="45"):
    """A later one of the same year takes the earlier one's place."""

    report: PerformanceReport
    due_on: LegalDate
    """Last day of its year."""
    late: bool
    """Received after that day, whatever date the paper bears."""


class OperationStart(Act):
    """投入运行: on the day it bears (第四十六条)."""

    statement: Annotated[Text, Field(title="投入运行情况")]
    document: Annotated[Document | None, Field(title="证明文件")] = None


class OperationStarted(ProjectEvent, label="投入运行", article="46"):
    start: OperationStart
    evaluation_opens_on: LegalDate
    evaluation_due_on: LegalDate


class Grade(Coded):
    """评价等次."""

    EXCELLENT = "EXCELLENT", "优"
    GOOD = "GOOD", "良"
    FAIR = "FAIR", "中"
    POOR = "POOR", "差"


class Indicators(Record):
    """评价指标: four groups, each assessed in words (第四十六条)."""

    decision_and_construction: Annotated[Text, Field(title="投资决策与建设管理")]
    operation: Annotated[Text, Field(title="运维水平")]
    application: Annotated[Text, Field(title="应用效果")]
    benefit: Annotated[Text, Field(title="项目效益")]


class SelfEvaluation(Act):
    """自评价 12 to 24 months after operation began (第四十六条)."""

    resource_use: Annotated[Text | None, Field(title="项目资源利用")] = None
    sharing: Annotated[Text | None, Field(title="信息资源共享")] = None
    security_risk: Annotated[Text | None, Field(title="安全风险")] = None
    indicators: Annotated[Indicators, Field(title="评价指标")]
    grade: Annotated[Grade, Field(title="自评等次")]
    document: Annotated[Document, Field(title="评价报告")]


class SelfEvaluationSubmitted(ProjectEvent, label="自评价", article="46"):
    """Reported to DEB, DRC and FIN; a later one takes the earlier one's place."""

    evaluation: SelfEvaluation
    operation_on: LegalDate
    due_on: LegalDate
    late: bool
    """Received after that day, whatever date the paper bears."""


class PostEvaluation(Act):
    """后评价 by DEB, DRC or FIN, with experts or a third party (第四十六条)."""

    evaluators: Annotated[
        tuple[Line, ...], Field(title="专家或第三方机构", min_length=1, max_length=50)
    ]
    indicators: Annotated[Indicators, Field(title="评价指标")]
    grade: Annotated[Grade, Field(title="评价等次")]
    text: Annotated[Text, Field(title="评价意见")]
    document: Annotated[Document, Field(title="评价报告")]


class PostEvaluationRecorded(ProjectEvent, label="后评价", article="46"):
    body: Code
    evaluation: PostEvaluation
