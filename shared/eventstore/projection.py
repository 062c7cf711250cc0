"""视图: disposable tables built from the log, with the position they speak for.

A service declares its tables in schema `views` and how an event changes them. The projector
commits the change and the position together. A rebuild fills the schema beside it and, once caught
up, takes the old tables' place in one transaction.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

import orjson
import structlog
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Engine,
    Executable,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    cast,
    column,
    create_engine,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.event import listen
from sqlalchemy.schema import CreateTable

from shared.events import Recorded
from shared.eventstore.connections import PATIENT, Patience, write_behind
from shared.eventstore.decoding import decoded
from shared.eventstore.log import EventLog
from shared.eventstore.migrations import VIEW_SCHEMAS, sqlalchemy_url
from shared.eventstore.threads import in_thread, linger

__all__ = ["Change", "Comparison", "Projector", "Put", "Views", "Write", "write_all"]

log = structlog.get_logger(__name__)

SCHEMA, BESIDE = VIEW_SCHEMAS
LAST = 2**62
BATCH = 500
_GIVEN = "given_rows"
"""The statements' one parameter; no column is named so."""
LINGER_SECONDS = 0.25
"""How long events may gather before they are projected, where no reader waits for them."""


@dataclass(frozen=True, slots=True)
class Put:
    """A row with this key and these values, whether it is there or not."""

    table: Table
    key: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """The row with this key gets these values, and has `add` added to its columns."""

    table: Table
    key: Mapping[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)


Write = Put | Change
Project = Callable[[Recorded], Iterable[Write]]


@dataclass(frozen=True)
class Views:
    """A service's tables (all in schema `views`) and what an event writes to them.

    `revision` is raised when tables or function change: the next start rebuilds.
    """

    metadata: MetaData
    project: Project
    revision: int = 1
    position: Table = field(init=False)

    def __post_init__(self) -> None:
        table = Table(
            "view_position",
            self.metadata,
            Column("singleton", Integer, primary_key=True),
            Column("position", BigInteger, nullable=False),
            Column("revision", Integer, nullable=False),
            schema=SCHEMA,
        )
        object.__setattr__(self, "position", table)


@dataclass(frozen=True)
class Comparison:
    """A rebuild beside the live views, at the same position: table → (live, rebuilt) digests."""

    position: int
    digests: dict[str, tuple[str, str]]

    @property
    def equal(self) -> bool:
        return all(live == rebuilt for live, rebuilt in self.digests.values())


class Projector:
    """Keeps a service's views up to its log."""

    def __init__(
        self,
        dsn: str,
        service: str,
        log: EventLog,
        views: Views,
        patience: Patience = PATIENT,
    ) -> None:
        self.fault: str | None = None
        self._service, self._log, self._views = service, log, views
        self._engine = create_engine(sqlalchemy_url(dsn), pool_size=4, hide_parameters=True)
        listen(self._engine, "connect", lambda connection, _: write_behind(connection))
        # Beside it, since a rebuild may take as long as it needs.
        self._reading = create_engine(sqlalchemy_url(dsn), pool_size=4, hide_parameters=True)
        listen(self._reading, "connect", lambda connection, _: _held_to(patience, connection))
        self._moved = asyncio.Condition()
        self._hurry = asyncio.Event()
        self._position = 0

    @property
    def engine(self) -> Engine:
        """For reading the views, within the time that reading may take."""
        return self._reading

    @property
    def position_column(self) -> Column[int]:
        """The position the views speak for."""
        return self._views.position.c.position

    def open(self) -> None:
        """Create the views on first use, and rebuild those of another revision."""
        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(7083)"))
            if self._revision(connection) != self._views.revision:
                self._fill(connection, upto=self._log.head().position)

    def close(self) -> None:
        self._engine.dispose()
        self._reading.dispose()

    def _revision(self, connection: Connection) -> int | None:
        if not self._engine.dialect.has_table(connection, "view_position", schema=SCHEMA):
            return None
        return connection.scalar(select(self._views.position.c.revision))

    # -- following the log -----------------------------------------------------------------

    async def run(self) -> None:
        """Project for ever; on a fault stop at that event, say so, and try again."""
        pause = 0.2
        while True:
            try:
                reached = await in_thread(self._step)
                async with self._moved:
                    self._position = reached
                    self._moved.notify_all()
                self.fault, pause = None, 0.2
                await self._log.wait_beyond(reached, 1.0)
                await linger(LINGER_SECONDS, self._hurry)
            except Exception as error:
                self.fault = type(error).__name__
                log.exception("projection_stopped", service=self._service)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)

    async def reach(self, position: int, seconds: float) -> None:
        """Wait until the views speak for a position; TimeoutError after `seconds`."""
        if self._position >= position:
            return
        self._hurry.set()
        async with asyncio.timeout(seconds), self._moved:
            await self._moved.wait_for(lambda: self._position >= position)

    def _step(self) -> int:
        with self._engine.begin() as connection:
            done = int(
                connection.scalar(select(self._views.position.c.position).with_for_update()) or 0
            )
            return self._apply(connection, done, None)

    def _apply(self, connection: Connection, done: int, upto: int | None) -> int:
        start = done
        last = LAST if upto is None else upto
        while done < last and (rows := self._log.read(done, min(BATCH, last - done))):
            if upto is None and any(row.type == "KeysDestroyed" for row in rows):
                # What the views hold in clear has to go: they are built anew from what is left.
                self._log.forget()
                return self._fill(connection, upto=rows[-1].position)
            writes = (
                write for row in rows for write in self._views.project(decoded(self._service, row))
            )
            write_all(connection, writes)
            done = rows[-1].position
        if done != start:
            connection.execute(update(self._views.position).values(position=done))
        return done

    # -- rebuilding ------------------------------------------------------------------------

    def rebuild(self) -> int:
        """Build the views anew beside the live ones and switch; returns the position reached.

        Readers see the old views until the switch commits.
        """
        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(7083)"))
            return self._fill(connection, upto=self._log.head().position)

    def check(self) -> Comparison:
        """Rebuild beside the live views and compare all content; the live views stay."""
        with self._engine.connect() as connection, connection.begin() as transaction:
            connection.execute(text("SELECT pg_advisory_xact_lock(7083)"))
            position = int(
                connection.scalar(select(self._views.position.c.position).with_for_update()) or 0
            )
            live = self._digests(connection)
            self._fill(connection, upto=position)
            rebuilt = self._digests(connection)
            transaction.rollback()
        return Comparison(position, {name: (live[name], rebuilt[name]) for name in live})

    def _fill(self, connection: Connection, upto: int) -> int:
        # DDL is transactional: others see the old tables until this commits, and only the switch
        # at the end keeps them waiting.
        self._clear(connection, BESIDE)
        connection.execution_options(schema_translate_map={SCHEMA: BESIDE})
        for table in self._views.metadata.sorted_tables:
            connection.execute(CreateTable(table))
            for index in table.indexes:
                index.create(connection)
        connection.execute(
            insert(self._views.position).values(
                singleton=1, position=0, revision=self._views.revision
            )
        )
        done = self._apply(connection, 0, upto)
        connection.execution_options(schema_translate_map=None)
        self._clear(connection, SCHEMA)
        for table in self._views.metadata.sorted_tables:
            name = connection.dialect.identifier_preparer.quote(table.name)
            connection.execute(text(f"ALTER TABLE {BESIDE}.{name} SET SCHEMA {SCHEMA}"))
        return done

    def _clear(self, connection: Connection, schema: str) -> None:
        """Drop a schema's tables, also those that only an earlier release knew."""
        quote = connection.dialect.identifier_preparer.quote
        for name in self._engine.dialect.get_table_names(connection, schema):
            connection.execute(text(f"DROP TABLE {schema}.{quote(name)} CASCADE"))

    def _digests(self, connection: Connection) -> dict[str, str]:
        digests = {}
        for table in self._views.metadata.sorted_tables:
            digest = hashlib.sha256()
            query = select(table).order_by(*table.primary_key.columns)
            for row in connection.execute(query.execution_options(yield_per=1000)):
                digest.update(repr(tuple(row)).encode() + b"\n")
            digests[table.name] = digest.hexdigest()
        return digests


def _held_to(patience: Patience, connection: Any) -> None:
    patience.bind(connection)
    connection.commit()


def write_all(connection: Connection, writes: Iterable[Write]) -> None:
    """Make these changes, those to one table in their order, in as few statements as may be."""
    tables: defaultdict[Table, list[Write]] = defaultdict(list)
    for write in writes:
        tables[write.table].append(write)
    for each in tables.values():
        for shape, together in groupby(each, _shape):
            connection.execute(_built(*shape), {_GIVEN: _rows(together)})


class _Shape(NamedTuple):
    """What writes have in common that go to the database together."""

    put: bool
    table: Table
    key: tuple[str, ...]
    values: tuple[str, ...]
    add: tuple[str, ...]


def _shape(write: Write) -> _Shape:
    return _Shape(
        isinstance(write, Put),
        write.table,
        tuple(write.key),
        tuple(write.values),
        tuple(_add(write)),
    )


def _add(write: Write) -> Mapping[str, int]:
    return write.add if isinstance(write, Change) else {}


def _rows(writes: Iterable[Write]) -> str:
    """Writes of one shape as JSON: one row for each key, since no statement writes one twice."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for write in writes:
        key, add = tuple(write.key.values()), _add(write)
        before = rows.get(key, {})
        added = {name: before.get(name, 0) + more for name, more in add.items()}
        rows[key] = {**write.key, **write.values, **added}
    return orjson.dumps(list(rows.values())).decode()


@cache
def _built(
    put: bool,
    table: Table,
    key: tuple[str, ...],
    values: tuple[str, ...],
    add: tuple[str, ...],
) -> Executable:
    """The statement for all writes of a shape at once: one for each row takes ten times as long."""
    names = (*key, *values, *add)
    given = (
        func.json_to_recordset(cast(bindparam(_GIVEN, type_=Text), JSON))
        .table_valued(*(column(name, table.c[name].type) for name in names), name="given")
        .render_derived(with_types=True)
    )
    if put:
        insertion = insert(table).from_select(names, select(*given.c))
        renewed = {name: insertion.excluded[name] for name in values}
        return insertion.on_conflict_do_update(index_elements=key, set_=renewed)
    set_ = {name: given.c[name] for name in values}
    added = {name: table.c[name] + given.c[name] for name in add}
    found = [table.c[name] == given.c[name] for name in key]
    return update(table).where(*found).values({**set_, **added})
