"""系统目录: entries to be reviewed, systems to be stopped (第八、九条)."""

from shared.events import Recorded
from shared.events.registry import (
    SystemCatalogued,
    SystemReviewed,
    SystemTerminated,
    SystemTerminationRequired,
    SystemTerminationWaived,
    SystemUpdated,
)
from shared.kernel.dates import add_days
from shared.standing.obligations.book import Part
from shared.standing.obligations.obligation import Duty


class Catalogue(Part):
    """What is owed about one system."""

    def enter(self, recorded: Recorded) -> None:
        match recorded.event:
            case SystemCatalogued() | SystemUpdated() | SystemReviewed():
                days = self.book.policy_on(recorded).number("catalogue_review_days")
                self.book.discharge(Duty.CATALOGUE_REVIEW, recorded)
                self.book.owe(Duty.CATALOGUE_REVIEW, recorded, add_days(recorded.on, days))
            case SystemTerminationRequired(requirement=requirement):
                self.book.owe(Duty.SYSTEM_TERMINATION, recorded, requirement.terminate_by)
            case SystemTerminationWaived():
                self.book.lapse(Duty.SYSTEM_TERMINATION)
            case SystemTerminated():
                self.book.discharge(Duty.SYSTEM_TERMINATION, recorded)
                self.book.lapse(Duty.CATALOGUE_REVIEW)
