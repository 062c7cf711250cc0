"""Tiles, from which proofs are made, and signed checkpoints."""

from alembic import context, op

from shared.eventstore.checkpoints import create_checkpoints
from shared.eventstore.tiles import create_tiles

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    role = context.config.attributes["application_role"]
    create_tiles(op.execute, role)
    create_checkpoints(op.execute, role)
