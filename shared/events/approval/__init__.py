"""审批: documents to reply and change, exceptions, interruptions; events of the approval log."""

from shared.events.approval.changes import *  # noqa: F403
from shared.events.approval.construction import *  # noqa: F403
from shared.events.approval.exceptions import *  # noqa: F403
from shared.events.approval.interruption import *  # noqa: F403
from shared.events.approval.review import *  # noqa: F403
