"""验收情况: how a project stands with acceptance (第三十二条)."""

from dataclasses import dataclass

from shared.events.acceptance import (
    AcceptanceConcluded,
    AcceptanceConclusion,
    AcceptanceOverdue,
    AcceptanceReviewed,
    AcceptanceScheduled,
    ExtensionGranted,
)
from shared.events.envelope import Recorded
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded


class AcceptanceStatus(Coded):
    """验收情况, as far as money and new projects depend on it (第三十二、三十六条)."""

    NOT_ACCEPTED = "NOT_ACCEPTED", "未验收"
    OVERDUE = "OVERDUE", "逾期未验收"
    FAILED = "FAILED", "验收不合格"
    PASSED = "PASSED", "验收合格"


@dataclass(frozen=True)
class AcceptanceStanding:
    """How a project stands with acceptance, and the event that says so."""

    status: AcceptanceStatus = AcceptanceStatus.NOT_ACCEPTED
    ref: EventRef | None = None


def accepted_after(standing: AcceptanceStanding, recorded: Recorded) -> AcceptanceStanding:
    """Fold one event about a project.

    A due date ahead lifts what was overdue, a passed acceptance also what failed. A service's own
    acceptance counts only with DEB's review (第三十一条).
    """
    match recorded.event:
        case AcceptanceOverdue():
            return AcceptanceStanding(AcceptanceStatus.OVERDUE, recorded.ref)
        case ExtensionGranted(due_on=due) | AcceptanceScheduled(due_on=due):
            lifted = standing.status is AcceptanceStatus.OVERDUE and due >= recorded.on
            return AcceptanceStanding(ref=recorded.ref) if lifted else standing
        case AcceptanceConcluded(acceptance=act) | AcceptanceReviewed(review=act):
            passed = act.conclusion is AcceptanceConclusion.PASSED
            status = AcceptanceStatus.PASSED if passed else AcceptanceStatus.FAILED
            return AcceptanceStanding(status, recorded.ref)
        case _:
            return standing
