"""Rows of events are stored as they are."""

from alembic import op

from shared.eventstore.schema import keep_rows_whole

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    keep_rows_whole(op.execute, "inbox")
