"""检查点: what a log signs of itself: its origin, its size and its root (C2SP tlog-checkpoint).

Position and edge of the tree are of one row of `log_head`, so that they belong together whatever
is appended meanwhile. Of several processes one makes a checkpoint: it holds a lock while it looks
at the newest one, and a size has one checkpoint only.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import TupleRow

from shared.eventstore.merkle import Frontier, HashName, digest_of
from shared.eventstore.notes import Note, base64, unbase64, written
from shared.eventstore.signing import SigningKey

__all__ = [
    "Checkpoint",
    "LogShortened",
    "NoKeyInForce",
    "create_checkpoints",
    "make_checkpoint",
    "newest_note",
    "note_of_size",
]

APART = timedelta(seconds=1)
"""Between two checkpoints of a log."""

_CREATE = """
CREATE TABLE checkpoints (
    size bigint PRIMARY KEY CHECK (size >= 0),
    made_at timestamptz NOT NULL,
    note text NOT NULL
);
CREATE TRIGGER checkpoints_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE checkpoints ENABLE ALWAYS TRIGGER checkpoints_stay;
"""
# A number of ours, beside that of the migrations: two processes must not both be at it.
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(7083)"
_HEAD = "SELECT position, frontier, hash, origin FROM log_head"
_NEWEST = "SELECT size, made_at FROM checkpoints ORDER BY size DESC LIMIT 1"
_INSERT = "INSERT INTO checkpoints (size, made_at, note) VALUES (%s, %s, %s)"
_NEWEST_NOTE = "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"
_NOTE = "SELECT note FROM checkpoints WHERE size = %s"


class NoKeyInForce(Exception):
    """No key may sign at this instant."""


class LogShortened(Exception):
    """The log ends before its newest checkpoint: it was cut, or restored from a backup."""


class Checkpoint(NamedTuple):
    """The text of a checkpoint, read."""

    origin: str
    size: int
    root: bytes
    hash: str

    @classmethod
    def of(cls, note: Note) -> "Checkpoint":
        """What a note says, whoever signed it; ValueError where it is no checkpoint of ours."""
        lines = note.text.split("\n")
        if len(lines) < 5 or lines[-1]:
            raise ValueError("a checkpoint has an origin, a size, a root and a hash")
        origin, size, root, name = lines[:4]
        if not origin or not size.isascii() or not size.isdigit() or str(int(size)) != size:
            raise ValueError("the checkpoint's origin or size is malformed")
        if len(decoded := unbase64(root)) != 32:
            raise ValueError("the checkpoint's root is malformed")
        return cls(origin, int(size), decoded, HashName(name).value)

    def text(self) -> str:
        """The text that is signed; its fourth line names the hash."""
        return f"{self.origin}\n{self.size}\n{base64(self.root)}\n{self.hash}\n"


def create_checkpoints(execute: Callable[[str], Any], application_role: str) -> None:
    """Create the table, in a service's migration; what is in it stays."""
    execute(_CREATE)
    execute(f'GRANT SELECT, INSERT ON checkpoints TO "{application_role}"')


def make_checkpoint(
    connection: Connection[TupleRow],
    keys: Callable[[datetime], Sequence[SigningKey]],
    clock: Callable[[], datetime],
) -> int | None:
    """Sign how far the log reaches, unless the newest checkpoint is less than a second old.

    Returns the newest one's size; None while another process is at it. `keys(at)` are those in
    force, each of which signs. NoKeyInForce where there is none, LogShortened where the newest
    checkpoint is ahead of the log.
    """
    with connection.transaction():
        locked = connection.execute(_TRY_LOCK).fetchone()
        if locked is None or not locked[0]:
            return None  # another process is at it
        head = connection.execute(_HEAD, binary=True).fetchone()
        if head is None:
            raise LookupError("the log has no head")
        position, edge, hash_name, origin = head
        now = clock().astimezone(UTC)
        if newest := connection.execute(_NEWEST, binary=True).fetchone():
            size, made_at = newest
            if position < size:
                raise LogShortened(f"the log ends at {position}, its checkpoint is at {size}")
            now = max(now, made_at)
            if position == size or now - made_at < APART:
                return int(size)
        signing = keys(now)
        if not signing:
            raise NoKeyInForce(f"no key signs for {origin} now")
        root = Frontier.from_bytes(digest_of(hash_name), position, edge).root()
        text = Checkpoint(origin, position, root, hash_name).text()
        note = written(text, [key.sign(text, now) for key in signing])
        connection.execute(_INSERT, [position, now, note])
        return int(position)


def newest_note(connection: Connection[TupleRow]) -> str | None:
    """The newest checkpoint; None before the first."""
    row = connection.execute(_NEWEST_NOTE).fetchone()
    return row[0] if row else None


def note_of_size(connection: Connection[TupleRow], size: int) -> str | None:
    """The checkpoint of exactly that size."""
    row = connection.execute(_NOTE, [size]).fetchone()
    return row[0] if row else None
