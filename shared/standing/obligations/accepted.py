"""验收合格: the event by which a project is accepted (第三十一条)."""

from shared.events import Event
from shared.events.acceptance import AcceptanceConcluded, AcceptanceConclusion, AcceptanceReviewed


def passed(event: Event) -> AcceptanceConcluded | AcceptanceReviewed | None:
    """A passed acceptance by DEB, or its review of a service's own; None is any other event."""
    match event:
        case AcceptanceConcluded(acceptance=act) | AcceptanceReviewed(review=act):
            return event if act.conclusion is AcceptanceConclusion.PASSED else None
        case _:
            return None
