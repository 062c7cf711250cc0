"""登记簿: what was refused, excepted or noticed late, selected from the city's events."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from services.audit.entries import Entry
from services.audit.ledger import City
from shared.events import Recorded
from shared.events.approval import (
    ChangeApplied,
    ExceptionAgreed,
    ExceptionGranted,
    ExceptionRefused,
    ExceptionRequested,
    ExceptionRevoked,
    LateNoticeFound,
)
from shared.events.refusals import RequestRefused
from shared.events.vocabulary import LegalDate
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.regulation.exemption import ExemptionKind
from shared.regulation.pack import Policy


class Refusal(Entry):
    """不予受理条目."""

    subject: Annotated[str, Field(title="所办事项的对象")]
    rules: Annotated[tuple[str, ...], Field(title="不满足的规则")]
    request: Annotated[str | None, Field(title="所请求的内容（JSON 文本）；涉密的不保存")]

    @classmethod
    def of(cls, step: int, recorded: Recorded, policy: Policy) -> Self:
        event = recorded.event
        if not isinstance(event, RequestRefused):
            raise TypeError(f"{event.type} is no refusal")
        told = Entry.of(step, recorded, policy)
        return cls(**dict(told), subject=event.subject, rules=event.rules, request=event.request)


class RefusalFilter(Record):
    """不予受理登记的查询条件."""

    unit: Annotated[UnitId | None, Field(title="项目单位")] = None
    project: Annotated[UUID | None, Field(title="项目")] = None
    article: Annotated[str | None, Field(title="条号", max_length=3)] = None
    rule: Annotated[str | None, Field(title="规则名", max_length=100)] = None
    command: Annotated[str | None, Field(title="办理事项（operationId）", max_length=100)] = None
    since: Annotated[LegalDate | None, Field(title="自该日（含）")] = None
    until: Annotated[LegalDate | None, Field(title="至该日（含）")] = None
    limit: Annotated[int, Field(title="条数", ge=1, le=1000)] = 200


def refusals(city: City, wanted: RefusalFilter) -> list[Refusal]:
    """The newest refusals first, as far as they fit."""
    subject = f"unit:{wanted.unit}" if wanted.unit else None
    if wanted.project:
        subject = f"project:{wanted.project}"
    file = city.file(subject) if subject else city.whole
    found = [r for r in file.recorded(RequestRefused) if _fits(r.event, wanted)]
    found.sort(key=lambda r: r.recorded_at, reverse=True)
    chosen = found[: wanted.limit]
    return [Refusal.of(step, r, city.policy) for step, r in enumerate(chosen, 1)]


def _fits(event: object, wanted: RefusalFilter) -> bool:
    return (
        isinstance(event, RequestRefused)
        and (wanted.unit is None or f"unit:{wanted.unit}" in event.about)
        and wanted.article in {None, *event.articles}
        and wanted.rule in {None, *event.rules}
        and wanted.command in {None, event.command}
        and (wanted.since is None or event.on >= wanted.since)
        and (wanted.until is None or event.on <= wanted.until)
    )


class ExceptionStatus(Coded):
    """例外状态."""

    REQUESTED = "REQUESTED", "待批"
    GRANTED = "GRANTED", "有效"
    EXPIRED = "EXPIRED", "已过有效期"
    REFUSED = "REFUSED", "不予批准"
    REVOKED = "REVOKED", "已撤销"


class ExceptionEntry(Record):
    """例外登记条目."""

    exception_id: UUID
    unit_id: Annotated[UnitId, Field(title="项目单位")]
    unit_name: Annotated[str, Field(title="单位名称")]
    project_id: Annotated[UUID | None, Field(title="项目")]
    status: Annotated[ExceptionStatus, Field(title="状态")]
    rows: Annotated[tuple[str, ...], Field(title="规则编号")]
    kind: Annotated[ExemptionKind, Field(title="例外种类")]
    reason: Annotated[str, Field(title="理由")] = ""
    legal_basis: Annotated[str, Field(title="法律依据")] = ""
    requested_on: Annotated[date | None, Field(title="申请日期")] = None
    decided_on: Annotated[date | None, Field(title="决定日期")] = None
    number: Annotated[str, Field(title="批准文号")] = ""
    approvers: Annotated[tuple[str, ...], Field(title="批准部门")] = ()
    agreed: Annotated[tuple[str, ...], Field(title="已同意的部门")] = ()
    refused_by: Annotated[str, Field(title="不同意的部门")] = ""
    valid_from: Annotated[date | None, Field(title="有效自")] = None
    valid_until: Annotated[date | None, Field(title="有效至（含）")] = None
    ended_because: Annotated[str, Field(title="不予批准或撤销的理由")] = ""


class ExceptionFilter(Record):
    """例外登记的查询条件."""

    unit: Annotated[UnitId | None, Field(title="项目单位")] = None
    project: Annotated[UUID | None, Field(title="项目")] = None
    row: Annotated[str | None, Field(title="规则编号", max_length=10)] = None
    status: Annotated[ExceptionStatus | None, Field(title="状态")] = None
    as_of: Annotated[LegalDate | None, Field(title="法定日期；缺省为今天")] = None


_STEPS = (
    ExceptionRequested,
    ExceptionAgreed,
    ExceptionGranted,
    ExceptionRefused,
    ExceptionRevoked,
)


def exceptions(city: City, wanted: ExceptionFilter) -> list[ExceptionEntry]:
    """Every exception asked for or granted, as it stands on the city's day, as far as it fits."""
    entries: dict[UUID, ExceptionEntry] = {}
    for recorded in city.whole.recorded(*_STEPS):
        _step(city, entries, recorded)
    return [
        entry
        for each in entries.values()
        if (entry := _as_of(each, city.as_of))
        and wanted.unit in {None, entry.unit_id}
        and wanted.project in {None, entry.project_id}
        and wanted.row in {None, *entry.rows}
        and wanted.status in {None, entry.status}
    ]


def _step(city: City, entries: dict[UUID, ExceptionEntry], recorded: Recorded) -> None:
    match recorded.event:
        case ExceptionRequested(exception_id=i, request=request) as event:
            basis = request.legal_basis
            entries[i] = ExceptionEntry(
                exception_id=i,
                unit_id=event.unit_id,
                unit_name=city.unit_name(event.unit_id),
                project_id=event.project_id,
                status=ExceptionStatus.REQUESTED,
                rows=request.rows,
                kind=request.kind,
                reason=request.reason,
                legal_basis=f"《{basis.title}》{basis.article}" if basis else "",
                requested_on=event.on,
                valid_until=request.valid_until,
            )
        case ExceptionAgreed(exception_id=i, body=body) if i in entries:
            _change(entries, i, agreed=(*entries[i].agreed, city.policy.body_name(body)))
        case ExceptionGranted(exception_id=i) as event:
            granted = {
                "status": ExceptionStatus.GRANTED,
                "rows": event.rows,
                "kind": event.kind,
                "decided_on": event.on,
                "number": event.number,
                "approvers": tuple(map(city.policy.body_name, event.approvers)),
                "valid_from": event.valid_from,
                "valid_until": event.valid_until,
            }
            if i not in entries:  # the unit's own decision, filed and not asked for
                entries[i] = ExceptionEntry.model_validate(
                    {
                        "exception_id": i,
                        "unit_id": event.unit_id,
                        "unit_name": city.unit_name(event.unit_id),
                        "project_id": event.project_id,
                        **granted,
                    }
                )
            _change(entries, i, **granted)
        case ExceptionRefused(exception_id=i, body=body, agreement=agreement) as event:
            _change(
                entries,
                i,
                status=ExceptionStatus.REFUSED,
                decided_on=event.on,
                refused_by=city.policy.body_name(body),
                ended_because=agreement.text,
            )
        case ExceptionRevoked(exception_id=i, revocation=revocation):
            _change(entries, i, status=ExceptionStatus.REVOKED, ended_because=revocation.reason)


def _change(entries: dict[UUID, ExceptionEntry], exception_id: UUID, **values: object) -> None:
    if exception_id in entries:
        entries[exception_id] = entries[exception_id].model_copy(update=values)


def _as_of(entry: ExceptionEntry, day: date) -> ExceptionEntry:
    over = entry.valid_until is not None and entry.valid_until < day
    if entry.status is ExceptionStatus.GRANTED and over:
        return entry.model_copy(update={"status": ExceptionStatus.EXPIRED})
    return entry


class LateNotice(Record):
    """未事先申请的调整."""

    project_id: UUID
    name: Annotated[str, Field(title="项目名称")]
    unit_id: Annotated[UnitId, Field(title="项目单位")]
    unit_name: Annotated[str, Field(title="单位名称")]
    change_id: UUID
    found_on: Annotated[date, Field(title="认定日期")]
    executed_on: Annotated[date, Field(title="已实施日期")]
    total: Annotated[Money | None, Field(title="申请调整为（元）")]
    explanation: Annotated[str, Field(title="理由和内容说明")]


def late_notices(city: City, unit: UnitId | None) -> list[LateNotice]:
    """Changes carried out before they were applied for (第二十八条)."""
    return list(_late_notices(city, unit))


def _late_notices(city: City, unit: UnitId | None) -> Iterable[LateNotice]:
    for found in city.whole.all(LateNoticeFound):
        if unit not in {None, found.unit_id}:
            continue
        file = city.file(f"project:{found.project_id}")
        project = city.project(found.project_id)
        applied = {e.change_id: e for e in file.all(ChangeApplied)}.get(found.change_id)
        yield LateNotice(
            project_id=found.project_id,
            name=project.name if project else "",
            unit_id=found.unit_id,
            unit_name=city.unit_name(found.unit_id),
            change_id=found.change_id,
            found_on=found.on,
            executed_on=found.executed_on,
            total=applied.total if applied else None,
            explanation=applied.change.explanation if applied else "",
        )
