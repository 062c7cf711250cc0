"""登记备案: units, systems, declarations, central review, annual list (第九、十五至十七条)."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from shared.events.envelope import Event, ProjectEvent, SystemEvent, UnitEvent
from shared.events.vocabulary import Act, DeliveryMode, Document, Flag, LegalDate, Material, Source
from shared.kernel.coded import Coded
from shared.kernel.identifiers import DivisionCode, ProjectCode, UnitId
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.kernel.text import Line, Text


class UnitProfile(Act):
    """项目单位: the legal person, its principal head and its responsible internal body (第五条)."""

    unit_id: Annotated[UnitId, Field(title="统一社会信用代码")]
    name: Annotated[Line, Field(title="单位名称")]
    head: Annotated[Line, Field(title="主要负责人姓名")]
    head_post: Annotated[Line, Field(title="主要负责人职务")]
    informatization_office: Annotated[Line, Field(title="信息化工作机构")]
    contact: Annotated[Line, Field(title="联系人")]


class UnitRegistered(UnitEvent, label="单位登记", article="5"):
    profile: UnitProfile


class UnitRestriction(Act):
    """单位限制: the unit has not completed its 数据归集 (第十二条)."""

    reason: Annotated[Text, Field(title="理由")]
    evidence: Annotated[Document, Field(title="依据文件")]


class DataCollectionFlagged(UnitEvent, label="数据归集未完成", article="12"):
    restriction: UnitRestriction


class DataCollectionCleared(UnitEvent, label="数据归集已完成", article="12"):
    clearance: UnitRestriction


class SystemCategory(Coded):
    """项目类别（第二条）."""

    INFRASTRUCTURE = "INFRASTRUCTURE", "政务信息化基础设施"
    RESOURCE_LIBRARY = "RESOURCE_LIBRARY", "信息资源库"
    COMMON_PLATFORM = "COMMON_PLATFORM", "共性支撑平台"
    BUSINESS_SYSTEM = "BUSINESS_SYSTEM", "重点业务信息系统"
    STANDARDS = "STANDARDS", "电子政务标准化体系"
    SUPPORT = "SUPPORT", "相关支撑体系"


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


class AssetRegistration(Act):
    """资产登记: fixed and software assets confirmed (第五条、第八条第十项)."""

    asset_number: Annotated[Line, Field(title="资产编号")]


class AssetConfirmed(SystemEvent, label="资产确认", article="5"):
    registration: AssetRegistration


class Participant(Record):
    """参建部门 and what it builds (第二十一条)."""

    unit_id: Annotated[UnitId, Field(title="参建部门")]
    scope: Annotated[Text, Field(title="建设范围")]


class PriorityType(Coded):
    """重点建设类型（第七条）."""

    DEPLOYED = "DEPLOYED", "国家和省部署的重大项目"
    MUNICIPAL_DECISION = "MUNICIPAL_DECISION", "落实市委市政府重大决策"
    INTERNET_PLUS = "INTERNET_PLUS", "互联网加政务服务改革"
    INTEGRATION = "INTEGRATION", "整合与跨部门共建共享"
    SECURITY = "SECURITY", "弥补网络安全短板"


class OffCycle(Record):
    """年度外申报: why the project cannot wait for next year's list (第十五条)."""

    reason: Annotated[Text, Field(title="紧急理由")]
    evidence: Annotated[Document, Field(title="依据文件")]


class Declaration(Act):
    """项目申报材料 (第十六条): basics, technical materials, money."""

    unit_id: Annotated[UnitId, Field(title="项目单位")]
    system_id: Annotated[UUID, Field(title="系统目录条目")]
    name: Annotated[Line, Field(title="项目名称")]
    category: Annotated[SystemCategory, Field(title="项目类别")]
    delivery_mode: Annotated[DeliveryMode, Field(title="产生方式")]
    mode_reason: Annotated[Text, Field(title="采用该方式的主要原因")]
    plan_year: Annotated[int, Field(title="计划年度", ge=2000, le=2100, strict=True)]
    off_cycle: Annotated[OffCycle | None, Field(title="年度外申报")] = None
    tasks: Annotated[Text, Field(title="主要任务")]
    necessity: Annotated[Text, Field(title="建设依据和必要性")]
    goals: Annotated[Text, Field(title="项目绩效目标")]
    responsible_person: Annotated[Line, Field(title="项目责任人（主要负责人）")]
    plan_alignment: Annotated[
        tuple[Line, ...], Field(title="符合的规划", min_length=1, max_length=20)
    ]
    priority_types: Annotated[tuple[PriorityType, ...], Field(title="重点类型", max_length=5)] = ()
    materials: Annotated[tuple[Material, ...], Field(title="技术方案材料", max_length=50)]
    total: Annotated[Money, Field(title="投资额度（元）", gt=0)]
    operation_cost: Annotated[Money, Field(title="年运行维护经费（元）")]
    sources: Annotated[tuple[Source, ...], Field(title="资金来源", min_length=1, max_length=20)]
    participants: Annotated[tuple[Participant, ...], Field(title="参建部门", max_length=50)] = ()
    county_codes: Annotated[
        tuple[DivisionCode, ...], Field(title="协同县（市、区）", max_length=20)
    ] = ()
    base_project_id: Annotated[UUID | None, Field(title="升级改造的原项目")] = None
    classified: Annotated[Flag, Field(title="是否涉密")] = False


class ProjectDeclared(ProjectEvent, label="申报", article="15"):
    declaration: Declaration

    def subjects(self) -> Iterator[str]:
        yield from super().subjects()
        yield from (f"unit:{p.unit_id}" for p in self.declaration.participants)


class Withdrawal(Act):
    reason: Annotated[Text, Field(title="撤回理由")]


class DeclarationWithdrawn(ProjectEvent, label="撤回申报", article="15"):
    withdrawal: Withdrawal


class ReviewResult(Coded):
    """集中审查结论（第十七条）."""

    INCLUDE = "INCLUDE", "列入清单"
    DEFER = "DEFER", "暂缓"
    REJECT = "REJECT", "不列入"


class CentralReview(Act):
    """集中审查: DEB with DRC and FIN (第十七条)."""

    result: Annotated[ReviewResult, Field(title="结论")]
    reason: Annotated[Text, Field(title="理由")]
    participants: Annotated[tuple[Line, ...], Field(title="会同部门", min_length=1, max_length=20)]


class CentralReviewRecorded(ProjectEvent, label="集中审查", article="17"):
    review: CentralReview


class AnnualList(Act):
    """年度政务信息化项目清单 (第十七条): compiled by DEB, to be approved."""

    year: Annotated[int, Field(title="计划年度", ge=2000, le=2100, strict=True)]
    number: Annotated[Line, Field(title="报审文号")]
    project_ids: Annotated[tuple[UUID, ...], Field(title="项目", min_length=1, max_length=500)]
    supplementary: Annotated[Flag, Field(title="是否增补清单")] = False


class ListEvent(Event):
    """Something about an annual list."""

    list_id: UUID

    @property
    def stream(self) -> str:
        return f"annual-list:{self.list_id}"

    def subjects(self) -> Iterator[str]:
        yield self.stream


class AnnualListSubmitted(ListEvent, label="年度清单报审", article="17"):
    list: AnnualList

    def subjects(self) -> Iterator[str]:
        yield from super().subjects()
        yield from (f"project:{p}" for p in self.list.project_ids)


class ListApproval(Act):
    """清单审定: the document that approves the annual list (第十七条)."""

    document: Annotated[Document, Field(title="审定文件")]


class AnnualListApproved(ListEvent, label="年度清单审定", article="17"):
    approval: ListApproval


class ProjectListed(ProjectEvent, label="列入年度清单", article="17"):
    list_id: UUID
    year: int
    number: str
    delivery_mode: DeliveryMode
    name: str
    total: Money
    participants: tuple[UnitId, ...] = ()
    """Units that build along; the declaration has their scopes."""


class CodeAssignment(Act):
    """项目代码: from the provincial online approval platform (第九条)."""

    code: Annotated[ProjectCode, Field(title="投资项目统一代码")]
    obtained_on: Annotated[LegalDate, Field(title="赋码日期")]


class ProjectCodeAssigned(ProjectEvent, label="项目赋码", article="9"):
    assignment: CodeAssignment


class ProjectCodeTaken(Event, label="项目代码占用", article="9"):
    """Opens the code's own stream, so that no second project can take it."""

    code: ProjectCode
    project_id: UUID

    @property
    def stream(self) -> str:
        return f"project-code:{self.code}"


class SharingType(Coded):
    """共享类型."""

    UNCONDITIONAL = "UNCONDITIONAL", "无条件共享"
    CONDITIONAL = "CONDITIONAL", "有条件共享"
    NONE = "NONE", "不予共享"


class InformationResource(Record):
    """信息资源 (第二十条)."""

    code: Annotated[Line, Field(title="信息资源代码")]
    name: Annotated[Line, Field(title="信息资源名称")]
    sharing: Annotated[SharingType, Field(title="共享类型")]
    condition: Annotated[Line | None, Field(title="共享条件")] = None
    citation: Annotated[Line | None, Field(title="不予共享的法律依据")] = None


class ResourceCatalogue(Act):
    """信息资源目录 of a project, or the statement that it yields no data (第二十条)."""

    resources: Annotated[
        tuple[InformationResource, ...], Field(title="信息资源", max_length=500)
    ] = ()
    no_data_statement: Annotated[Text | None, Field(title="无数据资源说明")] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "ResourceCatalogue":
        if bool(self.resources) == bool(self.no_data_statement):
            raise ValueError("须填写信息资源，或说明本项目不产生数据资源，二者择一")
        return self


class ResourcesCatalogued(ProjectEvent, label="信息资源编目", article="20"):
    catalogue: ResourceCatalogue


class StatementApproval(Act):
    """无数据资源说明审核: DEB agrees that a project yields no data (第二十条)."""

    text: Annotated[Text, Field(title="审核意见")]


class NoDataStatementApproved(ProjectEvent, label="无数据资源说明审核", article="20"):
    statement_approval: StatementApproval
