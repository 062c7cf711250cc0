"""Where something stands: every table of every service, and every file of the instance."""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from shared.web.settings import SERVICES
from tests.support.city import City, CityDatabases

Search = Callable[[str], Awaitable[list[str]]]


@pytest.fixture
def kept(city: City, city_databases: CityDatabases) -> Search:
    """Where something stands in the shared city, as text or as bytes."""
    return searching(city, city_databases)


@pytest.fixture
def kept_fresh(fresh_city: City, city_databases: CityDatabases) -> Search:
    """The same of a city of the test's own."""
    return searching(fresh_city, city_databases)


def searching(city: City, databases: CityDatabases) -> Search:
    """How to search a city."""

    async def search(said: str) -> list[str]:
        await city.get("/audit/v1/refusals")  # so that what is followed has been followed
        files = [path for path in city.settings.home.rglob("*") if path.is_file()]
        found = [path.name for path in files if said.encode() in path.read_bytes()]
        for service in SERVICES:
            database = urlsplit(city.dsns[service].app).path.strip("/")
            with psycopg.connect(databases.server.dsn(database)) as connection:
                found += [f"{service}.{table}" for table in _tables_with(connection, said)]
        return found

    return search


def _tables_with(connection: psycopg.Connection[Any], said: str) -> Iterator[str]:
    wanted = (said, said.encode().hex(), json.dumps(said)[1:-1])
    tables = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    for schema, table in tables:
        copy = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))
        with connection.cursor() as cursor, cursor.copy(copy) as rows:
            text = b"".join(bytes(row) for row in rows).decode()
        if any(each in text for each in wanted):
            yield table
