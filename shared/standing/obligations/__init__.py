"""义务: whatever the clock demands of somebody, from the events about one subject.

Each has an owner, a day and an article. It is computed and never stored: what creates it and what
discharges it are events already. Only that it was found overdue is an event of its own. Events of
different services may come in any order; only those of one service are in that of its log.
"""

from collections.abc import Iterable
from datetime import date

from shared.events import Recorded
from shared.events.obligations import ObligationOverdue
from shared.kernel.workdays import Calendar
from shared.regulation.pack import Library
from shared.standing.obligations.acceptance import Acceptance
from shared.standing.obligations.approval import Approval
from shared.standing.obligations.book import Book, Part
from shared.standing.obligations.catalogue import Catalogue
from shared.standing.obligations.money import Money
from shared.standing.obligations.obligation import TERMS, Duty, Obligation, Terms, of_policy
from shared.standing.obligations.performance import Performance
from shared.standing.obligations.supervision import Supervision

__all__ = ["TERMS", "Duty", "Obligation", "Terms", "obligations_of", "of_policy"]

_PARTS: dict[str, tuple[type[Part], ...]] = {
    "project": (Approval, Money, Acceptance, Performance, Supervision),
    "system": (Catalogue,),
}


def obligations_of(
    subject: str, events: Iterable[Recorded], policies: Library, calendar: Calendar, today: date
) -> tuple[Obligation, ...]:
    """Every obligation about `project:<id>` or `system:<id>` as it stands on a day.

    The events about it, per service in log order; of a project also those about its system, which
    may have stopped.
    """
    book = Book(subject, policies, calendar)
    parts = [part(book) for part in _PARTS[subject.partition(":")[0]]]
    for recorded in events:
        if isinstance(recorded.event, ObligationOverdue):
            book.found(recorded.event.obligation_id, recorded)
        for part in parts:
            part.enter(recorded)
    for part in parts:
        part.close(today)
    return book.closed(today)
