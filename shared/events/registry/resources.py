"""信息资源目录: what data a project yields, and how it is shared (第十一、十三、二十条)."""

from typing import Annotated

from pydantic import Field, model_validator

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Flag
from shared.kernel.coded import Coded
from shared.kernel.model import Record
from shared.kernel.text import Line, Text


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
    secrecy_note: Annotated[
        Line | None, Field(title="共享涉及国家秘密和安全时的依法办理说明（不得填写涉密内容）")
    ] = None


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

    @property
    def shares_nothing(self) -> bool:
        """Whether it has resources and none of them is shared (第十二条)."""
        return bool(self.resources) and all(r.sharing is SharingType.NONE for r in self.resources)


class ResourcesCatalogued(ProjectEvent, label="信息资源编目", article="20"):
    catalogue: ResourceCatalogue
    shares_nothing: Flag = False
    """None of its resources is shared: the leading group has to agree to it (第十二条)."""


class StatementApproval(Act):
    """无数据资源说明审核: DEB agrees that a project yields no data (第二十条)."""

    text: Annotated[Text, Field(title="审核意见")]


class NoDataStatementApproved(ProjectEvent, label="无数据资源说明审核", article="20"):
    statement_approval: StatementApproval
