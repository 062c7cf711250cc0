"""Builders of the budget tests: a project approved at 1 000 000.00, and its money step by step."""

from datetime import date
from typing import Any
from uuid import UUID

from services.budget.decisions import Facts, LeaseFacts
from services.budget.state import (
    Background,
    LeasedLine,
    PriceCaps,
    Project,
    background_of,
    evolve_caps,
    evolve_lease,
    evolve_project,
)
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
    Measure,
    MeasureImposed,
    MeasureKind,
    SecurityFault,
    SecurityFinding,
    SecurityFindingRecorded,
    ServiceAcceptanceReported,
    SharingFault,
    SharingViolation,
    SharingViolationFound,
)
from shared.events.approval import (
    Change,
    ChangeApproved,
    ChangeFiled,
    ChangeRuling,
    ConstructionSuspended,
    ExceptionGranted,
    ProjectTerminated,
    Reply,
    ReplyIssued,
    Suspension,
    TerminationRuling,
)
from shared.events.budget import (
    Assessment,
    BudgetIncluded,
    Contract,
    ContractRecorded,
    CostShare,
    CostShareSet,
    FundsClosing,
    Inclusion,
    LeaseContract,
    LeaseContractRecorded,
    LineLease,
    LineLeaseApproved,
    LineLeaseBudgetIncluded,
    LineLeaseInclusion,
    LineLeaseRuling,
    LineLeaseSubmitted,
    LineQualityAssessed,
    MisuseReferral,
    OperationBudgetIncluded,
    OperationInclusion,
    OperationPlan,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    Payment,
    PaymentRecorded,
    PriceCap,
    PriceCapSet,
    Procurement,
    ProcurementRecorded,
    ProjectFundsClosed,
    QualityAssessment,
    RentPayment,
    RentPaymentRecorded,
    SurplusReturn,
    SurplusReturned,
)
from shared.events.envelope import Identity
from shared.events.registry import (
    AssetConfirmed,
    AssetRegistration,
    ProjectDeclared,
    SystemCatalogued,
    SystemEntry,
    SystemTerminated,
    SystemTermination,
    SystemTerminationRequired,
    SystemTerminationWaived,
    TerminationGround,
    TerminationRequirement,
    TerminationWaiver,
)
from shared.events.vocabulary import DeliveryMode, Item
from shared.kernel.actor import Actor
from shared.regulation.exemption import ExemptionKind
from shared.standing import Standing, standing_of
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


def asset_confirmed() -> AssetConfirmed:
    registration = AssetRegistration(asset_number="ZC-1")
    return AssetConfirmed(on=TODAY, system_id=SUBJECT, unit_id=UNIT, registration=registration)


SYSTEM: dict[str, Any] = {"on": TODAY, "system_id": SUBJECT, "unit_id": UNIT}


def stop_required() -> SystemTerminationRequired:
    requirement = TerminationRequirement(
        ground=TerminationGround.REPLACEABLE,
        replacement="统建平台",
        terminate_by=date(2026, 12, 31),
        reason="可替代",
        document=document("停用通知", "乐数〔2026〕5号"),
    )
    return SystemTerminationRequired(**SYSTEM, requirement=requirement)


def stop_waived() -> SystemTerminationWaived:
    waiver = TerminationWaiver(reason="业务仍需", document=document("撤销通知"))
    return SystemTerminationWaived(**SYSTEM, waiver=waiver)


def stopped() -> SystemTerminated:
    termination = SystemTermination(statement="已停", evidence=document("停用证明"))
    return SystemTerminated(**SYSTEM, termination=termination)


def item(amount: str, code: str = "A1") -> Item:
    return Item(code=code, name="软件开发", amount=yuan(amount))


def replied(total: str = TOTAL, *, final: bool = True, **changes: Any) -> ReplyIssued:
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
            **changes,
        }
    )


def change_filed(*items: Item) -> ChangeFiled:
    change = Change.model_validate(
        {
            "items": items,
            "reason": "OPTIMISATION",
            "explanation": "优化方案",
            "written_material": document("书面材料"),
        }
    )
    amounts = {"moved": yuan("1.00"), "moved_so_far": yuan("1.00"), "limit": yuan("150000.00")}
    return ChangeFiled(on=TODAY, **PROJECT, change_id=SUBJECT, change=change, **amounts)


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


def suspended() -> ConstructionSuspended:
    suspension = Suspension(reason="严重逾期", document=document("暂停通知", "乐数〔2026〕9号"))
    return ConstructionSuspended(on=TODAY, **PROJECT, suspension=suspension)


def terminated() -> ProjectTerminated:
    ruling = TerminationRuling(
        approved=True, text="同意", document=document("终止意见", "乐信领1号")
    )
    return ProjectTerminated(on=TODAY, **PROJECT, ruling=ruling)


def measure(kind: MeasureKind) -> MeasureImposed:
    content = Measure(
        kind=kind,
        rectification_id=SUBJECT,
        reason="逾期不整改",
        document=document("处理决定", "乐数〔2026〕10号"),
    )
    return MeasureImposed(on=TODAY, **PROJECT, measure_id=SUBJECT, body="DEB", measure=content)


def sharing_violation(on: date) -> SharingViolationFound:
    violation = SharingViolation(
        fault=SharingFault.NOT_SHARED, description="未挂接", evidence=document("认定书")
    )
    return SharingViolationFound(on=on, **PROJECT, finding_id=SUBJECT, violation=violation)


def security_finding() -> SecurityFindingRecorded:
    finding = SecurityFinding(
        fault=SecurityFault.MAJOR_DANGER, description="高危漏洞", evidence=document("通报")
    )
    return SecurityFindingRecorded(
        on=TODAY, **PROJECT, finding_id=SUBJECT, body="PSB", finding=finding
    )


def exception(
    row: str,
    kind: ExemptionKind = ExemptionKind.JUSTIFIED,
    project_id: UUID | None = SUBJECT,
) -> ExceptionGranted:
    return ExceptionGranted(
        on=TODAY,
        exception_id=SUBJECT,
        unit_id=UNIT,
        project_id=project_id,
        rows=(row,),
        kind=kind,
        number="乐数〔2026〕3号",
        approvers=("DRC", "DEB"),
        valid_from=TODAY,
    )


def background(*events: Event) -> Background:
    return background_of(as_recorded(events, "elsewhere"))


def standing(*events: Event) -> Standing:
    """How the project stands by what acceptance and approval have recorded."""
    return standing_of(as_recorded(events, "acceptance"))


APPROVED = background(catalogued(), declared(), replied())
"""Catalogued, declared and finally replied to, at `TOTAL`."""
MANAGED = background(catalogued(), asset_confirmed(), declared(), replied())
"""And its system under asset management."""
EXAMINER = Actor(person="officer-2", name="李四", body="DEB", role="OFFICER")
"""Decides on what others, `OFFICER` here, have submitted."""
EMPTY = Case(Project(), evolve_project, Facts(), "budget", actor=EXAMINER)
"""A project no service knows anything of."""
CASE = EMPTY.with_facts(background=APPROVED)
"""Approved, not accepted."""
ACCEPTED = CASE.with_facts(background=MANAGED, standing=standing(concluded()), plan_id=PLAN)


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


def share_set(**percent: int) -> CostShareSet:
    return CostShareSet(on=TODAY, **PROJECT, cost_share=cost_share(**percent))


def procurement(amount: str = TOTAL, **changes: Any) -> Procurement:
    return Procurement.model_validate(
        {
            "number": "CG-1",
            "method": "OPEN_TENDER",
            "in_central_catalogue": True,
            "amount": amount,
            "document": document("采购文件"),
            "ip_statement": "第五章",
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
            "items": [{"code": "A1", "amount": amount}],
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


def closing(**changes: Any) -> FundsClosing:
    content = {"text": "已结清", "document": document("关账通知", "乐财〔2026〕8号"), **changes}
    return FundsClosing.model_validate(content)


def closed() -> ProjectFundsClosed:
    return ProjectFundsClosed(on=TODAY, **PROJECT, closing=closing())


def referral(**changes: Any) -> MisuseReferral:
    return MisuseReferral.model_validate(
        {
            "kind": "DIVERTED",
            "description": "用于购置办公设备",
            "referred_to": "市审计局",
            "legal_basis": "财政违法行为处罚处分条例",
            "document": document("移送书", "乐财监〔2026〕1号"),
            **changes,
        }
    )


def operation_plan(**changes: Any) -> OperationPlan:
    year = changes.get("budget_year", NEXT_YEAR)
    return OperationPlan.model_validate(
        {
            "budget_year": year,
            "amount": "60000.00",
            "content": "巡检和维护",
            "document": document("运维方案"),
            "mode": "PURCHASED_SERVICE",
            "mode_reason": "没有专职运维人员",
            "term_from": date(year, 1, 1),
            "term_to": date(year, 12, 31),
            **changes,
        }
    )


def plan_submitted(
    on: date = TODAY, plan_id: UUID = PLAN, replaces: UUID | None = None, **changes: Any
) -> OperationPlanSubmitted:
    plan = operation_plan(**changes)
    return OperationPlanSubmitted(on=on, **PROJECT, plan_id=plan_id, plan=plan, replaces=replaces)


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


# -- 线路租赁 ------------------------------------------------------------------------------------

LEASE: dict[str, Any] = {"lease_id": SUBJECT, "unit_id": UNIT}


def price_cap(max_price: str = "2600.00", **changes: Any) -> PriceCap:
    """The cap of next year, of 2600.00 a month."""
    return PriceCap.model_validate(
        {
            "line_type": "MSTP_100M",
            "name": "100M专线",
            "price_unit": "元/条·月",
            "max_price": max_price,
            "valid_from": date(NEXT_YEAR, 1, 1),
            "valid_until": date(NEXT_YEAR, 12, 31),
            "document": document("限价", "乐数〔2026〕2号"),
            **changes,
        }
    )


def caps(*set_: PriceCap) -> PriceCaps:
    found = PriceCaps()
    for recorded in as_recorded([PriceCapSet(on=TODAY, cap=cap) for cap in set_], "budget"):
        found = evolve_caps(found, recorded)
    return found


def lease(**changes: Any) -> LineLease:
    """Ten merged private lines at the cap for the whole of next year: 312000.00."""
    return LineLease.model_validate(
        {
            "unit_id": UNIT,
            "line_type": "MSTP_100M",
            "kind": "PRIVATE_LINE",
            "merged_into_egov_network": True,
            "bandwidth": "100M",
            "quantity": 10,
            "unit_price": "2600.00",
            "periods": 12,
            "budget_year": NEXT_YEAR,
            "starts_on": date(NEXT_YEAR, 1, 1),
            "ends_on": date(NEXT_YEAR, 12, 31),
            "purpose": "学校接入",
            "document": document("租赁申请"),
            **changes,
        }
    )


def lease_submitted(**changes: Any) -> LineLeaseSubmitted:
    content = lease(**changes)
    amount = yuan("312000.00")
    return LineLeaseSubmitted(
        on=TODAY,
        **{**LEASE, "project_id": content.project_id},
        lease=content,
        amount=amount,
        cap=yuan("2600.00"),
    )


def lease_ruling(**changes: Any) -> LineLeaseRuling:
    return LineLeaseRuling.model_validate({"approved": True, "text": "同意", **changes})


def lease_approved() -> LineLeaseApproved:
    return LineLeaseApproved(on=TODAY, **LEASE, ruling=lease_ruling(), cap=yuan("2600.00"))


def lease_inclusion(amount: str = "312000.00", **changes: Any) -> LineLeaseInclusion:
    return LineLeaseInclusion.model_validate(
        {"amount": amount, "document": document("预算", "乐财预〔2027〕1号"), **changes}
    )


def lease_included() -> LineLeaseBudgetIncluded:
    return LineLeaseBudgetIncluded(
        on=TODAY, **LEASE, budget_year=NEXT_YEAR, inclusion=lease_inclusion()
    )


def lease_contract(amount: str = "300000.00", **changes: Any) -> LeaseContract:
    return LeaseContract.model_validate(
        {
            "number": "XL-1",
            "method": "COMPETITIVE_CONSULTATION",
            "in_central_catalogue": True,
            "supplier_id": SUPPLIER,
            "supplier_name": "通信公司",
            "amount": amount,
            "starts_on": date(NEXT_YEAR, 1, 1),
            "ends_on": date(NEXT_YEAR, 12, 31),
            "document": document("租赁协议"),
            **changes,
        }
    )


def lease_contracted() -> LeaseContractRecorded:
    return LeaseContractRecorded(on=TODAY, **LEASE, contract=lease_contract())


def quality(**changes: Any) -> QualityAssessment:
    """Of the first quarter of next year."""
    return QualityAssessment.model_validate(
        {
            "period_from": date(NEXT_YEAR, 1, 1),
            "period_to": date(NEXT_YEAR, 3, 31),
            "satisfied": True,
            "text": "达标",
            **changes,
        }
    )


def quality_assessed() -> LineQualityAssessed:
    return LineQualityAssessed(on=TODAY, **LEASE, assessment=quality())


def rent(amount: str = "75000.00", **changes: Any) -> RentPayment:
    """For the first quarter of next year."""
    return RentPayment.model_validate(
        {
            "amount": amount,
            "voucher": "ZF-1",
            "period_from": date(NEXT_YEAR, 1, 1),
            "period_to": date(NEXT_YEAR, 3, 31),
            **changes,
        }
    )


def rent_paid(amount: str = "75000.00") -> RentPaymentRecorded:
    return RentPaymentRecorded(on=TODAY, **LEASE, payment=rent(amount), paid_so_far=yuan(amount))


LINE = Case(
    LeasedLine(),
    evolve_lease,
    LeaseFacts(caps=caps(price_cap())),
    "budget",
    actor=EXAMINER,
)
"""No lease yet; the cap of its type is set."""
