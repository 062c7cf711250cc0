"""Nobody rewrites the log, not even the owner of its tables."""

import psycopg
import pytest
from psycopg import errors

from shared.eventstore import EventLog, LogKindMismatch, SchemaNotReady
from tests.shared.eventstore.building import LogDatabase, now, one
from tests.support.postgres import TestServer

REWRITINGS = [
    "UPDATE events SET data = ''",
    "UPDATE events SET data = '' WHERE position = 99",
    "DELETE FROM events",
    "TRUNCATE events",
    "INSERT INTO events SELECT * FROM events ON CONFLICT (position) DO UPDATE SET data = ''",
    "DELETE FROM log_head",
    "TRUNCATE log_head",
    "UPDATE log_head SET position = 0, frontier = ''",
    "UPDATE log_head SET recorded_at = recorded_at - interval '1 second'",
    "UPDATE log_head SET recorded_at = NULL",
    "UPDATE log_head SET frontier = sha256('')",
    "UPDATE log_head SET hash = 'sha256'",
    "UPDATE log_head SET origin = 'govit/511100/budget'",
    "UPDATE log_head SET sandbox = true",
    "UPDATE log_head SET sandbox = NULL",
]
SUPERUSER_WITHOUT_TRIGGERS = "SET session_replication_role = replica"


@pytest.mark.parametrize("statement", REWRITINGS)
def test_the_application_cannot_rewrite(
    log: EventLog, database: LogDatabase, statement: str
) -> None:
    log.append_now(one())
    with (
        psycopg.connect(database.application) as connection,
        pytest.raises((errors.InsufficientPrivilege, errors.RestrictViolation)),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize("statement", REWRITINGS)
def test_the_owner_cannot_rewrite(log: EventLog, database: LogDatabase, statement: str) -> None:
    log.append_now(one())
    with psycopg.connect(database.owner) as connection, pytest.raises(errors.RestrictViolation):
        connection.execute(statement.encode())


@pytest.mark.parametrize("statement", REWRITINGS)
def test_a_session_that_skips_ordinary_triggers_cannot_rewrite(
    log: EventLog, database: LogDatabase, statement: str
) -> None:
    log.append_now(one())
    with (
        psycopg.connect(database.superuser) as connection,
        pytest.raises(errors.RestrictViolation),
    ):
        connection.execute(SUPERUSER_WITHOUT_TRIGGERS)
        connection.execute(statement.encode())


@pytest.mark.parametrize("table", ["events", "idempotency"])
def test_the_application_may_only_add_and_read(database: LogDatabase, table: str) -> None:
    [rights] = database.rows(
        "SELECT array_agg(privilege_type::text ORDER BY privilege_type)"
        " FROM information_schema.role_table_grants"
        " WHERE table_name = %s AND grantee LIKE 'app%%'",
        table,
    )
    assert rights[0] == ["INSERT", "SELECT"]


@pytest.mark.parametrize("first", [True, False])
def test_a_sandbox_stays_one_and_a_real_log_stays_real(database: LogDatabase, first: bool) -> None:
    opened = EventLog(database.application, clock=now, sandbox=first)
    opened.append_now(one())
    assert opened.head().sandbox is first
    opened.close()
    other = EventLog(database.application, clock=now, sandbox=not first)
    with pytest.raises(LogKindMismatch, match="govit/511100/registry"):
        other.head()
    with pytest.raises(LogKindMismatch):
        other.append_now(one(version=2))
    other.close()
    again = EventLog(database.application, clock=now, sandbox=first)
    assert again.append_now(one(version=2)).events[0].position == 2
    again.close()


def test_a_log_without_tables_says_so(postgres_server: TestServer) -> None:
    log = EventLog(postgres_server.dsn(), clock=now)
    with pytest.raises(SchemaNotReady):
        log.head()
    with pytest.raises(SchemaNotReady):
        log.append_now(one())
    log.close()
