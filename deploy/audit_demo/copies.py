"""副本: copies of the instance's databases, as their superuser makes and opens them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from deploy.demo.sandbox import Ground
from deploy.postgres import EmbeddedPostgres
from shared.eventstore import connections


class Copies:
    """Makes copies of a city's databases; the city must not be running."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._server = EmbeddedPostgres(ground.settings.home / "postgres").attach()

    @contextmanager
    def of(self, *services: str) -> Iterator[Mapping[str, str]]:
        """Service → the name of its copy, while the context lasts."""
        made = {service: f"copy_{service}" for service in services}
        try:
            for service, copy in made.items():
                self._administer("CREATE DATABASE {} TEMPLATE {}", copy, f"govit_{service}")
            yield made
        finally:
            for copy in made.values():
                self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)

    @contextmanager
    def as_superuser(self, database: str) -> Iterator[Connection[TupleRow]]:
        """One transaction, with all rights there are."""
        dsn = self._server.dsn(database)
        with connections.connect(dsn, "superuser") as connection, connection.transaction():
            yield connection

    def dsns(self, copies: Mapping[str, str]) -> dict[str, str]:
        """Service → how its application reaches the copy."""
        return {service: self._app(service, copy) for service, copy in copies.items()}

    def _app(self, service: str, database: str) -> str:
        login = conninfo_to_dict(self._ground.dsns[service].app)
        return self._server.dsn(database, str(login["user"]), str(login["password"]))

    def _administer(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._server.dsn(), autocommit=True) as connection:
            named: Iterable[sql.Identifier] = map(sql.Identifier, names)
            connection.execute(sql.SQL(statement).format(*named))
