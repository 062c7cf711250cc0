"""年度清单: the lists of a year in any cut, and how far each of their projects has come."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.audit.entries import backdated_by
from services.audit.ledger import City
from services.audit.reports.planning import phase_of
from services.audit.state import Phase
from shared.events import Recorded
from shared.events.registry import (
    AnnualListApproved,
    AnnualListSubmitted,
    ProjectListed,
    RankedProject,
)
from shared.kernel.actor import EventRef
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.money import Money


class Step(Record):
    """报审或审定: when a list went on, on paper and on record."""

    on: Annotated[date, Field(title="法定日期")]
    backdated: Annotated[bool, Field(title="补录：法定日期早于入库日期（上海）")]
    backdated_days: Annotated[int, Field(ge=0, title="补录的天数；当日入库的为 0")]
    event: EventRef

    @classmethod
    def of(cls, recorded: Recorded) -> "Step":
        late = backdated_by(recorded)
        return cls(on=recorded.on, backdated=late > 0, backdated_days=late, event=recorded.ref)


class ListedProject(Record):
    """清单中的项目, in the order of Article 7."""

    project_id: UUID
    name: Annotated[str, Field(title="项目名称")]
    unit_id: Annotated[UnitId | None, Field(title="项目单位")]
    unit_name: Annotated[str, Field(title="单位名称")]
    total: Annotated[Money | None, Field(title="投资额度（元）")]
    priority_types: Annotated[tuple[str, ...], Field(title="重点类型")]
    listed: Annotated[Step | None, Field(title="列入；尚未审定的为空")]
    phase: Annotated[Phase, Field(title="项目阶段")]


class YearsList(Record):
    """一份清单."""

    list_id: UUID
    number: Annotated[str, Field(title="报审文号")]
    supplementary: Annotated[bool, Field(title="是否增补清单")]
    submitted: Annotated[Step, Field(title="报审")]
    approved: Annotated[Step | None, Field(title="审定；尚未审定的为空")]
    projects: tuple[ListedProject, ...]


def lists_of(city: City, year: int) -> Iterator[YearsList]:
    """The lists of a plan year in the order in which they were first submitted."""
    newest: dict[UUID, Recorded] = {}
    for recorded in city.whole.recorded(AnnualListSubmitted):
        event = recorded.event
        if isinstance(event, AnnualListSubmitted):
            newest[event.list_id] = recorded
    for recorded in newest.values():
        event = recorded.event
        if isinstance(event, AnnualListSubmitted) and event.list.year == year:
            yield _list(city, recorded, event)


def _list(city: City, submitted: Recorded, event: AnnualListSubmitted) -> YearsList:
    approvals = city.file(event.stream).recorded(AnnualListApproved)
    unranked = (RankedProject(project_id=i) for i in event.list.project_ids)
    return YearsList(
        list_id=event.list_id,
        number=event.list.number,
        supplementary=event.list.supplementary,
        submitted=Step.of(submitted),
        approved=Step.of(approvals[-1]) if approvals else None,
        projects=tuple(_project(city, event, p) for p in event.ranking or unranked),
    )


def _project(city: City, event: AnnualListSubmitted, ranked: RankedProject) -> ListedProject:
    project = city.project(ranked.project_id)
    entered = [
        (r, r.event)
        for r in city.file(f"project:{ranked.project_id}").recorded(ProjectListed)
        if isinstance(r.event, ProjectListed) and r.event.list_id == event.list_id
    ]
    listed = entered[-1] if entered else None
    declared = project.declared.declaration if project else None
    return ListedProject(
        project_id=ranked.project_id,
        name=listed[1].name if listed else declared.name if declared else "",
        unit_id=project.unit_id if project else None,
        unit_name=project.unit_name if project else "",
        total=listed[1].total if listed else declared.total if declared else None,
        priority_types=tuple(each.label for each in ranked.priority_types),
        listed=Step.of(listed[0]) if listed else None,
        phase=phase_of(project) if project else Phase.NONE,
    )
