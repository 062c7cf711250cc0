"""登记备案: from units and plans to the annual list, and interpretations; the registry's events."""

from shared.events.registry.declarations import *  # noqa: F403
from shared.events.registry.lists import *  # noqa: F403
from shared.events.registry.plans import *  # noqa: F403
from shared.events.registry.policy import *  # noqa: F403
from shared.events.registry.resources import *  # noqa: F403
from shared.events.registry.systems import *  # noqa: F403
from shared.events.registry.units import *  # noqa: F403
