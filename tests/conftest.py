"""Fixtures for all tests: a PostgreSQL, migrated databases, running cities."""

from tests.support.city import city, city_databases, fresh_city
from tests.support.postgres import postgres_server

__all__ = ["city", "city_databases", "fresh_city", "postgres_server"]
