"""What the other services have recorded of a project, and the cases that rest on it."""

from datetime import date
from typing import Any
from uuid import UUID

from services.budget.decisions import Facts
from services.budget.state import (
    Background,
    Project,
    background_of,
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
    SelfEvaluationSubmitted,
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
from tests.support.builders import UNIT, declaration, document, yuan
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


def self_evaluated(grade: str) -> SelfEvaluationSubmitted:
    groups = ("decision_and_construction", "operation", "application", "benefit")
    return SelfEvaluationSubmitted.model_validate(
        {
            "on": TODAY,
            **PROJECT,
            "evaluation": {
                "indicators": dict.fromkeys(groups, "见报告"),
                "grade": grade,
                "document": document("评价报告"),
            },
            "operation_on": TODAY,
            "due_on": TODAY,
            "late": False,
        }
    )


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
