"""监督: rectifications, assessments in operation, sanctions (第三十三、四十七、四十九条)."""

from datetime import date

from shared.events import Recorded
from shared.events.acceptance import (
    MeasureImposed,
    MeasureKind,
    OperationStarted,
    RectificationConfirmed,
    RectificationOrdered,
    RectificationReported,
    SecurityAssessment,
    SecurityPhase,
    SecurityStageRecorded,
    SharingViolationFound,
    SharingViolationWithdrawn,
)
from shared.events.registry import SystemTerminated
from shared.kernel.dates import add_months
from shared.standing.obligations.accepted import passed
from shared.standing.obligations.book import Book, Part
from shared.standing.obligations.obligation import Duty


class Supervision(Part):
    """What supervision demands, and until when a finding tells."""

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self._level = 0
        """网络安全保护等级 as last recorded."""
        self._assessed_running = False
        """Assessed in operation already: the next assessment is counted from that one."""
        self._stopped = False

    def enter(self, recorded: Recorded) -> None:
        match recorded.event:
            case RectificationOrdered(rectification_id=key, order=order):
                self.book.owe(Duty.RECTIFICATION, recorded, order.due_on, key=key)
            case RectificationReported(rectification_id=key):
                self.book.discharge(Duty.RECTIFICATION, recorded, key)
            case RectificationConfirmed(rectification_id=key, confirmation=confirmation):
                if not confirmation.done:
                    self.book.reopen(Duty.RECTIFICATION, key)
            case MeasureImposed(measure=measure) if measure.kind is MeasureKind.TERMINATION:
                self.book.end(recorded.on)
            case SharingViolationFound(finding_id=key):
                self._sanctioned(recorded, key)
            case SharingViolationWithdrawn(finding_id=key):
                self.book.lapse(Duty.SANCTION_EXPIRY, key)
            case _:
                self._enter_security(recorded)

    def _sanctioned(self, recorded: Recorded, finding: object) -> None:
        """It tells on the calendar year after it, and ends by itself."""
        year = recorded.on.year + 1
        self.book.owe(
            Duty.SANCTION_EXPIRY,
            recorded,
            date(year, 12, 31),
            key=finding,
            owner="SYSTEM",
            opens_on=date(year, 1, 1),
        )

    def _enter_security(self, recorded: Recorded) -> None:
        match recorded.event:
            case SecurityStageRecorded():
                self._assessed(recorded.event, recorded)
            case OperationStarted():
                self._operates(recorded)
            case SystemTerminated():
                self._stopped = True
            case event if passed(event):
                self._operates(recorded)

    def _assessed(self, made: SecurityStageRecorded, recorded: Recorded) -> None:
        """Each kind of assessment comes again by itself; only one in operation counts."""
        stage, kind = made.stage, made.stage.assessment
        self._level = stage.mlps_level or self._level
        if kind is None or stage.phase is not SecurityPhase.OPERATION:
            return
        self._assessed_running = True
        self.book.discharge(Duty.SECURITY_ASSESSMENT, recorded, kind)
        if made.next_due_on:
            self.book.owe(Duty.SECURITY_ASSESSMENT, recorded, made.next_due_on, key=kind)

    def _operates(self, recorded: Recorded) -> None:
        """From a level of protection on, the first assessment is due some months from then."""
        policy = self.book.policy_on(recorded)
        periodic = self._level >= policy.number("periodic_assessment_from_level")
        if self._assessed_running or not periodic:
            return
        due_on = add_months(recorded.on, policy.number("periodic_assessment_months"))
        self.book.owe(Duty.SECURITY_ASSESSMENT, recorded, due_on, key=SecurityAssessment.MLPS)

    def close(self, today: date) -> None:
        if self._stopped:
            self.book.lapse_all(Duty.SECURITY_ASSESSMENT)
