"""红旗：一人兼办两方、兼办数职 (第五、二十二、二十四、三十一、三十六条).

A delegation counts for both: who acts, and for whom. Persons are known by their identifiers.
"""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from services.audit.flags.flag import Figures, Finding, finding, flag, in_time
from services.audit.ledger import City
from shared.events import Event, Recorded
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceReviewed,
    CompletionReported,
    ExtensionGranted,
    ExtensionRequested,
    ServiceAcceptanceReported,
)
from shared.events.approval import (
    ChangeApplied,
    ChangeApproved,
    ChangeConcurred,
    ChangeFiled,
    ConcurrenceGiven,
    DocumentSubmitted,
    EvaluationRecorded,
    ExceptionAgreed,
    ExceptionRequested,
    OpinionCarriedForward,
    OpinionGiven,
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
from shared.events.registry import CentralReviewRecorded, ProjectDeclared
from shared.kernel.coded import Coded


class Office(Coded):
    """经办的职责."""

    DECLARE = "DECLARE", "申报报审"
    PAY = "PAY", "采购支付"
    REVIEW = "REVIEW", "集中审查和评估论证"
    OPINE = "OPINE", "审核意见"
    REPLY = "REPLY", "批复和批准"
    FUND = "FUND", "预算"
    ACCEPT = "ACCEPT", "验收"


OF_UNITS: Final = frozenset({Office.DECLARE, Office.PAY})
"""What project units do; all else is done by those who decide on it."""

APART: Final = (
    frozenset({Office.DECLARE, Office.PAY}),
    frozenset({Office.OPINE, Office.REPLY}),
    frozenset({Office.OPINE, Office.ACCEPT}),
    frozenset({Office.REPLY, Office.ACCEPT}),
)
"""Offices of one side that are better apart; who evaluates also replies (第二十四条)."""

OFFICES: Final[dict[type[Event], Office]] = {
    **dict.fromkeys((ProjectDeclared, DocumentSubmitted, ChangeFiled), Office.DECLARE),
    **dict.fromkeys((ChangeApplied, ExceptionRequested, ExtensionRequested), Office.DECLARE),
    **dict.fromkeys((CompletionReported, AcceptanceApplied), Office.DECLARE),
    **dict.fromkeys((ServiceAcceptanceReported, OperationPlanSubmitted), Office.DECLARE),
    **dict.fromkeys((ProcurementRecorded, ContractRecorded), Office.PAY),
    **dict.fromkeys((PaymentRecorded, SurplusReturned), Office.PAY),
    **dict.fromkeys((CentralReviewRecorded, EvaluationRecorded), Office.REVIEW),
    **dict.fromkeys((OpinionGiven, OpinionCarriedForward), Office.OPINE),
    **dict.fromkeys((ConcurrenceGiven, ReplyIssued, ChangeConcurred), Office.REPLY),
    **dict.fromkeys((ChangeApproved, ExceptionAgreed), Office.REPLY),
    **dict.fromkeys((BudgetIncluded, OperationBudgetIncluded), Office.FUND),
    **dict.fromkeys((OperationPlanAssessed,), Office.FUND),
    **dict.fromkeys((AcceptanceConcluded, AcceptanceReviewed, ExtensionGranted), Office.ACCEPT),
}

_Held = dict[Office, list[Recorded]]


def _held(city: City) -> Iterator[tuple[str, _Held]]:
    """What each person did in each project, in person or for somebody else."""
    found: dict[tuple[UUID, str], _Held] = {}
    for recorded in city.whole.recorded(*OFFICES):
        project_id, actor = getattr(recorded.event, "project_id", None), city.actor(recorded)
        if project_id is None or actor.body == "SYSTEM":
            continue
        for person in actor.persons:
            offices = found.setdefault((project_id, person), {})
            offices.setdefault(OFFICES[type(recorded.event)], []).append(recorded)
    for (_, person), offices in found.items():
        yield person, offices


@flag(
    "same-person-both-sides",
    title="一人兼办两方",
    says="同一项目中，同一人（含受托办理的受托人和委托人）既为项目单位办理申报报审或采购支付，又办理集中审查、"
    "评估论证、审核意见、批复批准、预算或验收；不论在哪个服务。",
    articles=("5", "22", "24", "31"),
)
def same_person_both_sides(city: City) -> Iterator[Finding]:
    """Who asks and who decides, in one person."""
    for person, offices in _held(city):
        if offices.keys() & OF_UNITS and offices.keys() - OF_UNITS:
            yield _shown(city, person, offices)


@flag(
    "same-person-several-offices",
    title="一人兼办数职",
    says="同一项目中，同一人（含受托办理的受托人和委托人）兼办下列之二：项目单位一方的申报报审和采购支付；"
    "决定一方的审核意见和批复批准、审核意见和验收、批复批准和验收。",
    articles=("22", "24", "31", "36"),
)
def same_person_several_offices(city: City) -> Iterator[Finding]:
    """Offices that check each other, in one person."""
    for person, offices in _held(city):
        joined = {office for pair in APART if pair <= offices.keys() for office in pair}
        if joined:
            yield _shown(city, person, {o: r for o, r in offices.items() if o in joined})


def _shown(city: City, person: str, offices: _Held) -> Finding:
    ordered = [office for office in Office if office in offices]
    told = "、".join(f"{office.label} {len(offices[office])} 项" for office in ordered)
    events = sorted((r for office in ordered for r in offices[office]), key=in_time)
    figures: Figures = {"人员": person}
    figures |= {f"{office.label}（项）": len(offices[office]) for office in ordered}
    delegated = sum(city.actor(r).person != person for r in events)
    return finding(city, events, f"{person}：{told}，其中由他人受托办理 {delegated} 项", figures)
