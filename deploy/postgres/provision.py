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
from psycopg import Connection
from psycopg.rows import TupleRow

from deploy.postgres.passwords import Passwords
from deploy.postgres.roles import (
    Roles,
    ensure_login,
    ensure_owner,
    leave_nothing_to_public,
    only_member,
    run,
)
from deploy.postgres.server import Server
from shared.eventstore.migrations import VIEW_SCHEMAS

SERVICES: Final = ("registry", "approval", "budget", "acceptance", "audit")

_TURN = 0x676F766974  # an advisory lock: two provisioners take turns


@dataclass(frozen=True)
class ServiceDsns:
    """How a service reaches its database: `app` at work, `migrator` for migrations only."""

    app: str = field(repr=False)
    migrator: str | None = field(default=None, repr=False)
    """None where only the application's is known: then nothing is migrated from here."""


def provision(
    server: Server,
    passwords: Passwords,
    services: Iterable[str] = SERVICES,
    *,
    exclusive: bool = True,
) -> dict[str, ServiceDsns]:
    """Create what is missing, put rights back where they belong, and return the DSNs.

    Each service gets the database `govit_<service>` and three roles (`Roles`): the owner of the
    database and its schema `public`, as which nobody logs in; the migrator, who may become the
    owner; and the application, which may enter this one database, may create nothing in `public`,
    and owns the schemas of its views.

    `exclusive` says that the server serves nobody else: then `postgres` and `template1` are closed
    to the services as well. Repeating it changes nothing, and brings the databases of an earlier
    release over. Needs PostgreSQL 17 or newer.
    """
    with _session(server.dsn()) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [_TURN])
        if exclusive:
            _close_to_public(admin, "postgres")
            _close_to_public(admin, "template1")
        return {
            service: _provision_service(server, admin, passwords, Roles(service))
            for service in services
        }


def _provision_service(
    server: Server, admin: Connection[TupleRow], passwords: Passwords, roles: Roles
) -> ServiceDsns:
    database = app = roles.application
    ensure_owner(admin, roles.owner)
    for role in (app, roles.migrator):
        ensure_login(admin, role, passwords.of(role))
    only_member(admin, roles)
    _ensure_database(admin, database, roles.owner)
    _close_to_public(admin, database)
    run(admin, "REVOKE ALL ON DATABASE {} FROM {}, {}", database, app, roles.migrator)
    run(admin, "GRANT CONNECT ON DATABASE {} TO {}, {}", database, app, roles.migrator)
    with _session(server.dsn(database)) as inside, inside.transaction():
        run(inside, "ALTER SCHEMA public OWNER TO {}", roles.owner)
        run(inside, "REVOKE ALL ON SCHEMA public FROM PUBLIC, {}, {}", app, roles.migrator)
        run(inside, "GRANT USAGE ON SCHEMA public TO {}", app)
        for schema in VIEW_SCHEMAS:
            run(inside, "CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", schema, app)
        leave_nothing_to_public(inside, roles)
    return ServiceDsns(
        app=server.dsn(database, app, passwords.of(app)),
        migrator=server.dsn(database, roles.migrator, passwords.of(roles.migrator)),
    )


def _ensure_database(admin: Connection[TupleRow], database: str, owner: str) -> None:
    """Sorted by code point wherever it stands: not as the operating system happens to sort."""
    found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    if found is None:
        run(
            admin,
            "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'"
            " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'",
            database,
            owner,
        )
    else:
        run(admin, "ALTER DATABASE {} OWNER TO {}", database, owner)


def _close_to_public(admin: Connection[TupleRow], database: str) -> None:
    run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)


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
        sys.stdout.write(f"{name}_DSN={dsns.app}\n{name}_MIGRATOR_DSN={dsns.migrator}\n")


if __name__ == "__main__":
    main()
