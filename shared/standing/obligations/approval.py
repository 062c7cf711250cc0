"""审批: opinions asked for, replies to be copied (第二十二、二十四条)."""

from shared.events import Recorded
from shared.events.approval import (
    DocumentSubmitted,
    OpinionCarriedForward,
    OpinionGiven,
    OpinionRequested,
    ProjectTerminated,
    ReplyCopied,
    ReplyIssued,
    ReplyRefused,
    Round,
    SubmissionReturned,
)
from shared.events.registry import DeclarationWithdrawn
from shared.standing.obligations.book import Book, Part
from shared.standing.obligations.obligation import Duty


class Approval(Part):
    """What is owed until a project is approved."""

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self._round: Round | None = None
        self._asked: dict[str, None] = {}
        """Bodies that were asked by letter in this round, in the order of the letters."""

    def enter(self, recorded: Recorded) -> None:
        match recorded.event:
            case DocumentSubmitted(submission=submission):
                self._submitted(submission.round, recorded)
            case OpinionRequested(letter=letter):
                self._asked[letter.body] = None
                self._owe_opinion(letter.body, recorded)
            case OpinionGiven(body=body) | OpinionCarriedForward(body=body):
                self.book.discharge(Duty.OPINION, recorded, body)
            case SubmissionReturned() | ReplyRefused():
                self.book.lapse_all(Duty.OPINION)
            case ReplyIssued(reply=reply):
                self._asked = {}
                self.book.lapse_all(Duty.OPINION)
                number = reply.document.number
                self.book.owe(Duty.REPLY_COPY, recorded, recorded.on, key=number, owner="DRC")
            case ReplyCopied(receipt=receipt):
                self.book.discharge(Duty.REPLY_COPY, recorded, receipt.number)
            case ProjectTerminated() | DeclarationWithdrawn():
                self.book.end(recorded.on)

    def _submitted(self, round_: Round, recorded: Recorded) -> None:
        """Letters count for their round, opinions for one submission: a new one asks again."""
        if round_ is not self._round:
            self._round, self._asked = round_, {}
        self.book.lapse_all(Duty.OPINION)
        for body in self._asked:
            self._owe_opinion(body, recorded)

    def _owe_opinion(self, body: str, recorded: Recorded) -> None:
        days = max(self.book.policy_on(recorded).number("opinion_reminder_days"), 1)
        due = self.book.calendar.add_working_days(recorded.on, days)
        self.book.owe(
            Duty.OPINION,
            recorded,
            due.on,
            key=body,
            owner=body,
            provisional=due.provisional,
        )
