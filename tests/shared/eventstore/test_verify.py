"""Whatever is changed behind the log's back is found, at its position."""

import pytest

from shared.eventstore import EventLog
from shared.eventstore.verify import verify
from tests.shared.eventstore.building import LogDatabase, append, event

CHANGES = [
    ("stream_id = 'project-9'", 3),
    ("version = 9", 3),
    ("event_id = gen_random_uuid()", 3),
    ("type = 'ProjectWithdrawn'", 3),
    ("schema_version = 2", 3),
    ("data = data || ' '", 3),
    ("meta = ''", 3),
    ("effective_on = effective_on + 1", 3),
    ("effective_on = 'infinity'", 3),
    ("recorded_at = recorded_at + interval '1 microsecond'", 3),
    ("leaf = sha256('')", 3),
    ("position = 99", 3),
]


@pytest.fixture
def five(log: EventLog) -> EventLog:
    log.append_now(append(*(event(version=number) for number in range(1, 6))))
    return log


def test_an_untouched_log_is_in_order(five: EventLog, database: LogDatabase) -> None:
    finding = verify(database.application)
    assert (finding.ok, finding.checked, finding.position) == (True, 5, None)


def test_an_empty_log_is_in_order(log: EventLog, database: LogDatabase) -> None:
    assert log.head().position == 0
    assert verify(database.application).ok


@pytest.mark.parametrize(("change", "position"), CHANGES)
def test_a_changed_column_is_found(
    five: EventLog, database: LogDatabase, change: str, position: int
) -> None:
    database.tamper(f"UPDATE events SET {change} WHERE position = {position}")
    finding = verify(database.application)
    assert not finding.ok
    assert finding.position == position
    assert finding.reason


@pytest.mark.parametrize("position", [1, 3, 5])
def test_a_removed_event_is_found(five: EventLog, database: LogDatabase, position: int) -> None:
    database.tamper("DELETE FROM events WHERE position = %s", position)
    assert verify(database.application).position == position


def test_an_event_added_behind_the_head_is_found(five: EventLog, database: LogDatabase) -> None:
    database.tamper(
        "INSERT INTO events SELECT 6, stream_id, 6, gen_random_uuid(), type, schema_version, data,"
        " meta, effective_on, recorded_at, leaf FROM events WHERE position = 5"
    )
    finding = verify(database.application)
    assert (finding.ok, finding.position) == (False, 6)


@pytest.mark.parametrize(
    "change",
    [
        "frontier = sha256('') || sha256('x')",
        "position = 4, frontier = sha256('')",
        "position = 6",
        "recorded_at = recorded_at + interval '1 second'",
    ],
)
def test_a_changed_head_is_found(five: EventLog, database: LogDatabase, change: str) -> None:
    database.tamper(f"UPDATE log_head SET {change}")
    assert not verify(database.application).ok


def test_two_events_that_changed_places_are_found(five: EventLog, database: LogDatabase) -> None:
    database.tamper("UPDATE events SET position = 15 - position WHERE position IN (2, 3)")
    database.tamper("UPDATE events SET position = position - 10 WHERE position > 10")
    finding = verify(database.application)
    assert (finding.ok, finding.position) == (False, 2)
