"""PostgreSQL for every machine: an embedded server, and the databases and roles of the services."""

from deploy.postgres.embedded import EmbeddedPostgres
from deploy.postgres.errors import PostgresUnavailable
from deploy.postgres.passwords import Passwords
from deploy.postgres.server import Server

__all__ = ["EmbeddedPostgres", "Passwords", "PostgresUnavailable", "Server"]
