"""资金: surplus to be returned, O&M plans of the years to come (第三十六、三十七条)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.events import Recorded
from shared.events.budget import (
    ContractRecorded,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    PaymentRecorded,
    SurplusReturnDemanded,
    SurplusReturned,
)
from shared.events.registry import (
    SystemTerminated,
    SystemTerminationRequired,
    SystemTerminationWaived,
)
from shared.kernel.money import ZERO
from shared.standing.obligations.book import Book, Part, received_on, unit_of
from shared.standing.obligations.obligation import Duty, Obligation, id_of


@dataclass(frozen=True)
class Need:
    """Whoever is served until a day needs money of the budget year in which the next one falls."""

    year: int
    recorded: Recorded
    """The contract whose warranty ends, or the plan whose term does."""


@dataclass(frozen=True)
class Planned:
    """运维方案 that was not rejected."""

    year: int
    received_on: date
    need: Need | None
    """What comes after its term."""


class Money(Part):
    """What is owed of a project's money."""

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self._surplus = ZERO
        self._warranties: list[Need] = []
        self._plans: dict[UUID, Planned] = {}
        self._stops = False
        """The system has stopped, or has to: no O&M money is planned for it (第八条)."""
        self._waived_on: date | None = None

    def enter(self, recorded: Recorded) -> None:
        match recorded.event:
            case SurplusReturnDemanded(due_on=due_on, outstanding=outstanding):
                self._surplus = outstanding
                if outstanding > ZERO:
                    self.book.owe(Duty.SURPLUS_RETURN, recorded, due_on)
            case PaymentRecorded(payment=payment):
                self._surplus -= payment.amount
                self._settled(recorded)
            case SurplusReturned(outstanding=outstanding):
                self._surplus = outstanding
                self._settled(recorded)
            case _:
                self._enter_operation(recorded)

    def _settled(self, recorded: Recorded) -> None:
        if self._surplus <= ZERO:
            self.book.discharge(Duty.SURPLUS_RETURN, recorded)

    def _enter_operation(self, recorded: Recorded) -> None:
        match recorded.event:
            case ContractRecorded(contract=contract) if contract.warranty_end:
                self._warranties.append(Need(_year_after(contract.warranty_end), recorded))
            case OperationPlanSubmitted():
                self._planned(recorded.event, recorded)
            case OperationPlanAssessed(plan_id=plan_id, assessment=assessment):
                if not assessment.approved:
                    self._plans.pop(plan_id, None)
            case SystemTerminationRequired() | SystemTerminated():
                self._stops = True
            case SystemTerminationWaived():
                self._stops, self._waived_on = False, recorded.on

    def _planned(self, submitted: OperationPlanSubmitted, recorded: Recorded) -> None:
        plan, received = submitted.plan, received_on(recorded)
        if submitted.replaces in self._plans:
            # Content added to a plan does not make it late.
            received = self._plans.pop(submitted.replaces).received_on
        # A year has one plan: what is needed later in it is planned for the next.
        need = (
            Need(max(_year_after(plan.term_to), plan.budget_year + 1), recorded)
            if plan.term_to
            else None
        )
        self._plans[submitted.plan_id] = Planned(plan.budget_year, received, need)

    def close(self, today: date) -> None:
        terms = [planned.need for planned in self._plans.values() if planned.need]
        years: dict[int, Need] = {}
        for need in (*self._warranties, *terms):
            years.setdefault(need.year, need)
        for need in years.values():
            obligation = self._owed(need)
            if obligation.done_on is not None or not self._stops:
                self.book.enter(obligation, need.year)

    def _owed(self, need: Need) -> Obligation:
        """A plan by the end of the year before; one of a later year will do, late as it is."""
        recorded = need.recorded
        plans = (p.received_on for p in self._plans.values() if p.year >= need.year)
        # What was known, or allowed again, only afterwards is planned for the first year it can.
        known = max(recorded.on, self._waived_on or recorded.on)
        return Obligation(
            obligation_id=id_of(Duty.OPERATION_PLAN, self.book.subject, need.year),
            duty=Duty.OPERATION_PLAN,
            subject=self.book.subject,
            owner="UNIT",
            since=recorded.on,
            due_on=date(max(need.year - 1, known.year), 12, 31),
            source=recorded.ref,
            unit_id=unit_of(recorded.event),
            done_on=min(plans, default=None),
        )


def _year_after(last_day: date) -> int:
    # Not by the next day: the calendar ends in 9999, and one such date must not stop all others.
    return last_day.year + ((last_day.month, last_day.day) == (12, 31))
