"""Fixtures for all tests: a PostgreSQL, migrated databases, running cities."""

from tests.support.city import city, city_databases, fresh_city
from tests.support.postgres import postgres_server
from tests.support.searching import kept, kept_fresh

__all__ = ["city", "city_databases", "fresh_city", "kept", "kept_fresh", "postgres_server"]
