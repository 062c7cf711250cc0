"""Obligations from events: as the audit service computes them, and every other one with it."""

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import uuid5

from deploy.catalogue import SPECS
from shared.events import Event, Meta, Recorded
from shared.events.obligations import ObligationOverdue
from shared.kernel.actor import EventRef
from shared.kernel.dates import SHANGHAI
from shared.kernel.workdays import Calendar
from shared.regulation.calendar import calendar_of
from shared.regulation.pack import Library, installed
from shared.standing.obligations import TERMS, Duty, Obligation, obligations_of
from shared.web.settings import LOGS
from tests.shared.events.samples import PROJECT, SYSTEM
from tests.support.given_when_then import OFFICER

OF_PROJECT, OF_SYSTEM = f"project:{PROJECT}", f"system:{SYSTEM}"
FAR = date(2040, 1, 1)
"""A day on which every due day of the cases has passed."""


@dataclass(frozen=True)
class Received:
    """An event that was recorded on a later day than it bears."""

    event: Event
    on: date


Given = Event | Received


def recorded(*given: Given) -> list[Recorded]:
    """Events as the four logs would hold them, each log in the order given."""
    positions: Counter[str] = Counter()
    return [_recorded(each, positions) for each in given]


def _recorded(given: Given, positions: Counter[str]) -> Recorded:
    event, day = (given.event, given.on) if isinstance(given, Received) else (given, given.on)
    service = event.service
    if isinstance(event, ObligationOverdue):
        service = TERMS[Duty(event.duty)].service
    positions[service] += 1
    return Recorded(
        event=event,
        ref=EventRef(
            service=service,
            position=positions[service],
            stream=event.stream,
            version=positions[service],
            event_id=uuid5(PROJECT, f"{service}/{positions[service]}"),
        ),
        stored_meta=Meta(actor=OFFICER, command="given", policy="511100-2022@1"),
        recorded_at=datetime.combine(day, time(9), SHANGHAI).astimezone(UTC),
    )


def owed(
    *given: Given,
    today: date = FAR,
    subject: str = OF_PROJECT,
    calendar: Calendar | None = None,
    policies: Library | None = None,
) -> list[Obligation]:
    """All obligations: the same whichever service's events come first.

    And the same to each service, which knows its own events and those that it follows.
    """
    events = recorded(*given)

    def computed(known: list[Recorded]) -> list[Obligation]:
        found = obligations_of(
            subject, known, policies or installed(), calendar or calendar_of(), today
        )
        return sorted(found, key=lambda o: (o.due_on, o.duty, str(o.obligation_id)))

    whole = computed(events)
    for order in itertools.permutations(LOGS):
        assert computed(sorted(events, key=lambda r: order.index(r.ref.service))) == whole
    for service in LOGS:
        mine = [o for o in whole if o.terms.service == service]
        followed = [r for r in events if _reaches(service, r)]
        assert [o for o in computed(followed) if o.terms.service == service] == mine, service
    return whole


def _reaches(service: str, known: Recorded) -> bool:
    source = known.ref.service
    return source == service or known.event.type in SPECS[service].follows.get(source, ())


def the(duty: Duty, *given: Given, today: date = FAR, subject: str = OF_PROJECT) -> Obligation:
    """The only obligation of a kind."""
    (only,) = [o for o in owed(*given, today=today, subject=subject) if o.duty is duty]
    return only


def none_of(duty: Duty, *given: Given, today: date = FAR, subject: str = OF_PROJECT) -> bool:
    return all(o.duty is not duty for o in owed(*given, today=today, subject=subject))
