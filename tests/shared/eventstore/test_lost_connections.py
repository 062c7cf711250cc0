"""A connection may be lost at any moment: nothing is lost, doubled or wrongly refused."""

import asyncio
import tempfile
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from eventsourcing.persistence import OperationalError, Tracking

from shared.eventstore import Append, Appended, EventLog, IdempotencyKey, VersionConflict
from shared.eventstore.verify import verify
from tests.shared.eventstore.building import LogDatabase, append, event, now, one, versions
from tests.shared.eventstore.cutting import Cut, Line, line_to

CUTS = list(Cut)


@pytest.fixture
def cut_log(database: LogDatabase) -> Iterator[tuple[Line, EventLog]]:
    """A log whose line to the database can be cut."""
    with (
        tempfile.TemporaryDirectory(prefix="govit-line-") as directory,
        line_to(database.application, Path(directory)) as (line, dsn),
    ):
        log = EventLog(dsn, clock=now, patience=1.5)
        yield line, log
        log.close()


@pytest.mark.parametrize("when", CUTS)
def test_an_append_survives_a_cut_around_its_commit(
    cut_log: tuple[Line, EventLog], database: LogDatabase, when: Cut
) -> None:
    line, log = cut_log
    log.append_now(one())
    line.cut(when)
    new = append(event(version=2), event("project-2", 1))
    appended = log.append_now(new)
    assert line.cuts == 1
    assert [each.position for each in appended.events] == [2, 3]
    assert [each.event_id for each in appended.events] == [each.event_id for each in new.events]
    assert not appended.replayed
    assert log.read(1, 10) == list(appended.events)
    assert log.append_now(one(version=3)).events[0].position == 4
    assert verify(database.application).checked == 4


@pytest.mark.parametrize("when", CUTS)
def test_tracking_alone_survives_a_cut(cut_log: tuple[Line, EventLog], when: Cut) -> None:
    line, log = cut_log
    log.append_now(one())
    line.cut(when)
    assert log.append_now(Append((), tracking=Tracking("registry", 5))) == Appended(())
    assert line.cuts == 1
    assert log.max_tracking_id("registry") == 5


@pytest.mark.parametrize("when", CUTS)
async def test_a_cut_leaves_every_member_of_a_batch_its_own_answer(
    cut_log: tuple[Line, EventLog], database: LogDatabase, when: Cut
) -> None:
    line, log = cut_log
    key = IdempotencyKey("request", b"f")
    await log.append(append(event("unit-1"), idempotency=key))
    line.cut(when)
    outcomes = await asyncio.gather(
        log.append(one("project-1")),
        log.append(one("project-2", 7)),
        log.append(append(event("unit-1"), idempotency=key)),
        log.append(one("project-3")),
        return_exceptions=True,
    )
    assert line.cuts == 1
    first, refused, replayed, last = outcomes
    assert isinstance(first, Appended) and isinstance(last, Appended)
    assert isinstance(refused, VersionConflict)
    assert isinstance(replayed, Appended) and replayed.replayed
    assert log.head().position == 3
    assert verify(database.application).ok


def test_a_database_that_stays_away_is_reported(
    cut_log: tuple[Line, EventLog], database: LogDatabase
) -> None:
    line, log = cut_log
    log.append_now(one())
    line.go_down()
    with pytest.raises(OperationalError, match="nothing was recorded"):
        log.append_now(one(version=2))
    line.come_up()
    assert log.append_now(one(version=2)).events[0].position == 2
    assert verify(database.application).checked == 2


def test_a_database_that_comes_back_in_time_is_not_noticed(
    cut_log: tuple[Line, EventLog],
) -> None:
    line, log = cut_log
    log.append_now(one())
    line.go_down()
    timer = threading.Timer(0.4, line.come_up)
    timer.start()
    assert log.append_now(one(version=2)).events[0].position == 2
    assert [each.version for each in log.stream("project-1")] == [1, 2]


def test_reading_survives_sessions_that_were_ended(log: EventLog, database: LogDatabase) -> None:
    log.append_now(one())
    assert len(log.read(0, 10)) == 1
    database.end_sessions()
    assert len(log.read(0, 10)) == 1


async def test_waiting_survives_sessions_that_were_ended(
    log: EventLog, database: LogDatabase
) -> None:
    await log.append(one())
    assert await log.wait_beyond(0, 1) == 1
    waiting = asyncio.create_task(log.wait_beyond(1, 10))
    await asyncio.sleep(0.1)
    database.end_sessions()
    elsewhere = EventLog(database.application, clock=now)
    await elsewhere.append(one(version=2))
    assert await waiting == 2
    await asyncio.to_thread(elsewhere.close)


async def test_sessions_ended_at_any_moment_lose_and_double_nothing(
    log: EventLog, database: LogDatabase
) -> None:
    stop = threading.Event()

    def keep_ending() -> None:
        while not stop.wait(0.03):
            database.end_sessions()

    ending = threading.Thread(target=keep_ending)
    ending.start()

    async def write(number: int) -> list[Appended]:
        own = islice(versions(f"project-{number}"), 40)
        return [await log.append(each) for each in own]

    try:
        answered = await asyncio.gather(*map(write, range(16)))
    finally:
        stop.set()
        ending.join()
    acknowledged = [each.events[0] for answers in answered for each in answers]
    assert sorted(each.position for each in acknowledged) == list(range(1, 641))
    assert log.read(0, 1000) == sorted(acknowledged, key=lambda each: each.position)
    assert verify(database.application).checked == 640
