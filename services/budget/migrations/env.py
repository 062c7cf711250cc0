"""Alembic environment of the budget service."""

from shared.eventstore.migration_env import run

run()
