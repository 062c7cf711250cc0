"""复核: what is on record otherwise than it is decided now is found; what only looks so is not."""

import uuid
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from shared.events import Meta, Recorded
from shared.events.acceptance import AcceptanceOverdue
from shared.eventstore.decoding import decoded
from shared.eventstore.records import Append, NewEvent
from shared.regulation.decision import Decision
from shared.regulation.rule import Check
from tests.registry.building import review
from tests.registry.test_http import BASE, a_project, a_system, content, made, refused
from tests.registry.test_interpretations import PACK, interpretation
from tests.support.builders import UNIT
from tests.support.city import City, CityDatabases, as_owner, running_city
from tests.support.given_when_then import OFFICER


@pytest.fixture(scope="module")
async def city(
    city_databases: CityDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[City]:
    """A city in whose logs there will be forgeries."""
    async with running_city(city_databases, tmp_path_factory.mktemp("forged")) as running:
        yield running


async def recheck(city: City, position: int, service: str = "registry") -> dict[str, Any]:
    answer = await city.get(f"/{service}/v1/rechecks/{position}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def page(city: City, **query: Any) -> dict[str, Any]:
    answer = await city.get("/registry/v1/rechecks", **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def without(check: Check, **changes: Any) -> Check:
    return Check(**{name: getattr(check, name) for name in Check.__slots__} | changes)


def as_it_was(made: Decision) -> Decision:
    return made


def refused_instead(made: Decision) -> Decision:
    return made.model_copy(update={"accepted": False})


def another_rule(made: Decision) -> Decision:
    first, *others = made.checks
    return made.model_copy(update={"checks": (without(first, rule="no_such_rule"), *others)})


def broken(made: Decision) -> Decision:
    first, *others = made.checks
    return made.model_copy(update={"checks": (without(first, holds=False), *others)})


def another_policy(made: Decision) -> Decision:
    return made.model_copy(update={"policy": "511100-2022@1.7"})


def other_words(made: Decision) -> Decision:
    first, *others = made.checks
    return made.model_copy(update={"checks": (without(first, text="另一种写法"), *others)})


async def forged(
    city: City, project: str, forge: Callable[[Decision], Decision], **content: Any
) -> int:
    """The project's last event once more, with its decision or its content changed; its position.

    What stood in the log is left as it is: a forger of the log starts a stream of his own.
    """
    runtime = city.runtime("registry")
    rows = runtime.log.stream(f"project:{project}")
    last: Recorded = decoded("registry", rows[-1])
    meta: Meta = last.meta
    assert meta.decision is not None
    event = last.event.model_copy(update=content)
    changed = meta.model_copy(update={"decision": forge(meta.decision)})
    row = NewEvent.of(
        stream_id=f"refusal:{uuid.uuid4()}",
        version=1,
        event_id=uuid.uuid4(),
        type=event.type,
        schema_version=event.schema_version,
        data=event.to_bytes(),
        meta=changed.to_bytes(),
        effective_on=event.on,
    )
    appended = await runtime.log.append(Append((row,)))
    return int(appended.events[0].position)


async def reviewed(city: City) -> str:
    _, _, project = await a_project(city)
    path = f"{BASE}/projects/{project}/central-review"
    await made(await city.post(path, review(), by="DEB"))
    return project


FORGERIES = [
    (another_rule, {}, "所核对的规则", "OUTCOME"),
    (broken, {}, "规则 ", "OUTCOME"),
    (another_policy, {}, "政策", "OUTCOME"),
    (as_it_was, {"unit_id": UNIT}, "CentralReviewRecorded.unit_id", "OUTCOME"),
    (as_it_was, {"on": date(2025, 8, 30)}, "CentralReviewRecorded.on", "OUTCOME"),
    (other_words, {}, "的算式", "WORDING"),
    (refused_instead, {}, "是否受理", "OUTCOME"),
]


@pytest.mark.parametrize(("forge", "changes", "what", "weight"), FORGERIES)
async def test_what_is_on_record_otherwise_is_found(
    city: City, forge: Any, changes: dict[str, Any], what: str, weight: str
) -> None:
    project = await reviewed(city)
    position = await forged(city, project, forge, **changes)
    found = await recheck(city, position)
    assert (found["same"], found["undecidable"]) == (weight == "WORDING", None)
    assert any(what in m["what"] and m["weight"] == weight for m in found["mismatches"]), found
    listed = await page(city, after=position - 1, limit=1)
    assert [item["position"] for item in listed["items"]] == [position]
    assert listed["same"] == int(found["same"])


async def test_what_is_on_record_as_it_was_decided_is_the_same(city: City) -> None:
    project = await reviewed(city)
    found = await recheck(city, await forged(city, project, as_it_was))
    assert found["same"] is True
    # It was reviewed before, as the forgery came after: that is told, and changes nothing.
    assert [m["weight"] for m in found["mismatches"]] == ["WORDING"]


async def test_ids_that_a_decision_makes_are_not_compared(city: City) -> None:
    _, _, project = await a_project(city)
    number = len(city.runtime("registry").log.stream(f"project:{project}"))
    assert number == 1
    declared = city.runtime("registry").log.stream(f"project:{project}")[0]
    found = await recheck(city, declared.position)
    assert (found["same"], found["label"]) == (True, "申报")


# -- facts of other services --------------------------------------------------------------------


def overheard(city: City, unit: str, at: datetime) -> None:
    """An event of another service that bars the unit, as if recorded there at an instant."""
    event = AcceptanceOverdue(on=at.date(), project_id=uuid.uuid4(), unit_id=unit, due_on=at.date())
    meta = Meta(actor=OFFICER, command="given", policy="511100-2022@1")
    values = {
        "source": "acceptance",
        "position": 10**9 + uuid.uuid4().int % 10**9,
        "stream_id": event.stream,
        "version": 1,
        "event_id": uuid.uuid4(),
        "type": event.type,
        "schema_version": 1,
        "data": event.to_bytes(),
        "meta": meta.to_bytes(),
        "effective_on": event.on,
        "recorded_at": at,
        "leaf": b"",
        "subjects": list(event.subjects()),
    }
    names = ", ".join(values)
    places = ", ".join(f"%({name})s" for name in values)
    with as_owner(city.dsns["registry"]) as owner:
        owner.execute(f"INSERT INTO inbox ({names}) VALUES ({places})", values)
    city.runtime("registry").inbox._cache.clear()  # it was not stored through the inbox


@pytest.mark.parametrize(
    ("before", "same"),
    [
        (timedelta(seconds=1), True),  # it may have come while the decision was being made
        (timedelta(minutes=1), False),  # it was there, and should have stood against it
        (-timedelta(minutes=1), True),  # it came later
    ],
)
async def test_what_came_in_the_very_moment_may_have_been_seen_or_not(
    city: City, before: timedelta, same: bool
) -> None:
    unit, _, project = await a_project(city)
    declared = city.runtime("registry").log.stream(f"project:{project}")[0]
    overheard(city, unit, declared.recorded_at - before)
    found = await recheck(city, declared.position)
    assert found["same"] is same
    if not same:
        broken = [m for m in found["mismatches"] if m["what"] == "规则 no_project_bars_the_unit"]
        assert broken and "逾期未验收" in broken[0]["now"]


# -- policies, pages, refusals ------------------------------------------------------------------


async def test_a_decision_is_judged_by_the_readings_it_was_made_under(fresh_city: City) -> None:
    path = f"{BASE}/policies/{PACK}/interpretations"
    await reviewed(fresh_city)
    content = interpretation(
        key="catalogue_review_days", value="90", article="9", since=date(2025, 9, 1)
    )
    await made(await fresh_city.post(path, content, by="DEB"))
    await reviewed(fresh_city)
    found = await page(fresh_city, limit=500)
    assert (found["items"], found["next"]) == ([], found["head"])
    assert found["decisions"] == found["same"] > 6
    last = await recheck(fresh_city, found["head"])
    assert last["policy"] == "511100-2022@1.1"


async def test_a_refusal_comes_out_as_a_refusal(city: City) -> None:
    unit, _, _ = await a_project(city)
    late = {**content(unit, await a_system(city, unit)), "plan_year": 2030}
    answer = await city.post(f"{BASE}/projects", late, by="UNIT", unit=unit)
    await refused(answer, "plan_year_is_next_year_or_off_cycle")
    head = (await page(city))["head"]
    found = await recheck(city, head)
    assert (found["accepted"], found["same"]) == (False, True)
    assert found["command"] == "declare_project"


async def test_what_is_not_kept_is_said_not_to_be(city: City) -> None:
    unit, _, _ = await a_project(city)
    secret = {**content(unit, await a_system(city, unit)), "classified": True}
    answer = await city.post(f"{BASE}/projects", secret, by="UNIT", unit=unit)
    assert answer.status_code == 409, answer.text
    head = (await page(city))["head"]
    assert (await recheck(city, head))["undecidable"] == "NOT_KEPT"


async def test_a_page_beyond_the_end_is_empty_and_stays_where_it_is(city: City) -> None:
    head = (await page(city))["head"]
    beyond = await page(city, after=head + 5)
    assert (beyond["decisions"], beyond["next"], beyond["items"]) == (0, head + 5, [])
