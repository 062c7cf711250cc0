"""义务: whatever the clock demands of somebody, from the events about one subject.

Each has an owner, a day and an article. It is computed and never stored: what creates it and what
discharges it are events already. Only that it was found overdue is an event of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

from shared.events import Event, Recorded
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceConclusion,
    AcceptanceFiled,
    AcceptanceOverdue,
    AcceptanceReviewed,
    AcceptanceScheduled,
    AcceptanceScheduleEnded,
    ExtensionGranted,
    MeasureImposed,
    MeasureKind,
    OperationStarted,
    PerformanceReportSubmitted,
    RectificationConfirmed,
    RectificationOrdered,
    SecurityStageRecorded,
    SelfEvaluationSubmitted,
    SharingViolationFound,
    SharingViolationWithdrawn,
)
from shared.events.approval import (
    OpinionCarriedForward,
    OpinionGiven,
    OpinionRequested,
    ProjectTerminated,
    ReplyCopied,
    ReplyIssued,
)
from shared.events.budget import (
    ContractRecorded,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    SurplusReturnDemanded,
    SurplusReturned,
)
from shared.events.envelope import ProjectEvent, SystemEvent
from shared.events.obligations import ObligationOverdue
from shared.events.registry import (
    SystemCatalogued,
    SystemReviewed,
    SystemTerminated,
    SystemTerminationRequired,
    SystemTerminationWaived,
    SystemUpdated,
)
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.workdays import Calendar
from shared.regulation.pack import Library, Policy

_IDS = UUID("0d2c1f60-7d3a-5c1b-8a55-3d5f0c6e9b11")
"""Namespace of the ids of obligations: whoever computes one finds the same."""


class Duty(Coded):
    """义务种类."""

    CATALOGUE_REVIEW = "CATALOGUE_REVIEW", "复核系统目录"
    SYSTEM_TERMINATION = "SYSTEM_TERMINATION", "停用被替代的系统"
    OPINION = "OPINION", "出具审核意见"
    REPLY_COPY = "REPLY_COPY", "批复抄送并签收"
    OPINION_CONDITIONS = "OPINION_CONDITIONS", "落实有条件同意的条件"
    ACCEPTANCE_APPLICATION = "ACCEPTANCE_APPLICATION", "申请验收"
    ACCEPTANCE_FILING = "ACCEPTANCE_FILING", "报备验收情况"
    SANCTION_EXPIRY = "SANCTION_EXPIRY", "数据共享限制期满"
    SURPLUS_RETURN = "SURPLUS_RETURN", "退回结余资金"
    OPERATION_PLAN = "OPERATION_PLAN", "报送运维方案"
    PERFORMANCE_REPORT = "PERFORMANCE_REPORT", "提交绩效监控报告"
    SELF_EVALUATION = "SELF_EVALUATION", "开展自评价"
    RECTIFICATION = "RECTIFICATION", "限期整改"
    SECURITY_ASSESSMENT = "SECURITY_ASSESSMENT", "安全和密码定期测评"
    POLICY_EXPIRY = "POLICY_EXPIRY", "政策包到期前接续"


class Terms(NamedTuple):
    """What is the same of all obligations of a kind."""

    article: str
    service: str
    """The service in whose log it is found overdue."""
    operation: str
    """The command that discharges it; empty where none does."""
    found: bool = True
    """Whether being late is found and recorded; some only tell a day."""


TERMS = {
    Duty.CATALOGUE_REVIEW: Terms("9", "registry", "review_system"),
    Duty.SYSTEM_TERMINATION: Terms("8", "registry", "terminate_system"),
    Duty.OPINION: Terms("22", "approval", "give_opinion"),
    Duty.REPLY_COPY: Terms("24", "approval", "confirm_copy"),
    Duty.OPINION_CONDITIONS: Terms("22", "acceptance", "apply_for_acceptance"),
    Duty.ACCEPTANCE_APPLICATION: Terms("31", "acceptance", "apply_for_acceptance"),
    Duty.ACCEPTANCE_FILING: Terms("31", "acceptance", "file_acceptance"),
    Duty.SANCTION_EXPIRY: Terms("33", "acceptance", "", found=False),
    Duty.SURPLUS_RETURN: Terms("36", "budget", "return_surplus"),
    Duty.OPERATION_PLAN: Terms("37", "budget", "submit_operation_plan"),
    Duty.PERFORMANCE_REPORT: Terms("45", "acceptance", "submit_performance_report"),
    Duty.SELF_EVALUATION: Terms("46", "acceptance", "submit_self_evaluation"),
    Duty.RECTIFICATION: Terms("47", "acceptance", "report_rectification"),
    Duty.SECURITY_ASSESSMENT: Terms("49", "acceptance", "record_security_stage"),
    Duty.POLICY_EXPIRY: Terms("57", "registry", "", found=False),
}


@dataclass(frozen=True)
class Obligation:
    """义务: who owes what by when, which event created it, and which one discharged it."""

    obligation_id: UUID
    duty: Duty
    subject: str
    """What it is about: `project:<id>`, `system:<id>` or `policy:<pack>`."""
    owner: str
    """Body that owes it; `UNIT` for the unit `unit_id`."""
    since: date
    due_on: date
    source: EventRef | None = None
    unit_id: str | None = None
    opens_on: date | None = None
    """First day on which it can be discharged, where that is later than `since`."""
    provisional: bool = False
    """The day is counted in working days of a year not yet published."""
    done_on: date | None = None
    overdue: EventRef | None = None
    """The event that found it overdue."""

    @property
    def terms(self) -> Terms:
        return TERMS[self.duty]

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it was not discharged by then."""
        return (self.done_on or today) > self.due_on and self.terms.found

    def is_open(self) -> bool:
        return self.done_on is None


def obligations_of(
    events: Iterable[Recorded], policies: Library, calendar: Calendar, today: date
) -> tuple[Obligation, ...]:
    """Every obligation about one subject, from the events about it, per service in log order."""
    book = _Book(policies, calendar)
    for recorded in events:
        book.enter(recorded)
    return tuple(book.closed_on(today))


def of_policy(policy: Policy) -> Obligation:
    """From a year before the pack ends, its successor is due (第五十七条)."""
    subject, ends = f"policy:{policy.pack.id}", policy.pack.valid_until
    return Obligation(
        obligation_id=uuid5(_IDS, f"{Duty.POLICY_EXPIRY}/{subject}"),
        duty=Duty.POLICY_EXPIRY,
        subject=subject,
        owner="DEB",
        since=policy.pack.valid_from,
        due_on=ends - timedelta(days=1),
        opens_on=ends - timedelta(days=365),
    )


class _Book:
    """The obligations of one subject while its events are entered."""

    def __init__(self, policies: Library, calendar: Calendar) -> None:
        self._policies, self._calendar = policies, calendar
        self._owed: dict[tuple[Duty, object], Obligation] = {}
        self._discharged: list[Obligation] = []
        self._overdue: dict[UUID, EventRef] = {}
        self._built: Recorded | None = None
        """The final reply: from it on the project is in implementation."""
        self._built_until: date | None = None
        self._reports: dict[int, date] = {}
        self._plans: dict[int, date] = {}

    def enter(self, recorded: Recorded) -> None:
        """One more event: what it creates, moves or discharges."""
        match recorded.event:
            case ObligationOverdue(obligation_id=obligation_id):
                self._overdue[obligation_id] = recorded.ref
            case SystemEvent():
                self._of_system(recorded)
            case (
                OpinionRequested()
                | OpinionGiven()
                | OpinionCarriedForward()
                | ReplyIssued()
                | ReplyCopied()
            ):
                self._of_approval(recorded)
            case (
                ContractRecorded()
                | OperationPlanSubmitted()
                | OperationPlanAssessed()
                | SurplusReturnDemanded()
                | SurplusReturned()
            ):
                self._of_money(recorded)
            case ProjectTerminated():
                self._ended(recorded.on)
            case _:
                self._of_acceptance(recorded)
                self._of_supervision(recorded)

    def closed_on(self, today: date) -> Iterator[Obligation]:
        """All of them, as they stand on a day, with what found them overdue."""
        for obligation in (*self._discharged, *self._owed.values(), *self._yearly(today)):
            yield replace(obligation, overdue=self._overdue.get(obligation.obligation_id))

    # -- entering ----------------------------------------------------------------------------

    def _owe(
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
        subject, unit_id = _subject(recorded.event)
        self._owed[duty, key] = Obligation(
            obligation_id=_id(duty, recorded.ref.event_id, key),
            duty=duty,
            subject=subject,
            owner=owner,
            since=recorded.on,
            due_on=due_on,
            source=recorded.ref,
            unit_id=unit_id,
            opens_on=opens_on,
            provisional=provisional,
        )

    def _done(self, duty: Duty, recorded: Recorded, key: object = "") -> None:
        owed = self._owed.pop((duty, key), None)
        if owed is not None:
            self._discharged.append(replace(owed, done_on=recorded.on))

    def _lapse(self, duty: Duty, key: object = "") -> None:
        self._owed.pop((duty, key), None)

    def _number(self, key: str, recorded: Recorded) -> int:
        return self._policies.known_on(recorded.on).number(key)

    # -- registry ----------------------------------------------------------------------------

    def _of_system(self, recorded: Recorded) -> None:
        match recorded.event:
            case SystemCatalogued() | SystemUpdated() | SystemReviewed():
                days = self._number("catalogue_review_days", recorded)
                self._done(Duty.CATALOGUE_REVIEW, recorded)
                self._owe(Duty.CATALOGUE_REVIEW, recorded, recorded.on + timedelta(days=days))
            case SystemTerminationRequired(requirement=requirement):
                self._owe(Duty.SYSTEM_TERMINATION, recorded, requirement.terminate_by)
            case SystemTerminationWaived():
                self._lapse(Duty.SYSTEM_TERMINATION)
            case SystemTerminated():
                self._done(Duty.SYSTEM_TERMINATION, recorded)
                self._lapse(Duty.CATALOGUE_REVIEW)

    # -- approval ----------------------------------------------------------------------------

    def _of_approval(self, recorded: Recorded) -> None:
        match recorded.event:
            case OpinionRequested(letter=letter):
                days = self._number("opinion_reminder_days", recorded)
                due = self._calendar.add_working_days(recorded.on, days)
                self._owe(
                    Duty.OPINION,
                    recorded,
                    due.on,
                    key=letter.body,
                    owner=letter.body,
                    provisional=due.provisional,
                )
            case OpinionGiven(body=body) | OpinionCarriedForward(body=body):
                self._done(Duty.OPINION, recorded, body)
            case ReplyIssued(reply=reply) as issued:
                number = reply.document.number or ""
                self._owe(Duty.REPLY_COPY, recorded, recorded.on, key=number, owner="DRC")
                if issued.final:
                    self._built = recorded
            case ReplyCopied(receipt=receipt):
                self._done(Duty.REPLY_COPY, recorded, receipt.number)

    # -- budget ------------------------------------------------------------------------------

    def _of_money(self, recorded: Recorded) -> None:
        match recorded.event:
            case ContractRecorded(contract=contract) if contract.warranty_end:
                self._owe_plan(recorded, contract.warranty_end)
            case OperationPlanSubmitted(plan=plan):
                self._plans.setdefault(plan.budget_year, recorded.on)
                self._done(Duty.OPERATION_PLAN, recorded, plan.budget_year)
                if plan.term_to:
                    self._owe_plan(recorded, plan.term_to)
            case SurplusReturnDemanded(due_on=due_on, outstanding=outstanding) if outstanding:
                self._owe(Duty.SURPLUS_RETURN, recorded, due_on)
            case SurplusReturned(outstanding=outstanding) if not outstanding:
                self._done(Duty.SURPLUS_RETURN, recorded)

    def _owe_plan(self, recorded: Recorded, until: date) -> None:
        """Whoever is served until a day needs money from the next one, planned the year before."""
        year = (until + timedelta(days=1)).year
        self._owe(Duty.OPERATION_PLAN, recorded, date(year - 1, 12, 31), key=year)
        if year in self._plans:
            self._done(Duty.OPERATION_PLAN, recorded, year)

    # -- acceptance and what follows it ------------------------------------------------------

    def _of_acceptance(self, recorded: Recorded) -> None:
        match recorded.event:
            case AcceptanceScheduled(due_on=due_on) as scheduled:
                self._owe(Duty.ACCEPTANCE_APPLICATION, recorded, due_on)
                if scheduled.open_conditions:
                    self._owe(Duty.OPINION_CONDITIONS, recorded, due_on)
            case ExtensionGranted(due_on=due_on):
                self._owe(Duty.ACCEPTANCE_APPLICATION, recorded, due_on)
            case AcceptanceOverdue():
                if owed := self._owed.get((Duty.ACCEPTANCE_APPLICATION, "")):
                    self._overdue[owed.obligation_id] = recorded.ref
            case AcceptanceApplied():
                self._done(Duty.ACCEPTANCE_APPLICATION, recorded)
            case AcceptanceScheduleEnded():
                self._lapse(Duty.ACCEPTANCE_APPLICATION)
                self._lapse(Duty.OPINION_CONDITIONS)
            case AcceptanceConcluded(acceptance=act, filing_due_on=filing_due_on):
                self._concluded(recorded, act.conclusion, filing_due_on)
            case AcceptanceReviewed(review=act, filing_due_on=filing_due_on):
                self._concluded(recorded, act.conclusion, filing_due_on)
            case AcceptanceFiled():
                self._done(Duty.ACCEPTANCE_FILING, recorded)
            case OperationStarted() as started:
                self._owe(
                    Duty.SELF_EVALUATION,
                    recorded,
                    started.evaluation_due_on,
                    opens_on=started.evaluation_opens_on,
                )
            case SelfEvaluationSubmitted():
                self._done(Duty.SELF_EVALUATION, recorded)

    def _concluded(
        self, recorded: Recorded, conclusion: AcceptanceConclusion, filing_due_on: date | None
    ) -> None:
        if conclusion is not AcceptanceConclusion.PASSED:
            return
        self._done(Duty.OPINION_CONDITIONS, recorded)
        self._built_until = recorded.on
        if filing_due_on:
            self._owe(Duty.ACCEPTANCE_FILING, recorded, filing_due_on)

    def _of_supervision(self, recorded: Recorded) -> None:
        match recorded.event:
            case PerformanceReportSubmitted(report=report):
                self._reports.setdefault(report.year, recorded.on)
            case RectificationOrdered(rectification_id=key, order=order):
                self._owe(Duty.RECTIFICATION, recorded, order.due_on, key=key)
            case RectificationConfirmed(rectification_id=key, confirmation=confirmed):
                if confirmed.done:
                    self._done(Duty.RECTIFICATION, recorded, key)
            case SecurityStageRecorded(next_due_on=next_due_on):
                self._done(Duty.SECURITY_ASSESSMENT, recorded)
                if next_due_on:
                    self._owe(Duty.SECURITY_ASSESSMENT, recorded, next_due_on)
            case SharingViolationFound(finding_id=key):
                ends = date(recorded.on.year + 1, 12, 31)
                begins = date(recorded.on.year + 1, 1, 1)
                self._owe(
                    Duty.SANCTION_EXPIRY, recorded, ends, key=key, owner="DEB", opens_on=begins
                )
            case SharingViolationWithdrawn(finding_id=key):
                self._lapse(Duty.SANCTION_EXPIRY, key)
            case MeasureImposed(measure=measure) if measure.kind is MeasureKind.TERMINATION:
                self._ended(recorded.on)

    def _ended(self, on: date) -> None:
        """A project that was terminated owes nothing any more but its surplus."""
        self._built_until = self._built_until or on
        kept = {Duty.SURPLUS_RETURN, Duty.REPLY_COPY, Duty.RECTIFICATION}
        self._owed = {key: owed for key, owed in self._owed.items() if owed.duty in kept}

    def _yearly(self, today: date) -> Iterator[Obligation]:
        """A report for each year that ends, or will end, while the project is being built."""
        if self._built is None:
            return
        subject, unit_id = _subject(self._built.event)
        for year in range(self._built.on.year, today.year + 1):
            due_on = date(year, 12, 31)
            if self._built_until is not None and self._built_until <= due_on:
                return
            yield Obligation(
                obligation_id=_id(Duty.PERFORMANCE_REPORT, subject, year),
                duty=Duty.PERFORMANCE_REPORT,
                subject=subject,
                owner="UNIT",
                since=max(self._built.on, date(year, 1, 1)),
                due_on=due_on,
                source=self._built.ref,
                unit_id=unit_id,
                done_on=self._reports.get(year),
            )


def _id(duty: Duty, cause: object, key: object) -> UUID:
    return uuid5(_IDS, f"{duty}/{cause}/{key}")


def _subject(event: Event) -> tuple[str, str]:
    """What an event is about, and whose it is."""
    if isinstance(event, ProjectEvent):
        return f"project:{event.project_id}", event.unit_id
    if isinstance(event, SystemEvent):
        return f"system:{event.system_id}", event.unit_id
    raise TypeError(f"{event.type} creates no obligation")
