"""共享: exchange platform, mounted resources, cloud resources (第十一、三十二、三十三条)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document
from shared.kernel.coded import Coded
from shared.kernel.text import Line, Text


class ExchangeConnection(Act):
    """接入市级政务信息资源共享交换平台, on the day it bears (第十一条)."""

    interface: Annotated[Line, Field(title="接口")]
    document: Annotated[Document, Field(title="接入证明")]


class ExchangeConnected(ProjectEvent, label="接入交换平台", article="11"):
    connection: ExchangeConnection


class SharingFeedback(Act):
    """共享信息使用情况反馈 (第十一条)."""

    resource_code: Annotated[Line, Field(title="信息资源代码")]
    user: Annotated[Line, Field(title="使用单位")]
    usage: Annotated[Text, Field(title="使用情况")]


class SharingFeedbackRecorded(ProjectEvent, label="共享使用反馈", article="11"):
    feedback: SharingFeedback


class MountedResources(Act):
    """挂接情况: all resources of the project now in the city's catalogue (第三十三条)."""

    codes: Annotated[tuple[Line, ...], Field(title="已挂接的信息资源代码", max_length=1000)]
    document: Annotated[Document, Field(title="挂接证明")]


class ResourcesMounted(ProjectEvent, label="公共数据挂接", article="33"):
    """Takes the place of what was mounted before."""

    resources: MountedResources


class CloudPurpose(Coded):
    """政务云资源用途."""

    TRIAL = "TRIAL", "试运行"
    PRODUCTION = "PRODUCTION", "正式运行"


class CloudGrantKind(Coded):
    """政务云资源安排方式."""

    NEW = "NEW", "新增"
    EXPANSION = "EXPANSION", "扩容"


class CloudGrant(Act):
    """政务云资源安排 by DEB (第三十二、三十三条)."""

    purpose: Annotated[CloudPurpose, Field(title="用途")]
    kind: Annotated[CloudGrantKind, Field(title="安排方式")]
    resources: Annotated[Text, Field(title="资源内容")]
    document: Annotated[Document, Field(title="安排文件")]


class CloudResourcesGranted(ProjectEvent, label="政务云资源安排", article="32"):
    grant_id: UUID
    grant: CloudGrant
