"""义务清单: everything that the clock demands of anybody in the city, and by when."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Annotated
from uuid import UUID

from icalendar import Calendar as Feed
from icalendar import Event as Entry
from pydantic import Field

from services.audit.ledger import City, ProjectFile
from shared.events import Recorded
from shared.events.registry import SystemCatalogued
from shared.events.vocabulary import LegalDate
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.text import Code
from shared.regulation.pack import Library
from shared.standing.obligations import Duty, Obligation, obligations_of, of_policy


class State(Coded):
    """义务状态."""

    OPEN = "OPEN", "未履行"
    LATE = "LATE", "逾期未履行"
    UNFOUND = "UNFOUND", "逾期未履行且尚未认定"
    DONE = "DONE", "已履行"


class ObligationFilter(Record):
    """义务查询条件."""

    state: Annotated[State | None, Field(title="状态（缺省为全部）")] = None
    duty: Annotated[Duty | None, Field(title="义务种类")] = None
    body: Annotated[Code | None, Field(title="承担部门；UNIT 为项目单位")] = None
    unit: Annotated[UnitId | None, Field(title="项目单位")] = None
    project: Annotated[UUID | None, Field(title="项目")] = None
    due_after: Annotated[LegalDate | None, Field(title="期限不早于")] = None
    due_before: Annotated[LegalDate | None, Field(title="期限不晚于")] = None
    as_of: Annotated[
        LegalDate | None,
        Field(title="按哪一日的情况（缺省为今天）", ge=date(2000, 1, 1), le=date(2099, 12, 31)),
    ] = None


class ObligationEntry(Record):
    """义务: who owes what by when, by which article, and whether it is late."""

    obligation_id: UUID
    duty: Duty
    label: Annotated[str, Field(title="义务名称")]
    article: Annotated[str, Field(title="条号")]
    service: Annotated[str, Field(title="所在服务")]
    operation: Annotated[str, Field(title="履行它的办理事项；空为无须办理")]
    subject: Annotated[str, Field(title="所及的项目、系统或政策包")]
    name: Annotated[str, Field(title="项目、系统或政策包名称")]
    owner: Annotated[str, Field(title="承担部门")]
    owner_name: Annotated[str, Field(title="承担部门或单位名称")]
    unit_id: str | None = None
    since: Annotated[date, Field(title="产生日期")]
    opens_on: Annotated[date | None, Field(title="最早可履行日期")] = None
    due_on: Annotated[date, Field(title="期限（含当日）")]
    provisional: Annotated[bool, Field(title="期限按未公布年度的工作日推算，暂定")]
    done_on: Annotated[date | None, Field(title="履行日期；项目单位报送的为收到日期")] = None
    held: Annotated[EventRef | None, Field(title="待批的延期申请；批复前不作逾期")] = None
    late: Annotated[bool, Field(title="是否逾期")]
    source: Annotated[EventRef | None, Field(title="产生它的事件")] = None
    overdue: Annotated[EventRef | None, Field(title="认定逾期的事件")] = None


def obligations(city: City, policies: Library, wanted: ObligationFilter) -> list[ObligationEntry]:
    """The obligations that a filter asks for, by due date."""
    found = (entry for entry in _all(city, policies, wanted) if _is_wanted(entry, wanted))
    return sorted(found, key=lambda e: (e.due_on, e.duty, e.subject))


def _all(city: City, policies: Library, wanted: ObligationFilter) -> Iterator[ObligationEntry]:
    for subject, name, events in _histories(city, wanted):
        owed = obligations_of(subject, events, policies, city.calendar, city.as_of)
        yield from (_entry(city, obligation, name) for obligation in owed)
    expiry = of_policy(city.policy, policies)
    if wanted.project is None and expiry is not None:
        yield _entry(city, expiry, city.policy.pack.title)


def _histories(city: City, wanted: ObligationFilter) -> Iterator[tuple[str, str, list[Recorded]]]:
    """Subject, name and events of every project and system that is asked for."""
    for project in city.projects:
        if wanted.project in (None, project.project_id) and wanted.unit in (None, project.unit_id):
            yield f"project:{project.project_id}", project.name, _events(city, project)
    if wanted.project is None:
        for entered in city.whole.all(SystemCatalogued):
            if wanted.unit in (None, entered.unit_id):
                subject = f"system:{entered.system_id}"
                yield subject, entered.entry.name, city.file(subject).recorded()


def _events(city: City, project: ProjectFile) -> list[Recorded]:
    """A project's events, and those of its system."""
    system = city.file(f"system:{project.declared.declaration.system_id}")
    return [*project.recorded(), *system.recorded()]


def _entry(city: City, owed: Obligation, name: str) -> ObligationEntry:
    of_unit = owed.owner == "UNIT" and owed.unit_id
    return ObligationEntry(
        obligation_id=owed.obligation_id,
        duty=owed.duty,
        label=owed.duty.label,
        article=owed.terms.article,
        service=owed.terms.service,
        operation=owed.terms.operation,
        subject=owed.subject,
        name=name,
        owner=owed.owner,
        owner_name=city.unit_name(of_unit) if of_unit else city.policy.body_name(owed.owner),
        unit_id=owed.unit_id,
        since=owed.since,
        opens_on=owed.opens_on,
        due_on=owed.due_on,
        provisional=owed.provisional,
        done_on=owed.done_on,
        held=owed.held,
        late=owed.is_late(city.as_of),
        source=owed.source,
        overdue=owed.overdue,
    )


def _is_wanted(entry: ObligationEntry, wanted: ObligationFilter) -> bool:
    is_open = entry.done_on is None
    in_state = {
        None: True,
        State.OPEN: is_open,
        State.LATE: is_open and entry.late,
        State.UNFOUND: is_open and entry.late and entry.overdue is None,
        State.DONE: not is_open,
    }[wanted.state]
    return (
        in_state
        and wanted.duty in (None, entry.duty)
        and wanted.body in (None, entry.owner)
        and wanted.unit in (None, entry.unit_id)
        and (wanted.due_after is None or wanted.due_after <= entry.due_on)
        and (wanted.due_before is None or entry.due_on <= wanted.due_before)
    )


def as_icalendar(entries: Iterable[ObligationEntry], on: date) -> bytes:
    """iCalendar (RFC 5545): an all-day entry on the last day of each obligation."""
    feed = Feed()
    feed.add("prodid", "-//govit//obligations//ZH")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", "政务信息化项目义务")
    for each in entries:
        entry = Entry()
        entry.add("uid", f"{each.obligation_id}@govit")
        entry.add("dtstamp", datetime.combine(on, time(), UTC))
        entry.add("dtstart", each.due_on)
        entry.add("summary", f"{each.label}：{each.name}（{each.owner_name}）")
        provisional = "；期限暂定" if each.provisional else ""
        entry.add("description", f"第{each.article}条，期限{each.due_on}{provisional}")
        entry.add("transp", "TRANSPARENT")
        feed.add_component(entry)
    return bytes(feed.to_ical())
