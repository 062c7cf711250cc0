"""Builders of the budget tests: a project approved at 1 000 000.00, and its money step by step."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.budget.decisions import Facts
from services.budget.state import Background, Project, background_of, evolve_project
from shared.events import Event
from shared.events.acceptance import (
    Acceptance,
    AcceptanceConcluded,
    AcceptanceOverdue,
    AcceptanceReview,
    AcceptanceReviewed,
    AcceptanceScheduled,
    ExtensionGranted,
    ExtensionRuling,
    ServiceAcceptanceReported,
)
from shared.events.approval import ChangeApproved, ChangeRuling, Reply, ReplyIssued
from shared.events.budget import (
    Assessment,
    BudgetIncluded,
    Contract,
    ContractRecorded,
    CostShare,
    Inclusion,
    OperationBudgetIncluded,
    OperationInclusion,
    OperationPlan,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    Payment,
    PaymentRecorded,
    Procurement,
    ProcurementRecorded,
    SurplusReturn,
    SurplusReturned,
)
from shared.events.envelope import Identity
from shared.events.registry import ProjectDeclared, SystemCatalogued, SystemEntry
from shared.events.vocabulary import DeliveryMode, Item
from shared.kernel.actor import Actor
from tests.support.builders import SUPPLIER, UNIT, declaration, document, yuan
from tests.support.given_when_then import SUBJECT, TODAY, Case, as_recorded

PLAN = UUID("01890000-0000-7000-8000-00000000000a")
NEXT_YEAR = TODAY.year + 1
TOTAL = "1000000.00"
PROJECT: Identity = {"project_id": SUBJECT, "unit_id": UNIT}


def declared(**changes: Any) -> ProjectDeclared:
    return ProjectDeclared(on=TODAY, **PROJECT, declaration=declaration(**changes))


def catalogued() -> SystemCatalogued:
    entry = SystemEntry.model_validate(
        {
            "unit_id": UNIT,
            "name": "智慧教育平台",
            "category": "BUSINESS_SYSTEM",
            "status": "PLANNED",
            "functions": "统一平台",
        }
    )
    return SystemCatalogued(on=TODAY, system_id=SUBJECT, unit_id=UNIT, entry=entry)


def item(amount: str) -> Item:
    return Item(code="A1", name="软件开发", amount=yuan(amount))


def replied(total: str = TOTAL, *, final: bool = True) -> ReplyIssued:
    digest = document().digest
    return ReplyIssued.model_validate(
        {
            "on": TODAY,
            **PROJECT,
            "reply": Reply(digest=digest, document=document("批复", "乐发改审〔2026〕1号")),
            "round": "DESIGN" if final else "FEASIBILITY",
            "delivery_mode": "SELF_BUILD",
            "final": final,
            "total": total,
            "items": [item(total)],
            "goals": "服务覆盖全市学校",
            "content": "统一平台",
            "planned_start": date(2026, 6, 1),
            "planned_end": date(2026, 12, 31),
            "custom_development": True,
            "open_conditions": [],
            "policy": "511100-2022@1",
        }
    )


def change_approved(total: str) -> ChangeApproved:
    ruling = ChangeRuling(approved=True, document=document("调整批复"), text="同意")
    return ChangeApproved(
        on=TODAY,
        **PROJECT,
        change_id=SUBJECT,
        ruling=ruling,
        total=yuan(total),
        items=(item(total),),
        planned_end=date(2026, 12, 31),
        policy="511100-2022@1",
    )


def acceptance(conclusion: str) -> Acceptance:
    return Acceptance.model_validate(
        {
            "conclusion": conclusion,
            "document": document("验收意见", "乐数验〔2026〕1号"),
            "findings": [],
            "text": "见附件",
        }
    )


def concluded(conclusion: str = "PASSED") -> AcceptanceConcluded:
    return AcceptanceConcluded(on=TODAY, **PROJECT, acceptance=acceptance(conclusion))


def service_accepted() -> ServiceAcceptanceReported:
    return ServiceAcceptanceReported(on=TODAY, **PROJECT, acceptance=acceptance("PASSED"))


def reviewed(conclusion: str = "PASSED") -> AcceptanceReviewed:
    review = AcceptanceReview.model_validate(
        {
            "conclusion": conclusion,
            "reviewers": ["专家组"],
            "document": document("审核意见", "乐数审〔2026〕1号"),
            "text": "见附件",
        }
    )
    return AcceptanceReviewed(on=TODAY, **PROJECT, review=review)


def overdue() -> AcceptanceOverdue:
    return AcceptanceOverdue(on=TODAY, **PROJECT, due_on=TODAY)


def rescheduled(due_on: date) -> AcceptanceScheduled:
    """A due date that an approved change has set."""
    (change,) = as_recorded([change_approved(TOTAL)], "approval")
    return AcceptanceScheduled(
        on=TODAY,
        **PROJECT,
        delivery_mode=DeliveryMode.SELF_BUILD,
        replied_on=date(2026, 4, 1),
        planned_end=TODAY,
        due_on=due_on,
        custom_development=True,
        baseline=change.ref,
        policy="511100-2022@1",
    )


def extended(due_on: date) -> ExtensionGranted:
    ruling = ExtensionRuling(approved=True, text="同意")
    return ExtensionGranted(on=TODAY, **PROJECT, ruling=ruling, due_on=due_on)


def background(*events: Event) -> Background:
    return background_of(as_recorded(events, "elsewhere"))


APPROVED = background(catalogued(), declared(), replied())
"""Catalogued, declared and finally replied to, at `TOTAL`; not accepted."""
ACCEPTED = replace(APPROVED, standing=background(concluded()).standing)
EXAMINER = Actor(person="officer-2", name="李四", body="DEB", role="OFFICER")
"""Decides on what others, `OFFICER` here, have submitted."""
EMPTY = Case(Project(), evolve_project, Facts(), "budget", actor=EXAMINER)
"""A project no service knows anything of."""
CASE = EMPTY.with_facts(background=APPROVED)


def inclusion(*amounts: str, **changes: Any) -> Inclusion:
    sources = [{"channel": "MUNICIPAL", "amount": a} for a in amounts or (TOTAL,)]
    return Inclusion.model_validate(
        {
            "fiscal_year": 2026,
            "sources": sources,
            "document": document("预算", "乐财预〔2026〕1号"),
            **changes,
        }
    )


def included(amount: str = TOTAL, so_far: str | None = None) -> BudgetIncluded:
    return BudgetIncluded(
        on=TODAY,
        **PROJECT,
        inclusion=inclusion(amount),
        amount=yuan(amount),
        included_so_far=yuan(so_far or amount),
    )


def cost_share(**percent: int) -> CostShare:
    """`cost_share(d511100=60, d511102=40)`."""
    shares = [{"division": d[1:], "percent": p} for d, p in percent.items()]
    return CostShare.model_validate({"shares": shares, "basis": document("分摊方案")})


def procurement(amount: str = TOTAL, **changes: Any) -> Procurement:
    return Procurement.model_validate(
        {
            "number": "CG-1",
            "method": "OPEN_TENDER",
            "in_central_catalogue": True,
            "amount": amount,
            "document": document("采购文件"),
            **changes,
        }
    )


def procured(amount: str = TOTAL, **changes: Any) -> ProcurementRecorded:
    return ProcurementRecorded(on=TODAY, **PROJECT, procurement=procurement(amount, **changes))


def contract(amount: str = "800000.00", **changes: Any) -> Contract:
    """A contract for custom development that gives the unit the IP, with both clauses."""
    return Contract.model_validate(
        {
            "number": "HT-1",
            "procurement_number": "CG-1",
            "supplier_id": SUPPLIER,
            "supplier_name": "乐山软件有限公司",
            "amount": amount,
            "document": document("合同"),
            "custom_development": True,
            "ip_clause": "第八条",
            "breach_clause": "第十二条",
            **changes,
        }
    )


def contracted(amount: str = "800000.00", **changes: Any) -> ContractRecorded:
    return ContractRecorded(on=TODAY, **PROJECT, contract=contract(amount, **changes))


def payment(amount: str = "300000.00", **changes: Any) -> Payment:
    return Payment.model_validate(
        {
            "contract_number": "HT-1",
            "amount": amount,
            "voucher": "ZF-1",
            "project_account": "ZZ-01",
            "purpose": "首付款",
            **changes,
        }
    )


def paid(amount: str = "300000.00", so_far: str | None = None, **changes: Any) -> PaymentRecorded:
    return PaymentRecorded(
        on=TODAY,
        **PROJECT,
        payment=payment(amount, **changes),
        paid_so_far=yuan(so_far or amount),
    )


def surplus(amount: str, voucher: str = "TH-1") -> SurplusReturn:
    return SurplusReturn(amount=yuan(amount), voucher=voucher)


def returned(amount: str, outstanding: str = "0.00", voucher: str = "TH-1") -> SurplusReturned:
    return SurplusReturned(
        on=TODAY, **PROJECT, surplus=surplus(amount, voucher), outstanding=yuan(outstanding)
    )


def operation_plan(**changes: Any) -> OperationPlan:
    return OperationPlan.model_validate(
        {
            "budget_year": NEXT_YEAR,
            "amount": "60000.00",
            "content": "巡检和维护",
            "document": document("运维方案"),
            **changes,
        }
    )


def plan_submitted(**changes: Any) -> OperationPlanSubmitted:
    plan = operation_plan(**changes)
    return OperationPlanSubmitted(on=TODAY, **PROJECT, plan_id=PLAN, plan=plan)


def assessment(**changes: Any) -> Assessment:
    return Assessment.model_validate(
        {"approved": True, "assessed_amount": "50000.00", "text": "按市场价格核减", **changes}
    )


def plan_assessed(**changes: Any) -> OperationPlanAssessed:
    return OperationPlanAssessed(
        on=TODAY, **PROJECT, plan_id=PLAN, assessment=assessment(**changes)
    )


def operation_inclusion(amount: str = "50000.00", **changes: Any) -> OperationInclusion:
    return OperationInclusion.model_validate(
        {"amount": amount, "document": document("预算", "乐财预〔2027〕1号"), **changes}
    )


def operation_included() -> OperationBudgetIncluded:
    return OperationBudgetIncluded(
        on=TODAY,
        **PROJECT,
        plan_id=PLAN,
        budget_year=NEXT_YEAR,
        inclusion=operation_inclusion(),
    )
