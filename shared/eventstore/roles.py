"""应用角色: a service works as a role that adds and reads, and refuses to start as any other."""

import psycopg

__all__ = ["RoleTooStrong", "require_application_role"]

_RECORDED = ("events", "inbox")
"""Whoever owns these owns the schema; a service that only reads has no events of its own."""

_QUERY = """
    SELECT current_user,
        (SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
         FROM pg_roles WHERE rolname = current_user),
        bool_or(pg_has_role(current_user, relowner, 'MEMBER')),
        bool_or(relname = 'events' AND (has_any_column_privilege(current_user, oid, 'UPDATE')
            OR has_table_privilege(current_user, oid, 'DELETE, TRUNCATE, TRIGGER')))
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)"""


class RoleTooStrong(Exception):
    """The role a service was given could rewrite what is recorded; says what to set."""


def require_application_role(dsn: str, service: str) -> None:
    """Return if the role may add and read only; RoleTooStrong otherwise."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_QUERY, [list(_RECORDED)]).fetchone()
    if row is None:
        raise LookupError("an aggregate has a row")
    role, unbounded, owns, rewrites = row
    reasons = {
        "has powers over the whole server": unbounded,
        "owns the tables or may become their owner": owns,
        "may change or remove events": rewrites,
    }
    found = [reason for reason, holds in reasons.items() if holds]
    if found:
        raise RoleTooStrong(
            f"{service}: the role {role} {' and '.join(found)}; set GOVIT_{service.upper()}_DSN to "
            "the application's role, as python -m deploy.postgres.provision makes it (the "
            f"migrator's belongs in GOVIT_{service.upper()}_MIGRATOR_DSN)"
        )
