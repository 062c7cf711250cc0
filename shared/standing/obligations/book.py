"""义务登记: the obligations about one subject while its events are entered."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import date
from uuid import UUID

from shared.events import Event, ProjectEvent, Recorded
from shared.events.envelope import SystemEvent
from shared.kernel.actor import EventRef
from shared.kernel.dates import legal_date
from shared.kernel.workdays import Calendar
from shared.regulation.pack import Library, Policy
from shared.standing.obligations.obligation import Duty, Obligation, id_of

_AFTER_THE_END = frozenset(
    {
        Duty.REPLY_COPY,
        Duty.SANCTION_EXPIRY,
        Duty.SURPLUS_RETURN,
        Duty.PERFORMANCE_REPORT,
        Duty.RECTIFICATION,
    }
)
"""What is owed, or goes on, though the project has ended; reports of the years before it."""

_Key = tuple[Duty, object]


class Book:
    """What is owed and what was discharged, by kind and by what tells those of a kind apart."""

    def __init__(self, subject: str, policies: Library, calendar: Calendar) -> None:
        self.subject, self.calendar = subject, calendar
        self.ended_on: date | None = None
        """Day on which the project was withdrawn or terminated."""
        self._policies = policies
        self._owed: dict[_Key, Obligation] = {}
        self._discharged: list[tuple[_Key, Obligation]] = []
        self._found: dict[UUID, EventRef] = {}

    def policy_on(self, recorded: Recorded) -> Policy:
        """The policy in force on the day that creates an obligation."""
        return self._policies.known_on(recorded.on)

    def owe(
        self,
        duty: Duty,
        recorded: Recorded,
        due_on: date,
        *,
        key: object = "",
        owner: str = "UNIT",
        opens_on: date | None = None,
        provisional: bool = False,
    ) -> None:
        """An event creates an obligation, or sets a new day for one that is owed."""
        before = self._owed.get((duty, key))
        if before is not None and due_on < recorded.on:
            # A day already past lifts nothing: whoever was late still is, and is found so once.
            self._owed[duty, key] = replace(before, due_on=due_on)
            return
        self.enter(
            Obligation(
                obligation_id=id_of(duty, recorded.ref.event_id, key),
                duty=duty,
                subject=self.subject,
                owner=owner,
                since=recorded.on,
                due_on=due_on,
                source=recorded.ref,
                unit_id=unit_of(recorded.event),
                opens_on=opens_on,
                provisional=provisional,
                held=before.held if before else None,
            ),
            key,
        )

    def enter(self, obligation: Obligation, key: object = "") -> None:
        """One that is owed, in the place of any of its kind and key."""
        self._owed[obligation.duty, key] = obligation

    def owes(self, duty: Duty, key: object = "") -> bool:
        return (duty, key) in self._owed

    def discharge(self, duty: Duty, recorded: Recorded, key: object = "") -> None:
        """An event discharges what is owed.

        What a unit hands in counts by the day of its receipt, whatever date the paper bears.
        """
        owed = self._owed.pop((duty, key), None)
        if owed is not None:
            on = received_on(recorded) if owed.owner == "UNIT" else recorded.on
            self._discharged.append(((duty, key), replace(owed, done_on=on)))

    def reopen(self, duty: Duty, key: object = "") -> None:
        """What discharged it last did not suffice."""
        for entry in reversed(self._discharged):
            if entry[0] == (duty, key):
                self._discharged.remove(entry)
                self._owed[duty, key] = replace(entry[1], done_on=None)
                return

    def lapse(self, duty: Duty, key: object = "") -> None:
        """Nobody owes it any more."""
        self._owed.pop((duty, key), None)

    def lapse_all(self, duty: Duty) -> None:
        for kind, key in [*self._owed]:
            if kind is duty:
                self.lapse(duty, key)

    def hold(self, duty: Duty, ref: EventRef | None) -> None:
        """What is owed is not late while something is asked for; None: it is no longer."""
        if owed := self._owed.get((duty, "")):
            self._owed[duty, ""] = replace(owed, held=ref)

    def found(self, obligation_id: UUID, recorded: Recorded) -> None:
        self._found[obligation_id] = recorded.ref

    def found_owed(self, duty: Duty, recorded: Recorded) -> None:
        """What is owed of a kind was found overdue."""
        if owed := self._owed.get((duty, "")):
            self.found(owed.obligation_id, recorded)

    def end(self, on: date) -> None:
        """The project is no more."""
        self.ended_on = min(on, self.ended_on or on)

    def closed(self, today: date) -> tuple[Obligation, ...]:
        """All of them as they stand on a day, with what found them overdue."""
        owed = (o for o in self._owed.values() if self._still_owed(o))
        every = (*(discharged for _, discharged in self._discharged), *owed)
        return tuple(
            replace(o, done_on=_done_by(o, today), overdue=self._found.get(o.obligation_id))
            for o in every
        )

    def _still_owed(self, obligation: Obligation) -> bool:
        return self.ended_on is None or obligation.duty in _AFTER_THE_END


def _done_by(obligation: Obligation, today: date) -> date | None:
    done_on = obligation.done_on
    if done_on is None and obligation.terms.marked_by is None:
        done_on = obligation.due_on if today > obligation.due_on else None  # it ends by itself
    # On a day of the past, what was received only later had not been handed in.
    return done_on if done_on is None or done_on <= today else None


class Part(ABC):
    """What the events of one matter create, move, discharge or let lapse."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @abstractmethod
    def enter(self, recorded: Recorded) -> None:
        """One more event."""

    def close(self, today: date) -> None:  # noqa: B027 - most parts have nothing left to enter
        """All have come: what is owed by the year, or rests on several of them."""


def received_on(recorded: Recorded) -> date:
    """Day of receipt in Asia/Shanghai."""
    return legal_date(recorded.recorded_at)


def unit_of(event: Event) -> str:
    """Whose project or system it is about."""
    if not isinstance(event, ProjectEvent | SystemEvent):
        raise TypeError(f"{event.type} creates no obligation")
    return event.unit_id
