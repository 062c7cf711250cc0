"""The log and the inbox."""

from alembic import context, op

from shared.eventstore.inbox import create_inbox
from shared.eventstore.schema import create_log

revision = "0001"
down_revision = None


def upgrade() -> None:
    attributes = context.config.attributes
    role = attributes["application_role"]
    create_log(op, application_role=role, origin=attributes["origin"])
    create_inbox(op.execute, role)
