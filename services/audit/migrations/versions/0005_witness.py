"""What was cosigned of the four logs, the keys that was by, and alarms."""

from alembic import context, op

from shared.eventstore.cosigned import create_witness

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_witness(op.execute, context.config.attributes["application_role"])
