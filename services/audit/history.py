"""历史: a project's events of all services in one order, and any cut through it."""

import heapq
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from services.audit.cuts import Seen
from shared.events import Recorded
from shared.events.registry.lists import ListEvent
from shared.kernel.identifiers import UnitId
from shared.standing import registration_of
from shared.web.settings import LOGS

_RANK = {service: rank for rank, service in enumerate(LOGS)}


def in_causal_order(events: Iterable[Recorded]) -> list[Recorded]:
    """Causes before effects, and by recorded instant where neither caused the other.

    An event follows its predecessor in its own log, the events its decision rests on, and the
    event it reacted to. Clocks of different machines may disagree; causes do not. Where a forged
    log makes causes go in a circle, its earliest event opens it: no event is ever left out.
    """
    known = {r.ref.event_id: r for r in events}
    waiting: dict[UUID, set[UUID]] = {}
    effects: dict[UUID, list[UUID]] = {}
    latest: dict[str, UUID] = {}
    for each in sorted(known.values(), key=lambda r: (r.ref.service, r.ref.position)):
        causes = causes_of(each) & known.keys()
        if before := latest.get(each.ref.service):
            causes.add(before)
        latest[each.ref.service] = each.ref.event_id
        waiting[each.ref.event_id] = causes
        for cause in causes:
            effects.setdefault(cause, []).append(each.ref.event_id)
    ready = [_key(known[i]) for i, causes in waiting.items() if not causes]
    heapq.heapify(ready)
    ordered: list[Recorded] = []
    while waiting:
        *_, event_id = heapq.heappop(ready) if ready else min(_key(known[i]) for i in waiting)
        del waiting[event_id]
        ordered.append(known[event_id])
        for effect in waiting.keys() & effects.get(event_id, ()):
            waiting[effect].discard(event_id)
            if not waiting[effect]:
                heapq.heappush(ready, _key(known[effect]))
    return ordered


def as_its_unit_sees_it(events: Iterable[Recorded], unit_id: UnitId) -> tuple[Recorded, ...]:
    """What a unit may see of a project's history: nothing of another unit's project.

    Of its own all but the annual lists, which name the projects of others; that it is listed is
    an event of its own.
    """
    kept = tuple(r for r in events if not isinstance(r.event, ListEvent))
    return kept if registration_of(kept).unit_id == unit_id else ()


def _key(recorded: Recorded) -> tuple[datetime, int, int, UUID]:
    ref = recorded.ref
    return (recorded.recorded_at, _RANK[ref.service], ref.position, ref.event_id)


def causes_of(recorded: Recorded) -> set[UUID]:
    """The events that an event was caused by, or whose decision rests on them."""
    causes = {UUID(recorded.meta.causation_id)} if recorded.meta.causation_id else set()
    if recorded.meta.decision:
        causes |= {ref.event_id for ref in recorded.meta.decision.basis}
    return causes


def cut(
    events: list[Recorded],
    *,
    valid_at: date | None = None,
    known_at: datetime | None = None,
    steps: int | None = None,
    positions: Mapping[str, int] | None = None,
) -> list[Recorded]:
    """What was true on a legal date, known at an instant, or after so many steps; all combined.

    `positions` are how far some of the logs are read; the others are read to their ends.
    """
    chosen = events if steps is None else events[:steps]
    seen = Seen.of(known_at, positions or {})
    return [r for r in chosen if (valid_at is None or r.on <= valid_at) and seen(r)]
