"""放行登记: decisions that a broken rule did not stop, because an exception lifted it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.audit.ledger import City
from shared.events import Recorded
from shared.events.approval import ExceptionGranted
from shared.events.vocabulary import LegalDate
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.regulation.rule import Check


class Override(Record):
    """放行登记条目: one rule that gave way to an exception in one decision."""

    service: str
    position: int
    event_id: UUID
    label: Annotated[str, Field(title="事件名称")]
    on: Annotated[date, Field(title="法定日期")]
    recorded_at: Annotated[datetime, Field(title="入库时间")]
    command: Annotated[str, Field(title="办理事项（operationId）")]
    unit_id: Annotated[str | None, Field(title="项目单位")]
    unit_name: Annotated[str, Field(title="单位名称")]
    project_id: Annotated[UUID | None, Field(title="项目")]
    rule: Annotated[str, Field(title="放行的规则")]
    row: Annotated[str, Field(title="规则编号")]
    article: Annotated[str, Field(title="条号")]
    text: Annotated[str, Field(title="不满足的情况")]
    exception_id: Annotated[UUID | None, Field(title="所据例外")]
    number: Annotated[str, Field(title="例外批准文号")]
    person: Annotated[str, Field(title="行为人标识")]
    body: Annotated[str, Field(title="部门")]


class OverrideFilter(Record):
    """放行登记的查询条件."""

    unit: Annotated[UnitId | None, Field(title="项目单位")] = None
    project: Annotated[UUID | None, Field(title="项目")] = None
    row: Annotated[str | None, Field(title="规则编号", max_length=10)] = None
    since: Annotated[LegalDate | None, Field(title="自该日（含）")] = None
    until: Annotated[LegalDate | None, Field(title="至该日（含）")] = None
    limit: Annotated[int, Field(title="条数", ge=1, le=1000)] = 200


def overrides(city: City, wanted: OverrideFilter) -> list[Override]:
    """The newest first, as far as they fit."""
    found = [each for each in all_overrides(city) if _fits(each, wanted)]
    found.sort(key=lambda each: each.recorded_at, reverse=True)
    return found[: wanted.limit]


def all_overrides(city: City) -> Iterator[Override]:
    """Every rule that gave way, in the order of recording within each log."""
    for event_id in city.shelves.lifted:
        recorded = city.shelves.by_id[event_id]
        decision = recorded.meta.decision
        if recorded.on > city.as_of or decision is None or not decision.accepted:
            continue
        for check in decision.checks:
            if check.exempted_by is not None:
                yield _override(city, recorded, check)


def _override(city: City, recorded: Recorded, check: Check) -> Override:
    event, actor = recorded.event, city.actor(recorded)
    unit_id = getattr(event, "unit_id", None)
    cause = city.event(check.exempted_by) if check.exempted_by else None
    granted = cause.event if cause and isinstance(cause.event, ExceptionGranted) else None
    return Override(
        service=recorded.ref.service,
        position=recorded.ref.position,
        event_id=recorded.ref.event_id,
        label=event.label,
        on=recorded.on,
        recorded_at=recorded.recorded_at,
        command=recorded.meta.command,
        unit_id=unit_id,
        unit_name=city.unit_name(unit_id or ""),
        project_id=getattr(event, "project_id", None),
        rule=check.rule,
        row=check.row,
        article=check.article,
        text=check.text,
        exception_id=granted.exception_id if granted else None,
        number=granted.number if granted else "",
        person=actor.person,
        body=actor.body,
    )


def _fits(each: Override, wanted: OverrideFilter) -> bool:
    return (
        wanted.unit in {None, each.unit_id}
        and wanted.project in {None, each.project_id}
        and wanted.row in {None, each.row}
        and (wanted.since is None or each.on >= wanted.since)
        and (wanted.until is None or each.on <= wanted.until)
    )
