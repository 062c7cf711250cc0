"""Many processes append to one log, some are killed, and a follower misses nothing.

GOVIT_LOG_EXAMPLES sets how many such histories are played (2 by default).
"""

import multiprocessing
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared.eventstore import (
    Append,
    EventLog,
    IdempotencyKey,
    NewEvent,
    RecordedEvent,
    VersionConflict,
)
from shared.eventstore.verify import verify
from tests.shared.eventstore.building import LogDatabase, event, now

WRITERS = 8
SECONDS = 1.5
EXAMPLES = int(os.environ.get("GOVIT_LOG_EXAMPLES", "2"))

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["shared.eventstore", "tests.shared.eventstore.building"])


@dataclass(frozen=True)
class Habits:
    """How a writer behaves, and after how many seconds it is killed (None: not at all)."""

    seed: int
    streams: int
    threads: int
    longest_pause: float
    killed_after: float | None


habits = st.builds(
    Habits,
    seed=st.integers(0, 2**32),
    streams=st.integers(1, 3),
    threads=st.integers(1, 4),
    longest_pause=st.sampled_from([0.0, 0.002, 0.02]),
    killed_after=st.one_of(st.none(), st.floats(0.1, SECONDS)),
)


def keep_writing(dsn: str, habits: Habits, journal: str) -> None:
    """Append until the time is up; note every attempt before it and every success after it."""
    log = EventLog(dsn, clock=now)
    notes = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    until = time.monotonic() + SECONDS

    def write(seed: int) -> None:
        chance = random.Random(seed)
        while time.monotonic() < until:
            append = next_append(log, chance, habits.streams)
            ids = " ".join(str(each.event_id) for each in append.events)
            os.write(notes, f"tried {ids}\n".encode())
            try:
                log.append_now(append)
            except VersionConflict:
                os.write(notes, f"refused {ids}\n".encode())
            else:
                os.write(notes, f"recorded {ids}\n".encode())
            time.sleep(chance.uniform(0, habits.longest_pause))

    with ThreadPoolExecutor(habits.threads) as threads:
        for written in [
            threads.submit(write, habits.seed + number) for number in range(habits.threads)
        ]:
            written.result()
    log.close()


def next_append(log: EventLog, chance: random.Random, streams: int) -> Append:
    """One to three events for a stream that others write to as well, with a guard on another."""
    stream_id = f"project-{chance.randrange(streams)}"
    version = len(log.stream(stream_id))
    events: tuple[NewEvent, ...] = tuple(
        event(stream_id, version + 1 + number) for number in range(chance.randint(1, 3))
    )
    guards: dict[str, int] = {}
    if chance.random() < 0.2:
        guards["unit-1"] = len(log.stream("unit-1"))
    if chance.random() < 0.1:
        events += (event("unit-1", len(log.stream("unit-1")) + 1),)
    return Append(events, guards, IdempotencyKey(str(uuid4()), b"f"))


def follow(log: EventLog, stop: threading.Event, seen: list[RecordedEvent]) -> None:
    """Read on from where one stands, as a feed's follower does."""
    while True:
        last_round = stop.is_set()
        page = log.read(seen[-1].position if seen else 0, 100)
        seen.extend(page)
        if last_round and not page:
            return


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a race that was lost once need not be lost again
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(all_habits=st.lists(habits, min_size=WRITERS, max_size=WRITERS))
def test_a_follower_sees_every_event_once_in_order_without_a_gap(
    database: LogDatabase, all_habits: list[Habits]
) -> None:
    database.begin_anew()
    with TemporaryDirectory() as directory:
        journals = [Path(directory) / str(number) for number in range(WRITERS)]
        seen = play(database, all_habits, journals)
        notes = [note for each in journals if each.exists() for note in lines_of(each)]
    tried = {event_id for kind, ids in notes if kind == "tried" for event_id in ids}
    recorded = {event_id for kind, ids in notes if kind == "recorded" for event_id in ids}
    refused = {event_id for kind, ids in notes if kind == "refused" for event_id in ids}
    ids = [str(each.event_id) for each in seen]
    assert [each.position for each in seen] == list(range(1, len(seen) + 1))
    assert len(set(ids)) == len(ids)
    assert recorded <= set(ids) <= tried - refused
    assert seen
    assert verify(database.application).checked == len(seen)
    by_key = database.rows("SELECT first_position, last_position FROM idempotency ORDER BY 1")
    assert sum(last - first + 1 for first, last in by_key) == len(seen)


def play(
    database: LogDatabase, all_habits: list[Habits], journals: list[Path]
) -> list[RecordedEvent]:
    """Let the writers run, kill those that are to be killed, and follow all the while."""
    log = EventLog(database.application, clock=now)
    seen: list[RecordedEvent] = []
    stop = threading.Event()
    follower = threading.Thread(target=follow, args=(log, stop, seen))
    follower.start()
    writers = [
        context.Process(target=keep_writing, args=(database.application, habits, str(journal)))
        for habits, journal in zip(all_habits, journals, strict=True)
    ]
    for writer in writers:
        writer.start()
    kill_in_time(writers, all_habits)
    for writer in writers:
        writer.join()
    stop.set()
    follower.join()
    log.close()
    survivors = [
        writer.exitcode
        for writer, habits in zip(writers, all_habits, strict=True)
        if habits.killed_after is None
    ]
    assert survivors == [0] * len(survivors)
    return seen


def kill_in_time(writers: list[ForkServerProcess], all_habits: list[Habits]) -> None:
    started = time.monotonic()
    doomed = sorted(
        (habits.killed_after, writer.pid)
        for writer, habits in zip(writers, all_habits, strict=True)
        if habits.killed_after is not None and writer.pid is not None
    )
    for after, pid in doomed:
        time.sleep(max(0.0, started + after - time.monotonic()))
        os.kill(pid, signal.SIGKILL)


def lines_of(journal: Path) -> list[tuple[str, list[str]]]:
    """The notes a writer completed before its end."""
    complete = journal.read_text().rpartition("\n")[0].splitlines()
    return [(kind, ids) for kind, *ids in map(str.split, complete)]
