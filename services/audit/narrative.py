"""摘要: one line of Chinese for each event, with the figures an auditor looks for."""

from collections.abc import Callable
from typing import Any

from shared.events import Event
from shared.events.acceptance import (
    AcceptanceConcluded,
    AcceptanceOverdue,
    AcceptanceReviewed,
    AcceptanceScheduled,
    ExtensionGranted,
    ExtensionRequested,
    TrialIncidentReported,
    TrialRunStarted,
)
from shared.events.approval import (
    ChangeApplied,
    ChangeApproved,
    ChangeFiled,
    DocumentSubmitted,
    EvaluationRecorded,
    LateNoticeFound,
    OpinionCarriedForward,
    OpinionGiven,
    OpinionRequested,
    ParticipantSignedOff,
    ReplyIssued,
)
from shared.events.budget import (
    BudgetIncluded,
    ContractRecorded,
    OperationBudgetIncluded,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    PaymentRecorded,
    ProcurementRecorded,
    SurplusReturned,
)
from shared.events.refusals import RequestRefused
from shared.events.registry import (
    AnnualListSubmitted,
    CentralReviewRecorded,
    ProjectCodeAssigned,
    ProjectDeclared,
    ProjectListed,
)
from shared.regulation.decision import Decision

_LINES: dict[type[Event], Callable[[Any], str]] = {
    ProjectDeclared: lambda e: (
        f"《{e.declaration.name}》{e.declaration.delivery_mode.label}，"
        f"{e.declaration.plan_year}年度，投资额度{e.declaration.total}元"
    ),
    CentralReviewRecorded: lambda e: e.review.result.label,
    AnnualListSubmitted: lambda e: f"{e.list.year}年度清单{e.list.number}",
    ProjectListed: lambda e: f"{e.year}年度清单{e.number}",
    ProjectCodeAssigned: lambda e: f"项目代码{e.assignment.code}",
    DocumentSubmitted: lambda e: f"{e.submission.round.label}，总额{e.submission.total}元",
    ParticipantSignedOff: lambda e: f"参建部门{e.participant_id}同意",
    OpinionRequested: lambda e: f"致{e.letter.body}，{e.letter.number}",
    OpinionGiven: lambda e: (
        f"{e.opinion.kind.label}：{e.opinion.conclusion.label}"
        + (f"（{'；'.join(e.opinion.conditions)}）" if e.opinion.conditions else "")
    ),
    OpinionCarriedForward: lambda e: f"{e.carry.kind.label}继续有效",
    EvaluationRecorded: lambda e: (
        f"{e.evaluation.method.label}，{'通过' if e.evaluation.positive else '不通过'}"
    ),
    ReplyIssued: lambda e: (
        f"{e.reply.document.number}，{e.round.label}，批复总投资{e.total}元，"
        f"工期{e.planned_start}至{e.planned_end}"
    ),
    ChangeFiled: lambda e: f"调整{e.moved}元，累计{e.moved_so_far}元，上限{e.limit}元",
    ChangeApplied: lambda e: f"申请调整为{e.total}元",
    ChangeApproved: lambda e: f"新基线{e.total}元，计划完工{e.planned_end}",
    LateNoticeFound: lambda e: f"{e.executed_on}已先行实施",
    BudgetIncluded: lambda e: f"{e.inclusion.fiscal_year}年{e.amount}元，累计{e.included_so_far}元",
    ProcurementRecorded: lambda e: f"{e.procurement.method.label}，预算{e.procurement.amount}元",
    ContractRecorded: lambda e: (
        f"{e.contract.number}，{e.contract.supplier_name}，{e.contract.amount}元"
    ),
    PaymentRecorded: lambda e: (
        f"{e.payment.amount}元，累计{e.paid_so_far}元，凭证{e.payment.voucher}"
    ),
    SurplusReturned: lambda e: f"退回{e.surplus.amount}元，尚余{e.outstanding}元",
    OperationPlanSubmitted: lambda e: f"{e.plan.budget_year}年度，申请{e.plan.amount}元",
    OperationPlanAssessed: lambda e: (
        f"{'通过' if e.assessment.approved else '不通过'}，评估{e.assessment.assessed_amount}元"
    ),
    OperationBudgetIncluded: lambda e: f"{e.budget_year}年度{e.inclusion.amount}元",
    AcceptanceScheduled: lambda e: f"应于{e.due_on}前申请验收",
    TrialRunStarted: lambda e: f"最早{e.earliest_end}期满",
    TrialIncidentReported: lambda e: (
        f"{'重大' if e.incident.major else '一般'}故障，最早{e.earliest_end}结束"
    ),
    ExtensionRequested: lambda e: f"申请延至{e.extension.new_due_on}",
    ExtensionGranted: lambda e: f"延至{e.due_on}",
    AcceptanceConcluded: lambda e: e.acceptance.conclusion.label,
    AcceptanceReviewed: lambda e: e.review.conclusion.label,
    AcceptanceOverdue: lambda e: f"应于{e.due_on}前申请",
}


def line(event: Event, decision: Decision | None = None) -> str:
    """What happened, in one line; of a refusal, what stood against it."""
    if isinstance(event, RequestRefused):
        broken = [check.text for check in decision.checks if not check.holds] if decision else []
        reasons = broken or [f"第{number}条" for number in dict.fromkeys(event.articles)]
        return f"{event.command}：{'；'.join(reasons)}"
    describe = _LINES.get(type(event))
    return describe(event) if describe else event.label
