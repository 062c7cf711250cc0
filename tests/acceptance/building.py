"""Builders for acceptance: a project's way in events, and commands with one line of difference."""

from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from services.acceptance.decisions import Facts
from services.acceptance.state import Origin, Project, evolve_project
from shared.events.acceptance import (
    Acceptance,
    AcceptanceApplication,
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceFiled,
    AcceptanceFiling,
    AcceptanceOverdue,
    AcceptanceReview,
    AcceptanceReviewed,
    AcceptanceScheduled,
    ClosedCondition,
    Completion,
    CompletionReported,
    Extension,
    ExtensionGranted,
    ExtensionRequested,
    ExtensionRuling,
    Finding,
    Handover,
    HandoverRecorded,
    ServiceAcceptanceReported,
    TrialIncident,
    TrialIncidentReported,
    TrialRunStarted,
    TrialStart,
)
from shared.events.approval import Change, ChangeApproved, ChangeFiled, ChangeRuling, ReplyIssued
from shared.events.budget import Contract, ContractRecorded
from shared.events.envelope import Identity
from shared.kernel.actor import Actor, EventRef
from tests.support.builders import OTHER_UNIT, SUPPLIER, UNIT, document, materials, yuan
from tests.support.given_when_then import SUBJECT, Case

IDENTITY: Identity = {"project_id": SUBJECT, "unit_id": UNIT}
POLICY = "511100-2022@1"

SELF_BUILD_MATERIALS = (
    "SUMMARY",
    "FINANCIAL",
    "AUDIT",
    "SHARING",
    "FUNCTION_TEST",
    "PERFORMANCE_TEST",
    "MLPS",
    "DATA_RISK",
    "CRYPTO",
)
SERVICE_MATERIALS = ("RESULT", "BENEFIT", "SHARING")
FINDINGS = ("RELIABLE_PRODUCTS", "CRYPTOGRAPHY", "SECURITY_REVIEW", "ENERGY")

# One project's days: each a boundary of the next.
REPLIED = date(2025, 3, 3)
PLANNED_END = date(2025, 11, 30)
DUE = date(2026, 2, 28)
COMPLETED = date(2025, 10, 20)
TRIAL_START = date(2025, 10, 31)
EARLIEST = date(2026, 1, 31)


def ref(position: int = 7, service: str = "approval") -> EventRef:
    return EventRef(
        service=service,
        position=position,
        stream=f"project:{SUBJECT}",
        version=position,
        event_id=UUID(int=position),
    )


ORIGIN = Origin(unit_id=UNIT, participants=(OTHER_UNIT,), listed=ref(3, "registry"), baseline=ref())
EXAMINER = Actor(person="officer-2", name="李四", body="DEB", role="OFFICER")
"""Decides on what others, `OFFICER` here, have submitted."""
ACCEPTANCE = Case(Project(), evolve_project, Facts(), "acceptance", actor=EXAMINER)


class ApprovedEstimate(TypedDict):
    """What a reply and an approved change both carry."""

    total: Any
    items: Any
    planned_end: date
    policy: str


def _estimate(planned_end: date) -> ApprovedEstimate:
    return {
        "total": yuan("1000000.00"),
        "items": ({"code": "SW", "name": "软件", "amount": "1000000.00"},),
        "planned_end": planned_end,
        "policy": POLICY,
    }


def reply_issued(planned_end: date = PLANNED_END, **changes: Any) -> ReplyIssued:
    return ReplyIssued.model_validate(
        {
            **IDENTITY,
            **_estimate(planned_end),
            "on": REPLIED,
            "reply": {
                "digest": document("方案").digest,
                "document": document("批复", "〔2025〕1号"),
            },
            "round": "IMPLEMENTATION_PLAN",
            "delivery_mode": "SELF_BUILD",
            "final": True,
            "goals": "服务覆盖全市学校",
            "content": "统一平台",
            "planned_start": date(2025, 4, 1),
            "custom_development": True,
            "open_conditions": (),
            **changes,
        }
    )


def change_approved(planned_end: date, on: date = date(2025, 9, 1)) -> ChangeApproved:
    return ChangeApproved.model_validate(
        {
            **IDENTITY,
            **_estimate(planned_end),
            "on": on,
            "change_id": UUID(int=1),
            "ruling": ChangeRuling(approved=True, document=document("批复"), text="同意调整"),
        }
    )


def change_filed(planned_end: date | None) -> ChangeFiled:
    change = Change.model_validate(
        {
            "items": ({"code": "SW", "name": "软件", "amount": "1000000.00"},),
            "reason": "OPTIMISATION",
            "explanation": "优化技术方案",
            "written_material": document("书面材料"),
            "planned_end": planned_end,
        }
    )
    return ChangeFiled(
        on=date(2025, 9, 1),
        **IDENTITY,
        change_id=UUID(int=2),
        change=change,
        moved=yuan("0.00"),
        moved_so_far=yuan("0.00"),
        limit=yuan("150000.00"),
    )


def contract_recorded(*, custom_development: bool) -> ContractRecorded:
    contract = Contract(
        number="HT-1",
        procurement_number="CG-1",
        supplier_id=SUPPLIER,
        supplier_name="乐山软件有限公司",
        amount=yuan("800000.00"),
        document=document("合同"),
        custom_development=custom_development,
    )
    return ContractRecorded(on=date(2025, 5, 1), **IDENTITY, contract=contract)


def scheduled(**changes: Any) -> AcceptanceScheduled:
    """Self-built without custom development, planned end 2025-11-30, due 2026-02-28."""
    return AcceptanceScheduled.model_validate(
        {
            **IDENTITY,
            "on": REPLIED,
            "delivery_mode": "SELF_BUILD",
            "replied_on": REPLIED,
            "planned_end": PLANNED_END,
            "due_on": DUE,
            "custom_development": False,
            "baseline": ref(),
            "policy": POLICY,
            **changes,
        }
    )


def completion(on: date | None = None) -> Completion:
    return Completion(on=on, statement="全部建设内容已完成")


def completed(on: date = COMPLETED) -> CompletionReported:
    return CompletionReported(on=on, **IDENTITY, completion=completion())


def trial_start(on: date | None = None) -> TrialStart:
    return TrialStart(on=on, environment="政务云")


def trial_started(on: date = TRIAL_START, earliest_end: date = EARLIEST) -> TrialRunStarted:
    return TrialRunStarted(on=on, **IDENTITY, start=trial_start(), earliest_end=earliest_end)


def incident(*, major: bool = True, on: date | None = None) -> TrialIncident:
    return TrialIncident(on=on, major=major, description="服务中断")


def incident_reported(on: date, earliest_end: date) -> TrialIncidentReported:
    return TrialIncidentReported(on=on, **IDENTITY, incident=incident(), earliest_end=earliest_end)


def handover(**changes: Any) -> Handover:
    return Handover.model_validate(
        {
            "documents": (document("技术文档"),),
            "source_code": document("源代码"),
            "checked_by": "王五",
            **changes,
        }
    )


def handed_over(**changes: Any) -> HandoverRecorded:
    return HandoverRecorded(on=COMPLETED, **IDENTITY, handover=handover(**changes))


def extension(new_due_on: date = date(2026, 5, 31), on: date | None = None) -> Extension:
    return Extension(on=on, new_due_on=new_due_on, reason="测评排期", document=document("申请"))


def extension_requested(new_due_on: date = date(2026, 5, 31)) -> ExtensionRequested:
    return ExtensionRequested(on=date(2026, 2, 1), **IDENTITY, extension=extension(new_due_on))


def ruling(*, approved: bool = True, on: date | None = None) -> ExtensionRuling:
    return ExtensionRuling(on=on, approved=approved, text="同意" if approved else "不同意")


def extension_granted(due_on: date) -> ExtensionGranted:
    return ExtensionGranted(on=date(2026, 2, 10), **IDENTITY, ruling=ruling(), due_on=due_on)


def closed(*conditions: str) -> tuple[ClosedCondition, ...]:
    """Conditions said to be met, each with what shows it."""
    return tuple(ClosedCondition(condition=c, evidence=document("证明")) for c in conditions)


def application(**changes: Any) -> AcceptanceApplication:
    return AcceptanceApplication.model_validate(
        {"materials": materials(*SELF_BUILD_MATERIALS), **changes}
    )


def applied(on: date = EARLIEST) -> AcceptanceApplied:
    return AcceptanceApplied(on=on, **IDENTITY, application=application())


def findings(**passed: bool | None) -> tuple[Finding, ...]:
    """All four assessed and passed but for those named."""
    return tuple(
        Finding(item=item, passed=passed.get(item, True), note="见测评报告") for item in FINDINGS
    )


def acceptance(**changes: Any) -> Acceptance:
    return Acceptance.model_validate(
        {
            "conclusion": "PASSED",
            "document": document("验收意见", "乐数验〔2026〕1号"),
            "findings": findings(),
            "text": "同意通过验收",
            **changes,
        }
    )


def concluded(on: date = EARLIEST, **changes: Any) -> AcceptanceConcluded:
    return AcceptanceConcluded(on=on, **IDENTITY, acceptance=acceptance(**changes))


def service_reported(on: date = EARLIEST, **changes: Any) -> ServiceAcceptanceReported:
    return ServiceAcceptanceReported(on=on, **IDENTITY, acceptance=acceptance(**changes))


def review(**changes: Any) -> AcceptanceReview:
    return AcceptanceReview.model_validate(
        {
            "conclusion": "PASSED",
            "reviewers": ("市发展改革委", "评审专家"),
            "document": document("审核意见", "乐数审〔2026〕1号"),
            "text": "同意",
            **changes,
        }
    )


def reviewed(**changes: Any) -> AcceptanceReviewed:
    return AcceptanceReviewed(on=EARLIEST, **IDENTITY, review=review(**changes))


def filing() -> AcceptanceFiling:
    return AcceptanceFiling(statement="已通过验收", document=document("报备表"))


def filed() -> AcceptanceFiled:
    return AcceptanceFiled(on=EARLIEST, **IDENTITY, filing=filing())


def overdue(due_on: date = DUE) -> AcceptanceOverdue:
    return AcceptanceOverdue(on=date(2026, 3, 1), **IDENTITY, due_on=due_on)


SCHEDULED = ACCEPTANCE.given(scheduled())
IN_TRIAL = SCHEDULED.given(completed(), trial_started())
APPLIED = IN_TRIAL.given(applied()).at(EARLIEST)
SERVICE_APPLIED = ACCEPTANCE.given(
    scheduled(delivery_mode="SERVICE_PURCHASE"), completed(), trial_started(), applied()
).at(EARLIEST)
ACCEPTED = APPLIED.given(concluded())
"""Accepted on the earliest day."""
