"""管理: supervision contract, rules and archives, security in each stage (第二十六、四十九条)."""

from typing import Annotated

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document, Flag, LegalDate
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.text import Line


class Supervisor(Record):
    """监理单位 and its contract (第二十六条)."""

    unit_id: Annotated[UnitId, Field(title="监理单位统一社会信用代码")]
    name: Annotated[Line, Field(title="监理单位名称")]
    contract: Annotated[Document, Field(title="监理合同")]


class Archive(Record):
    """项目档案 (第二十六条)."""

    keeper: Annotated[Line, Field(title="保管部门")]
    electronic: Annotated[Flag, Field(title="是否采用电子档案")]
    inventory: Annotated[Document, Field(title="档案目录")]


class ProjectManagement(Act):
    """项目管理情况: supervision, rules, archives (第二十六条); states the whole of it each time."""

    supervisor: Annotated[Supervisor | None, Field(title="监理单位")] = None
    rules: Annotated[tuple[Document, ...], Field(title="项目管理制度", max_length=50)] = ()
    archive: Annotated[Archive | None, Field(title="项目档案")] = None


class ManagementRecorded(ProjectEvent, label="项目管理情况", article="26"):
    management: ProjectManagement


class SecurityPhase(Coded):
    """安全措施的阶段（第四十九条）: planned, built and operated along with the system."""

    PLAN = "PLAN", "同步规划"
    BUILD = "BUILD", "同步建设"
    OPERATION = "OPERATION", "同步运行"


class SecurityAssessment(Coded):
    """安全检测评估种类."""

    MLPS = "MLPS", "网络安全等级保护测评"
    CRYPTOGRAPHY = "CRYPTOGRAPHY", "密码应用安全性评估"
    DATA_RISK = "DATA_RISK", "数据安全风险评估"
    OTHER = "OTHER", "其他检测评估"


class SecurityStage(Act):
    """安全措施情况: evidence of a phase, or an assessment made on the day it bears."""

    phase: Annotated[SecurityPhase, Field(title="阶段")]
    assessment: Annotated[SecurityAssessment | None, Field(title="检测评估")] = None
    mlps_level: Annotated[int | None, Field(title="网络安全保护等级", ge=1, le=5, strict=True)] = (
        None
    )
    summary: Annotated[Line, Field(title="情况")]
    evidence: Annotated[Document, Field(title="证明文件")]


class SecurityStageRecorded(ProjectEvent, label="安全措施情况", article="49"):
    stage: SecurityStage
    next_due_on: LegalDate | None = None
    """Day by which an assessment in operation is to be made again, where it is periodic."""
