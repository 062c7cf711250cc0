"""Whatever is changed behind the log's back is found, at its position."""

import psycopg
import pytest

from shared.eventstore import EventLog
from shared.eventstore.merkle import Frontier, digest_of
from shared.eventstore.reading import EVENTS, recorded_events
from shared.eventstore.verify import leaf_of, verify
from tests.shared.eventstore.building import LogDatabase, append, event, now

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


# -- the same by one who may do anything in the database, at every position ----------------------


@pytest.mark.parametrize("position", range(1, 6))
@pytest.mark.parametrize("change", [change for change, _ in CHANGES])
def test_a_changed_column_of_any_event_is_named(
    five: EventLog, database: LogDatabase, change: str, position: int
) -> None:
    database.tamper(f"UPDATE events SET {change} WHERE position = {position}")
    finding = verify(database.application)
    assert (finding.ok, finding.position, finding.checked) == (False, position, position - 1)


@pytest.mark.parametrize("column", ["data", "meta", "leaf"])
@pytest.mark.parametrize("position", range(1, 6))
def test_a_flipped_bit_is_named(
    five: EventLog, database: LogDatabase, column: str, position: int
) -> None:
    database.tamper(
        f"UPDATE events SET {column} = set_bit({column}, 3, 1 - get_bit({column}, 3))"
        f" WHERE position = {position}"
    )
    assert verify(database.application).position == position


@pytest.mark.parametrize("first", range(1, 5))
def test_any_two_neighbours_that_changed_places_are_named(
    five: EventLog, database: LogDatabase, first: int
) -> None:
    moved = 2 * first + 11
    database.tamper(
        f"UPDATE events SET position = {moved} - position WHERE position IN ({first}, {first + 1})"
    )
    database.tamper("UPDATE events SET position = position - 10 WHERE position > 10")
    assert verify(database.application).position == first


@pytest.mark.parametrize("last", range(5))
def test_a_log_that_was_cut_is_named_where_it_ends(
    five: EventLog, database: LogDatabase, last: int
) -> None:
    database.tamper("DELETE FROM events WHERE position > %s", last)
    finding = verify(database.application)
    assert (finding.ok, finding.position) == (False, last + 1)


@pytest.mark.parametrize("position", range(1, 6))
def test_an_event_put_in_between_is_named(
    five: EventLog, database: LogDatabase, position: int
) -> None:
    database.tamper("UPDATE events SET position = position + 11 WHERE position >= %s", position)
    database.tamper("UPDATE events SET position = position - 10 WHERE position > 10")
    database.tamper(
        "INSERT INTO events SELECT %s, 'project-9', 1, gen_random_uuid(), type, schema_version,"
        " data, meta, effective_on, recorded_at, leaf FROM events ORDER BY position LIMIT 1",
        position,
    )
    assert verify(database.application).position == position


def rewritten(database: LogDatabase) -> None:
    """Give every event the leaf it must have now, and the head the root over them."""
    with psycopg.connect(database.superuser, row_factory=recorded_events) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        rows = connection.execute((EVENTS + " ORDER BY position").encode(), binary=True).fetchall()
    computed = Frontier(digest_of("sm3"))
    for row in rows:
        leaf = leaf_of(row, digest_of("sm3"))
        computed.append(leaf)
        database.tamper("UPDATE events SET leaf = %s WHERE position = %s", leaf, row.position)
    database.tamper(
        "UPDATE log_head SET position = %s, frontier = %s,"
        " recorded_at = (SELECT max(recorded_at) FROM events)",
        len(rows),
        computed.to_bytes(),
    )


@pytest.mark.parametrize(
    ("tamper", "size"),
    [
        ("UPDATE events SET effective_on = effective_on + 1 WHERE position = 3", 5),
        ("DELETE FROM events WHERE position > 3", 3),
    ],
)
def test_one_who_rewrites_everything_is_caught_by_a_head_that_was_kept(
    five: EventLog, database: LogDatabase, tamper: str, size: int
) -> None:
    """The log alone cannot know: that is what checkpoints in other hands are for."""
    kept = five.head()
    database.tamper(tamper)
    assert not verify(database.application).ok
    rewritten(database)
    finding = verify(database.application)
    assert (finding.ok, finding.checked) == (True, size)
    afterwards = EventLog(database.application, clock=now)
    head = afterwards.head()
    afterwards.close()
    assert (head.position, head.root) != (kept.position, kept.root)
