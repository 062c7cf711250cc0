"""Obligations from events: as the audit service computes them, and every other one with it."""

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

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
from tests.audit.building import event
from tests.shared.events.samples import PLAN, PROJECT, SYSTEM
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


DAY = timedelta(days=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


# -- events, with what a case changes -----------------------------------------------------------


def catalogued(on: str) -> Event:
    return event("SystemCatalogued", day(on))


def to_stop(on: str, by: str) -> Event:
    return event("SystemTerminationRequired", day(on), requirement={"terminate_by": day(by)})


def submitted(on: str, round_: str = "IMPLEMENTATION_PLAN") -> Event:
    return event("DocumentSubmitted", day(on), submission={"round": round_})


def asked(on: str, body: str = "CRY") -> Event:
    return event("OpinionRequested", day(on), letter={"body": body})


def gave(on: str, body: str = "CRY") -> Event:
    return event("OpinionGiven", day(on), body=body)


def replied(on: str, **changes: Any) -> Event:
    return event("ReplyIssued", day(on), **changes)


def scheduled(on: str, due_on: str, **changes: Any) -> Event:
    return event("AcceptanceScheduled", day(on), due_on=day(due_on), **changes)


def granted(on: str, due_on: str) -> Event:
    return event("ExtensionGranted", day(on), due_on=day(due_on))


def applied(on: str) -> Event:
    return event("AcceptanceApplied", day(on))


def accepted(on: str, **changes: Any) -> Event:
    """Accepted, with no clock of its own unless the case says so."""
    clocks = dict.fromkeys(("filing_due_on", "evaluation_opens_on", "evaluation_due_on"))
    return event("AcceptanceConcluded", day(on), "dated", **(clocks | changes))


def failed(on: str) -> Event:
    return event("AcceptanceConcluded", day(on), "failed")


def operating(on: str, opens: str, due: str) -> Event:
    return event(
        "OperationStarted",
        day(on),
        evaluation_opens_on=day(opens),
        evaluation_due_on=day(due),
    )


def demanded(on: str, due_on: str, outstanding: str = "112000.00") -> Event:
    return event("SurplusReturnDemanded", day(on), due_on=day(due_on), outstanding=outstanding)


def returned(on: str, outstanding: str = "0.00") -> Event:
    return event("SurplusReturned", day(on), outstanding=outstanding)


def paid(on: str, amount: str) -> Event:
    return event("PaymentRecorded", day(on), payment={"amount": amount})


def contracted(on: str, warranty_end: str | None, number: str = "HT-1") -> Event:
    end = day(warranty_end) if warranty_end else None
    return event("ContractRecorded", day(on), contract={"number": number, "warranty_end": end})


def planned(
    on: str, year: int, until: str | None = None, plan_id: UUID = PLAN, **changes: Any
) -> Event:
    term = {"term_from": date(year, 1, 1), "term_to": day(until)} if until else {}
    plan = {"budget_year": year, **term}
    return event("OperationPlanSubmitted", day(on), plan_id=plan_id, plan=plan, **changes)


def assessed(on: str, *, approved: bool, plan_id: UUID = PLAN) -> Event:
    assessment = {"approved": approved}
    return event("OperationPlanAssessed", day(on), plan_id=plan_id, assessment=assessment)


def reported(on: str, year: int) -> Event:
    return event("PerformanceReportSubmitted", day(on), report={"year": year})


def ordered(on: str, due_on: str) -> Event:
    return event("RectificationOrdered", day(on), order={"due_on": day(due_on)})


def confirmed(on: str, *, done: bool) -> Event:
    return event("RectificationConfirmed", day(on), confirmation={"done": done})


def secured(on: str, next_due_on: str | None = None, **stage: Any) -> Event:
    due = day(next_due_on) if next_due_on else None
    return event("SecurityStageRecorded", day(on), stage=stage, next_due_on=due)


TERMINATED = event("ProjectTerminated", date(2026, 12, 1))
STOPPED = event("SystemTerminated", date(2026, 12, 1))
LETTER = (submitted("2026-02-03"), asked("2026-02-09"))
SCHEDULE = scheduled("2026-04-08", "2027-02-28")
CONTRACT = contracted("2026-06-08", "2027-12-31")
