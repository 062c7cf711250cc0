"""Fixtures for all tests: a PostgreSQL, migrated databases, running cities."""

import pytest

from tests.security import risks
from tests.support.city import city, city_databases, fresh_city
from tests.support.postgres import postgres_server
from tests.support.searching import kept, kept_fresh

__all__ = ["city", "city_databases", "fresh_city", "kept", "kept_fresh", "postgres_server"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Reports name the risks that a test is about."""
    for item in items:
        risks.remember(item)
