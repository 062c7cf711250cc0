"""预算: inclusion to closing, purchases, O&M money, line leases; events of the budget log."""

from shared.events.budget.funds import *  # noqa: F403
from shared.events.budget.lines import *  # noqa: F403
from shared.events.budget.operation import *  # noqa: F403
from shared.events.budget.purchasing import *  # noqa: F403
