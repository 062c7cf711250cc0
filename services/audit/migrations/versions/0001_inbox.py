"""The inbox: what is followed of the four logs."""

from alembic import context, op

from shared.eventstore.inbox import create_inbox

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_inbox(op.execute, context.config.attributes["application_role"])
