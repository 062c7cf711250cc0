"""Many writes to the views at once leave what they would leave one after the other."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    MetaData,
    String,
    Table,
    Uuid,
    create_engine,
    delete,
    select,
)

from shared.eventstore.migrations import sqlalchemy_url
from shared.eventstore.projection import Change, Put, Write, write_all
from tests.shared.eventstore.building import MAY_6
from tests.support.postgres import TestServer

METADATA = MetaData()
PROJECTS = Table(
    "projects",
    METADATA,
    Column("project_id", Uuid, primary_key=True),
    Column("name", String),
    Column("on", Date),
    Column("listed", Boolean),
    Column("paid", BigInteger, default=0),
)
PLANS = Table(
    "plans",
    METADATA,
    Column("unit", String(18), primary_key=True),
    Column("title", String, primary_key=True),
    Column("rows", BigInteger),
)

NAMES = ("智慧教育平台", 'a "quoted" \\ name', "", None)
IDS = [UUID(int=number) for number in range(3)]
AMOUNTS = st.integers(-(2**53), 2**53)

ids = st.fixed_dictionaries({"project_id": st.sampled_from(IDS)})
puts = st.builds(
    Put,
    st.just(PROJECTS),
    ids,
    st.fixed_dictionaries(
        {"name": st.sampled_from(NAMES), "on": st.sampled_from([MAY_6, date(9999, 12, 31), None])}
        | {"listed": st.booleans(), "paid": AMOUNTS}
    ),
)
changes = st.builds(
    Change,
    st.just(PROJECTS),
    ids,
    st.fixed_dictionaries({}, optional={"name": st.sampled_from(NAMES), "listed": st.booleans()}),
    st.fixed_dictionaries({"paid": AMOUNTS}),
)
plans = st.builds(
    Put,
    st.just(PLANS),
    st.fixed_dictionaries(
        {"unit": st.sampled_from(["u1", "u2"]), "title": st.sampled_from(["规划", "计划"])}
    ),
    st.fixed_dictionaries({"rows": AMOUNTS}),
)
writes = st.lists(st.one_of(puts, changes, plans), max_size=30)


@pytest.fixture(scope="module")
def tables(postgres_server: TestServer) -> Iterator[Connection]:
    dsn = postgres_server.dsn(postgres_server.create_database())
    engine = create_engine(sqlalchemy_url(dsn))
    with engine.connect() as connection:
        METADATA.create_all(connection)
        yield connection
    engine.dispose()


Content = dict[tuple[Any, ...], dict[str, Any]]
"""Rows by their key."""


def key_of(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def held(connection: Connection, table: Table) -> Content:
    rows = [dict(row) for row in connection.execute(select(table)).mappings()]
    return {key_of(table, row): row for row in rows}


def one_after_the_other(writes: list[Write], table: Table) -> Content:
    """What the writes leave, by their definition."""
    rows: Content = {}
    for write in (each for each in writes if each.table is table):
        key = key_of(table, write.key)
        if isinstance(write, Put):
            rows[key] = {**write.key, **write.values}
        elif key in rows:
            row = rows[key]
            row |= write.values
            for name, more in write.add.items():
                row[name] += more
    return rows


@given(writes)
def test_together_they_leave_what_they_leave_one_after_the_other(
    tables: Connection, writes: list[Write]
) -> None:
    for table in (PROJECTS, PLANS):
        tables.execute(delete(table))
    write_all(tables, writes)
    for table in (PROJECTS, PLANS):
        assert held(tables, table) == one_after_the_other(writes, table)


def test_what_does_not_fit_its_column_is_no_reason_to_write_something_else(
    tables: Connection,
) -> None:
    with pytest.raises(Exception, match="out of range"), tables.begin_nested():
        write_all(tables, [Put(PLANS, {"unit": "u1", "title": "规划"}, {"rows": 2**63})])
    with pytest.raises(Exception, match="too long"), tables.begin_nested():
        write_all(tables, [Put(PLANS, {"unit": "u" * 19, "title": "规划"}, {"rows": 1})])
