"""验收: completion to acceptance, findings and measures: the events of the acceptance log."""

from shared.events.acceptance.completion import *  # noqa: F403
from shared.events.acceptance.supervision import *  # noqa: F403
