"""密钥: the keys that rows are sealed with, kept beside them until one is destroyed.

A log's own stand in `subject_keys`; those of followed logs came with their feeds and stand in
`inbox_keys`. A destroyed key stays as a row without a secret, so that whoever reads what it had
sealed knows why it cannot be read.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from psycopg import Connection

from shared.events.sealing import Key, Keys, key_of
from shared.eventstore.records import RecordedEvent

__all__ = ["Keyring", "create_keys", "create_received_keys", "keys_of", "provided"]

_OWN = """
CREATE TABLE subject_keys (
    key_id text PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{64}$'),
    subject text NOT NULL,
    secret bytea CHECK (octet_length(secret) = 32),
    made_at timestamptz NOT NULL,
    destroyed_at timestamptz,
    CHECK ((secret IS NULL) = (destroyed_at IS NOT NULL)),
    CHECK (key_id = encode(sha256('govit subject key\\000'::bytea || secret), 'hex'))
);
CREATE INDEX subject_keys_subject ON subject_keys (subject) WHERE secret IS NOT NULL;
"""

_RECEIVED = """
CREATE TABLE inbox_keys (
    key_id text PRIMARY KEY,
    subject text NOT NULL,
    secret bytea
);
UPDATE inbox_position SET types = NULL;
"""

_KEPT = 100_000
"""Keys in memory at most."""

_KEYS = "_keys"


def create_keys(execute: Callable[[str], Any], application_role: str) -> None:
    """Create the table of a log's own keys, in a service's migration."""
    execute(_OWN)
    rights = "SELECT, INSERT, UPDATE (secret, destroyed_at)"
    execute(f'GRANT {rights} ON subject_keys TO "{application_role}"')


def create_received_keys(execute: Callable[[str], Any], application_role: str) -> None:
    """Create the table of the keys of followed logs, in a service's migration.

    Sources are followed again, since a release before this one passed over their keys.
    """
    execute(_RECEIVED)
    execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_keys TO "{application_role}"')


class Keyring:
    """The keys of one table, remembered as they are met; safe from any thread."""

    def __init__(self, table: str) -> None:
        self._query = f"SELECT key_id, subject, secret FROM {table} WHERE key_id = ANY(%s)"  # noqa: S608  # nosec B608 - one of our two tables
        self._lock = threading.Lock()
        self._by_id: dict[str, Key | None] = {}
        self._by_subject: dict[str, Key] = {}

    def current(self, subject: str) -> Key | None:
        """A key of a subject, where one is in memory."""
        return self._by_subject.get(subject)

    def note(self, keys: Iterable[Key]) -> None:
        """Remember keys that have just been made."""
        with self._lock:
            if len(self._by_id) > _KEPT:
                self._by_id, self._by_subject = {}, {}
            for key in keys:
                self._by_id[key.id] = self._by_subject[key.subject] = key

    def forget(self) -> None:
        """Let go of all: one has been destroyed."""
        with self._lock:
            self._by_id, self._by_subject = {}, {}

    def find(self, connection: Connection[Any], ids: set[str]) -> Keys:
        """The keys of these ids, as they stand in memory or in the table."""
        known = self._by_id
        if missing := [key_id for key_id in ids if key_id not in known]:
            rows = connection.execute(self._query.encode(), [missing]).fetchall()
            read = {i: None if s is None else Key(i, subject, bytes(s)) for i, subject, s in rows}
            self.note(key for key in read.values() if key)
            # Destroyed ones are not remembered as such: of those there is nothing to spare.
            known = {**known, **read}
        return {key_id: known[key_id] for key_id in ids if key_id in known}

    def provide(self, rows: Sequence[RecordedEvent], connection: Connection[Any] | None) -> bool:
        """Give rows the keys that open them; False where memory alone, without a connection, did
        not have them all."""
        wanted = [(row, ids) for row in rows if (ids := keys_of(row.data, row.meta))]
        if not wanted:
            return True
        ids = set().union(*(ids for _, ids in wanted))
        found = {i: self._by_id[i] for i in ids if i in self._by_id}
        if connection is not None and len(found) < len(ids):
            found = dict(self.find(connection, ids))
        for row, its in wanted:
            row.__dict__[_KEYS] = {i: found[i] for i in its if i in found}
        return len(found) == len(ids)


def keys_of(data: bytes, meta: bytes) -> set[str]:
    """The ids of the keys that a row is sealed with."""
    return {key_id for key_id in (key_of(data), key_of(meta)) if key_id is not None}


def provided(row: RecordedEvent) -> Keys:
    """The keys that a row was read with."""
    keys: Keys = row.__dict__.get(_KEYS, {})
    return keys
