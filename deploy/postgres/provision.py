"""The databases and roles of the services, on the embedded server or on one's own.

    GOVIT_SUPERUSER_DSN=... python -m deploy.postgres.provision <password file>

provisions a server that already runs and prints the environment of the services. Passwords that
the file gives (a JSON object of role and password) are used, the others generated and added.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from deploy.postgres.passwords import Passwords
from deploy.postgres.server import Server

SERVICES: Final = ("registry", "approval", "budget", "acceptance", "audit")

_TURN = 0x676F766974  # an advisory lock: two provisioners take turns


@dataclass(frozen=True)
class ServiceDsns:
    """How a service reaches its database: `app` at work, `owner` for migrations only."""

    app: str = field(repr=False)
    owner: str = field(repr=False)


def provision(
    server: Server,
    passwords: Passwords,
    services: Iterable[str] = SERVICES,
    *,
    exclusive: bool = True,
) -> dict[str, ServiceDsns]:
    """Create what is missing, put rights back where they belong, and return the DSNs.

    Each service gets the database `govit_<service>`, the role `govit_<service>_owner`, which owns
    the database and its schema `public`, and the role `govit_<service>`, which may enter this one
    database, may create nothing in `public`, and owns the schema `views`.

    `exclusive` says that the server serves nobody else: then `postgres` and `template1` are closed
    to the services as well. Repeating it changes nothing. Needs PostgreSQL 17 or newer.
    """
    with _session(server.dsn()) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [_TURN])
        if exclusive:
            _close_to_public(admin, "postgres")
            _close_to_public(admin, "template1")
        return {
            service: _provision_service(server, admin, passwords, service) for service in services
        }


def _provision_service(
    server: Server, admin: Connection[TupleRow], passwords: Passwords, service: str
) -> ServiceDsns:
    database = app = f"govit_{service}"
    owner = f"{app}_owner"
    for role in (owner, app):
        _ensure_role(admin, role, passwords.of(role))
    _ensure_database(admin, database, owner)
    _close_to_public(admin, database)
    _run(admin, "GRANT CONNECT ON DATABASE {} TO {}", database, app)
    with _session(server.dsn(database)) as inside, inside.transaction():
        _run(inside, "ALTER SCHEMA public OWNER TO {}", owner)
        _run(inside, "REVOKE ALL ON SCHEMA public FROM PUBLIC, {}", app)
        _run(inside, "GRANT USAGE ON SCHEMA public TO {}", app)
        _run(inside, "CREATE SCHEMA IF NOT EXISTS views AUTHORIZATION {}", app)
    return ServiceDsns(
        app=server.dsn(database, app, passwords.of(app)),
        owner=server.dsn(database, owner, passwords.of(owner)),
    )


def _ensure_role(admin: Connection[TupleRow], role: str, password: str) -> None:
    """The password travels as its SCRAM verifier, so that no server log can show it."""
    found = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if found is None:
        _run(admin, "CREATE ROLE {}", role)
    verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    admin.execute(
        sql.SQL(
            "ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
            " PASSWORD {}"
        ).format(sql.Identifier(role), sql.Literal(verifier.decode()))
    )


def _ensure_database(admin: Connection[TupleRow], database: str, owner: str) -> None:
    """Sorted by code point wherever it stands: not as the operating system happens to sort."""
    found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    if found is None:
        _run(
            admin,
            "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'"
            " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'",
            database,
            owner,
        )
    else:
        _run(admin, "ALTER DATABASE {} OWNER TO {}", database, owner)


def _close_to_public(admin: Connection[TupleRow], database: str) -> None:
    _run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)


def _run(connection: Connection[TupleRow], statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def _session(dsn: str) -> Iterator[Connection[TupleRow]]:
    """Autocommit: databases cannot be created inside a transaction."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def main() -> None:
    superuser_dsn = os.environ.get("GOVIT_SUPERUSER_DSN")
    if superuser_dsn is None or len(sys.argv) != 2:
        sys.exit("用法：GOVIT_SUPERUSER_DSN=… python -m deploy.postgres.provision <口令文件>")
    passwords = Passwords(Path(sys.argv[1]))
    made = provision(Server(superuser_dsn), passwords, exclusive=False)
    for service, dsns in made.items():
        name = f"GOVIT_{service.upper()}"
        sys.stdout.write(f"{name}_DSN={dsns.app}\n{name}_OWNER_DSN={dsns.owner}\n")


if __name__ == "__main__":
    main()
