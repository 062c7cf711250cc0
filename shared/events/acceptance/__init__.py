"""验收: completion, acceptance, performance, supervision: the events of the acceptance log."""

from shared.events.acceptance.accountability import *  # noqa: F403
from shared.events.acceptance.completion import *  # noqa: F403
from shared.events.acceptance.management import *  # noqa: F403
from shared.events.acceptance.performance import *  # noqa: F403
from shared.events.acceptance.rectification import *  # noqa: F403
from shared.events.acceptance.sharing import *  # noqa: F403
from shared.events.acceptance.supervision import *  # noqa: F403
