"""逾期认定: when an obligation is late, that it is found once, and by whose command."""

import asyncio
import uuid
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from deploy.catalogue import SPECS
from deploy.demo import STORIES, tell
from deploy.demo import City as Stories
from deploy.demo.board import Board
from shared.events.obligations import LateFinding, ObligationOverdue
from shared.regulation.calendar import calendar_of
from shared.standing.late import (
    Found,
    evolve_found,
    lateness_is_found_once,
    mark_obligation_overdue,
    obligation_is_late,
    obligation_is_owed,
)
from shared.standing.obligations import Duty, Obligation, obligations_of
from shared.web.commands import Reading
from shared.web.obligations import followed
from shared.web.settings import LOGS
from tests.audit.building import event
from tests.shared.web.test_http import problem
from tests.support.city import City
from tests.support.given_when_then import Case
from tests.support.late_city import (
    LATE,
    TODAY,
    a_late_project,
    advance,
    late_ones,
    obligations,
    path_of,
    subject_of,
)
from tests.support.obligations import OF_PROJECT, recorded, the

# -- the rules ----------------------------------------------------------------------------------

OWED = the(
    Duty.RECTIFICATION,
    event("RectificationOrdered", date(2026, 3, 2), order={"due_on": date(2026, 3, 31)}),
)
FINDING = LateFinding(subject=OF_PROJECT)


def case(obligation: Obligation | None = OWED) -> Case:
    return Case(Found(), evolve_found, obligation, "acceptance").at(date(2026, 4, 1))


def found() -> ObligationOverdue:
    outcome = case().when(mark_obligation_overdue, FINDING)
    (event_,) = outcome.then(ObligationOverdue).events
    assert isinstance(event_, ObligationOverdue)
    return event_


def test_what_is_found_says_who_owed_what_by_when() -> None:
    content = found()
    assert (content.obligation_id, content.duty) == (OWED.obligation_id, "RECTIFICATION")
    assert (content.owner, content.unit_id) == ("UNIT", OWED.unit_id)
    assert (content.due_on, content.obliged_by) == (date(2026, 3, 31), "47")
    assert content.stream == f"obligation:{OWED.obligation_id}"


def test_only_what_is_owed_can_be_late() -> None:
    nothing = case(None).when(mark_obligation_overdue, FINDING)
    nothing.then_broken(obligation_is_owed)


def test_on_its_last_day_it_is_not_late_and_on_the_next_it_is() -> None:
    last = case().at(date(2026, 3, 31)).when(mark_obligation_overdue, FINDING)
    last.then_broken(obligation_is_late)
    assert obligation_is_late(OWED, date(2026, 3, 31)).not_before == date(2026, 4, 1)
    case().at(date(2026, 4, 1)).when(mark_obligation_overdue, FINDING).then(ObligationOverdue)


def test_what_was_done_in_time_is_never_late_and_done_late_still_is() -> None:
    in_time = replace(OWED, done_on=date(2026, 3, 31))
    case(in_time).when(mark_obligation_overdue, FINDING).then_broken(obligation_is_late)
    late = replace(OWED, done_on=date(2026, 4, 1))
    case(late).when(mark_obligation_overdue, FINDING).then(ObligationOverdue)


def test_after_the_last_day_of_the_calendar_nothing_comes() -> None:
    never = replace(OWED, due_on=date.max)
    case(never).when(mark_obligation_overdue, FINDING).then_broken(obligation_is_late)
    assert obligation_is_late(never, date(2026, 4, 1)).not_before is None


def test_what_waits_for_a_ruling_is_not_late() -> None:
    waiting = replace(OWED, held=OWED.source)
    case(waiting).when(mark_obligation_overdue, FINDING).then_broken(obligation_is_late)
    assert "延期申请待批" in obligation_is_late(waiting, date(2026, 4, 1)).text


def test_it_is_found_once() -> None:
    again = case().given(found()).when(mark_obligation_overdue, FINDING)
    again.then_broken(lateness_is_found_once)
    (before,) = recorded(found())
    assert evolve_found(Found(), before).ref == before.ref


# -- over HTTP ----------------------------------------------------------------------------------


async def test_each_service_finds_its_own_kinds_and_refuses_the_others(fresh_city: City) -> None:
    city = fresh_city
    late = await a_late_project(city)
    advance(city)
    owed = await late_ones(city, late)
    assert {duty: o["due_on"] for duty, o in owed.items()} == LATE
    for duty, obligation in owed.items():
        others = [s for s in LOGS if s != obligation["service"]]
        own = [] if duty != "ACCEPTANCE_APPLICATION" else [obligation["service"]]
        for service in (*others, *own):
            refused = await city.post(
                path_of(obligation, service), subject_of(obligation), by="DEB"
            )
            content = problem(refused, 409, "rule_broken")
            assert [r["rule"] for r in content["rules"]] == ["obligation_is_owed"], duty
    del owed["ACCEPTANCE_APPLICATION"]
    for obligation in owed.values():
        answer = await city.post(path_of(obligation), subject_of(obligation), by="SYSTEM")
        assert answer.status_code == 201, answer.text
        (found_,) = answer.json()["events"]
        assert (found_["type"], found_["label"]) == ("ObligationOverdue", "逾期认定")
        again = await city.post(path_of(obligation), subject_of(obligation), by="DEB")
        content = problem(again, 409, "rule_broken")
        assert [r["rule"] for r in content["rules"]] == ["lateness_is_found_once"]
    assert set(await late_ones(city, late)) == {"ACCEPTANCE_APPLICATION"}
    listed = await obligations(city, state="LATE", project=late.project_id)
    assert all(o["overdue"] for o in listed if o["duty"] != "ACCEPTANCE_APPLICATION")


async def one_late(city: City) -> dict[str, Any]:
    late = await a_late_project(city)
    advance(city)
    return (await late_ones(city, late))["RECTIFICATION"]


async def test_only_the_daily_job_and_the_digital_bureau_may(fresh_city: City) -> None:
    obligation = await one_late(fresh_city)
    for body in ("FIN", "AUD", "DRC", "LG"):
        answer = await fresh_city.post(path_of(obligation), subject_of(obligation), by=body)
        problem(answer, 403, "not_authorised")
    unit = obligation["unit_id"]
    answer = await fresh_city.post(
        path_of(obligation), subject_of(obligation), by="UNIT", unit=unit
    )
    problem(answer, 403, "not_authorised")


async def test_two_callers_at_once_find_it_once(fresh_city: City) -> None:
    obligation = await one_late(fresh_city)
    answers = await asyncio.gather(
        *(
            fresh_city.post(path_of(obligation), subject_of(obligation), by=body)
            for body in ("SYSTEM", "DEB", "SYSTEM", "DEB")
        )
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    stream = f"obligation:{obligation['obligation_id']}"
    rows = fresh_city.runtime("acceptance").log.stream(stream)
    assert [row.type for row in rows].count("ObligationOverdue") == 1


async def test_a_rehearsal_leaves_no_trace(fresh_city: City) -> None:
    obligation = await one_late(fresh_city)
    head = await fresh_city.runtime("acceptance").head()
    path = f"{path_of(obligation)}?dry_run=true"
    answer = await fresh_city.post(path, subject_of(obligation), by="SYSTEM")
    assert answer.status_code in {200, 201}, answer.text
    assert answer.json()["dry_run"] is True
    assert await fresh_city.runtime("acceptance").head() == head
    real = await fresh_city.post(path_of(obligation), subject_of(obligation), by="SYSTEM")
    assert real.status_code == 201


async def test_a_reply_that_was_lost_is_given_again_under_its_key(fresh_city: City) -> None:
    obligation = await one_late(fresh_city)
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first = await fresh_city.post(path_of(obligation), subject_of(obligation), by="SYSTEM", **key)
    again = await fresh_city.post(path_of(obligation), subject_of(obligation), by="SYSTEM", **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"


async def test_what_is_about_nothing_is_refused(fresh_city: City) -> None:
    obligation = await one_late(fresh_city)
    other = {"subject": f"project:{uuid.uuid4()}"}
    refused = await fresh_city.post(path_of(obligation), other, by="DEB")
    assert problem(refused, 409, "rule_broken")["rules"][0]["rule"] == "obligation_is_owed"
    for subject in ("", "unit:1", "policy:511100-2022"):
        malformed = await fresh_city.post(path_of(obligation), {"subject": subject}, by="DEB")
        problem(malformed, 422, "invalid_payload")


async def compare(city: City, today: date) -> int:
    """Each service computes of its own kinds what the audit service does; how many there are."""
    listed = await obligations(city)
    subjects = {o["subject"] for o in listed if o["duty"] != "POLICY_EXPIRY"}
    for subject in subjects:
        for service in LOGS:
            told = {
                (o["obligation_id"], o["due_on"], o["done_on"])
                for o in listed
                if o["subject"] == subject and o["service"] == service
            }
            assert await computed(city, service, subject, today) == told, (service, subject)
    return len(listed)


async def computed(
    city: City, service: str, subject: str, today: date
) -> set[tuple[str, str, str | None]]:
    """What a service makes of its own events and those it follows."""
    runtime = city.runtime(service)
    reading = Reading(runtime, "")
    events = (*await reading.history(subject), *await followed(reading, subject))
    owed = obligations_of(subject, events, runtime.policies, calendar_of(), today)
    return {
        (
            str(o.obligation_id),
            o.due_on.isoformat(),
            o.done_on.isoformat() if o.done_on else None,
        )
        for o in owed
        if o.terms.service == service
    }


async def test_a_service_computes_of_its_own_kinds_what_the_audit_service_does(
    fresh_city: City,
) -> None:
    await a_late_project(fresh_city)
    advance(fresh_city)
    assert await compare(fresh_city, TODAY) > len(LATE)


async def test_so_it_does_of_every_project_of_the_stories(fresh_city: City) -> None:
    told = Stories.at(fresh_city.http, "http://city")
    await tell(told, STORIES, Board(Console(file=StringIO())))
    assert await compare(fresh_city, await told.today()) > 60


@pytest.mark.parametrize("service", LOGS)
def test_every_service_has_the_command(service: str) -> None:
    assert SPECS[service].commands["mark_obligation_overdue"].label == "逾期认定"
