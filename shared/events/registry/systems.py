"""系统目录: entries, what keeps them current, their assets, and how they end (第五、八、九条)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from shared.events.envelope import SystemEvent
from shared.events.vocabulary import Act, Document, LegalDate
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.text import Line, Text


class SystemCategory(Coded):
    """项目类别（第二条）."""

    INFRASTRUCTURE = "INFRASTRUCTURE", "政务信息化基础设施"
    RESOURCE_LIBRARY = "RESOURCE_LIBRARY", "信息资源库"
    COMMON_PLATFORM = "COMMON_PLATFORM", "共性支撑平台"
    BUSINESS_SYSTEM = "BUSINESS_SYSTEM", "重点业务信息系统"
    STANDARDS = "STANDARDS", "电子政务标准化体系"
    SUPPORT = "SUPPORT", "相关支撑体系"
    OUT_OF_SCOPE = "OUT_OF_SCOPE", "不属于以上六类"


class SystemStatus(Coded):
    PLANNED = "PLANNED", "拟建"
    RUNNING = "RUNNING", "在用"


class SystemEntry(Act):
    """系统目录条目: what a unit enters in the system catalogue (第九条)."""

    unit_id: Annotated[UnitId, Field(title="所属单位")]
    name: Annotated[Line, Field(title="系统名称")]
    category: Annotated[SystemCategory, Field(title="类别")]
    status: Annotated[SystemStatus, Field(title="状态")]
    functions: Annotated[Text, Field(title="主要功能")]


class SystemCatalogued(SystemEvent, label="系统编目", article="9"):
    entry: SystemEntry


class SystemChange(Act):
    """系统目录更新: what is given changes (第九条).

    Whether a system runs is not among it: that follows from acceptance and from its end.
    """

    name: Annotated[Line | None, Field(title="系统名称")] = None
    category: Annotated[SystemCategory | None, Field(title="类别")] = None
    functions: Annotated[Text | None, Field(title="主要功能")] = None

    @model_validator(mode="after")
    def _something_changes(self) -> "SystemChange":
        if not self.model_dump(exclude={"on"}, exclude_none=True):
            raise ValueError("须至少填写一项变更")
        return self


class SystemUpdated(SystemEvent, label="系统目录更新", article="9"):
    change: SystemChange


class SystemReview(Act):
    """系统目录复核: the entry is found to be current (第九条)."""

    statement: Annotated[Text, Field(title="复核情况")]


class SystemReviewed(SystemEvent, label="系统目录复核", article="9"):
    review: SystemReview


class SystemActivated(SystemEvent, label="系统转为在用", article="9"):
    """A provisional entry's project has passed its acceptance."""

    project_id: UUID
    acceptance: EventRef


class AssetRegistration(Act):
    """资产登记: fixed and software assets confirmed (第五条、第八条第十项)."""

    asset_number: Annotated[Line, Field(title="资产编号")]


class AssetConfirmed(SystemEvent, label="资产确认", article="5"):
    registration: AssetRegistration


class TerminationGround(Coded):
    """停用原因（第八条）."""

    MERGEABLE = "MERGEABLE", "可整合归并"
    REPLACEABLE = "REPLACEABLE", "可由统建通用系统替代"


class TerminationRequirement(Act):
    """停用要求: a system is to stop by a day, and what takes its place (第八条)."""

    ground: Annotated[TerminationGround, Field(title="停用原因")]
    replacement: Annotated[Line, Field(title="归并到或替代的系统")]
    replacement_system_id: Annotated[UUID | None, Field(title="该系统的目录条目")] = None
    terminate_by: Annotated[LegalDate, Field(title="停用期限（含当日）")]
    reason: Annotated[Text, Field(title="理由")]
    document: Annotated[Document, Field(title="通知文件")]


class SystemTerminationRequired(SystemEvent, label="要求系统停用", article="8"):
    """From now on nothing new is declared on it; a later requirement replaces an earlier one."""

    requirement: TerminationRequirement


class TerminationWaiver(Act):
    """撤销停用要求 (第八条)."""

    reason: Annotated[Text, Field(title="理由")]
    document: Annotated[Document, Field(title="依据文件")]


class SystemTerminationWaived(SystemEvent, label="撤销停用要求", article="8"):
    waiver: TerminationWaiver


class SystemTermination(Act):
    """系统停用: the unit reports that a system has stopped (第八条)."""

    statement: Annotated[Text, Field(title="停用情况和数据处置")]
    evidence: Annotated[Document, Field(title="停用证明")]


class SystemTerminated(SystemEvent, label="系统停用", article="8"):
    """It costs nothing any more, and nothing is declared on it."""

    termination: SystemTermination
