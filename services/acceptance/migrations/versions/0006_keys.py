"""Keys with which events are sealed."""

from alembic import context, op

from shared.eventstore.keys import create_keys, keep_received_keys

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    role = context.config.attributes["application_role"]
    create_keys(op.execute, role)
    keep_received_keys(op.execute)
