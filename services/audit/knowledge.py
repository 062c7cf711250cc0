"""知情: what was on record of a project when a decision was made, and what came only later.

Of its own log a service knows all that stands before. Of another log it knows what was recorded
there before it decided, by the clocks, and whatever it cites or was caused by, whatever the
clocks say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.audit.history import causes_of, in_causal_order
from shared.events import Recorded
from shared.web.redecision import decided_at

_TICK = timedelta(milliseconds=1)
"""The instant of a decision is on record to the millisecond."""


@dataclass(frozen=True)
class Knowledge:
    """What was known before a decision; each part in causal order."""

    decision: Recorded
    """The first event of the decision, which carries it."""
    decided_at: datetime
    known: tuple[Recorded, ...]
    came_later: tuple[Recorded, ...]
    """True on the day of the decision, but on record only after it."""


def before(event: Recorded, together: Sequence[Recorded], events: Iterable[Recorded]) -> Knowledge:
    """What of a project's events was known when one of them was decided.

    `together` are the events of its decision, the one that carries it first.
    """
    decision, ordered = together[0], in_causal_order(events)
    made = decision.meta.decision
    moment = decided_at(made) if made else decision.recorded_at
    ours = {r.ref.event_id for r in together}
    caused = _ancestors(decision, ordered)
    known = [
        r
        for r in ordered
        if r.ref.event_id not in ours
        and (r.ref.event_id in caused or _stood_before(r, decision, moment))
    ]
    told = {r.ref.event_id for r in known} | ours
    later = [r for r in ordered if r.ref.event_id not in told and r.on <= event.on]
    return Knowledge(decision, moment, tuple(known), tuple(later))


def _stood_before(recorded: Recorded, decision: Recorded, moment: datetime) -> bool:
    if recorded.ref.service == decision.ref.service:
        return recorded.ref.position < decision.ref.position
    return recorded.recorded_at < moment + _TICK


def _ancestors(decision: Recorded, events: list[Recorded]) -> set[UUID]:
    """Everything that a decision rests on, and that this rests on, of the events given."""
    by_id = {r.ref.event_id: r for r in events}
    found: set[UUID] = set()
    following = list(causes_of(decision))
    while following:
        cause = following.pop()
        if cause in by_id and cause not in found:
            found.add(cause)
            following += causes_of(by_id[cause])
    return found
