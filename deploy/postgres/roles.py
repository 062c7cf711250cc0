"""角色: who owns a service's database, who changes its schema, and who works in it.

Three per service: the owner, as which nobody can log in; the migrator, who becomes the owner for
the time of a migration and is nothing otherwise; and the application, who adds and reads.
"""

from dataclasses import dataclass

from psycopg import Connection, sql
from psycopg.rows import TupleRow

_PLAIN = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"

_LARGE_OBJECTS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace
        AND (p.proname ~ '^lo_' OR p.proname IN ('loread', 'lowrite'))"""


@dataclass(frozen=True)
class Roles:
    """The names of a service's three roles; the application's is the database's, too."""

    service: str

    @property
    def application(self) -> str:
        return f"govit_{self.service}"

    @property
    def owner(self) -> str:
        return f"{self.application}_owner"

    @property
    def migrator(self) -> str:
        return f"{self.application}_migrator"


def ensure_login(admin: Connection[TupleRow], role: str, password: str) -> None:
    """A role that may log in and nothing else.

    The password travels as its SCRAM verifier, so that no server log can show it.
    """
    _ensure(admin, role)
    verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    admin.execute(
        sql.SQL(f"ALTER ROLE {{}} LOGIN NOINHERIT {_PLAIN} PASSWORD {{}}").format(
            sql.Identifier(role), sql.Literal(verifier.decode())
        )
    )


def ensure_owner(admin: Connection[TupleRow], role: str) -> None:
    """A role that owns and cannot log in, also where it could in an earlier release."""
    _ensure(admin, role)
    run(admin, f"ALTER ROLE {{}} NOLOGIN NOINHERIT {_PLAIN} PASSWORD NULL", role)


def only_member(admin: Connection[TupleRow], roles: Roles) -> None:
    """The migrator may become the owner; nothing else leads from one role to another."""
    for member in (roles.application, roles.migrator, roles.owner):
        held = admin.execute(
            "SELECT pg_get_userbyid(roleid), pg_get_userbyid(grantor) FROM pg_auth_members"
            " WHERE member = %s::regrole",
            [member],
        ).fetchall()
        for role, grantor in held:
            run(admin, "REVOKE {} FROM {} GRANTED BY {} CASCADE", role, member, grantor)
    run(
        admin,
        "GRANT {} TO {} WITH ADMIN FALSE, INHERIT FALSE, SET TRUE",
        roles.owner,
        roles.migrator,
    )


def leave_nothing_to_public(inside: Connection[TupleRow], roles: Roles) -> None:
    """In one database: no function, no language and no large object for who is not named."""
    run(inside, "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC")
    run(
        inside,
        "ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE ALL ON FUNCTIONS FROM PUBLIC",
        roles.owner,
    )
    run(inside, "REVOKE ALL ON LANGUAGE plpgsql, sql FROM PUBLIC")
    run(inside, "GRANT USAGE ON LANGUAGE plpgsql, sql TO {}", roles.owner)
    # What is written to a large object is outside every table and every right on one.
    for (function,) in inside.execute(_LARGE_OBJECTS).fetchall():
        run(inside, f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")


def run(connection: Connection[TupleRow], statement: str, *names: str) -> None:
    """Execute a statement with names in its places."""
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _ensure(admin: Connection[TupleRow], role: str) -> None:
    found = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if found is None:
        run(admin, "CREATE ROLE {}", role)
