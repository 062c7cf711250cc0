"""Drafts: what the record can fill in of the next command on a project's money.

Content that a rule looks at is filled in such that the rule holds; then only what the project has
come to, time and other bodies' acts decide.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from services.budget.decisions.facts import Facts
from services.budget.state import PlannedOperation, PlanStatus, Project
from shared.events.budget import Contract, ProcurementMethod
from shared.events.vocabulary import Document, FundingChannel, Item
from shared.kernel.dates import add_days
from shared.kernel.money import Money
from shared.regulation import Context

Fields = dict[str, Any]

BLANK = "（待填）"
PAPER = Document(title=BLANK, digest=f"sm3:{'0' * 64}", number=BLANK)
"""A document still to be written, with a number still to be given."""

LEAST = Money.of("0.01")


def inclusion(project: Project, facts: Facts, context: Context) -> Fields:
    """What is left of the approved total: the city's part of it and the counties'."""
    approved = facts.background.approved_total or LEAST
    city = Money(approved * _city_percent(project, context) // 100)
    shared = {
        FundingChannel.MUNICIPAL: city - (project.included - project.included_of_counties),
        FundingChannel.COUNTY: approved - city - project.included_of_counties,
    }
    left = {channel: amount for channel, amount in shared.items() if amount > 0}
    return {
        "fiscal_year": context.today.year,
        "sources": [
            {"channel": channel, "amount": str(amount)}
            for channel, amount in (left or {FundingChannel.MUNICIPAL: LEAST}).items()
        ],
        "document": PAPER,
    }


def _city_percent(project: Project, context: Context) -> int:
    if project.cost_share is None:
        return 100
    city = context.policy.pack.jurisdiction
    return sum(s.percent for s in project.cost_share.shares if s.division == city)


def cost_share(project: Project, facts: Facts, context: Context) -> Fields:
    """As it stands; or the same for each collaborating county, the rest for the city."""
    if project.cost_share is not None:
        return project.cost_share.model_dump(mode="json", exclude_none=True, exclude={"on"})
    counties = facts.background.county_codes
    each = 100 // (len(counties) + 1)
    shares = [{"division": code, "percent": each} for code in counties]
    rest = 100 - each * len(counties)
    city = {"division": context.policy.pack.jurisdiction, "percent": rest}
    return {"shares": [city, *shares], "basis": PAPER}


def procurement(project: Project, facts: Facts, context: Context) -> Fields:
    """All that is left to procure, by open tender."""
    return {
        "method": ProcurementMethod.OPEN_TENDER,
        "in_central_catalogue": True,
        "legal_tender": False,
        "amount": _at_least_something(project.available),
        "ip_statement": BLANK,
    }


def contract(project: Project, facts: Facts, context: Context) -> Fields:
    """For the first procurement that is not contracted in full, with what is left of it."""
    left = {p.number: p.amount - project.contracted_on(p.number) for p in project.procurements}
    number = next((n for n, amount in left.items() if amount > 0), None)
    number = number or next(iter(left), BLANK)
    return {
        "procurement_number": number,
        "amount": _at_least_something(left.get(number, LEAST)),
        "custom_development": facts.background.custom_development,
        "ip_owned_by_unit": True,
        "ip_clause": BLANK,
        "breach_clause": BLANK,
    }


def payment(project: Project, facts: Facts, context: Context) -> Fields:
    """What is left to pay on a contract, as far as the items of the reply have room for it."""
    due = _to_pay(project)
    left = due.amount - project.paid_on(due.number) if due else LEAST
    available = project.included - project.returned - project.paid
    items = list(_items(project, facts.background.items, min(left, available)))
    amount = sum((Money.of(item["amount"]) for item in items), Money(0))
    account = next((p.project_account for p in project.payments), BLANK)
    return {
        "contract_number": due.number if due else BLANK,
        "amount": _at_least_something(amount),
        "items": items or [{"code": _first_code(facts), "amount": str(LEAST)}],
        "project_account": account,
        "settlement": facts.project(context).terminated is not None,
    }


def _to_pay(project: Project) -> Contract | None:
    unpaid = (c for c in project.contracts if project.paid_on(c.number) < c.amount)
    return next(unpaid, next(iter(project.contracts), None))


def _first_code(facts: Facts) -> str:
    return next((item.code for item in facts.background.items), "BLANK")


def _items(project: Project, items: Iterable[Item], amount: Money) -> Iterator[dict[str, str]]:
    """An amount spread over the items in order, each within what is left of it."""
    for item in items:
        part = min(amount, item.amount - project.paid_for(item.code))
        if part > 0:
            yield {"code": item.code, "amount": str(part)}
            amount -= part


def surplus(project: Project, facts: Facts, context: Context) -> Fields:
    """All that is outstanding."""
    return {"amount": _at_least_something(project.outstanding)}


def closing(project: Project, facts: Facts, context: Context) -> Fields:
    return {"document": PAPER}


def referral(project: Project, facts: Facts, context: Context) -> Fields:
    return {"document": PAPER}


def operation_plan(project: Project, facts: Facts, context: Context) -> Fields:
    """For the first year that can still be planned and that no warranty covers."""
    warranty = max((c.warranty_end for c in project.contracts if c.warranty_end), default=date.min)
    first = max(date(context.today.year + 1, 1, 1), add_days(warranty, 1))
    earlier = [p for p in project.operation_plans if p.status is PlanStatus.INCLUDED]
    return {
        "budget_year": first.year,
        "renewal": bool(earlier),
        "content_added": False,
        "mode": "PURCHASED_SERVICE",
        "mode_reason": BLANK,
        "term_from": first,
        "term_to": date(first.year, 12, 31),
    }


def assessment(project: Project, facts: Facts, context: Context) -> Fields:
    """Approved as applied for, with what the plan's kind demands."""
    planned = project.operation_plan(facts.plan_id)
    return {
        "approved": True,
        "assessed_amount": str(planned.plan.amount if planned else LEAST),
        "report": PAPER,
        "market_basis": BLANK,
    }


def operation_inclusion(project: Project, facts: Facts, context: Context) -> Fields:
    """All that was assessed."""
    planned = project.operation_plan(facts.plan_id)
    return {
        "amount": _at_least_something(_assessed(planned)),
        "document": PAPER,
        "late_reason": BLANK if planned and planned.late else None,
    }


def _assessed(planned: PlannedOperation | None) -> Money:
    return planned.assessment.assessed_amount if planned and planned.assessment else LEAST


def _at_least_something(amount: Money) -> str:
    return str(max(amount, LEAST))
