"""证据: proofs and checkpoints of one service's log, made beside the appends."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from shared.eventstore import checkpoints
from shared.eventstore.connections import Patience, reader, translated
from shared.eventstore.errors import SchemaNotReady
from shared.eventstore.merkle import digest_of
from shared.eventstore.proofs import (
    Span,
    Tile,
    consistency_spans,
    inclusion_spans,
    root_of,
    tiles_of,
)
from shared.eventstore.signing import SigningKey
from shared.eventstore.tiles import CompletedTiles, make_tiles, roots

__all__ = ["Consistency", "Evidence", "Included", "Kind", "NotThatLong"]

_KIND = "SELECT origin, hash, position FROM log_head"


class NotThatLong(LookupError):
    """A size or position was asked for that the log has not reached; it reaches `position`."""

    def __init__(self, position: int) -> None:
        super().__init__(f"the log reaches {position}")
        self.position = position


class Kind(NamedTuple):
    """What of a log never changes: its name to the world and its hash."""

    origin: str
    hash: str


class Included(NamedTuple):
    """A leaf and its path to the root over the first `size` leaves."""

    kind: Kind
    size: int
    position: int
    leaf: bytes
    path: tuple[bytes, ...]


class Consistency(NamedTuple):
    """The path from the root over the first `old` leaves to that over the first `new`."""

    kind: Kind
    old: int
    new: int
    path: tuple[bytes, ...]


class Evidence:
    """Proofs and checkpoints of a log; its methods may be called from any thread."""

    def __init__(self, dsn: str, patience: Patience) -> None:
        self._pool: ConnectionPool[Connection[TupleRow]] = ConnectionPool(
            dsn,
            min_size=0,
            max_size=4,
            open=False,
            timeout=5.0,
            kwargs={"autocommit": True, "application_name": "govit evidence"},
            configure=reader(patience),
        )
        self._kind: Kind | None = None
        self._reached = 0

    def open(self) -> None:
        self._pool.open()

    def close(self) -> None:
        self._pool.close()

    def inclusion(self, position: int, size: int) -> Included:
        """That the event at `position` is among the first `size`; NotThatLong, IndexError."""
        with self._connected() as connection:
            kind = self._of(connection, size)
            leaf = Tile(0, position - 1)
            spans = inclusion_spans(position - 1, size)
            path, found = _path(connection, kind, spans, leaf)
        return Included(kind, size, position, found[leaf], path)

    def consistency(self, old: int, new: int) -> Consistency:
        """That the first `old` events are the first of `new`; NotThatLong, IndexError."""
        with self._connected() as connection:
            kind = self._of(connection, new)
            path, _ = _path(connection, kind, consistency_spans(old, new))
        return Consistency(kind, old, new, path)

    def make_tiles(self, completed: CompletedTiles | None = None) -> int:
        """Make a batch of the tiles that are due, which appends `completed`; returns how many."""
        with self._connected() as connection:
            return make_tiles(connection, digest_of(self._of(connection, 0).hash), completed)

    def make_checkpoint(
        self,
        keys: Callable[[datetime], Sequence[SigningKey]],
        clock: Callable[[], datetime],
    ) -> int | None:
        """As `checkpoints.make_checkpoint`."""
        with self._connected() as connection:
            return checkpoints.make_checkpoint(connection, keys, clock)

    def checkpoint(self, size: int | None = None) -> str | None:
        """The newest checkpoint, or that of a size; None where there is none."""
        with self._connected() as connection:
            if size is None:
                return checkpoints.newest_note(connection)
            return checkpoints.note_of_size(connection, size)

    @contextmanager
    def _connected(self) -> Iterator[Connection[TupleRow]]:
        with translated(), self._pool.connection() as connection:
            yield connection

    def _of(self, connection: Connection[TupleRow], size: int) -> Kind:
        """The log's kind, once it is known to reach `size`."""
        if self._kind is None or size > self._reached:
            row = connection.execute(_KIND).fetchone()
            if row is None:
                raise SchemaNotReady("the log has no head, migrate first")
            self._kind, self._reached = Kind(row[0], row[1]), row[2]
        if size > self._reached:
            raise NotThatLong(self._reached)
        return self._kind


def _path(
    connection: psycopg.Connection[TupleRow], kind: Kind, spans: Sequence[Span], *further: Tile
) -> tuple[tuple[bytes, ...], dict[Tile, bytes]]:
    digest = digest_of(kind.hash)
    wanted = tiles_of(spans) | set(further)
    found = dict(roots(connection, digest, wanted)) if wanted else {}
    return tuple(root_of(digest, span, found) for span in spans), found
