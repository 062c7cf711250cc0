"""The inbox remembers which types of events were followed: here always all of them."""

from alembic import op

from shared.eventstore.inbox import remember_followed_types

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    remember_followed_types(op.execute)
    op.execute("UPDATE inbox_position SET types = ARRAY['*']")
