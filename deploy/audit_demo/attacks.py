"""攻击: what somebody with a superuser's rights does to a log, done here to copies of it.

Each attack returns the position that it is about. The first three leave the hashes as they are;
the last two make the log anew from the events that are left: leaves, edge, tiles, and a checkpoint
under the log's true key.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import uuid4

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from shared.eventstore.checkpoints import make_checkpoint
from shared.eventstore.leaf import fields_of, leaf_hash, microseconds
from shared.eventstore.merkle import LEAF_PREFIX, Frontier, digest_of
from shared.eventstore.scan import rows
from shared.eventstore.signing import SigningKey
from shared.eventstore.tiles import make_tiles

Session = Connection[TupleRow]

ALTER = "UPDATE events SET data = set_byte(data, %s, %s) WHERE position = %s"
CUT = 3
"""How many of the newest events are cut off."""

_GUARDED = ("events", "log_head", "checkpoints")
_WITNESSED = ("cosigned", "witness_keys", "witness_alarms")
_FAR = 10**9

_FIRST = """
    SELECT position, type, schema_version, data, meta, effective_on, recorded_at
    FROM events WHERE type = %s AND position > 1 ORDER BY position LIMIT 1"""
_INSERT = """
    INSERT INTO events (position, type, schema_version, data, meta, effective_on, recorded_at,
                        stream_id, version, event_id, leaf)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s)"""


class Recorded(NamedTuple):
    """An event as the log has it, but for its stream and its hash."""

    position: int
    type: str
    schema_version: int
    data: bytes
    meta: bytes
    effective_on: date
    recorded_at: datetime


@dataclass(frozen=True)
class Holder:
    """Who holds a log's signing key and may therefore sign a forged log."""

    keys: Callable[[datetime], Sequence[SigningKey]]
    clock: Callable[[], datetime]


def disarm(connection: Session, *tables: str) -> None:
    """Switch off the triggers that refuse every rewriting."""
    for table in tables or _GUARDED:
        name = sql.Identifier(table)
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(name))


def alteration(connection: Session) -> tuple[int, int, int]:
    """Another first digit for the total of the first reply: byte, its new value, position."""
    reply = _first(connection, "ReplyIssued")
    at = reply.data.index(b'"total":"') + len(b'"total":"')
    return at, ord("9") if reply.data[at] != ord("9") else ord("1"), reply.position


def alter(connection: Session) -> int:
    """One byte of one event, which makes the approved total another."""
    found = alteration(connection)
    connection.execute(ALTER, found)
    return found[2]


def delete(connection: Session) -> int:
    """An event is gone: the first refusal."""
    position = _first(connection, "RequestRefused").position
    connection.execute("DELETE FROM events WHERE position = %s", [position])
    return position


def swap(connection: Session) -> int:
    """A reply and what was recorded before it change places; the position of the first."""
    position = _first(connection, "ReplyIssued").position
    away = "UPDATE events SET position = position + %s WHERE position IN (%s, %s)"
    connection.execute(away, [_FAR, position - 1, position])
    back = "UPDATE events SET position = %s WHERE position = %s"
    connection.execute(back, [position, _FAR + position - 1])
    connection.execute(back, [position - 1, _FAR + position])
    return position - 1


def insert(connection: Session) -> int:
    """A forged event, with the leaf it should have, pushes all later ones back by one."""
    model = _first(connection, "ConcurrenceGiven")
    connection.execute(
        "UPDATE events SET position = position + %s WHERE position >= %s", [_FAR, model.position]
    )
    connection.execute(
        "UPDATE events SET position = position - %s WHERE position >= %s", [_FAR - 1, _FAR]
    )
    connection.execute("UPDATE log_head SET position = position + 1")
    stream, event_id = f"project:{uuid4()}", uuid4()
    fields = fields_of(
        stream_id=stream,
        version=1,
        event_id=event_id,
        type=model.type,
        schema_version=model.schema_version,
        data=model.data,
        meta=model.meta,
        effective_on=model.effective_on,
    )
    (name,) = _one(connection, "SELECT hash FROM log_head")
    leaf = leaf_hash(digest_of(name), model.position, microseconds(model.recorded_at), fields)
    connection.execute(_INSERT, [*model, stream, event_id, leaf])
    return model.position


def cut(connection: Session, holder: Holder) -> int:
    """The newest events are gone, and nothing in the log says that they were there."""
    (size,) = _one(connection, "SELECT position FROM log_head")
    first = int(size) - CUT + 1
    connection.execute("DELETE FROM events WHERE position >= %s", [first])
    _made_anew(connection, first, holder)
    return first


def rewrite(connection: Session, holder: Holder) -> int:
    """As `alter`, and then everything that follows from it."""
    position = alter(connection)
    _made_anew(connection, position, holder)
    return position


def blind_witness(connection: Session) -> None:
    """Empty the witness's own database: it will believe what it is shown first."""
    disarm(connection, *_WITNESSED)
    connection.execute("TRUNCATE cosigned, witness_keys, witness_alarms, inbox, inbox_position")


def _made_anew(connection: Session, first: int, holder: Holder) -> None:
    """Leaves, head, tiles and checkpoint as they would be, had the log always been like this."""
    (name,) = _one(connection, "SELECT hash FROM log_head")
    digest = digest_of(name)
    frontier, wrong = Frontier(digest), []
    for row in rows(connection):
        if row.content is None:
            raise ValueError("no event can have had these values")
        leaf = digest(LEAF_PREFIX + row.content)
        frontier.append(leaf)
        if leaf != row.leaf:
            wrong.append((leaf, row.position))
    for each in wrong:
        connection.execute("UPDATE events SET leaf = %s WHERE position = %s", each)
    connection.execute(
        "UPDATE log_head SET position = %s, frontier = %s,"
        " recorded_at = (SELECT max(recorded_at) FROM events)",
        [frontier.size, frontier.to_bytes()],
    )
    connection.execute("TRUNCATE tiles")
    connection.execute("DELETE FROM checkpoints WHERE size >= %s", [first])
    while make_tiles(connection, digest):
        pass
    # A log signs at most once a second, a forged one too.
    while make_checkpoint(connection, holder.keys, holder.clock) != frontier.size:
        time.sleep(0.1)


def _first(connection: Session, kind: str) -> Recorded:
    row = connection.execute(_FIRST, [kind], binary=True).fetchone()
    if row is None:
        raise LookupError(f"the log has no {kind}")
    return Recorded(*row)


def _one(connection: Session, query: str) -> TupleRow:
    row = connection.execute(query.encode()).fetchone()
    if row is None:
        raise LookupError("the log has no head")
    return row
