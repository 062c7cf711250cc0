"""红旗清单: what the flags find in the city on a day, with the events that show it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID, uuid5

from pydantic import Field

from services.audit import narrative
from services.audit.entries import identity
from services.audit.flags import FLAGS, Finding, Flag
from services.audit.ledger import City
from shared.events import Recorded
from shared.events.vocabulary import LegalDate
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.regulation.pack import Policy
from shared.regulation.thresholds import threshold_on

_HITS = UUID("3d0f3c0e-6a53-5a7e-9d0e-6c1b7a0f2e51")
"""In which a hit is named after its flag and its events."""


class Parameter(Record):
    """参数: a figure that a flag is calculated with, as it stands on a day."""

    key: Annotated[str, Field(title="参数名")]
    value: Annotated[str, Field(title="值")]
    since: Annotated[date, Field(title="生效日期")]
    article: Annotated[str, Field(title="条号")]
    note: Annotated[str, Field(title="含义")]


class FlagDefinition(Record):
    """红旗定义."""

    id: Annotated[str, Field(title="红旗标识")]
    title: Annotated[str, Field(title="名称")]
    says: Annotated[str, Field(title="定义")]
    articles: Annotated[tuple[str, ...], Field(title="条号")]
    parameters: Annotated[tuple[Parameter, ...], Field(title="参数")]

    @classmethod
    def of(cls, flag: Flag, policy: Policy) -> Self:
        return cls(
            id=flag.id,
            title=flag.title,
            says=flag.says,
            articles=flag.articles,
            parameters=parameters(flag, policy),
        )


class Figure(Record):
    """数字."""

    label: Annotated[str, Field(title="名称")]
    value: Annotated[str, Field(title="值；金额以元为单位、两位小数")]


class EvidenceEvent(Record):
    """所据事件."""

    service: str
    position: int
    stream: str
    version: int
    event_id: UUID
    type: str
    label: Annotated[str, Field(title="事件名称")]
    summary: Annotated[str, Field(title="摘要")]
    on: Annotated[date, Field(title="法定日期")]
    recorded_at: Annotated[datetime, Field(title="入库时间")]
    person: Annotated[str, Field(title="行为人标识")]
    for_person: Annotated[str | None, Field(title="委托人标识；非受托办理的没有")]
    body: Annotated[str, Field(title="部门")]

    @classmethod
    def of(cls, recorded: Recorded, city: City) -> Self:
        actor = city.actor(recorded)
        return cls(
            **identity(recorded),
            summary=narrative.line(recorded.event),
            person=actor.person,
            for_person=actor.delegation.person if actor.delegation else None,
            body=actor.body,
        )


class Hit(Record):
    """红旗: one finding of a flag, evidence for a human."""

    hit_id: Annotated[UUID, Field(title="标识；同一红旗、同样的事件，标识相同")]
    rule: Annotated[str, Field(title="红旗标识")]
    title: Annotated[str, Field(title="红旗名称")]
    articles: Annotated[tuple[str, ...], Field(title="条号")]
    on: Annotated[date, Field(title="最后一个所据事件的法定日期")]
    unit_ids: Annotated[tuple[str, ...], Field(title="项目单位")]
    unit_names: Annotated[tuple[str, ...], Field(title="单位名称")]
    project_ids: Annotated[tuple[UUID, ...], Field(title="项目")]
    arithmetic: Annotated[str, Field(title="计算")]
    figures: Annotated[tuple[Figure, ...], Field(title="数字")]
    parameters: Annotated[tuple[Parameter, ...], Field(title="所用参数，按最后事件当日")]
    policy: Annotated[str, Field(title="政策包")]
    events: Annotated[tuple[EvidenceEvent, ...], Field(title="所据事件")]


class FlagFilter(Record):
    """红旗的查询条件."""

    rule: Annotated[str | None, Field(title="红旗标识", max_length=50)] = None
    project_id: Annotated[UUID | None, Field(title="项目")] = None
    unit_id: Annotated[UnitId | None, Field(title="项目单位")] = None
    since: Annotated[LegalDate | None, Field(alias="from", title="自该日（含）")] = None
    until: Annotated[LegalDate | None, Field(alias="to", title="至该日（含）")] = None
    as_of: Annotated[
        LegalDate | None,
        Field(title="法定日期；缺省为今天", ge=date(2000, 1, 1), le=date(2099, 12, 31)),
    ] = None
    cursor: Annotated[
        str | None, Field(title="游标", description="上一页的 next", max_length=200)
    ] = None
    limit: Annotated[int, Field(title="每页条数", ge=1, le=200)] = 50


Key = tuple[str, str, str]
"""Where a hit stands among all: its day, its flag, its id."""


def hits(city: City, wanted: FlagFilter, before: Key | None = None) -> list[Hit]:
    """The hits that fit, the newest first, beyond a key; one more than a page, to tell its end."""
    flags = [FLAGS[wanted.rule]] if wanted.rule else FLAGS.values()
    found = [
        (_key(flag, each), flag, each)
        for flag in flags
        for each in flag.findings(city)
        if _fits(each, wanted)
    ]
    found.sort(key=lambda each: each[0], reverse=True)
    beyond = [each for each in found if before is None or each[0] < before]
    return [_hit(city, flag, each) for _, flag, each in beyond[: wanted.limit + 1]]


def key_of(hit: Hit) -> Key:
    """Where a hit stands."""
    return hit.on.isoformat(), hit.rule, str(hit.hit_id)


def parameters(flag: Flag, policy: Policy) -> tuple[Parameter, ...]:
    """The figures that a flag reads, as they stand on the policy's day."""
    return (*_thresholds(flag, policy), *_values(flag, policy))


def _thresholds(flag: Flag, policy: Policy) -> Iterable[Parameter]:
    for key in flag.thresholds:
        known = threshold_on(policy.pack.flags[key], policy.on)
        yield Parameter(
            key=key,
            value=str(known.value),
            since=known.since,
            article=known.article,
            note=known.note,
        )


def _values(flag: Flag, policy: Policy) -> Iterable[Parameter]:
    for key in flag.values:
        in_force = [v for v in policy.pack.values if v.key == key and v.since <= policy.on]
        known = max(in_force, key=lambda value: value.since)
        yield Parameter(
            key=key,
            value=policy.text(key),
            since=known.since,
            article=known.article,
            note=known.note,
        )


def _key(flag: Flag, found: Finding) -> Key:
    return found.on.isoformat(), flag.id, str(_id(flag, found))


def _id(flag: Flag, found: Finding) -> UUID:
    events = sorted(str(recorded.ref.event_id) for recorded in found.events)
    person = found.figures.get("人员", "")
    return uuid5(_HITS, "|".join((flag.id, str(person), *events)))


def _fits(found: Finding, wanted: FlagFilter) -> bool:
    return (
        (wanted.project_id is None or wanted.project_id in found.projects)
        and (wanted.unit_id is None or wanted.unit_id in found.units)
        and (wanted.since is None or found.on >= wanted.since)
        and (wanted.until is None or found.on <= wanted.until)
    )


def _hit(city: City, flag: Flag, found: Finding) -> Hit:
    return Hit(
        hit_id=_id(flag, found),
        rule=flag.id,
        title=flag.title,
        articles=flag.articles,
        on=found.on,
        unit_ids=found.units,
        unit_names=tuple(map(city.unit_name, found.units)),
        project_ids=found.projects,
        arithmetic=found.arithmetic,
        figures=tuple(Figure(label=k, value=str(v)) for k, v in found.figures.items()),
        parameters=parameters(flag, found.policy),
        policy=found.policy.reference,
        events=tuple(EvidenceEvent.of(recorded, city) for recorded in found.events),
    )
