"""Budget over HTTP: money from inclusion to closing, a line from cap to rent, next actions."""

import asyncio
import uuid
from datetime import date
from typing import Any

from tests.budget.building import (
    concluded,
    contract,
    inclusion,
    lease,
    lease_contract,
    lease_inclusion,
    lease_ruling,
    operation_inclusion,
    operation_plan,
    payment,
    price_cap,
    procurement,
    quality,
    rent,
    surplus,
)
from tests.budget.over_http import DIGEST, TODAY, OneProject, broken, made
from tests.shared.web.test_next_actions import actions, dry_run
from tests.support.city import new_unit_id


async def test_money_goes_from_its_inclusion_to_its_closing(project: OneProject) -> None:
    await project.made("inclusions", inclusion(), by="FIN")
    await project.made("procurements", procurement())
    await project.made("contracts", contract(warranty_end=TODAY))
    foreign = payment(items=[{"code": "Z9", "amount": "300000.00"}])
    assert broken(await project.post("payments", foreign)) == {"payment_is_for_approved_items"}
    await project.made("payments", payment())
    rest = payment("500000.00", voucher="ZF-2", items=[{"code": "A1", "amount": "500000.00"}])
    assert broken(await project.post("payments", rest)) == {"payment_stays_within_its_items"}
    items = [{"code": "A1", "amount": "400000.00"}, {"code": "B1", "amount": "100000.00"}]
    await project.made("payments", payment("500000.00", voucher="ZF-2", items=items))

    assert broken(await project.post("operation-plans", operation_plan(budget_year=2026))) == {
        "operation_money_needs_a_passed_acceptance"
    }
    closing = {"text": "已结清", "document": {"title": "关账", "number": "乐财1号", **DIGEST}}
    assert broken(await project.post("closing", closing, by="FIN")) == {
        "project_has_ended",
        "no_surplus_is_outstanding",
    }
    await project.record("acceptance", concluded())
    assert await due_on(project) == "2025-10-01"
    assert broken(await project.post("closing", closing, by="FIN")) == {"no_surplus_is_outstanding"}
    await project.made("surplus-returns", surplus("200000.00"))
    closed = await project.made("closing", closing, by="FIN")

    plan = await project.made("operation-plans", operation_plan(budget_year=2026))
    state = (await project.city.get(project.path)).json()
    (planned,) = state["operation_plans"]
    path = f"operation-plans/{planned['plan_id']}"
    assessed = {"approved": True, "assessed_amount": "50000.00", "text": "核减"}
    await project.made(f"{path}/assessment", assessed, by="DEB")
    await project.made(f"{path}/inclusion", operation_inclusion(), by="FIN")
    listed = await project.city.get(
        "/budget/v1/operation-plans", unit=None, year=2026, min_position=plan["position"] + 2
    )
    (row,) = [r for r in listed.json()["items"] if r["project_id"] == str(project.id)]
    assert (row["status"], row["included"], row["mode"]) == (
        "INCLUDED",
        "50000.00",
        "PURCHASED_SERVICE",
    )
    (money,) = await rows(project, "projects", closed["position"])
    assert (money["closed"], money["outstanding"], money["surplus_due_on"]) == (
        True,
        "0.00",
        "2025-10-01",
    )


async def due_on(project: OneProject) -> str:
    """When the surplus is due, once the reaction to the acceptance has come through."""
    for _ in range(200):
        state = (await project.city.get(project.path)).json()
        if state["surplus_due_on"]:
            return str(state["surplus_due_on"])
        await asyncio.sleep(0.02)
    raise TimeoutError("nothing demands the surplus")


async def rows(project: OneProject, path: str, position: int, **query: Any) -> list[dict[str, Any]]:
    """What a list shows of the project's unit."""
    answer = await project.city.get(f"/budget/v1/{path}", unit=None, min_position=position, **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return [row for row in items if row["unit_id"] == project.unit]


async def test_a_plan_that_nobody_has_submitted_is_listed(project: OneProject) -> None:
    await project.made("inclusions", inclusion(), by="FIN")
    await project.made("procurements", procurement())
    done = await project.made("contracts", contract(warranty_end=date(2026, 12, 31)))
    position = done["position"]
    assert await rows(project, "missing-operation-plans", position, year=2025) == []
    (missing,) = await rows(project, "missing-operation-plans", position, year=2026)
    assert missing["project_id"] == str(project.id)


async def test_misuse_is_referred_by_finance(project: OneProject) -> None:
    referral = {
        "kind": "WITHHELD",
        "description": "滞留三个月",
        "referred_to": "市审计局",
        "legal_basis": "财政违法行为处罚处分条例",
        "document": {"title": "移送书", "number": "乐财监1号", **DIGEST},
    }
    assert (await project.post("misuse-referrals", referral, by="AUD")).status_code == 403
    receipt = await project.made("misuse-referrals", referral, by="FIN")
    assert [e["type"] for e in receipt["events"]] == ["MisuseReferred"]


# -- 线路租赁 ------------------------------------------------------------------------------------


async def test_a_line_goes_from_its_cap_to_its_rent(project: OneProject) -> None:
    city, unit, kind = project.city, project.unit, f"T{uuid.uuid4().hex[:8].upper()}"
    cap = price_cap(line_type=kind, valid_from="2026-01-01", valid_until="2026-12-31")
    located = await city.post("/budget/v1/price-caps", cap, by="DEB")
    assert made(located)["id"] == kind
    made(await city.post("/budget/v1/price-caps", cap, by="DEB"))
    caps = await city.get(f"/budget/v1/price-caps/{kind}", by="UNIT", unit=unit)
    assert len(caps.json()["caps"]) == 2

    wanted: dict[str, Any] = {"line_type": kind, "unit_id": unit, "budget_year": 2026}
    wanted |= {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    path = "/budget/v1/line-leases"
    dear = await city.post(path, lease(**wanted, unit_price="2600.01"), by="UNIT", unit=unit)
    assert broken(dear) == {"line_price_stays_within_the_cap"}
    stranger = await city.post(path, lease(**wanted), by="UNIT", unit=new_unit_id())
    assert stranger.status_code == 403
    line = made(await city.post(path, lease(**wanted), by="UNIT", unit=unit))["id"]

    async def step(name: str, command: Any, by: str) -> dict[str, Any]:
        of_unit = unit if by == "UNIT" else None
        return made(await city.post(f"{path}/{line}/{name}", command, by=by, unit=of_unit))

    await step("ruling", lease_ruling(), "DEB")
    await step("inclusion", lease_inclusion(), "FIN")
    await step("contract", lease_contract(), "UNIT")
    await step("quality-assessments", quality(), "UNIT")
    quiet = await step("payments", rent(), "UNIT")
    assert [e["type"] for e in quiet["events"]] == ["RentPaymentRecorded"]
    remarked = await step("payments", rent(voucher="ZF-2", period_to=date(2027, 6, 30)), "UNIT")
    assert [e["type"] for e in remarked["events"]] == [
        "RentPaymentRecorded",
        "UnassessedRentFound",
    ]
    (row,) = await rows(project, "line-leases", remarked["position"], unassessed=True)
    assert (row["status"], row["paid"], row["unassessed"]) == ("CONTRACTED", "150000.00", 1)
    seen = await city.get(f"{path}/{line}", by="UNIT", unit=unit)
    assert seen.json()["paid"] == "150000.00"
    assert (await city.get(f"{path}/{line}", by="UNIT", unit=new_unit_id())).status_code == 404


# -- 下一步 --------------------------------------------------------------------------------------

OF_CONTENT = {
    "added_content_is_assessed_anew",
    "catalogue_purchase_uses_a_statutory_method",
    "closing_document_bears_a_number",
    "custom_development_belongs_to_the_unit",
    "custom_development_has_ip_and_breach_clauses",
    "included_sources_sum_above_zero",
    "inclusion_document_bears_a_number",
    "late_operation_money_bears_a_reason",
    "legal_tender_bears_its_record",
    "legal_tender_is_held_as_a_tender",
    "operation_mode_is_reasoned",
    "operation_plan_is_submitted_the_year_before",
    "operation_term_begins_in_the_budget_year",
    "payment_is_for_approved_items",
    "payment_is_split_by_items",
    "payment_uses_the_project_account",
    "purchase_document_states_who_owns_the_ip",
    "purchase_method_is_listed",
    "referral_document_bears_a_number",
    "renewal_is_argued_by_the_market",
    "self_organised_purchase_is_below_the_threshold",
    "shares_are_of_distinct_collaborating_divisions",
    "shares_sum_to_a_hundred_percent",
    "warranty_ends_before_the_operation_term",
}
"""Rules that a draft never breaks, whatever the project has come to."""


async def offered(project: OneProject) -> set[str]:
    """Operations allowed now; each is offered exactly when its dry run is accepted."""
    found = await actions(project.city, "budget", str(project.id))
    for action in found:
        missing = {rule["rule"] for rule in action["missing"]}
        assert not missing & OF_CONTENT, action
        assert not action["errors"], action
        accepted = await dry_run(project.city, "budget", action) == 200
        assert action["allowed"] is accepted, action
    return {action["operation"] for action in found if action["allowed"]}


async def take(project: OneProject, operation: str) -> None:
    """Issue an offered action with its draft."""
    found = await actions(project.city, "budget", str(project.id))
    action = next(a for a in found if a["operation"] == operation and a["allowed"])
    token = project.city.token(
        action["body"], unit=action.get("unit_id"), person=f"{operation}-{uuid.uuid4().hex[:6]}"
    )
    headers = project.city.headers("DEB") | {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
    }
    path = f"/budget{action['path']}"
    made(await project.city.http.post(path, content=action["draft"], headers=headers))


async def test_what_is_offered_leads_from_the_reply_to_the_closing(project: OneProject) -> None:
    always = {"refer_misuse", "set_cost_share"}
    assert await offered(project) == always | {"include_in_budget"}
    await take(project, "set_cost_share")
    await take(project, "include_in_budget")
    assert await offered(project) == always | {"record_procurement"}
    await take(project, "record_procurement")
    assert await offered(project) == always | {"record_contract"}
    await take(project, "record_contract")
    assert await offered(project) == always | {"record_payment"}
    await project.record("acceptance", concluded())
    await due_on(project)
    assert await offered(project) == always | {
        "record_payment",
        "return_surplus",
        "submit_operation_plan",
    }
    await take(project, "record_payment")
    await take(project, "submit_operation_plan")
    open_now = {"assess_operation_plan", "close_project_funds"}
    assert await offered(project) == always | open_now
    await take(project, "close_project_funds")
    await take(project, "assess_operation_plan")
    assert await offered(project) == {"refer_misuse", "include_operation_budget"}
    await take(project, "include_operation_budget")
    assert await offered(project) == {"refer_misuse"}
