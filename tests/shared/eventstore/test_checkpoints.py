"""A log signs how far it reaches: one checkpoint a second, whoever makes it, and none goes away."""

import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from shared.eventstore import EventLog
from shared.eventstore.checkpoints import Checkpoint, LogShortened, NoKeyInForce
from shared.eventstore.connections import PATIENT, connect
from shared.eventstore.evidence import Evidence
from shared.eventstore.notes import Note
from shared.eventstore.signing import SM2, SigningKey
from tests.shared.eventstore.building import LogDatabase, one, versions

START = datetime(2026, 5, 6, 4, 0, tzinfo=UTC)
KEY = SigningKey.generate("govit/511100/registry")


class Clock:
    """A clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def keys(_at: datetime) -> Sequence[SigningKey]:
    return [KEY]


def sizes(database: LogDatabase) -> list[int]:
    return [row[0] for row in database.rows("SELECT size FROM checkpoints ORDER BY size")]


def newest(evidence: Evidence) -> Note:
    content = evidence.checkpoint()
    assert content is not None
    return Note.of(content)


def test_a_checkpoint_says_what_the_head_says(
    log: EventLog, evidence: Evidence, clock: Clock
) -> None:
    assert evidence.checkpoint() is None
    assert evidence.make_checkpoint(keys, clock) == 0
    log.append_now(one())
    clock.wait(1)
    assert evidence.make_checkpoint(keys, clock) == 1
    note, head = newest(evidence), log.head()
    assert Checkpoint.of(note) == Checkpoint(head.origin, 1, head.root, head.hash)
    assert KEY.verifier.verifies(note.text, note.lines[0])
    assert evidence.checkpoint(0) not in {None, str(note)}
    assert evidence.checkpoint(2) is None


def test_there_is_one_a_second_at_most_and_none_without_news(
    log: EventLog, evidence: Evidence, database: LogDatabase, clock: Clock
) -> None:
    appends = versions("project-1")
    for _ in range(5):
        log.append_now(next(appends))
        evidence.make_checkpoint(keys, clock)
    assert sizes(database) == [1]
    clock.wait(0.9)
    assert evidence.make_checkpoint(keys, clock) == 1
    clock.wait(0.1)
    assert evidence.make_checkpoint(keys, clock) == 5
    clock.wait(3600)
    assert evidence.make_checkpoint(keys, clock) == 5
    assert sizes(database) == [1, 5]


def test_of_many_at_once_one_makes_it(log: EventLog, database: LogDatabase, clock: Clock) -> None:
    appends = versions("project-1")
    evidences = [Evidence(database.application, PATIENT) for _ in range(4)]
    for each in evidences:
        each.open()
    try:
        for round_ in range(5):
            log.append_now(next(appends))
            clock.wait(1)
            threads = [
                threading.Thread(target=each.make_checkpoint, args=(keys, clock))
                for each in evidences
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sizes(database) == list(range(1, round_ + 2))
    finally:
        for each in evidences:
            each.close()


def test_one_that_dies_before_its_commit_leaves_the_next_to_others(
    log: EventLog, evidence: Evidence, database: LogDatabase, clock: Clock
) -> None:
    log.append_now(one())
    with closing(connect(database.application, "checkpoint")) as dying:
        dying.execute("BEGIN")
        dying.execute("SELECT pg_advisory_xact_lock(7083)")
        assert evidence.make_checkpoint(keys, clock) is None
        database.rows("SELECT pg_terminate_backend(%s)", dying.info.backend_pid)
    for _ in range(50):
        if evidence.make_checkpoint(keys, clock) is not None:
            break
        threading.Event().wait(0.05)
    assert sizes(database) == [1]


def test_one_that_dies_between_checkpoint_and_tiles_is_caught_up_with(
    log: EventLog, evidence: Evidence, database: LogDatabase, clock: Clock
) -> None:
    for append in (each for each, _ in zip(versions("project-1"), range(40), strict=False)):
        log.append_now(append)
    assert evidence.make_checkpoint(keys, clock) == 40  # and here its process ends
    assert database.rows("SELECT count(*) FROM tiles") == [(0,)]
    another = Evidence(database.application, PATIENT)
    another.open()
    try:
        clock.wait(1)
        assert another.make_checkpoint(keys, clock) == 40
        before = another.inclusion(7, 40)
        assert another.make_tiles() == 2
        assert another.inclusion(7, 40) == before
    finally:
        another.close()


def test_during_an_overlap_both_keys_sign(log: EventLog, evidence: Evidence, clock: Clock) -> None:
    fresh = SigningKey.generate(KEY.verifier.name)
    chinese = SigningKey.generate(KEY.verifier.name, SM2)
    log.append_now(one())
    evidence.make_checkpoint(lambda _: [KEY, fresh, chinese], clock)
    note = newest(evidence)
    signers = (KEY, fresh, chinese)
    assert len(note.lines) == len(signers)
    for key, line in zip(signers, note.lines, strict=True):
        assert key.verifier.verifies(note.text, line)


def test_keys_are_asked_for_by_the_checkpoints_own_time(
    log: EventLog, evidence: Evidence, clock: Clock
) -> None:
    log.append_now(one())
    asked: list[datetime] = []

    def of(at: datetime) -> list[SigningKey]:
        asked.append(at)
        return []

    with pytest.raises(NoKeyInForce, match="govit/511100/registry"):
        evidence.make_checkpoint(of, clock)
    assert asked == [START]
    assert evidence.checkpoint() is None


def test_a_log_that_was_cut_signs_nothing_more(
    log: EventLog, evidence: Evidence, database: LogDatabase, clock: Clock
) -> None:
    log.append_now(one())
    evidence.make_checkpoint(keys, clock)
    database.tamper("DELETE FROM events")
    database.tamper("UPDATE log_head SET position = 0, frontier = '', recorded_at = NULL")
    clock.wait(5)
    with pytest.raises(LogShortened, match="ends at 0, its checkpoint is at 1"):
        evidence.make_checkpoint(keys, clock)


def test_a_clock_that_was_set_back_sets_no_checkpoint_back(
    log: EventLog, evidence: Evidence, database: LogDatabase, clock: Clock
) -> None:
    appends = versions("project-1")
    log.append_now(next(appends))
    evidence.make_checkpoint(keys, clock)
    clock.now = START - timedelta(days=1)
    log.append_now(next(appends))
    evidence.make_checkpoint(keys, clock)
    clock.now = START + timedelta(seconds=2)
    evidence.make_checkpoint(keys, clock)
    rows = database.rows("SELECT size, made_at FROM checkpoints ORDER BY size")
    assert rows == [(1, START), (2, START + timedelta(seconds=2))]
