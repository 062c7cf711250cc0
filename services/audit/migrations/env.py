"""Alembic environment of the audit service."""

from shared.eventstore.migration_env import run

run()
