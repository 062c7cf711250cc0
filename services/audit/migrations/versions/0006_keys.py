"""Keys with which events are sealed."""

from alembic import op

from shared.eventstore.keys import keep_received_keys

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    keep_received_keys(op.execute)
