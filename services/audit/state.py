"""档案: one project's state over all services, folded from its events in any cut."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from shared.events import Event, Recorded
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceConclusion,
    AcceptanceOverdue,
    AcceptanceReviewed,
    AcceptanceScheduled,
    CompletionReported,
    ExtensionGranted,
    MeasureImposed,
    MeasureKind,
    MeasureLifted,
    TrialIncidentReported,
    TrialRunStarted,
)
from shared.events.approval import (
    ChangeApproved,
    ChangeFiled,
    ConstructionResumed,
    ConstructionSuspended,
    DocumentSubmitted,
    FilingDisputed,
    OpinionCarriedForward,
    OpinionGiven,
    ProjectTerminated,
    ReplyIssued,
)
from shared.events.budget import (
    BudgetIncluded,
    ContractRecorded,
    OperationBudgetIncluded,
    PaymentRecorded,
    SurplusReturned,
)
from shared.events.refusals import RequestRefused
from shared.events.registry import (
    CentralReviewRecorded,
    DeclarationWithdrawn,
    ProjectCodeAssigned,
    ProjectDeclared,
    ProjectListed,
)
from shared.kernel.coded import Coded
from shared.kernel.money import ZERO, Money


class Phase(Coded):
    """项目阶段."""

    NONE = "NONE", "尚无记录"
    DECLARED = "DECLARED", "已申报"
    WITHDRAWN = "WITHDRAWN", "已撤回"
    REVIEWED = "REVIEWED", "已集中审查"
    LISTED = "LISTED", "已列入年度清单"
    IN_APPROVAL = "IN_APPROVAL", "报审中"
    FEASIBILITY_REPLIED = "FEASIBILITY_REPLIED", "可研已批复"
    IMPLEMENTING = "IMPLEMENTING", "已批复，建设实施中"
    COMPLETED = "COMPLETED", "建设内容完成"
    TRIAL_RUN = "TRIAL_RUN", "试运行"
    ACCEPTANCE_APPLIED = "ACCEPTANCE_APPLIED", "已申请验收"
    ACCEPTED = "ACCEPTED", "验收合格"
    ACCEPTANCE_FAILED = "ACCEPTANCE_FAILED", "验收不合格"
    TERMINATED = "TERMINATED", "已终止"


@dataclass(frozen=True)
class Dossier:
    """项目档案: what the events seen so far add up to."""

    phase: Phase = Phase.NONE
    project_id: UUID | None = None
    unit_id: str | None = None
    name: str | None = None
    declared_total: Money | None = None
    plan_year: int | None = None
    project_code: str | None = None
    submission_digest: str | None = None
    opinions: tuple[str, ...] = ()
    """Opinions on the current submission, `body:kind:conclusion`."""
    approved_total: Money | None = None
    moved: Money = ZERO
    """Moved under Article 29 since the baseline."""
    included: Money = ZERO
    contracted: Money = ZERO
    paid: Money = ZERO
    returned: Money = ZERO
    operation_included: Money = ZERO
    acceptance_due_on: date | None = None
    trial_earliest_end: date | None = None
    overdue: bool = False
    suspended: bool = False
    """暂停建设 or a measure that suspends it, not lifted (第三十、四十七条)."""
    refusals: int = 0
    events: int = 0


_Step = Callable[[Dossier, Any], Dossier]


def _declared(d: Dossier, e: ProjectDeclared) -> Dossier:
    return replace(
        d,
        phase=Phase.DECLARED,
        project_id=e.project_id,
        unit_id=e.unit_id,
        name=e.declaration.name,
        declared_total=e.declaration.total,
        plan_year=e.declaration.plan_year,
    )


def _submitted(d: Dossier, e: DocumentSubmitted) -> Dossier:
    return replace(d, phase=Phase.IN_APPROVAL, submission_digest=e.digest, opinions=())


def _opinion(d: Dossier, e: OpinionGiven) -> Dossier:
    mark = f"{e.body}:{e.opinion.kind}:{e.opinion.conclusion}"
    return replace(d, opinions=(*d.opinions, mark))


def _carried(d: Dossier, e: OpinionCarriedForward) -> Dossier:
    return replace(d, opinions=(*d.opinions, f"{e.body}:{e.carry.kind}:CARRIED"))


def _replied(d: Dossier, e: ReplyIssued) -> Dossier:
    phase = Phase.IMPLEMENTING if e.final else Phase.FEASIBILITY_REPLIED
    return replace(d, phase=phase, approved_total=e.total, moved=ZERO)


def _concluded(d: Dossier, conclusion: AcceptanceConclusion) -> Dossier:
    if conclusion is AcceptanceConclusion.PASSED:
        return replace(d, phase=Phase.ACCEPTED, overdue=False)
    return replace(d, phase=Phase.ACCEPTANCE_FAILED)


def _measured(d: Dossier, kind: MeasureKind) -> Dossier:
    if kind is MeasureKind.TERMINATION:
        return replace(d, phase=Phase.TERMINATED)
    return replace(d, suspended=True) if kind is MeasureKind.SUSPENSION else d


_STEPS: dict[type[Event], _Step] = {
    ProjectDeclared: _declared,
    DeclarationWithdrawn: lambda d, e: replace(d, phase=Phase.WITHDRAWN),
    CentralReviewRecorded: lambda d, e: replace(d, phase=Phase.REVIEWED),
    ProjectListed: lambda d, e: replace(d, phase=Phase.LISTED),
    ProjectCodeAssigned: lambda d, e: replace(d, project_code=e.assignment.code),
    DocumentSubmitted: _submitted,
    OpinionGiven: _opinion,
    OpinionCarriedForward: _carried,
    ReplyIssued: _replied,
    ChangeFiled: lambda d, e: replace(d, moved=e.moved_so_far),
    FilingDisputed: lambda d, e: replace(d, moved=d.moved - e.returned),
    ConstructionSuspended: lambda d, e: replace(d, suspended=True),
    ConstructionResumed: lambda d, e: replace(d, suspended=False),
    ProjectTerminated: lambda d, e: replace(d, phase=Phase.TERMINATED),
    MeasureImposed: lambda d, e: _measured(d, e.measure.kind),
    MeasureLifted: lambda d, e: (
        replace(d, suspended=False) if e.kind is MeasureKind.SUSPENSION else d
    ),
    ChangeApproved: lambda d, e: replace(d, approved_total=e.total, moved=ZERO),
    BudgetIncluded: lambda d, e: replace(d, included=e.included_so_far),
    ContractRecorded: lambda d, e: replace(d, contracted=d.contracted + e.contract.amount),
    PaymentRecorded: lambda d, e: replace(d, paid=e.paid_so_far),
    SurplusReturned: lambda d, e: replace(d, returned=d.returned + e.surplus.amount),
    OperationBudgetIncluded: lambda d, e: replace(
        d, operation_included=d.operation_included + e.inclusion.amount
    ),
    AcceptanceScheduled: lambda d, e: replace(
        d, acceptance_due_on=e.due_on, overdue=d.overdue and e.due_on < e.on
    ),
    CompletionReported: lambda d, e: replace(d, phase=Phase.COMPLETED),
    TrialRunStarted: lambda d, e: replace(
        d, phase=Phase.TRIAL_RUN, trial_earliest_end=e.earliest_end
    ),
    TrialIncidentReported: lambda d, e: replace(d, trial_earliest_end=e.earliest_end),
    ExtensionGranted: lambda d, e: replace(d, acceptance_due_on=e.due_on, overdue=False),
    AcceptanceApplied: lambda d, e: replace(d, phase=Phase.ACCEPTANCE_APPLIED),
    AcceptanceConcluded: lambda d, e: _concluded(d, e.acceptance.conclusion),
    AcceptanceReviewed: lambda d, e: _concluded(d, e.review.conclusion),
    AcceptanceOverdue: lambda d, e: replace(d, overdue=True),
    RequestRefused: lambda d, e: replace(d, refusals=d.refusals + 1),
}


def evolve(dossier: Dossier, recorded: Recorded) -> Dossier:
    """The dossier after one more event."""
    step = _STEPS.get(type(recorded.event))
    moved = step(dossier, recorded.event) if step else dossier
    return replace(moved, events=moved.events + 1)


def fold(events: Iterable[Recorded]) -> Dossier:
    """The dossier that some events add up to."""
    dossier = Dossier()
    for recorded in events:
        dossier = evolve(dossier, recorded)
    return dossier
