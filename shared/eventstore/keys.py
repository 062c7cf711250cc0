"""密钥: the keys that rows are sealed with, kept beside them until one is destroyed.

A log's own stand in `subject_keys`; that of a followed row came with it and stands beside it in
the inbox. Of a destroyed key the id is left, so that whoever reads what it had sealed knows why
that cannot be read.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from psycopg import Connection

from shared.events.sealing import Key, Keys, key_of
from shared.eventstore.records import RecordedEvent

__all__ = [
    "Keyring",
    "create_keys",
    "hand",
    "keep_received_keys",
    "keys_of",
    "provided",
    "received",
]

# What a key's id commits to is `Key.of`'s; the database holds an application to it.
_OWN = """
CREATE TABLE subject_keys (
    key_id bytea PRIMARY KEY,
    subject text NOT NULL,
    secret bytea CHECK (octet_length(secret) = 32),
    made_at timestamptz NOT NULL,
    destroyed_at timestamptz,
    CHECK ((secret IS NULL) = (destroyed_at IS NOT NULL)),
    CHECK (key_id = sha256('govit subject key\\000'::bytea || secret))
);
CREATE INDEX subject_keys_destroyed ON subject_keys (destroyed_at) WHERE secret IS NULL;
"""

_RECEIVED = """
ALTER TABLE inbox ADD COLUMN secret bytea;
UPDATE inbox_position SET types = NULL;
"""

_FIND = "SELECT encode(key_id, 'hex'), subject, secret FROM subject_keys WHERE key_id = ANY(%s)"

_KEPT = 100_000
"""Keys in memory at most."""

_KEYS = "_keys"


def create_keys(execute: Callable[[str], Any], application_role: str) -> None:
    """Create the table of a log's own keys, in a service's migration."""
    execute(_OWN)
    rights = "SELECT, INSERT, UPDATE (secret, destroyed_at)"
    execute(f'GRANT {rights} ON subject_keys TO "{application_role}"')


def keep_received_keys(execute: Callable[[str], Any]) -> None:
    """Give an inbox a column for the keys of its rows, in a service's migration.

    Sources are followed again, since a release before this one passed over their keys.
    """
    execute(_RECEIVED)


class Keyring:
    """A log's keys, remembered as they are met; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_id: dict[str, Key] = {}
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
        found: dict[str, Key | None] = {i: known[i] for i in ids if i in known}
        if len(found) < len(ids):
            missing = [bytes.fromhex(key_id) for key_id in ids - found.keys()]
            rows = connection.execute(_FIND, [missing]).fetchall()
            read = {i: None if s is None else Key(i, subject, bytes(s)) for i, subject, s in rows}
            # Destroyed ones are not remembered as such: of those there is nothing to spare.
            self.note(key for key in read.values() if key)
            found |= read
        return found

    def provide(self, rows: Sequence[RecordedEvent], connection: Connection[Any]) -> None:
        """Give rows the keys that open them."""
        wanted = [(row, ids) for row in rows if (ids := keys_of(row.data, row.meta))]
        if wanted:
            found = self.find(connection, set().union(*(ids for _, ids in wanted)))
            for row, its in wanted:
                hand(row, {i: found[i] for i in its if i in found})


def keys_of(data: bytes, meta: bytes) -> set[str]:
    """The ids of the keys that a row is sealed with."""
    return {key_id for key_id in (key_of(data), key_of(meta)) if key_id is not None}


def received(data: bytes, meta: bytes, secret: bytes | None) -> Keys:
    """The keys of a followed row, of which the secret is kept beside it until it is destroyed."""
    if secret is None:
        return dict.fromkeys(keys_of(data, meta))
    key = Key.of("", secret)
    return {key.id: key}


def hand(row: RecordedEvent, keys: Keys) -> None:
    """Give a row the keys that open it."""
    row.__dict__[_KEYS] = keys


def provided(row: RecordedEvent) -> Keys:
    """The keys that a row was read with."""
    keys: Keys = row.__dict__.get(_KEYS, {})
    return keys
