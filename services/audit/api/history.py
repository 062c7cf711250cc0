"""HTTP: histories over all services in any cut, and the integrity of the logs."""

import asyncio
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from services.audit import history, integrity, lists, units
from services.audit.api.asking import CityOn, asked, head_of
from services.audit.api.checkpoints import alarms_of
from services.audit.api.cutting import Cut, CutByVersion
from services.audit.cuts import Seen
from services.audit.entries import Entry
from services.audit.integrity import LogIntegrity
from services.audit.lists import YearsList
from services.audit.state import Dossier, fold
from services.audit.units import UnitState
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.web.actors import CurrentActor, authorise
from shared.web.problems import ProblemError, problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["审计"])


class History(Record):
    """项目全史: events of all services in causal order, and the state they add up to."""

    project_id: UUID
    entries: tuple[Entry, ...]
    state: Dossier
    positions: Annotated[dict[str, int], Field(title="各服务日志已反映到的位置")]


class UnitHistory(Record):
    """单位全史: what concerns the unit itself, and what all events about it add up to."""

    unit_id: UnitId
    entries: Annotated[tuple[Entry, ...], Field(title="涉及单位自身的事件；项目的步骤不在其中")]
    state: UnitState
    positions: Annotated[dict[str, int], Field(title="各服务日志已反映到的位置")]


class YearsLists(Record):
    """年度清单."""

    year: int
    lists: tuple[YearsList, ...]
    positions: Annotated[dict[str, int], Field(title="各服务日志已反映到的位置")]


class IntegrityReport(Record):
    """完整性报告."""

    intact: bool
    logs: tuple[LogIntegrity, ...]


@router.get("/projects/{project_id}/history", responses=problems(404))
async def read_history(
    request: Request,
    actor: CurrentActor,
    project_id: Annotated[UUID, Path(title="项目标识")],
    cut: CutByVersion,
    steps: Annotated[int | None, Query(ge=0, title="只看前若干步")] = None,
) -> History:
    """一个项目在全部服务中的完整历史，按因果和时间排序；可回到任一日期、时刻、位置、版本或步骤。"""
    runtime: Runtime = request.app.state.runtime
    policy = runtime.policy_to_read()
    await runtime.fence()
    positions = await _positions(runtime)
    found = await asyncio.to_thread(runtime.inbox.about, f"project:{project_id}")
    if actor.unit_id is not None:
        found = history.as_its_unit_sees_it(found, actor.unit_id)
    if not found:
        raise ProblemError("not_found", f"没有项目 {project_id} 的记录，或无权查看")
    ordered = history.in_causal_order(found)
    step_of = {r.ref.event_id: step for step, r in enumerate(ordered, 1)}
    places = cut.places_with_versions(positions, found, f"project:{project_id}")
    chosen = history.cut(
        ordered, valid_at=cut.valid_at, known_at=cut.known_at, steps=steps, positions=places
    )
    return History(
        project_id=project_id,
        entries=tuple(Entry.of(step_of[r.ref.event_id], r, policy) for r in chosen),
        state=fold(chosen),
        positions=positions | places,
    )


@router.get("/units/{unit_id}/history", responses=problems(404))
async def read_unit_history(
    request: Request,
    actor: CurrentActor,
    unit_id: Annotated[UnitId, Path(title="项目单位")],
    cut: CutByVersion,
) -> UnitHistory:
    """一个单位在任一截面的项目、处境、限制和处理；各项目的步骤见其自身的 history。"""
    runtime: Runtime = request.app.state.runtime
    policy = runtime.policy_to_read()
    authorise(actor, policy, read_unit_history.__name__, frozenset({unit_id}))
    await runtime.fence()
    positions = await _positions(runtime)
    found = await asyncio.to_thread(runtime.inbox.about, f"unit:{unit_id}")
    if not found:
        raise ProblemError("not_found", f"没有单位 {unit_id} 的记录")
    ordered = history.in_causal_order(found)
    step_of = {r.ref.event_id: step for step, r in enumerate(ordered, 1)}
    places = cut.places_with_versions(positions, found, f"unit:{unit_id}")
    chosen = history.cut(ordered, valid_at=cut.valid_at, known_at=cut.known_at, positions=places)
    return UnitHistory(
        unit_id=unit_id,
        entries=tuple(
            Entry.of(step_of[r.ref.event_id], r, policy) for r in units.of_the_unit_itself(chosen)
        ),
        state=units.state_of(unit_id, chosen),
        positions=positions | places,
    )


@router.get("/annual-lists/{year}", responses=problems())
async def read_years_lists(
    request: Request,
    actor: CurrentActor,
    year: Annotated[int, Path(ge=2000, le=2100, title="计划年度")],
    cut: Cut,
) -> YearsLists:
    """一个计划年度的清单在任一截面的内容：报审、审定、所列项目及其阶段。"""
    seen = Seen.of(cut.known_at, cut.positions)
    day = cut.valid_at or date.max

    def of_the_year(city_on: CityOn) -> YearsLists:
        city = city_on(day, seen)
        return YearsLists(
            year=year, lists=tuple(lists.lists_of(city, year)), positions=city.positions
        )

    return await asked(request, of_the_year)


async def _positions(runtime: Runtime) -> dict[str, int]:
    return {
        f.source: await asyncio.to_thread(runtime.inbox.position, f.source)
        for f in runtime.followers
    }


@router.get("/integrity", responses=problems())
async def check_integrity(request: Request, actor: CurrentActor) -> IntegrityReport:
    """逐条重算四个日志的叶哈希和默克尔根，并与各服务所示的日志头核对；见证中的不符一并列出。"""
    runtime: Runtime = request.app.state.runtime
    logs = []
    for follower in runtime.followers:
        head = await head_of(follower, runtime.settings.fence_seconds)
        found = await asyncio.to_thread(integrity.check, runtime.inbox, follower.source, head)
        logs.append(found.with_alarms(await alarms_of(runtime, follower.source)))
    return IntegrityReport(intact=all(log.intact for log in logs), logs=tuple(logs))
