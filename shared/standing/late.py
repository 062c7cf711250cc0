"""逾期认定: what makes an obligation late, once and for the record (第五条)."""

from dataclasses import dataclass
from datetime import date, timedelta

from shared.events import Event, Recorded
from shared.events.obligations import LateFinding, ObligationOverdue
from shared.kernel.actor import EventRef
from shared.kernel.model import present
from shared.regulation.decision import Context
from shared.regulation.rule import Verdict, article, holds
from shared.standing.obligations import Obligation


@dataclass(frozen=True)
class Found:
    """Whether an obligation was found overdue before."""

    ref: EventRef | None = None


def evolve_found(found: Found, recorded: Recorded) -> Found:
    return Found(recorded.ref) if isinstance(recorded.event, ObligationOverdue) else found


@article(5, row="5-1", says="认定的是本服务所管的现有义务", remedy="核对义务标识和 subject")
def obligation_is_owed(obligation: Obligation | None) -> Verdict:
    text = f"{obligation.duty.label}，期限{obligation.due_on}" if obligation else "没有这项义务"
    return holds(obligation is not None, text, basis=[obligation.source if obligation else None])


@article(5, row="5-1", says="期限届满而未履行的方为逾期", remedy="期限届满后再认定")
def obligation_is_late(obligation: Obligation, today: date) -> Verdict:
    waiting = "尚未履行，延期申请待批" if obligation.held else "尚未履行"
    done = f"{obligation.done_on}已履行" if obligation.done_on else waiting
    return holds(
        obligation.is_late(today),
        f"期限{obligation.due_on}，今天{today}，{done}",
        basis=[obligation.source, obligation.held],
        not_before=_day_after(obligation.due_on) if obligation.is_open else None,
        due_on=obligation.due_on,
    )


def _day_after(due_on: date) -> date | None:
    """None after the calendar's last day."""
    return due_on + timedelta(days=1) if due_on < date.max else None


@article(5, row="5-1", says="同一义务只认定一次逾期", remedy="该义务已认定逾期，不必重复")
def lateness_is_found_once(found: Found) -> Verdict:
    return holds(found.ref is None, "已认定" if found.ref else "尚未认定", basis=[found.ref])


def mark_obligation_overdue(
    found: Found, finding: LateFinding, obligation: Obligation | None, context: Context
) -> Event:
    """逾期认定（第五条）: by the daily job, or by DEB."""
    context.require(obligation_is_owed(obligation))
    owed = present(obligation)
    context.require(obligation_is_late(owed, context.today), lateness_is_found_once(found))
    return ObligationOverdue(
        on=context.today,
        obligation_id=owed.obligation_id,
        duty=owed.duty.value,
        subject=owed.subject,
        owner=owed.owner,
        unit_id=owed.unit_id,
        due_on=owed.due_on,
        obliged_by=owed.terms.article,
        finding=finding,
    )
