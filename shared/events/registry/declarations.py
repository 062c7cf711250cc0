"""申报: what is declared, withdrawn, coded, linked (第二、七、九、十、十五、十六条)."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Event, ProjectEvent
from shared.events.registry.systems import SystemCategory
from shared.events.vocabulary import Act, DeliveryMode, Document, Flag, LegalDate, Material, Source
from shared.kernel.coded import Coded
from shared.kernel.identifiers import DivisionCode, ProjectCode, UnitId
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.kernel.text import Line, PersonName, Text


class InfrastructureKind(Coded):
    """基础设施细类（第二条）."""

    EGOV_NETWORK = "EGOV_NETWORK", "电子政务网络平台"
    EGOV_CLOUD = "EGOV_CLOUD", "政务云平台"
    SECURITY = "SECURITY", "信息安全基础设施"
    DATA_CENTRE = "DATA_CENTRE", "数据中心及机房"


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


class PriorityBasis(Record):
    """重点类型依据: the document by which a project is of a priority type (第七条)."""

    type: Annotated[PriorityType, Field(title="重点类型")]
    document: Annotated[Document, Field(title="依据文件")]


class OffCycle(Record):
    """年度外申报: why the project cannot wait for next year's list (第十五条)."""

    reason: Annotated[Text, Field(title="紧急理由")]
    evidence: Annotated[Document, Field(title="依据文件")]


class CountyCoordination(Record):
    """市县协同: what the municipal unit lays down for the counties (第十条)."""

    requirements: Annotated[Document, Field(title="信息共享和业务协同总体要求")]
    standards: Annotated[tuple[Document, ...], Field(title="标准规范", min_length=1, max_length=20)]


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
    responsible_person: Annotated[PersonName, Field(title="项目责任人（主要负责人）")]
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
    sub_category: Annotated[InfrastructureKind | None, Field(title="基础设施细类")] = None
    scope_basis: Annotated[
        Line | None, Field(title="属于政务信息系统的依据（GB/T 40692 条款或理由）")
    ] = None
    priority_basis: Annotated[
        tuple[PriorityBasis, ...], Field(title="重点类型依据", max_length=20)
    ] = ()
    county_coordination: Annotated[
        CountyCoordination | None, Field(title="市县协同总体要求和标准规范")
    ] = None


class ProjectDeclared(ProjectEvent, label="申报", article="15"):
    declaration: Declaration
    self_review: Flag = False
    """自建自审: DEB itself is the project unit (第五条)."""

    def subjects(self) -> Iterator[str]:
        yield from super().subjects()
        yield from (f"unit:{p.unit_id}" for p in self.declaration.participants)


class Withdrawal(Act):
    reason: Annotated[Text, Field(title="撤回理由")]


class DeclarationWithdrawn(ProjectEvent, label="撤回申报", article="15"):
    withdrawal: Withdrawal


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


class CountyProject(Act):
    """县级项目: what a county builds along, approved there and only linked here (第十条)."""

    county_code: Annotated[DivisionCode, Field(title="县（市、区）")]
    unit_name: Annotated[Line, Field(title="县级项目单位")]
    name: Annotated[Line, Field(title="县级项目名称")]
    number: Annotated[Line, Field(title="县级项目编号")]
    approver: Annotated[Line, Field(title="当地审批部门")]


class CountyProjectLinked(ProjectEvent, label="关联县级项目", article="10"):
    county_project: CountyProject
