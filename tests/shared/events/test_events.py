"""事件: what every event of the language has, whatever it tells."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from pydantic import ValidationError

from shared.events import (
    EVENTS,
    Event,
    Meta,
    Recorded,
    acceptance,
    approval,
    budget,
    destructions,
    envelope,
    obligations,
    refusals,
    registry,
    upcasting,
)
from shared.events.registry import ProjectCodeTaken, ProjectDeclared, ReviewResult
from shared.events.upcasting import UPCASTERS, decode, recorded, upcaster
from shared.kernel.actor import Actor
from shared.kernel.coded import Coded
from shared.regulation.decision import Decision
from shared.regulation.pack import installed
from tests.shared.events.samples import stored
from tests.support.builders import OTHER_UNIT, UNIT, declaration
from tests.support.given_when_then import SUBJECT

of_all = pytest.mark.parametrize("kind", EVENTS.values(), ids=lambda kind: kind.__name__)

PAST = {"Given", "Taken", "Found", "Set", "Withdrawn"}
"""Past forms that do not end in -ed."""

STATES = {"AcceptanceOverdue", "ObligationOverdue"}
"""Not an act of anybody: what a passed day has made of a project or a duty."""


@of_all
def test_an_event_has_a_chinese_label_and_an_article(kind: type[Event]) -> None:
    assert re.fullmatch("[\u4e00-\u9fff]{2,12}", kind.label)
    assert all(kind.article in pack.articles for pack in installed().packs)


@of_all
def test_an_event_is_named_in_the_past_tense_in_ascii(kind: type[Event]) -> None:
    words = re.findall("[A-Z][a-z]+", kind.__name__)
    assert "".join(words) == kind.__name__
    past = any(word.endswith("ed") or word in PAST for word in words)
    assert past is (kind.__name__ not in STATES)


@of_all
def test_an_event_is_written_with_ascii_keys(kind: type[Event]) -> None:
    keys = list(_keys(kind.model_json_schema(mode="serialization")))
    assert {"on"} < set(keys)
    assert [key for key in keys if not re.fullmatch("[a-z][a-z0-9_]*", key)] == []


def test_labels_tell_events_apart() -> None:
    labels = [kind.label for kind in EVENTS.values()]
    assert sorted(labels) == sorted(set(labels))


def test_every_event_class_of_the_language_is_known() -> None:
    declared = {
        value
        for module in (
            acceptance,
            approval,
            budget,
            destructions,
            obligations,
            refusals,
            registry,
        )
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Event) and value.label
    }
    assert declared == set(EVENTS.values())


def test_an_event_belongs_to_the_service_that_speaks_of_it() -> None:
    assert ProjectDeclared.service == "registry"
    assert {kind.service for kind in EVENTS.values()} == {
        "registry",
        "approval",
        "budget",
        "acceptance",
        "destructions",
        "obligations",
        "refusals",
    }


def _keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from _keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _keys(value)


# -- where an event belongs ---------------------------------------------------------------------

ON = date(2026, 5, 6)


def test_a_declaration_is_about_the_project_its_unit_and_those_who_build_along() -> None:
    event = ProjectDeclared(
        on=ON,
        project_id=SUBJECT,
        unit_id=UNIT,
        declaration=declaration(participants=[{"unit_id": OTHER_UNIT, "scope": "数据比对"}]),
    )
    assert event.stream == f"project:{SUBJECT}"
    assert set(event.subjects()) == {f"project:{SUBJECT}", f"unit:{UNIT}", f"unit:{OTHER_UNIT}"}


def test_a_taken_code_has_a_stream_of_its_own() -> None:
    event = ProjectCodeTaken(on=ON, code="2605-511100-04-04-123456", project_id=SUBJECT)
    assert event.stream == "project-code:2605-511100-04-04-123456"
    assert list(event.subjects()) == [f"project:{SUBJECT}"]


def test_a_list_is_about_itself_and_its_projects() -> None:
    submitted = registry.AnnualListSubmitted.model_validate(
        {
            "on": ON,
            "list_id": UUID(int=9),
            "list": {"year": 2027, "number": "乐数〔2026〕1号", "project_ids": [SUBJECT]},
        }
    )
    assert list(submitted.subjects()) == [submitted.stream, f"project:{SUBJECT}"]


def test_an_event_does_not_change() -> None:
    event = ProjectCodeTaken(on=ON, code="2605-511100-04-04-123456", project_id=SUBJECT)
    with pytest.raises(ValidationError, match="frozen"):
        event.on = date(2026, 5, 7)  # type: ignore[misc]


# -- old events ---------------------------------------------------------------------------------


@pytest.fixture
def language_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events and upcasters made in a test are forgotten after it."""
    known = dict(EVENTS)
    monkeypatch.setattr(envelope, "EVENTS", known)
    monkeypatch.setattr(upcasting, "EVENTS", known)
    monkeypatch.setattr(upcasting, "UPCASTERS", dict(UPCASTERS))


def meeting_held() -> type[Event]:
    """A type that began with one `place`, got a list of `places`, and then a `chair`."""

    class MeetingHeld(Event, label="会议召开", article="5", version=3):
        places: tuple[str, ...]
        chair: str

    @upcaster("MeetingHeld", 1)
    def several_places(content: dict[str, Any]) -> dict[str, Any]:
        place = content.pop("place")
        return {**content, "places": [place]}

    @upcaster("MeetingHeld", 2)
    def with_chair(content: dict[str, Any]) -> dict[str, Any]:
        return {**content, "chair": "未记录"}

    return MeetingHeld


@pytest.mark.usefixtures("language_of_its_own")
def test_old_versions_are_read_as_the_present_one() -> None:
    kind = meeting_held()
    held = kind.model_validate({"on": ON, "places": ["三楼"], "chair": "未记录"})
    assert decode("MeetingHeld", 1, '{"on":"2026-05-06","place":"三楼"}'.encode()) == held
    assert decode("MeetingHeld", 2, '{"on":"2026-05-06","places":["三楼"]}'.encode()) == held
    assert decode("MeetingHeld", 3, held.to_bytes()) == held


@pytest.mark.usefixtures("language_of_its_own")
def test_an_old_version_is_checked_like_a_present_one() -> None:
    meeting_held()
    with pytest.raises(ValidationError, match="weather"):
        decode("MeetingHeld", 1, b'{"on":"2026-05-06","place":"A","weather":"rain"}')
    with pytest.raises(ValidationError, match="YYYY-MM-DD"):
        decode("MeetingHeld", 2, b'{"on":"2026-05-06T00:00:00Z","places":["A"]}')


@pytest.mark.usefixtures("language_of_its_own")
def test_no_two_events_have_one_name() -> None:
    meeting_held()
    with pytest.raises(ValueError, match="two events are named MeetingHeld"):
        meeting_held()


def test_the_language_is_the_same_afterwards() -> None:
    assert "MeetingHeld" not in EVENTS
    assert not [key for key in UPCASTERS if key[0] not in EVENTS]


# -- what surrounds an event --------------------------------------------------------------------


def test_a_row_of_a_log_becomes_the_recorded_event_again() -> None:
    event = ProjectCodeTaken(on=ON, code="2605-511100-04-04-123456", project_id=SUBJECT)
    meta = Meta(
        actor=Actor(person="p-1", name="张三", body="UNIT", role="OFFICER", unit_id=UNIT),
        command="assign_project_code",
        policy="511100-2022@1",
        causation_id=str(UUID(int=5)),
    )
    instant = datetime(2026, 5, 6, 1, tzinfo=UTC)
    row = recorded(
        service="registry",
        position=12,
        stream=event.stream,
        version=1,
        event_id=UUID(int=6),
        event_type=event.type,
        schema_version=1,
        data=event.to_bytes(),
        meta=meta.to_bytes(),
        recorded_at=instant,
    )
    assert (row.event, row.meta, row.recorded_at) == (event, meta, instant)
    assert (row.ref.service, row.ref.position, row.version, row.on) == ("registry", 12, 1, ON)


def test_what_was_never_said_takes_no_room_in_the_meta() -> None:
    actor = Actor(person="p-1", name="张三", body="DEB", role="OFFICER")
    meta = Meta(actor=actor, command="register_unit", policy="511100-2022@1")
    assert b"causation_id" not in meta.to_bytes()
    assert Meta.model_validate_json(meta.to_bytes()) == meta


def test_coded_values_are_ascii_with_chinese_labels() -> None:
    coded = {
        value
        for module in (acceptance, approval, budget, registry, upcasting)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Coded) and value is not Coded
    }
    assert ReviewResult in coded
    for kind in coded:
        for member in kind:
            assert re.fullmatch("[A-Z][A-Z0-9_]*", member.value)
            assert re.search("[\u4e00-\u9fff]", member.label)


# -- who acted ------------------------------------------------------------------------------------


def test_who_acted_is_read_without_the_decision() -> None:
    actor = Actor(person='a","decision":{"', name="李", body="DEB", role="OFFICER")
    meta = Meta(actor=actor, command="given", policy="511100-2022@1")
    decision = b'{"decision":{"checks":"not read"},"\xff'
    kept = stored_with(envelope.with_decision(meta.to_bytes(), cast(Decision, Told(decision))))
    assert kept.actor == actor
    assert stored_with(meta.to_bytes()).actor == actor == stored_with(meta.to_bytes()).meta.actor
    with pytest.raises(ValidationError):
        _ = kept.meta


class Told:
    """A decision by what is written of it."""

    def __init__(self, json_bytes: bytes) -> None:
        self.json_bytes = json_bytes


def stored_with(meta: bytes) -> Recorded:
    return recorded(
        service="registry",
        position=1,
        stream="project-code:1",
        version=1,
        event_id=SUBJECT,
        event_type="ProjectCodeTaken",
        schema_version=1,
        data=next(s.data for s in stored() if s.type == "ProjectCodeTaken"),
        meta=meta,
        recorded_at=datetime(2026, 5, 6, tzinfo=UTC),
    )
