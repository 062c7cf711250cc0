"""单位档案: a unit over all services in any cut: its projects, how it stands, what was imposed."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.audit.history import in_causal_order
from services.audit.state import Phase, fold
from shared.events import ProjectEvent, Recorded
from shared.events.refusals import RequestRefused
from shared.events.registry import UnitRegistered, UnitUpdated
from shared.kernel.actor import EventRef
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.standing import AcceptanceStatus, ProjectStanding, Standing, standing_of
from shared.web.settings import LOGS


class UnitProject(Record):
    """单位的项目."""

    project_id: UUID
    name: Annotated[str, Field(title="项目名称")]
    phase: Annotated[Phase, Field(title="项目阶段")]
    acceptance: Annotated[str, Field(title="验收情况")]
    approved_total: Annotated[Money | None, Field(title="批复总投资（元）")]
    paid: Annotated[Money, Field(title="已支付（元）")]
    suspended: Annotated[bool, Field(title="暂停建设")]


class Restriction(Record):
    """限制和处理: what stands against the unit or one of its projects."""

    kind: Annotated[str, Field(title="种类")]
    project_id: Annotated[UUID | None, Field(title="项目；涉及全单位的不填")]
    since: Annotated[date, Field(title="法定日期")]
    event: EventRef


class ExceptionInForce(Record):
    """未撤销的例外."""

    number: Annotated[str, Field(title="文号")]
    rows: Annotated[tuple[str, ...], Field(title="规则编号")]
    project_id: Annotated[UUID | None, Field(title="项目")]
    valid_from: Annotated[date, Field(title="有效自")]
    valid_until: Annotated[date | None, Field(title="有效至（含）")]
    event: EventRef


class UnitState(Record):
    """单位档案."""

    name: Annotated[str | None, Field(title="单位名称；未登记的为空")]
    projects: tuple[UnitProject, ...]
    restrictions: Annotated[tuple[Restriction, ...], Field(title="限制和处理，尚未解除的")]
    exceptions: Annotated[tuple[ExceptionInForce, ...], Field(title="未撤销的例外")]
    refusals: Annotated[int, Field(title="不予受理次数")]
    events: Annotated[int, Field(title="事件数")]


_BARRING = frozenset({AcceptanceStatus.OVERDUE, AcceptanceStatus.FAILED})
"""What keeps a unit from new projects (第三十二条)."""


def state_of(unit_id: UnitId, chosen: Iterable[Recorded]) -> UnitState:
    """What events about a unit add up to, whatever their order."""
    events = sorted(chosen, key=lambda r: (LOGS.index(r.ref.service), r.ref.position))
    standing = standing_of(events, unit_id)
    dated = {r.ref.event_id: r for r in events}
    return UnitState(
        name=_name(events),
        projects=tuple(_projects(unit_id, events, standing)),
        restrictions=tuple(_restrictions(standing, dated)),
        exceptions=tuple(_exceptions(standing)),
        refusals=sum(isinstance(r.event, RequestRefused) for r in events),
        events=len(events),
    )


def of_the_unit_itself(events: Iterable[Recorded]) -> list[Recorded]:
    """Without the steps of its projects, each of which has a history of its own."""
    return [r for r in events if not any(s.startswith("project:") for s in r.event.subjects())]


def _name(events: Iterable[Recorded]) -> str | None:
    name = None
    for recorded in events:
        match recorded.event:
            case UnitRegistered(profile=profile):
                name = profile.name
            case UnitUpdated(change=change):
                name = change.name or name
            case _:
                pass
    return name


def _projects(
    unit_id: UnitId, events: Iterable[Recorded], standing: Standing
) -> Iterator[UnitProject]:
    by_project: dict[UUID, list[Recorded]] = {}
    for recorded in events:
        event = recorded.event
        if isinstance(event, ProjectEvent) and event.unit_id == unit_id:
            by_project.setdefault(event.project_id, []).append(recorded)
    for project_id, steps in by_project.items():
        dossier = fold(in_causal_order(steps))
        yield UnitProject(
            project_id=project_id,
            name=dossier.name or "",
            phase=dossier.phase,
            acceptance=standing.of(project_id).acceptance.status.label,
            approved_total=dossier.approved_total,
            paid=dossier.paid,
            suspended=dossier.suspended,
        )


def _restrictions(standing: Standing, dated: dict[UUID, Recorded]) -> Iterator[Restriction]:
    refs: list[tuple[UUID | None, EventRef | None]] = [(None, standing.uncollected)]
    for each, project in standing.projects.items():
        refs += ((each, ref) for ref in _standing_against(project))
    for project_id, ref in refs:
        if ref is not None and (recorded := dated.get(ref.event_id)) is not None:
            yield Restriction(
                kind=_kind(recorded), project_id=project_id, since=recorded.on, event=ref
            )


def _standing_against(project: ProjectStanding) -> Iterator[EventRef | None]:
    yield project.suspended
    yield project.terminated
    if project.acceptance.status in _BARRING:
        yield project.acceptance.ref
    for found in (*project.sharing, *project.security):
        yield found.ref
    for measure in project.measures:
        if measure.ref != project.terminated:
            yield measure.ref


def _kind(recorded: Recorded) -> str:
    measure = getattr(recorded.event, "measure", None)
    return f"{recorded.event.label}：{measure.kind.label}" if measure else recorded.event.label


def _exceptions(standing: Standing) -> Iterator[ExceptionInForce]:
    for project_id, exemption in standing.exceptions.values():
        yield ExceptionInForce(
            number=exemption.number,
            rows=exemption.rows,
            project_id=project_id,
            valid_from=exemption.valid_from,
            valid_until=exemption.valid_until,
            event=exemption.ref,
        )
