"""Alembic environment of the acceptance service."""

from shared.eventstore.migration_env import run

run()
