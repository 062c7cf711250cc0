"""绩效: yearly reports while a project is built, evaluation once it runs (第四十五、四十六条)."""

from datetime import date

from shared.events import Recorded
from shared.events.acceptance import (
    OperationStarted,
    PerformanceReportSubmitted,
    SelfEvaluationSubmitted,
)
from shared.events.approval import ReplyIssued
from shared.standing.obligations.accepted import passed
from shared.standing.obligations.book import Book, Part, received_on, unit_of
from shared.standing.obligations.obligation import Duty, Obligation, id_of


class Performance(Part):
    """What a unit owes in reports and evaluations."""

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self._replied: Recorded | None = None
        """The final reply: from it on the project is in implementation."""
        self._accepted_on: date | None = None
        self._reports: dict[int, date] = {}
        """Day of receipt of the first report of a year."""

    def enter(self, recorded: Recorded) -> None:
        match recorded.event:
            case ReplyIssued(final=True):
                self._replied = recorded
            case PerformanceReportSubmitted(report=report):
                self._reports.setdefault(report.year, received_on(recorded))
            case OperationStarted() as started:
                self._owe_evaluation(
                    recorded, started.evaluation_due_on, started.evaluation_opens_on
                )
            case SelfEvaluationSubmitted():
                self.book.discharge(Duty.SELF_EVALUATION, recorded)
            case event if act := passed(event):
                self._accepted_on = recorded.on
                self._owe_evaluation(recorded, act.evaluation_due_on, act.evaluation_opens_on)

    def _owe_evaluation(
        self, recorded: Recorded, due_on: date | None, opens_on: date | None
    ) -> None:
        """Counted from acceptance, or from the later day on which operation began."""
        if due_on:
            self.book.owe(Duty.SELF_EVALUATION, recorded, due_on, opens_on=opens_on)

    def close(self, today: date) -> None:
        """A report for each year at whose end the project is, or will be, still being built."""
        if self._replied is None:
            return
        ends = min(filter(None, (self._accepted_on, self.book.ended_on)), default=None)
        for year in range(self._replied.on.year, today.year + 1):
            built = ends is None or ends > date(year, 12, 31)
            if built or year in self._reports:
                self.book.enter(self._report(year, self._replied), year)

    def _report(self, year: int, replied: Recorded) -> Obligation:
        return Obligation(
            obligation_id=id_of(Duty.PERFORMANCE_REPORT, self.book.subject, year),
            duty=Duty.PERFORMANCE_REPORT,
            subject=self.book.subject,
            owner="UNIT",
            since=max(replied.on, date(year, 1, 1)),
            due_on=date(year, 12, 31),
            source=replied.ref,
            unit_id=unit_of(replied.event),
            done_on=self._reports.get(year),
        )
