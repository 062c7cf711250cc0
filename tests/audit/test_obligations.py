"""义务清单: what is listed for whom, and as a calendar that calendar programs read."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from icalendar import Calendar

from services.audit.obligations import (
    ObligationEntry,
    ObligationFilter,
    State,
    as_icalendar,
    obligations,
)
from shared.events import Event
from shared.regulation.pack import installed
from shared.standing.obligations import Duty
from tests.audit.building import OTHER, PROJECT, UNIT, event
from tests.audit.building import city as city_of
from tests.shared.web.test_http import problem
from tests.support.builders import OTHER_UNIT
from tests.support.city import City
from tests.support.late_city import TODAY, a_late_project, advance
from tests.support.late_city import obligations as told

PATH = "/audit/v1/obligations"

LIFE: tuple[Event, ...] = (
    event("UnitRegistered", date(2025, 9, 1)),
    event("SystemCatalogued", date(2025, 9, 15)),
    event("ProjectDeclared", date(2025, 10, 9)),
    event("DocumentSubmitted", date(2026, 2, 3)),
    event("OpinionRequested", date(2026, 2, 9)),
    event("OpinionRequested", date(2026, 2, 9), letter={"body": "FIN"}),
    event("OpinionGiven", date(2026, 2, 24)),
)


def listed(on: date, *more: Event, **wanted: Any) -> list[ObligationEntry]:
    return obligations(city_of(on, *LIFE, *more), installed(), ObligationFilter(**wanted))


def duties(found: list[ObligationEntry]) -> list[str]:
    return [entry.duty.value for entry in found]


def test_what_is_owed_is_listed_by_its_day_with_names_and_articles() -> None:
    found = listed(date(2026, 2, 28))
    assert [(e.duty.value, e.owner, e.due_on.isoformat()) for e in found] == [
        ("OPINION", "CRY", "2026-02-28"),
        ("OPINION", "FIN", "2026-02-28"),
        ("CATALOGUE_REVIEW", "UNIT", "2026-03-14"),
        ("POLICY_EXPIRY", "DEB", "2027-06-24"),
    ]
    opinion, review, expiry = found[1], found[2], found[3]
    assert (opinion.label, opinion.article, opinion.service) == ("出具审核意见", "22", "approval")
    assert opinion.owner_name == "市财政局"
    assert opinion.operation == "give_opinion"
    assert opinion.source is not None
    assert review.owner_name == event("UnitRegistered").profile.name  # type: ignore[attr-defined]
    assert review.name == "乐山市智慧教育云平台"
    assert expiry.name == installed().packs[0].title


def test_a_state_is_asked_for() -> None:
    last, after = date(2026, 2, 28), date(2026, 3, 1)
    assert duties(listed(last, state=State.DONE)) == ["OPINION"]
    assert duties(listed(last, state=State.LATE)) == []
    assert [e.owner for e in listed(after, state=State.LATE)] == ["FIN"]
    assert [e.owner for e in listed(after, state=State.UNFOUND)] == ["FIN"]
    assert len(listed(last, state=State.OPEN)) == 3


def test_what_was_found_is_late_still_but_not_to_be_found_again() -> None:
    after = date(2026, 3, 20)
    (late,) = listed(after, state=State.LATE, duty=Duty.CATALOGUE_REVIEW)
    finding = event(
        "ObligationOverdue",
        after,
        obligation_id=str(late.obligation_id),
        duty="CATALOGUE_REVIEW",
        subject=late.subject,
    )
    (found,) = listed(after, finding, state=State.LATE, duty=Duty.CATALOGUE_REVIEW)
    assert found.overdue is not None
    assert listed(after, finding, state=State.UNFOUND, duty=Duty.CATALOGUE_REVIEW) == []


def test_whatever_is_asked_for_is_asked_for_together() -> None:
    on = date(2026, 2, 28)
    assert duties(listed(on, body="FIN")) == ["OPINION"]
    assert duties(listed(on, body="UNIT")) == ["CATALOGUE_REVIEW"]
    assert duties(listed(on, due_after=date(2026, 3, 14), due_before=date(2026, 3, 14))) == [
        "CATALOGUE_REVIEW"
    ]
    assert duties(listed(on, due_after=date(2026, 3, 15), due_before=on)) == []
    assert duties(listed(on, project=PROJECT)) == ["OPINION", "OPINION"]
    assert listed(on, project=OTHER) == []
    assert duties(listed(on, unit=UNIT)) == ["OPINION", "OPINION", "CATALOGUE_REVIEW"]
    assert listed(on, unit=OTHER_UNIT) == []


def test_on_a_day_of_the_past_it_stands_as_it_stood_then() -> None:
    before = listed(date(2026, 2, 23), project=PROJECT)
    assert [e.done_on for e in before] == [None, None]
    assert listed(date(2026, 2, 8), project=PROJECT) == []


def test_no_operation_is_planned_for_a_system_that_stopped() -> None:
    contract = event("ContractRecorded", date(2026, 6, 8))
    stopped = event("SystemTerminated", date(2026, 9, 1))
    wanted: dict[str, Any] = {"duty": Duty.OPERATION_PLAN}
    assert len(listed(date(2027, 1, 1), contract, **wanted)) == 1
    assert listed(date(2027, 1, 1), contract, stopped, **wanted) == []


# -- as a calendar ------------------------------------------------------------------------------


def entries(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_every_obligation_is_an_entry_of_its_last_day() -> None:
    found = listed(date(2026, 2, 28))
    read = entries(as_icalendar(found, date(2026, 2, 28)))
    assert [str(e["uid"]) for e in read] == [f"{o.obligation_id}@govit" for o in found]
    for entry, obligation in zip(read, found, strict=True):
        assert entry["dtstart"].dt == obligation.due_on
        assert "dtend" not in entry  # a date alone is that whole day
        assert entry["dtstamp"].dt == datetime(2026, 2, 28, tzinfo=UTC)


def test_chinese_text_comes_through_whole_however_long() -> None:
    name = "乐山市中心城区“一网统管”，城市运行；管理平台（三期）" * 6
    (found,) = [e for e in listed(date(2026, 2, 28)) if e.duty is Duty.CATALOGUE_REVIEW]
    provisional = found.model_copy(update={"name": name, "provisional": True})
    content = as_icalendar([provisional], date(2026, 2, 28))
    (entry,) = entries(content)
    assert str(entry["summary"]) == f"复核系统目录：{name}（{found.owner_name}）"
    assert str(entry["description"]) == "第9条，期限2026-03-14；期限暂定"
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    calendar = Calendar.from_ical(content)
    assert (calendar["version"], str(calendar["x-wr-calname"])) == ("2.0", "政务信息化项目义务")


def test_the_same_obligations_make_the_same_bytes() -> None:
    on = date(2026, 2, 28)
    assert as_icalendar(listed(on), on) == as_icalendar(listed(on), on)
    assert entries(as_icalendar([], on)) == []


def test_the_last_day_of_the_calendar_stops_nobody() -> None:
    on = date(2027, 1, 1)
    contract = event("ContractRecorded", date(2026, 6, 8), contract={"warranty_end": date.max})
    schedule = event("AcceptanceScheduled", date(2026, 6, 8), due_on=date.max)
    found = listed(on, contract, schedule, due_after=date.max)
    assert {e.duty for e in found} >= {Duty.OPERATION_PLAN, Duty.ACCEPTANCE_APPLICATION}
    assert len(entries(as_icalendar(found, on))) == len(found)


# -- over HTTP ----------------------------------------------------------------------------------


async def test_a_unit_sees_its_own_whatever_it_asks_for(fresh_city: City) -> None:
    first, second = await a_late_project(fresh_city), await a_late_project(fresh_city)
    advance(fresh_city)
    whole = await told(fresh_city)
    assert {o["unit_id"] for o in whole} == {first.unit, second.unit, None}
    by = {"by": "UNIT", "unit": first.unit}
    own = (await fresh_city.get(PATH, **by)).json()["items"]
    assert own == [o for o in whole if o["unit_id"] == first.unit]
    assert len(own) > 5
    for query in ({"project": second.project_id}, {"body": "DEB"}):
        assert (await fresh_city.get(PATH, **by, **query)).json()["items"] == []
    headers = fresh_city.headers("UNIT", unit=first.unit)
    asked = await fresh_city.http.get(PATH, params={"unit": second.unit}, headers=headers)
    assert asked.json()["items"] == own
    feed = await fresh_city.get(f"{PATH}.ics", **by)
    assert [str(e["uid"]) for e in entries(feed.content)] == [
        f"{o['obligation_id']}@govit" for o in own
    ]


async def test_the_calendar_is_what_the_list_is(fresh_city: City) -> None:
    await a_late_project(fresh_city)
    advance(fresh_city)
    for query in ({}, {"state": "LATE"}, {"duty": "SURPLUS_RETURN"}, {"as_of": "2025-12-16"}):
        found = await told(fresh_city, **query)
        feed = await fresh_city.get(f"{PATH}.ics", **query)
        assert feed.headers["content-type"].startswith("text/calendar")
        assert len(entries(feed.content)) == len(found) > 0
        again = await fresh_city.get(f"{PATH}.ics", **query)
        assert again.content == feed.content
    assert {o["due_on"] for o in await told(fresh_city, due_before=TODAY.isoformat())}


@pytest.mark.parametrize(
    "query", [{"state": "SOON"}, {"duty": "DANCE"}, {"due_after": "morgen"}, {"colour": "blue"}]
)
async def test_a_question_that_is_none_is_refused(city: City, query: dict[str, str]) -> None:
    problem(await city.get(PATH, **query), 422, "invalid_payload")


async def test_without_a_token_nothing_is_told(city: City) -> None:
    problem(await city.http.get(f"{PATH}.ics"), 401, "not_authenticated")


def test_the_last_day_of_all_is_in_the_calendar_too() -> None:
    found = [each.model_copy(update={"due_on": date.max}) for each in listed(date(2026, 2, 28))]
    assert entries(as_icalendar(found, date(2026, 2, 28)))


async def test_a_day_beyond_all_planning_is_no_question(city: City) -> None:
    for path in ("obligations", "obligations.ics"):
        answer = await city.get(f"/audit/v1/{path}", as_of="9999-12-31")
        errors = problem(answer, 422, "invalid_payload")["errors"]
        assert [error["field"] for error in errors] == ["as_of"]
