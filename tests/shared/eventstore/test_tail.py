"""What is read from memory is what the log holds, and never skips what others wrote."""

import pytest

from shared.eventstore import EventLog, tail
from tests.shared.eventstore.building import append, event, one, versions


def positions(log: EventLog, after: int, limit: int = 10) -> list[int]:
    return [each.position for each in log.read(after, limit)]


def test_memory_and_database_tell_the_same(log: EventLog, other: EventLog) -> None:
    for each, _ in zip(versions("project-1"), range(5), strict=False):
        log.append_now(each)
    assert log.recent(1, 3) == other.read(1, 3)


def test_what_another_process_wrote_is_not_skipped(log: EventLog, other: EventLog) -> None:
    log.append_now(one("project-1", 1))
    other.append_now(one("project-2", 1))
    assert positions(log, 1) == [2]
    log.append_now(one("project-1", 2))
    assert log.recent(1, 10) == []
    assert positions(log, 0) == positions(other, 0) == [1, 2, 3]
    assert positions(log, 2) == [3]


def test_memory_is_bounded(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "MAX_EVENTS", 3)
    for each, _ in zip(versions("project-1"), range(5), strict=False):
        log.append_now(each)
    assert log.recent(1, 10) == []
    assert [each.position for each in log.recent(2, 10)] == [3, 4, 5]
    monkeypatch.setattr(tail, "MAX_BYTES", 100)
    log.append_now(append(event("project-2", data=b"x" * 101)))
    assert log.recent(5, 10) == []
    assert positions(log, 0) == [1, 2, 3, 4, 5, 6]
