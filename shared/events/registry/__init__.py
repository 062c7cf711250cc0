"""登记备案: units, plans, systems, declarations, resources, lists; events of the registry log."""

from shared.events.registry.declarations import *  # noqa: F403
from shared.events.registry.lists import *  # noqa: F403
from shared.events.registry.plans import *  # noqa: F403
from shared.events.registry.resources import *  # noqa: F403
from shared.events.registry.systems import *  # noqa: F403
from shared.events.registry.units import *  # noqa: F403
