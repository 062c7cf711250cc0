"""Alembic environment of the registry."""

from shared.eventstore.migration_env import run

run()
