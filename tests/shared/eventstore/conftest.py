"""An empty log for every test, in one migrated database."""

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy

from shared.eventstore import EventLog, create_log
from shared.eventstore.checkpoints import create_checkpoints
from shared.eventstore.connections import PATIENT
from shared.eventstore.evidence import Evidence
from shared.eventstore.tiles import create_tiles
from tests.shared.eventstore.building import LogDatabase, now
from tests.support.postgres import TestServer


@pytest.fixture(scope="session")
def roles(postgres_server: TestServer) -> tuple[str, str]:
    """The owner's and the application's role."""
    return postgres_server.create_role("owner"), postgres_server.create_role("app")


@pytest.fixture(scope="session")
def only_database(postgres_server: TestServer, roles: tuple[str, str]) -> LogDatabase:
    """A database with a log, migrated once for all tests."""
    owner, application = roles
    name = postgres_server.create_database(owner=owner)
    dsn = postgres_server.dsn(name, owner)
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn))
    with engine.begin() as connection:
        create_log(connection, application_role=application, origin="govit/511100/registry")
        create_tiles(connection.exec_driver_sql, application)
        create_checkpoints(connection.exec_driver_sql, application)
    engine.dispose()
    return LogDatabase(
        application=postgres_server.dsn(name, application),
        owner=dsn,
        superuser=postgres_server.dsn(name),
    )


@pytest.fixture
def database(only_database: LogDatabase) -> LogDatabase:
    """A database with an empty log that was never opened."""
    only_database.begin_anew()
    return only_database


@pytest.fixture
def log(database: LogDatabase) -> Iterator[EventLog]:
    """An empty log."""
    log = EventLog(database.application, clock=now)
    yield log
    log.close()


@pytest.fixture
def other(database: LogDatabase, log: EventLog) -> Iterator[EventLog]:
    """The same log, as another process has it."""
    other = EventLog(database.application, clock=now)
    yield other
    other.close()


@pytest.fixture
def evidence(log: EventLog, database: LogDatabase) -> Iterator[Evidence]:
    """What is proven of the same log."""
    evidence = Evidence(database.application, PATIENT)
    evidence.open()
    yield evidence
    evidence.close()
