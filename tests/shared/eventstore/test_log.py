"""What the log takes, what it refuses, and how it answers."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from eventsourcing.persistence import Tracking

from shared.eventstore import (
    Append,
    Appended,
    DataError,
    EventIdConflict,
    EventLog,
    IdempotencyKey,
    IdempotencyKeyReused,
    IntegrityError,
    LogClosed,
    TrackingConflict,
    VersionConflict,
)
from shared.eventstore.merkle import digest_of
from shared.eventstore.verify import verify
from tests.shared.eventstore.building import MAY_6, LogDatabase, append, event, now, one, versions

KEY = IdempotencyKey("request-1", b"fingerprint")


async def all_of(log: EventLog, *appends: Append) -> list[Appended | BaseException]:
    """Hand several appends over at once, so that they share a batch."""
    return await asyncio.gather(*map(log.append, appends), return_exceptions=True)


def test_an_event_comes_back_as_it_went_in(log: EventLog) -> None:
    new = event(data=b'{"name":"\xe9\xa1\xb9"}', meta=b"\x00\xff")
    before = now()
    [recorded] = log.append_now(append(new)).events
    assert recorded.position == recorded.version == 1
    assert recorded.stream_id == "project-1"
    assert recorded.type == "ProjectDeclared"
    assert (recorded.data, recorded.meta) == (new.data, new.meta)
    assert (recorded.event_id, recorded.schema_version) == (new.event_id, 1)
    assert recorded.effective_on == MAY_6
    assert before <= recorded.recorded_at <= now()
    assert [recorded] == log.read(0, 10) == log.stream("project-1")
    assert log.event(new.event_id) == recorded
    assert log.event(uuid4()) is None


def test_positions_have_no_gap_though_appends_are_refused(log: EventLog) -> None:
    for number in range(1, 6):
        log.append_now(one("project-1", number))
        with pytest.raises(VersionConflict):
            log.append_now(one("project-1", number))
    assert [each.position for each in log.read(0, 10)] == [1, 2, 3, 4, 5]
    assert [each.position for each in log.read(2, 2)] == [3, 4]


async def test_a_batch_that_was_placed_ahead_is_placed_again_where_another_wrote_or_one_is_refused(
    log: EventLog, other: EventLog, database: LogDatabase
) -> None:
    await log.append(one("project-1", 1))
    await other.append(one("project-2", 1))
    first, conflict, last = await all_of(
        log, one("project-3", 1), one("project-2", 1), one("project-4", 1)
    )
    assert isinstance(conflict, VersionConflict)
    for recorded, position in ((first, 3), (last, 4)):
        assert isinstance(recorded, Appended)
        assert [each.position for each in recorded.events] == [position]
        assert other.at([position]) == list(recorded.events)
    finding = verify(database.application)
    assert (finding.ok, finding.checked) == (True, 4)


def test_what_is_recorded_is_never_before_what_another_recorded(database: LogDatabase) -> None:
    noon = datetime(2026, 5, 6, 4, tzinfo=UTC)
    slow = EventLog(database.application, clock=lambda: noon)
    fast = EventLog(database.application, clock=lambda: noon + timedelta(minutes=1))
    slow.append_now(one("project-1", 1))
    fast.append_now(one("project-1", 2))
    slow.append_now(one("project-1", 3))
    assert [each.recorded_at.minute for each in fast.read(0, 3)] == [0, 1, 1]
    assert verify(database.application).ok
    slow.close()
    fast.close()


def test_a_stream_is_read_from_and_up_to_a_version(log: EventLog) -> None:
    log.append_now(append(*(event(version=number) for number in range(1, 6))))
    assert [each.version for each in log.stream("project-1", after=2)] == [3, 4, 5]
    assert [each.version for each in log.stream("project-1", after=1, upto=3)] == [2, 3]
    assert log.stream("project-2") == []


@pytest.mark.parametrize("version", [1, 2, 4])
def test_a_version_that_is_not_next_conflicts(log: EventLog, version: int) -> None:
    log.append_now(append(event(version=1), event(version=2)))
    with pytest.raises(VersionConflict) as caught:
        log.append_now(one(version=version))
    conflict = caught.value
    assert (conflict.stream_id, conflict.expected) == ("project-1", version - 1)
    assert conflict.actual == 2


def test_an_append_of_two_streams_is_recorded_whole_or_not_at_all(log: EventLog) -> None:
    with pytest.raises(VersionConflict):
        log.append_now(append(event("project-1", 1), event("project-2", 2)))
    assert log.read(0, 10) == []
    log.append_now(append(event("project-1", 1), event("project-2", 1), event("project-1", 2)))
    assert [each.stream_id for each in log.read(0, 10)] == ["project-1", "project-2", "project-1"]


def test_a_gap_inside_an_append_conflicts(log: EventLog) -> None:
    with pytest.raises(VersionConflict):
        log.append_now(append(event(version=1), event(version=3)))


@pytest.mark.parametrize(("guarded", "holds"), [(0, False), (1, False), (2, True), (3, False)])
def test_a_guard_holds_at_its_version_only(log: EventLog, guarded: int, holds: bool) -> None:
    log.append_now(append(event("unit-1", 1), event("unit-1", 2)))
    guarded_append = append(event(), guards={"unit-1": guarded})
    if holds:
        assert log.append_now(guarded_append).events[0].position == 3
    else:
        with pytest.raises(VersionConflict) as caught:
            log.append_now(guarded_append)
        assert caught.value.stream_id == "unit-1"
        assert (caught.value.expected, caught.value.actual) == (guarded, 2)


def test_a_guard_on_a_stream_that_must_not_exist(log: EventLog) -> None:
    log.append_now(append(event(), guards={"unit-9": 0}))
    log.append_now(one("unit-9"))
    with pytest.raises(VersionConflict):
        log.append_now(append(event(version=2), guards={"unit-9": 0}))


async def test_neighbours_survive_a_conflict(log: EventLog, database: LogDatabase) -> None:
    await log.append(one("project-0"))
    appends = [one(f"project-{number}") for number in range(50)]
    outcomes = await all_of(log, *appends, *appends[:3])
    refused = [each for each in outcomes if not isinstance(each, Appended)]
    assert len(refused) == 4
    assert [type(each) for each in refused].count(EventIdConflict) == 2
    assert len(log.read(0, 100)) == 50
    assert verify(database.application).ok


async def test_in_one_batch_the_second_builds_on_the_first(log: EventLog) -> None:
    await log.append(one("warm-up"))
    outcomes = await all_of(log, one(version=1), one(version=2), one(version=2), one(version=3))
    assert [type(each) for each in outcomes] == [Appended, Appended, VersionConflict, Appended]


async def test_what_builds_on_a_refused_append_is_refused_too(log: EventLog) -> None:
    await log.append(one("unit-1"))
    refused = append(event(version=1), guards={"unit-1": 5})
    outcomes = await all_of(log, refused, one(version=2), one("project-2"))
    assert [type(each) for each in outcomes] == [VersionConflict, VersionConflict, Appended]


async def test_a_guard_sees_what_its_batch_wrote_before(log: EventLog) -> None:
    await log.append(one("unit-1"))
    on_one = append(event("project-1"), guards={"unit-1": 1})
    outcomes = await all_of(log, one("unit-1", 2), on_one)
    assert [type(each) for each in outcomes] == [Appended, VersionConflict]


def test_an_event_id_is_recorded_once(log: EventLog) -> None:
    first = event()
    log.append_now(append(first))
    with pytest.raises(EventIdConflict) as caught:
        log.append_now(append(event("project-2", event_id=first.event_id)))
    assert caught.value.event_id == first.event_id
    same = event("project-3")
    with pytest.raises(EventIdConflict):
        log.append_now(append(same, event("project-4", event_id=same.event_id)))


def test_a_key_used_again_is_answered_with_what_it_recorded(log: EventLog) -> None:
    first = log.append_now(append(event(version=1), event(version=2), idempotency=KEY))
    assert not first.replayed
    log.append_now(one(version=3))
    again = log.append_now(append(event(version=1), event(version=2), idempotency=KEY))
    assert again == Appended(first.events, replayed=True)
    assert log.reply_for(KEY) == again
    assert log.head().position == 3


async def test_a_key_used_twice_in_one_batch_records_once(log: EventLog) -> None:
    await log.append(one("warm-up"))
    outcomes = await all_of(log, *(append(event(), idempotency=KEY) for _ in range(5)))
    assert all(isinstance(each, Appended) for each in outcomes)
    events = {each.events for each in outcomes if isinstance(each, Appended)}
    assert len(events) == 1
    assert [each.replayed for each in outcomes if isinstance(each, Appended)].count(False) == 1


def test_a_key_for_another_request_is_refused(log: EventLog) -> None:
    log.append_now(append(event(), idempotency=KEY))
    other = IdempotencyKey(KEY.key, b"another")
    with pytest.raises(IdempotencyKeyReused):
        log.append_now(append(event(version=2), idempotency=other))
    with pytest.raises(IdempotencyKeyReused):
        log.reply_for(other)
    assert log.reply_for(IdempotencyKey("unknown", b"")) is None


def test_a_refused_append_does_not_use_its_key_up(log: EventLog) -> None:
    with pytest.raises(VersionConflict):
        log.append_now(append(event(version=2), idempotency=KEY))
    assert log.reply_for(KEY) is None
    assert not log.append_now(append(event(version=1), idempotency=KEY)).replayed


def test_tracking_is_stored_with_the_events(log: EventLog) -> None:
    log.append_now(append(event(), tracking=Tracking("registry", 7)))
    assert log.max_tracking_id("registry") == 7
    with pytest.raises(TrackingConflict):
        log.append_now(append(event(version=2), tracking=Tracking("registry", 7)))
    assert log.head().position == 1
    with pytest.raises(VersionConflict):
        log.append_now(append(event(version=9), tracking=Tracking("registry", 8)))
    assert log.max_tracking_id("registry") == 7


def test_tracking_may_come_without_events(log: EventLog) -> None:
    assert log.append_now(Append((), tracking=Tracking("registry", 3))) == Appended(())
    assert log.max_tracking_id("registry") == 3
    assert log.head().position == 0


@pytest.mark.parametrize(
    "bad",
    [
        event(""),
        event("x\x00y"),
        event("\ud800"),
        event("x" * 256),
        event(version=0),
        event(version=2**31),
        event(type="a\x00"),
    ],
)
async def test_what_cannot_be_stored_fails_alone(log: EventLog, bad: object) -> None:
    await log.append(one("warm-up"))
    outcomes = await all_of(log, one("project-2"), Append((bad,)), one("project-3"))  # type: ignore[arg-type]
    assert [type(each) for each in outcomes] == [Appended, DataError, Appended]


async def test_a_row_from_elsewhere_fails_who_meets_it_and_no_other(
    log: EventLog, database: LogDatabase
) -> None:
    """Only by going around the log can a position be taken that its head does not know."""
    await log.append(one("warm-up"))
    database.tamper(
        "INSERT INTO events SELECT 4, 'x', 1, gen_random_uuid(), type, schema_version, data,"
        " meta, effective_on, recorded_at, leaf FROM events"
    )
    outcomes = await all_of(log, one("project-1"), one("project-2"), one("project-3"))
    assert [type(each) for each in outcomes] == [Appended, Appended, IntegrityError]
    assert log.head().position == 3


def test_a_subscription_is_woken_before_its_next_poll(log: EventLog) -> None:
    """Five in a row: polling alone would take half a second each on average."""
    with log.subscribe(gt=0) as subscription:
        started = time.perf_counter()
        for number, growth in zip(range(1, 6), versions("project-1"), strict=False):
            threading.Timer(0.05, log.append_now, [growth]).start()
            assert next(subscription).id == number
        assert time.perf_counter() - started < 1.5


def test_a_subscription_survives_sessions_that_were_ended(
    log: EventLog, database: LogDatabase
) -> None:
    with log.subscribe(gt=0) as subscription:
        for growth, number in zip(versions("project-1"), range(1, 4), strict=False):
            log.append_now(growth)
            assert next(subscription).id == number
            database.end_sessions()


def test_an_append_may_be_larger_than_a_batch(log: EventLog, database: LogDatabase) -> None:
    log.append_now(append(*(event(version=number) for number in range(1, 1501))))
    assert log.head().position == 1500
    assert verify(database.application).ok


def test_the_instant_never_goes_back(database: LogDatabase) -> None:
    start = datetime(2026, 5, 6, tzinfo=UTC)
    instants = iter([start, start - timedelta(hours=1), start + timedelta(hours=1)])
    log = EventLog(database.application, clock=lambda: next(instants))
    recorded = [log.append_now(one(version=number)).events[0].recorded_at for number in (1, 2, 3)]
    log.close()
    assert recorded == [start, start, start + timedelta(hours=1)]


def test_a_failing_clock_fails_the_append_and_not_the_writer(database: LogDatabase) -> None:
    failures = [RuntimeError("no time")]

    def clock() -> datetime:
        if failures:
            raise failures.pop()
        return now()

    log = EventLog(database.application, clock=clock)
    with pytest.raises(Exception, match="no time"):
        log.append_now(one())
    assert log.append_now(one()).events[0].position == 1
    log.close()


def test_the_head_of_an_empty_log(log: EventLog) -> None:
    head = log.head()
    assert (head.position, head.recorded_at) == (0, None)
    assert (head.hash, head.origin) == ("sm3", "govit/511100/registry")
    assert head.root == digest_of("sm3")(b"")


def test_the_head_follows_the_last_event(log: EventLog) -> None:
    [recorded] = log.append_now(one()).events
    head = log.head()
    assert (head.position, head.recorded_at, head.root) == (1, recorded.recorded_at, recorded.leaf)


async def test_waiting_ends_when_the_log_grows(log: EventLog) -> None:
    await log.append(one())
    assert await log.wait_beyond(0, 5) == 1
    waiting = asyncio.create_task(log.wait_beyond(1, 5))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    started = time.perf_counter()
    await log.append(one(version=2))
    assert await waiting == 2
    assert time.perf_counter() - started < 0.5


async def test_waiting_ends_at_its_timeout(log: EventLog) -> None:
    started = time.perf_counter()
    assert await log.wait_beyond(0, 0.2) == 0
    assert 0.2 <= time.perf_counter() - started < 1


async def test_an_append_elsewhere_is_noticed_before_the_next_poll(
    log: EventLog, database: LogDatabase
) -> None:
    """Five in a row: polling alone would take half a second each on average."""
    elsewhere = EventLog(database.application, clock=now)
    assert await log.wait_beyond(0, 0.5) == 0
    started = time.perf_counter()
    for number, growth in zip(range(5), versions("project-1"), strict=False):
        waiting = asyncio.create_task(log.wait_beyond(number, 5))
        await asyncio.sleep(0.05)
        await elsewhere.append(growth)
        assert await waiting == number + 1
    assert time.perf_counter() - started < 1.5
    await asyncio.to_thread(elsewhere.close)


async def test_close_writes_what_is_queued(database: LogDatabase) -> None:
    log = EventLog(database.application, clock=now)
    tasks = [asyncio.create_task(log.append(one(f"project-{n}"))) for n in range(100)]
    await asyncio.sleep(0)
    await asyncio.to_thread(log.close)
    assert len(await asyncio.gather(*tasks)) == 100
    with pytest.raises(LogClosed):
        await log.append(one("late"))


async def test_a_cancelled_caller_leaves_the_others_alone(log: EventLog) -> None:
    await log.append(one("warm-up"))
    tasks = [asyncio.create_task(log.append(one(f"project-{n}"))) for n in range(20)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [number for number, each in enumerate(outcomes) if not isinstance(each, Appended)] == [3]


def test_threads_and_loops_share_one_writer(log: EventLog, database: LogDatabase) -> None:
    def in_thread(number: int) -> None:
        for growth, _ in zip(versions(f"thread-{number}"), range(20), strict=False):
            log.append_now(growth)

    def in_loop(number: int) -> None:
        async def main() -> None:
            for growth, _ in zip(versions(f"loop-{number}"), range(20), strict=False):
                await log.append(growth)

        asyncio.run(main())

    targets: list[Callable[[int], None]] = [in_thread, in_loop]
    threads = [threading.Thread(target=targets[n % 2], args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.head().position == 160
    assert verify(database.application).checked == 160
