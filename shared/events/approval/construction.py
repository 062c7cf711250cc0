"""建设方式: on what a project is built, what it connects to, how its parts share the work.

What Articles 6 and 8 ask of every project; classified ones never get here (第五十四条).
"""

from typing import Annotated

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document, Flag
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.text import Line, Text


class ConstructionKind(Coded):
    """建设性质（第八、三十三、五十一条）."""

    NEW = "NEW", "新建"
    EXPAND = "EXPAND", "扩建"
    REBUILD = "REBUILD", "改建"
    UPGRADE = "UPGRADE", "升级改造"


class DeployTarget(Coded):
    """部署位置（第六、八条）."""

    MUNICIPAL_CLOUD = "MUNICIPAL_CLOUD", "市级政务云"
    ELSEWHERE = "ELSEWHERE", "其他位置"
    NOT_DEPLOYED = "NOT_DEPLOYED", "无须部署"


class NetworkUse(Coded):
    """所用网络（第六条）."""

    EXTRANET = "EXTRANET", "电子政务外网"
    INTRANET = "INTRANET", "电子政务内网"
    OTHER = "OTHER", "其他网络"


class HardwareKind(Coded):
    """拟购硬件种类（第八条第一项）."""

    MACHINE_ROOM = "MACHINE_ROOM", "机房"
    DATA_CENTRE = "DATA_CENTRE", "数据中心"
    PRIVATE_CLOUD = "PRIVATE_CLOUD", "私有云平台"
    SERVER = "SERVER", "服务器"
    STORAGE = "STORAGE", "存储设备"
    NETWORK_DEVICE = "NETWORK_DEVICE", "服务端网络设备"
    TERMINAL = "TERMINAL", "终端"
    FIELD_DEVICE = "FIELD_DEVICE", "前端采集设备"


class Hardware(Record):
    """拟购硬件."""

    kind: Annotated[HardwareKind, Field(title="种类")]
    name: Annotated[Line, Field(title="名称")]
    quantity: Annotated[int, Field(title="数量", ge=1, le=1_000_000, strict=True)]


class LineKind(Coded):
    """线路种类（第八条第二项）."""

    INTERNET_EGRESS = "INTERNET_EGRESS", "互联网出口"
    PRIVATE_LINE = "PRIVATE_LINE", "专网线路"


class LeasedLine(Record):
    """拟租线路."""

    kind: Annotated[LineKind, Field(title="种类")]
    purpose: Annotated[Line, Field(title="用途")]
    merged: Annotated[Flag, Field(title="已整合到电子政务内网或外网")]


class EndpointSecurity(Coded):
    """终端安全防护（第八条第二项）."""

    NOT_INCLUDED = "NOT_INCLUDED", "不含终端安全防护"
    UNIFIED = "UNIFIED", "纳入电子政务外网统一监管"
    SEPARATE = "SEPARATE", "未纳入统一监管"


class CommonCapability(Coded):
    """统建的共性能力（第八条第四项）."""

    CERTIFICATES = "CERTIFICATES", "数字证书"
    LICENCES = "LICENCES", "电子证照"
    SEALS = "SEALS", "电子签章"
    PAYMENT = "PAYMENT", "公共支付"
    DELIVERY = "DELIVERY", "物流配套"
    NOTIFICATION = "NOTIFICATION", "通知消息"
    COMPLAINTS = "COMPLAINTS", "咨询投诉"
    WEBSITE = "WEBSITE", "政府网站支撑平台"
    MOBILE_CLIENT = "MOBILE_CLIENT", "独立封装的移动客户端"
    BIG_DATA = "BIG_DATA", "大数据处理分析平台"
    INSPECTION = "INSPECTION", "执法检查类系统"


class Connections(Record):
    """平台接入: which platforms it connects to, and which it has to (第六条、第八条第五项)."""

    exchange_platform: Annotated[Flag, Field(title="接入数据共享交换平台")]
    public_service: Annotated[Flag, Field(title="属政务服务、公共服务类")]
    service_platform: Annotated[Flag, Field(title="接入一体化政务服务平台")]
    command: Annotated[Flag, Field(title="属指挥调度、决策辅助类")]
    command_platform: Annotated[Flag, Field(title="接入全市统一指挥调度平台")]
    office_platform: Annotated[Flag, Field(title="属协同办公平台")]


class DuplicateCheck(Record):
    """查重: against what is built for all by a higher level (第八条第九项)."""

    upper_level_system: Annotated[Line | None, Field(title="相近的上级统建系统")] = None
    duplicated: Annotated[Flag, Field(title="建设内容有重复")]
    finding: Annotated[Text, Field(title="查重结论")]


class Construction(Record):
    """建设方式说明: what Articles 6, 8 and 23 look at."""

    kind: Annotated[ConstructionKind, Field(title="建设性质")]
    deploy_target: Annotated[DeployTarget, Field(title="部署位置")]
    migration_plan: Annotated[Document | None, Field(title="迁移到市级政务云的方案")] = None
    network: Annotated[NetworkUse, Field(title="所用网络")]
    common_supports: Annotated[tuple[Line, ...], Field(title="依托的公共支撑", max_length=50)]
    integrations: Annotated[tuple[Line, ...], Field(title="与其他系统的接口", max_length=200)]
    hardware: Annotated[tuple[Hardware, ...], Field(title="拟购硬件", max_length=500)] = ()
    lines: Annotated[tuple[LeasedLine, ...], Field(title="拟租线路", max_length=200)] = ()
    endpoint_security: Annotated[EndpointSecurity, Field(title="终端安全防护")]
    common_capabilities: Annotated[
        tuple[CommonCapability, ...], Field(title="所含共性能力", max_length=11)
    ] = ()
    connections: Annotated[Connections, Field(title="平台接入")]
    shared_use: Annotated[Flag, Field(title="基础设施、支撑平台和数据资源共建共享共用")]
    duplicate_check: Annotated[DuplicateCheck, Field(title="查重")]
    civil_works: Annotated[Flag, Field(title="涉及新建土建工程")]
    high_energy: Annotated[Flag, Field(title="属高能耗项目")]


class WorkShare(Record):
    """参建分工: what one of the units builds and answers for (第二十七条)."""

    unit_id: Annotated[UnitId, Field(title="参建部门")]
    scope: Annotated[Text, Field(title="建设范围")]
    duty: Annotated[Text, Field(title="责任义务")]


class DivisionOfWork(Act):
    """参建分工: collaboration, sharing needs and each unit's part, signed by all (第二十七条)."""

    collaboration: Annotated[Text, Field(title="业务协同关系")]
    sharing_needs: Annotated[Text, Field(title="信息共享需求")]
    shares: Annotated[tuple[WorkShare, ...], Field(title="各部门分工", min_length=1, max_length=50)]
    document: Annotated[Document, Field(title="会签的分工文件")]


class DivisionOfWorkRecorded(ProjectEvent, label="参建分工", article="27"):
    division: DivisionOfWork
