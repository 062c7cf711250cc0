"""调整: filed, disputed, applied for, ruled on (第二十八、二十九条)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import ProjectEvent
from shared.events.vocabulary import Act, Document, Flag, Item, LegalDate
from shared.kernel.coded import Coded
from shared.kernel.money import Money
from shared.kernel.text import Code, Text


class ChangeReason(Coded):
    """调整情形（第二十九条）."""

    DEPLOYMENT = "DEPLOYMENT", "上级或市委市政府部署"
    OPTIMISATION = "OPTIMISATION", "技术方案完善优化"
    BUSINESS = "BUSINESS", "已批复框架下的业务发展需要"
    NONE = "NONE", "其他"


class Change(Act):
    """调整: the whole new estimate, so that money moved is computed (第二十八、二十九条)."""

    items: Annotated[
        tuple[Item, ...], Field(title="调整后的投资分项", min_length=1, max_length=200)
    ]
    reason: Annotated[ChangeReason, Field(title="情形")]
    explanation: Annotated[Text, Field(title="理由和内容说明")]
    written_material: Annotated[Document, Field(title="书面材料")]
    goals_changed: Annotated[Flag, Field(title="建设目标是否改变")] = False
    content_changed: Annotated[Flag, Field(title="主要建设内容是否调整")] = True
    major_design_change: Annotated[Flag, Field(title="是否重大设计变更")] = False
    executed_on: Annotated[LegalDate | None, Field(title="已实施日期（未实施则空）")] = None
    planned_end: Annotated[LegalDate | None, Field(title="调整后的计划完工日期")] = None


class ChangeFiled(ProjectEvent, label="变更报备", article="29"):
    change_id: UUID
    change: Change
    moved: Money
    moved_so_far: Money
    """Cumulative since the baseline, this change included."""
    limit: Money


class FilingDispute(Act):
    """报备异议: DRC or DEB finds that a filed change needs approval (第二十八、二十九条)."""

    reason: Annotated[Text, Field(title="理由")]
    document: Annotated[Document, Field(title="异议文件（含文号）")]


class FilingDisputed(ProjectEvent, label="报备异议", article="29"):
    """The filing no longer counts: its money goes back to the counter, an application is due."""

    change_id: UUID
    body: Code
    dispute: FilingDispute
    returned: Money


class ChangeApplied(ProjectEvent, label="调整申请", article="28"):
    change_id: UUID
    change: Change
    total: Money


class LateNoticeFound(ProjectEvent, label="未事先申请", article="28"):
    """Executed before applying, though not barred from being received: shown to auditors."""

    change_id: UUID
    executed_on: LegalDate


class ChangeRuling(Act):
    """调整批复: of DRC or DEB on an application (第二十八条)."""

    approved: Annotated[Flag, Field(title="是否同意")]
    document: Annotated[Document, Field(title="文件（含文号）")]
    text: Annotated[Text, Field(title="意见")]


class ChangeConcurred(ProjectEvent, label="调整会签", article="28"):
    change_id: UUID
    ruling: ChangeRuling


class ChangeApproved(ProjectEvent, label="调整批准", article="28"):
    """A new baseline; the cumulative count of Article 29 starts again."""

    change_id: UUID
    ruling: ChangeRuling
    total: Money
    items: tuple[Item, ...]
    planned_end: LegalDate
    policy: str


class ChangeRefused(ProjectEvent, label="调整不予批准", article="28"):
    change_id: UUID
    ruling: ChangeRuling
