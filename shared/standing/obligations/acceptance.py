"""验收: the application, the conditions to be met by then, the filing (第二十二、三十一条)."""

from datetime import date

from shared.events import Recorded
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceFiled,
    AcceptanceOverdue,
    AcceptanceScheduled,
    AcceptanceScheduleEnded,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
)
from shared.kernel.actor import EventRef
from shared.standing.obligations.accepted import passed
from shared.standing.obligations.book import Book, Part
from shared.standing.obligations.obligation import Duty

_BY_APPLYING = (Duty.ACCEPTANCE_APPLICATION, Duty.OPINION_CONDITIONS)
"""An application says of every condition how it was met."""


class Acceptance(Part):
    """What is owed until a project is accepted and that is filed."""

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self._applied = False
        """No day is set for what follows a failed acceptance, though the plan be moved."""

    def enter(self, recorded: Recorded) -> None:
        match recorded.event:
            case AcceptanceScheduled(due_on=due_on, open_conditions=conditions):
                self._scheduled(recorded, due_on, conditions=bool(conditions))
            case ExtensionRequested():
                self._hold(recorded.ref)
            case ExtensionRefused():
                self._hold(None)
            case ExtensionGranted(due_on=due_on):
                self._hold(None)
                open_ = self.book.owes(Duty.OPINION_CONDITIONS)
                self._scheduled(recorded, due_on, conditions=open_)
            case AcceptanceOverdue():
                self.book.found_owed(Duty.ACCEPTANCE_APPLICATION, recorded)
            case AcceptanceApplied():
                self._applied = True
                for duty in _BY_APPLYING:
                    self.book.discharge(duty, recorded)
            case AcceptanceScheduleEnded():
                for duty in _BY_APPLYING:
                    self.book.lapse(duty)
            case AcceptanceFiled():
                self.book.discharge(Duty.ACCEPTANCE_FILING, recorded)
            case _:
                act = passed(recorded.event)
                if act is not None and act.filing_due_on:
                    self.book.owe(Duty.ACCEPTANCE_FILING, recorded, act.filing_due_on)

    def _hold(self, request: EventRef | None) -> None:
        for duty in _BY_APPLYING:
            self.book.hold(duty, request)

    def _scheduled(self, recorded: Recorded, due_on: date, *, conditions: bool) -> None:
        if self._applied:
            return
        self.book.owe(Duty.ACCEPTANCE_APPLICATION, recorded, due_on)
        if conditions:
            self.book.owe(Duty.OPINION_CONDITIONS, recorded, due_on)
