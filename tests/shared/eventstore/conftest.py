"""A log of its own for every test: a copy of one migrated database."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
import sqlalchemy

from shared.eventstore import EventLog, create_log
from tests.shared.eventstore.building import LogDatabase, now
from tests.support import postgres
from tests.support.postgres import TestServer

postgres_server = postgres.postgres_server


@pytest.fixture(scope="session")
def roles(postgres_server: TestServer) -> tuple[str, str]:
    """The owner's and the application's role."""
    return postgres_server.create_role("owner"), postgres_server.create_role("app")


@pytest.fixture(scope="session")
def empty_database(postgres_server: TestServer, roles: tuple[str, str]) -> str:
    owner, application = roles
    database = postgres_server.create_database(owner=owner)
    dsn = postgres_server.dsn(database, owner)
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn)
    )
    with engine.begin() as connection:
        create_log(connection, application_role=application, origin="govit/511100/registry")
    engine.dispose()
    return database


@pytest.fixture
def new_database(
    postgres_server: TestServer, roles: tuple[str, str], empty_database: str
) -> Iterator[Callable[[], LogDatabase]]:
    """Makes databases with an empty log in each."""
    owner, application = roles
    made: list[str] = []

    def make() -> LogDatabase:
        name = postgres_server.create_database(empty_database, owner=owner)
        made.append(name)
        return LogDatabase(
            application=postgres_server.dsn(name, application),
            owner=postgres_server.dsn(name, owner),
            superuser=postgres_server.dsn(name),
        )

    yield make
    for name in made:
        postgres_server.drop(name)


@pytest.fixture
def database(new_database: Callable[[], LogDatabase]) -> LogDatabase:
    """A database with an empty log."""
    return new_database()


@pytest.fixture
def log(database: LogDatabase) -> Iterator[EventLog]:
    """An empty log."""
    log = EventLog(database.application, clock=now)
    yield log
    log.close()
