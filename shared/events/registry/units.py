"""项目单位: who they are, who heads them, and what holds their declarations up (第五、十二条)."""

from typing import Annotated

from pydantic import Field, model_validator

from shared.events.envelope import UnitEvent
from shared.events.vocabulary import Act, Document, LegalDate
from shared.kernel.identifiers import UnitId
from shared.kernel.text import Line, PersonName, Text


class UnitProfile(Act):
    """项目单位: the legal person, its principal head and its responsible internal body (第五条)."""

    unit_id: Annotated[UnitId, Field(title="统一社会信用代码")]
    name: Annotated[Line, Field(title="单位名称")]
    head: Annotated[PersonName, Field(title="主要负责人姓名")]
    head_post: Annotated[Line, Field(title="主要负责人职务")]
    informatization_office: Annotated[Line | None, Field(title="信息化工作机构")] = None
    contact: Annotated[PersonName | None, Field(title="联系人")] = None


class UnitRegistered(UnitEvent, label="单位登记", article="5"):
    profile: UnitProfile


class UnitChange(Act):
    """单位登记变更: what is given changes, the rest stays (第五、二十六条)."""

    name: Annotated[Line | None, Field(title="单位名称")] = None
    head: Annotated[PersonName | None, Field(title="主要负责人姓名")] = None
    head_post: Annotated[Line | None, Field(title="主要负责人职务")] = None
    head_since: Annotated[LegalDate | None, Field(title="任职日期（缺省为文书日期）")] = None
    informatization_office: Annotated[Line | None, Field(title="信息化工作机构")] = None
    contact: Annotated[PersonName | None, Field(title="联系人")] = None

    @model_validator(mode="after")
    def _something_changes(self) -> "UnitChange":
        if not self.model_dump(exclude={"on", "head_since"}, exclude_none=True):
            raise ValueError("须至少填写一项变更")
        return self


class UnitUpdated(UnitEvent, label="单位登记变更", article="5"):
    change: UnitChange


class UnitRestriction(Act):
    """单位限制: the unit has not completed its 数据归集 (第十二条)."""

    reason: Annotated[Text, Field(title="理由")]
    evidence: Annotated[Document, Field(title="依据文件")]


class DataCollectionFlagged(UnitEvent, label="数据归集未完成", article="12"):
    restriction: UnitRestriction


class DataCollectionCleared(UnitEvent, label="数据归集已完成", article="12"):
    clearance: UnitRestriction
