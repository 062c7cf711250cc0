"""集中审查和年度清单 (第七、十五、十七条)."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Event, ProjectEvent
from shared.events.registry.declarations import PriorityType
from shared.events.vocabulary import Act, DeliveryMode, Document, Flag
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.kernel.text import Code, Line, Text


class ReviewResult(Coded):
    """集中审查结论（第十七条）."""

    INCLUDE = "INCLUDE", "列入清单"
    DEFER = "DEFER", "暂缓"
    REJECT = "REJECT", "不列入"


class CentralReview(Act):
    """集中审查: DEB with DRC, FIN and others concerned (第十七条)."""

    result: Annotated[ReviewResult, Field(title="结论")]
    reason: Annotated[Text, Field(title="理由")]
    participants: Annotated[
        tuple[Line, ...], Field(title="参加的其他单位和专家", max_length=20)
    ] = ()
    bodies: Annotated[tuple[Code, ...], Field(title="会同部门（代码）", max_length=20)] = ()
    off_cycle_agreed: Annotated[
        Flag | None, Field(title="是否同意年度外申报（年度外项目填写）")
    ] = None


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


class RankedProject(Record):
    """清单次序: a project and the priority types that a document bears out (第七条)."""

    project_id: UUID
    priority_types: tuple[PriorityType, ...] = ()


class AnnualListSubmitted(ListEvent, label="年度清单报审", article="17"):
    list: AnnualList
    ranking: tuple[RankedProject, ...] = ()
    """The projects in the order of Article 7: priority types first; it opens and closes nothing."""

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
    self_review: Flag = False
    """自建自审: DEB itself is the project unit (第五条)."""
