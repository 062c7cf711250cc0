"""项目审批: the state of one project's approval."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from shared.events.approval import (
    Change,
    ChangeRuling,
    Evaluation,
    Letter,
    Opinion,
    Round,
    Submission,
    TerminationRequest,
)
from shared.events.envelope import Identity
from shared.events.vocabulary import DeliveryMode, Item
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.identifiers import Digest, UnitId
from shared.kernel.model import present
from shared.kernel.money import ZERO, Money
from shared.standing import ProjectStanding


class Stage(Coded):
    """审批状态."""

    EXAMINATION = "EXAMINATION", "审查中"
    RETURNED = "RETURNED", "退回修改"
    REFUSED = "REFUSED", "不予批复"
    FEASIBILITY_APPROVED = "FEASIBILITY_APPROVED", "可行性研究报告已批复"
    APPROVED = "APPROVED", "已批复"
    CHANGE_PENDING = "CHANGE_PENDING", "调整待批"
    TERMINATED = "TERMINATED", "已终止"


@dataclass(frozen=True)
class SentLetter:
    """征求意见函, sent."""

    letter: Letter
    sent_on: date
    ref: EventRef
    answered: EventRef | None = None
    """The body's opinion after it, given or carried forward."""


@dataclass(frozen=True)
class StandingOpinion:
    """审核意见 as it stands: the newest of a body and kind in this round."""

    body: str
    opinion: Opinion
    digest: Digest
    """Submission it stands for; a later one than the opinion's own where carried forward."""
    ref: EventRef


@dataclass(frozen=True)
class SignedOff:
    """参建部门会签, given."""

    participant_id: UnitId
    digest: Digest
    ref: EventRef


@dataclass(frozen=True)
class Evaluated:
    """评估论证, recorded."""

    evaluation: Evaluation
    ref: EventRef


@dataclass(frozen=True)
class Concurred:
    """会签, given for one submission; it falls with a later opinion or evaluation."""

    digest: Digest
    given_by: str
    """Person who concurred, and so may not reply."""
    ref: EventRef


@dataclass(frozen=True)
class Examination:
    """审查: one round's current submission and all that was said about it.

    What binds to an earlier submission's digest is kept, and no longer counts.
    """

    submission: Submission
    digest: Digest
    submitted_on: date
    """Legal date of the submission; no paper about it is older."""
    submitted_by: frozenset[str]
    """Persons who submitted anything in this round, and so may not decide in it."""
    ref: EventRef
    letters: tuple[SentLetter, ...] = ()
    opinions: tuple[StandingOpinion, ...] = ()
    sign_offs: tuple[SignedOff, ...] = ()
    evaluated: Evaluated | None = None
    consent: EventRef | None = None
    concurred: Concurred | None = None
    returned: EventRef | None = None
    """Sent back for correction: nothing is decided on it until it is submitted again."""

    def letter_to(self, body: str) -> SentLetter | None:
        """The newest letter of this round to a body."""
        return next((s for s in reversed(self.letters) if s.letter.body == body), None)

    def opinion_of(self, body: str, kind: str) -> StandingOpinion | None:
        """The newest opinion of this round by a body, whichever submission it stands for."""
        return next((o for o in self.opinions if (o.body, o.opinion.kind) == (body, kind)), None)


@dataclass(frozen=True)
class Filing:
    """变更报备, and the baseline's items before it."""

    change_id: UUID
    moved: Money
    filed_on: date
    filed_by: str
    """Person who filed, and so may not dispute it."""
    items_before: tuple[Item, ...]
    planned_end_before: date
    ref: EventRef


@dataclass(frozen=True)
class Baseline:
    """批复基线: what was approved; filed changes move its items on, never its total."""

    round: Round
    delivery_mode: DeliveryMode
    number: str
    """文号 of the reply."""
    replied_on: date
    """Legal date of the reply, also where a change was approved since."""
    total: Money
    items: tuple[Item, ...]
    goals: str
    content: str
    planned_start: date
    planned_end: date
    open_conditions: tuple[str, ...]
    policy: str
    """Policy pack that calculations on it keep."""
    since: date
    """Day the baseline began: of the reply, or of the change approved since."""
    ref: EventRef
    filings: tuple[Filing, ...] = ()
    """变更报备 that count, since this baseline."""
    moved_so_far: Money = ZERO
    """Money moved by filings since this baseline (第二十九条)."""
    copied: bool = False
    """Whether GAB has acknowledged its copy (第二十四条)."""


@dataclass(frozen=True)
class PendingChange:
    """调整申请 that awaits its ruling."""

    change_id: UUID
    change: Change
    total: Money
    applied_on: date
    applied_by: str
    """Person who applied, and so may not rule on it."""
    ref: EventRef
    concurrence: ChangeRuling | None = None
    concurred_by: str = ""
    """Person who concurred, and so may not rule on it."""


@dataclass(frozen=True)
class Termination:
    """终止申请 under way: requested, then reported to the leading group."""

    request: TerminationRequest
    requested_on: date
    requested_by: str
    """Person who asked, and so may not rule on it."""
    ref: EventRef
    reported_on: date | None = None
    reported_by: str = ""
    """Person who reported it, and so may not rule on it either."""
    reported: EventRef | None = None


@dataclass(frozen=True)
class Project:
    """项目审批: its examination, replies, changes, interruptions, and exceptions attached."""

    project_id: UUID | None = None
    unit_id: UnitId | None = None
    participants: tuple[UnitId, ...] = ()
    stage: Stage | None = None
    examination: Examination | None = None
    feasibility: Baseline | None = None
    baseline: Baseline | None = None
    """Of the final reply, or of the change approved since."""
    pending_change: PendingChange | None = None
    application_due: EventRef | None = None
    """Dispute of a filing, until approval is applied for (第二十八条)."""
    unshared_approved: EventRef | None = None
    """领导小组批准 of a project of which nothing can be shared (第十二条)."""
    division: EventRef | None = None
    """参建分工 as last recorded (第二十七条)."""
    trouble: EventRef | None = None
    """重大问题报告, the newest (第三十条)."""
    trouble_reported_by: str = ""
    """Person who reported it, and so may not suspend the construction for it."""
    suspended: EventRef | None = None
    termination: Termination | None = None
    terminated: EventRef | None = None
    exceptions: tuple[UUID, ...] = ()
    """例外 once granted; each one's own record says whether it still is."""

    @property
    def identity(self) -> Identity:
        """The fields that name the project in its events."""
        return {"project_id": present(self.project_id), "unit_id": present(self.unit_id)}

    @property
    def parties(self) -> frozenset[str]:
        """The project unit and the units that build along."""
        return frozenset(u for u in (self.unit_id, *self.participants) if u)

    @property
    def replies(self) -> tuple[Baseline, ...]:
        """The replies issued so far, the feasibility study's first."""
        return tuple(b for b in (self.feasibility, self.baseline) if b)

    def standing(self, elsewhere: ProjectStanding) -> ProjectStanding:
        """How it stands: what other services say, and the interruptions recorded here."""
        return replace(
            elsewhere,
            suspended=self.suspended or elsewhere.suspended,
            terminated=self.terminated or elsewhere.terminated,
        )
