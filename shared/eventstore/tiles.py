"""分块: roots of subtrees kept beside the log, so that a proof need not read all its leaves.

Tiles are written after the append and outside its transaction. The append computes their roots on
its way to the log's new edge; those of another process, or from before a restart, are made from
the leaves. They are derived: whatever is not there yet, or was removed, is made when a proof needs
it. So it does no harm when a process dies between two batches, nor when two make the same tiles at
once.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from psycopg import Connection
from psycopg.rows import TupleRow

from shared.eventstore.arrays import ByteaArray, bytes_element
from shared.eventstore.merkle import Digest
from shared.eventstore.proofs import WIDTH, Tile, above

__all__ = ["CompletedTiles", "TileMissing", "create_tiles", "make_tiles", "roots"]

BATCH = 256
"""Tiles of one level that are made in one transaction."""

_CREATE = """
CREATE TABLE tiles (
    level smallint NOT NULL CHECK (level > 0),
    place bigint NOT NULL CHECK (place >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    PRIMARY KEY (level, place)
);
"""
_MADE = "SELECT coalesce(max(place) + 1, 0) FROM tiles WHERE level = %s"
_RECORDED = "SELECT position FROM log_head"
_LEAVES = """
    SELECT leaf FROM events WHERE position > %s AND position <= %s ORDER BY position"""
_BELOW = """
    SELECT root FROM tiles WHERE level = %s AND place >= %s AND place < %s ORDER BY place"""
_INSERT = """
    INSERT INTO tiles (level, place, root)
    SELECT %s, %s + number - 1, root FROM unnest(%s) WITH ORDINALITY AS made(root, number)
    ON CONFLICT DO NOTHING"""
_ROOTS = """
    SELECT tiles.level, place, root
    FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[]) AS asked(level, first, last)
    JOIN tiles ON tiles.level = asked.level AND place BETWEEN first AND last
    UNION ALL
    SELECT 0::smallint, position - 1, leaf
    FROM unnest(%s::bigint[], %s::bigint[]) AS asked(first, last)
    JOIN events ON position BETWEEN first + 1 AND last + 1"""


class CompletedTiles:
    """Roots that this process's appends have computed, until they are kept; safe from any thread.

    Of more than `MOST` the oldest are let go.
    """

    MOST = 16_384

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._roots: dict[Tile, bytes] = {}

    def add(self, roots: Mapping[Tile, bytes]) -> None:
        """What a commit completed."""
        with self._lock:
            self._roots.update(roots)
            excess = len(self._roots) - self.MOST
            for tile in list(islice(self._roots, max(excess, 0))):
                del self._roots[tile]

    def take(self, tiles: Collection[Tile]) -> list[bytes] | None:
        """The roots of all of these, which are let go; None where one is not here."""
        with self._lock:
            found = [self._roots.pop(tile, None) for tile in tiles]
        roots = [root for root in found if root is not None]
        return roots if len(roots) == len(found) else None


class TileMissing(LookupError):
    """A leaf was asked for that the log does not have."""


def create_tiles(execute: Callable[[str], Any], application_role: str) -> None:
    """Create the table, in a service's migration; the application adds and reads."""
    execute(_CREATE)
    execute(f'GRANT SELECT, INSERT ON tiles TO "{application_role}"')


def make_tiles(
    connection: Connection[TupleRow], digest: Digest, completed: CompletedTiles | None = None
) -> int:
    """Make a batch of the tiles that are complete and not there yet; returns how many."""
    # What can be made again does not wait for the disk.
    with connection.transaction():
        connection.execute("SET LOCAL synchronous_commit = off", prepare=False)
        below, level, made = _number(connection, _RECORDED), 1, 0
        while below >= WIDTH:
            have = _number(connection, _MADE, level)
            fresh = min(below // WIDTH - have, BATCH)
            if fresh > 0:
                tiles = [Tile(level, have + each) for each in range(fresh)]
                found = completed.take(tiles) if completed else None
                _keep(connection, tiles, found or _from_below(connection, digest, tiles))
                made += fresh
            below, level = have + max(fresh, 0), level + 1
    return made


def _number(connection: Connection[TupleRow], query: str, *parameters: object) -> int:
    row = connection.execute(query.encode(), parameters).fetchone()
    return int(row[0]) if row else 0


def _from_below(
    connection: Connection[TupleRow], digest: Digest, tiles: Sequence[Tile]
) -> list[bytes]:
    """The roots of neighbouring tiles of one level."""
    level = tiles[0].level
    start, end = tiles[0].place * WIDTH, (tiles[-1].place + 1) * WIDTH
    rows = (
        connection.execute(_LEAVES, [start, end], binary=True)
        if level == 1
        else connection.execute(_BELOW, [level - 1, start, end], binary=True)
    ).fetchall()
    if len(rows) != end - start:
        raise TileMissing(f"{len(rows)} nodes are there of {end - start} below level {level}")
    nodes = [row[0] for row in rows]
    return [above(digest, nodes[at : at + WIDTH]) for at in range(0, len(nodes), WIDTH)]


def _keep(connection: Connection[TupleRow], tiles: Sequence[Tile], roots: Iterable[bytes]) -> None:
    level, first = tiles[0]
    connection.execute(
        _INSERT, [level, first, ByteaArray.of([bytes_element(root) for root in roots])]
    )


def roots(
    connection: Connection[TupleRow], digest: Digest, wanted: Collection[Tile]
) -> Mapping[Tile, bytes]:
    """The roots of these tiles; what is not kept is made from what lies below it.

    TileMissing where the log has not all their leaves.
    """
    found: dict[Tile, bytes] = {}
    unmade: list[Tile] = []
    asked = set(wanted)
    while asked:
        found.update(_kept(connection, asked))
        absent = [tile for tile in asked if tile not in found]
        if leaf := next((tile for tile in absent if not tile.level), None):
            raise TileMissing(f"the log has no event {leaf.place + 1}")
        unmade += absent
        asked = {part for tile in absent for part in tile.parts()} - found.keys()
    for tile in sorted(unmade):  # lower levels first
        found[tile] = above(digest, [found[part] for part in tile.parts()])
    return found


def _kept(connection: Connection[TupleRow], asked: Iterable[Tile]) -> Iterator[tuple[Tile, bytes]]:
    runs = list(_runs(sorted(asked)))
    tiles = [run for run in runs if run[0]]
    leaves = [run for run in runs if not run[0]]
    rows = connection.execute(
        _ROOTS,
        [
            [level for level, _, _ in tiles],
            [first for _, first, _ in tiles],
            [last for _, _, last in tiles],
            [first for _, first, _ in leaves],
            [last for _, _, last in leaves],
        ],
        binary=True,
    )
    return ((Tile(level, place), bytes(root)) for level, place, root in rows)


def _runs(tiles: list[Tile]) -> Iterator[tuple[int, int, int]]:
    """Neighbours as one: level, first and last place."""
    if not tiles:
        return
    (level, first), last = tiles[0], tiles[0].place
    for tile in islice(tiles, 1, None):
        if tile == (level, last + 1):
            last += 1
            continue
        yield level, first, last
        (level, first), last = tile, tile.place
    yield level, first, last
