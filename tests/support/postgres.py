"""The PostgreSQL of the tests: one server per test process, one database per need.

`GOVIT_TEST_DSN` names a server (superuser); without it a container is used where a Docker engine
answers, and else the embedded server without fsync.
"""

import contextlib
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from deploy.postgres import EmbeddedPostgres, Server

_DOCKER_PATIENCE = 2  # seconds
_SORTED_AS_IN_PRODUCTION = (
    " ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
)


class TestServer:
    """A server and the databases and roles the tests made on it.

    Names are unique, so that several test processes can share one server; `close` removes all
    that was made.
    """

    __test__ = False  # not a class of tests, though its name begins like one

    def __init__(self, server: Server) -> None:
        self.server = server
        self._admin = psycopg.connect(server.dsn(), autocommit=True)
        self._databases: list[str] = []
        self._roles: dict[str, str] = {}

    def create_database(self, template: str | None = None, *, owner: str | None = None) -> str:
        """A new database, empty or a copy of `template`, which nobody may be connected to.

        A template is an ordinary database of ours: create it, fill it, close it, copy it.
        """
        name = f"govit_test_{secrets.token_hex(6)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        if template is None:
            statement += sql.SQL(_SORTED_AS_IN_PRODUCTION)
        if owner is not None:
            statement += sql.SQL(" OWNER {}").format(sql.Identifier(owner))
        self._admin.execute(statement)
        self._databases.append(name)
        return name

    def drop(self, database: str) -> None:
        """Drop a database, ending whatever sessions are left in it."""
        self._admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        )
        self._databases.remove(database)

    def create_role(self, name: str) -> str:
        """A new login role whose name begins with `name`; `dsn` knows its password."""
        role, password = f"{name}_{secrets.token_hex(6)}", secrets.token_hex(12)
        self._admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(password)
            )
        )
        self._roles[role] = password
        return role

    def let_become(self, migrator: str, owner: str) -> None:
        """Let one role become another, as which nobody can log in any more."""
        owner_of, of_migrator = sql.Identifier(owner), sql.Identifier(migrator)
        self._admin.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(owner_of))
        self._admin.execute(
            sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(owner_of, of_migrator)
        )

    def dsn(self, database: str = "postgres", user: str | None = None) -> str:
        """The `postgresql://` URL of a database, for the superuser or a role made here."""
        return self.server.dsn(database, user, None if user is None else self._roles.get(user))

    def close(self) -> None:
        for database in tuple(self._databases):
            self.drop(database)
        for role in self._roles:
            self._admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
        self._admin.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TestServer]:
    """The server of this test process."""
    with running_server() as server:
        tests = TestServer(server)
        try:
            yield tests
        finally:
            tests.close()


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    if dsn := os.environ.get("GOVIT_TEST_DSN"):
        yield Server(dsn)
    elif _docker_answers():
        yield from _in_container()
    else:
        yield from _embedded()


def _embedded() -> Iterator[Server]:
    directory = Path(tempfile.mkdtemp(prefix="govit-test-"))
    directory.chmod(0o711)  # where the server has to run as another account, it must get through
    try:
        with EmbeddedPostgres(directory / "postgres", durable=False) as server:
            yield server
    finally:
        shutil.rmtree(directory)


def _in_container() -> Iterator[Server]:
    from testcontainers.community.postgres import PostgresContainer

    with PostgresContainer("postgres:18", driver=None) as container:
        yield Server(container.get_connection_url())


def _docker_answers() -> bool:
    """Asked over the bare socket: neither a missing nor a hung engine may hold up the tests."""
    address = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    family = socket.AF_UNIX if address.scheme == "unix" else socket.AF_INET
    target = address.path if address.scheme == "unix" else (address.hostname, address.port or 2375)
    with socket.socket(family, socket.SOCK_STREAM) as engine:
        engine.settimeout(_DOCKER_PATIENCE)
        try:
            engine.connect(target)
            engine.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in engine.recv(64)
        except OSError:
            return False
