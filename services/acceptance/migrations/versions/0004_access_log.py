"""Who read what, and who was denied."""

from alembic import context, op

from shared.eventstore.accesslog import create_access_log

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_access_log(op.execute, context.config.attributes["application_role"])
