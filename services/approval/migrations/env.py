"""Alembic environment of the approval service."""

from shared.eventstore.migration_env import run

run()
