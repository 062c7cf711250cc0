"""Tiles: made beside the log, as often and by as many as may be, and never needed to be right."""

import threading
from contextlib import closing
from functools import partial
from itertools import cycle

import psycopg
import pytest
from psycopg import errors

from shared.eventstore import EventLog
from shared.eventstore.connections import PATIENT, connect
from shared.eventstore.evidence import Evidence, NotThatLong
from shared.eventstore.inclusion import root_from_path
from shared.eventstore.merkle import HashName, digest_of
from shared.eventstore.proofs import Tile, root_from_consistency
from shared.eventstore.tiles import BATCH, CompletedTiles, make_tiles, roots
from tests.shared.eventstore.building import LogDatabase, append, event
from tests.shared.eventstore.test_proofs import tiles_over

SM3 = digest_of(HashName.SM3)


def filled(log: EventLog, count: int, first: int = 1) -> None:
    log.append_now(append(*(event("project-1", first + each) for each in range(count))))


def kept(database: LogDatabase) -> dict[Tile, bytes]:
    rows = database.rows("SELECT level, place, root FROM tiles")
    return {Tile(level, place): bytes(root) for level, place, root in rows}


def expected(database: LogDatabase) -> dict[Tile, bytes]:
    rows = database.rows("SELECT leaf FROM events ORDER BY position")
    tiles = tiles_over(SM3, [bytes(row[0]) for row in rows])
    return {tile: root for tile, root in tiles.items() if tile.level}


def test_tiles_are_made_where_they_are_complete(
    log: EventLog, evidence: Evidence, database: LogDatabase
) -> None:
    made = 0
    for count in (15, 1, 255, 300):
        filled(log, count, first=1 + log.head().position)
        made += evidence.make_tiles()
        assert kept(database) == expected(database)
    assert made == len(expected(database)) == 571 // 16 + 571 // 256
    assert evidence.make_tiles() == 0


def test_a_backlog_is_made_in_batches(
    log: EventLog, evidence: Evidence, database: LogDatabase
) -> None:
    count = 16 * (BATCH + 20)
    filled(log, count)
    assert evidence.make_tiles() == BATCH + BATCH // 16 + 1
    assert 0 < len(kept(database)) < len(expected(database))
    while evidence.make_tiles():
        pass
    assert kept(database) == expected(database)


def test_what_the_appends_completed_is_kept_without_a_leaf_being_read_again(
    log: EventLog, evidence: Evidence, database: LogDatabase
) -> None:
    for count in (15, 1, 255, 300):
        filled(log, count, first=1 + log.head().position)
    true = expected(database)
    database.tamper("UPDATE events SET leaf = sha256('')")
    assert evidence.make_tiles(log.completed_tiles) == len(true)
    assert kept(database) == true


def test_what_another_process_completed_is_made_from_the_leaves(
    log: EventLog, other: EventLog, evidence: Evidence, database: LogDatabase
) -> None:
    writers = cycle((log, other))
    for count in (16, 24, 8, 7, 60, 129, 40):
        filled(next(writers), count, first=1 + log.head().position)
        if count % 2:
            evidence.make_tiles(log.completed_tiles)
    evidence.make_tiles(other.completed_tiles)
    assert kept(database) == expected(database)


def test_completed_tiles_are_let_go_once_taken_and_when_they_are_too_many() -> None:
    tiles = {Tile(1, place): str(place).encode() for place in range(CompletedTiles.MOST)}
    completed = CompletedTiles()
    completed.add(tiles)
    assert completed.take([Tile(1, 1), Tile(1, 2)]) == [b"1", b"2"]
    assert completed.take([Tile(1, 2), Tile(1, 3)]) is None
    completed.add({Tile(2, place): b"" for place in range(5)})
    assert completed.take([Tile(1, 0)]) is None
    assert completed.take([Tile(2, 0)]) == [b""]


def test_two_at_once_make_the_same(log: EventLog, database: LogDatabase) -> None:
    filled(log, 600)
    connections = [connect(database.application, "tiles") for _ in range(4)]
    threads = [threading.Thread(target=partial(make_tiles, each, SM3)) for each in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in connections:
        each.close()
    assert kept(database) == expected(database)


def test_one_that_dies_in_the_middle_leaves_nothing_half_done(
    log: EventLog, evidence: Evidence, database: LogDatabase
) -> None:
    filled(log, 600)
    with closing(connect(database.application, "tiles")) as dying:
        dying.execute("BEGIN")
        assert make_tiles(dying, SM3) > 0
        blocked = threading.Thread(target=evidence.make_tiles)
        blocked.start()  # waits for the one that is about to die
        database.rows("SELECT pg_terminate_backend(%s)", dying.info.backend_pid)
        blocked.join()
    while evidence.make_tiles():
        pass
    assert kept(database) == expected(database)


@pytest.mark.parametrize("share", ["all", "some", "none"])
def test_proofs_are_the_same_with_all_some_or_no_tiles(
    log: EventLog, evidence: Evidence, database: LogDatabase, share: str
) -> None:
    filled(log, 530)
    frontier_roots = {}
    leaves = [bytes(row[0]) for row in database.rows("SELECT leaf FROM events ORDER BY position")]
    tiles = tiles_over(SM3, leaves)
    while evidence.make_tiles():
        pass
    if share != "all":
        keep = "place % 3 = 1" if share == "some" else "false"
        database.tamper(f"DELETE FROM tiles WHERE NOT ({keep})")
    for size in (1, 16, 100, 256, 511, 530):
        included = evidence.inclusion(size // 2 + 1 if size > 1 else 1, size)
        assert included.leaf == leaves[included.position - 1]
        frontier_roots[size] = root_from_path(
            SM3, included.leaf, included.position - 1, size, included.path
        )
    assert frontier_roots[530] == log.head().root
    for size, root in frontier_roots.items():
        path = evidence.consistency(size, 530).path
        assert root_from_consistency(SM3, size, root, 530, path) == frontier_roots[530]
    with closing(connect(database.application, "proof")) as connection:
        assert roots(connection, SM3, {Tile(2, 1)})[Tile(2, 1)] == tiles[Tile(2, 1)]


def test_nothing_is_proven_of_what_is_not_there(log: EventLog, evidence: Evidence) -> None:
    filled(log, 20)
    for ask in (
        lambda: evidence.inclusion(1, 21),
        lambda: evidence.inclusion(30, 31),
        lambda: evidence.consistency(3, 21),
    ):
        with pytest.raises(NotThatLong) as told:
            ask()
        assert told.value.position == 20
    filled(log, 1, first=21)
    assert evidence.inclusion(21, 21).position == 21
    with pytest.raises(IndexError):
        evidence.inclusion(9, 8)
    with pytest.raises(IndexError):
        evidence.consistency(9, 8)


@pytest.mark.parametrize("statement", ["UPDATE tiles SET root = root", "DELETE FROM tiles"])
def test_the_application_only_adds_tiles(database: LogDatabase, statement: str) -> None:
    with (
        psycopg.connect(database.application) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_a_proof_names_its_log(database: LogDatabase, log: EventLog) -> None:
    filled(log, 3)
    evidence = Evidence(database.application, PATIENT)
    evidence.open()
    try:
        assert evidence.inclusion(1, 3).kind == evidence.consistency(1, 3).kind
        assert evidence.inclusion(1, 3).kind.origin == "govit/511100/registry"
    finally:
        evidence.close()
