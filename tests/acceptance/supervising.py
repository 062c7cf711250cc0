"""Builders for supervision: findings, rectifications, measures."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.events.acceptance import (
    ExclusiveOpening,
    FindingWithdrawal,
    InspectedProblem,
    Inspection,
    InspectionRecorded,
    Measure,
    MeasureImposed,
    MeasureLifting,
    RectificationConfirmation,
    RectificationConfirmed,
    RectificationOrder,
    RectificationOrdered,
    RectificationReport,
    RectificationReported,
    SecurityClearance,
    SecurityFault,
    SecurityFinding,
    SecurityFindingRecorded,
    SharingFault,
    SharingViolation,
    SharingViolationFound,
    SupervisedMatter,
    Untruthfulness,
    UntruthfulnessKind,
)
from shared.kernel.actor import Actor
from tests.acceptance.building import IDENTITY
from tests.support.builders import document

FINDING, RECTIFICATION, MEASURE = UUID(int=11), UUID(int=12), UUID(int=13)
ORDERED, LIMIT = date(2026, 3, 2), date(2026, 4, 2)


def somebody(body: str) -> Actor:
    return Actor(person=f"{body.lower()}-1", name=body, body=body, role="OFFICER")


def sharing_violation(on: date | None = None) -> SharingViolation:
    return SharingViolation(
        on=on,
        fault=SharingFault.NOT_SHARED,
        description="未按目录共享",
        evidence=document("认定书"),
    )


def sharing_violation_found(on: date) -> SharingViolationFound:
    return SharingViolationFound(
        on=on, **IDENTITY, finding_id=FINDING, violation=sharing_violation()
    )


def withdrawal(on: date | None = None) -> FindingWithdrawal:
    return FindingWithdrawal(on=on, reason="认定有误", document=document("撤销通知"))


def security_finding(fault: str = "CYBERSECURITY") -> SecurityFinding:
    return SecurityFinding(
        fault=SecurityFault(fault), description="弱口令", evidence=document("检查意见")
    )


def security_finding_recorded(body: str = "PSB", **changes: Any) -> SecurityFindingRecorded:
    return SecurityFindingRecorded(
        on=ORDERED, **IDENTITY, finding_id=FINDING, body=body, finding=security_finding(**changes)
    )


def clearance(on: date | None = None) -> SecurityClearance:
    return SecurityClearance(on=on, description="已整改", evidence=document("销号通知"))


def exclusive_opening() -> ExclusiveOpening:
    return ExclusiveOpening(
        resource="学校名录",
        beneficiary="某企业",
        description="独家开放",
        evidence=document("核查记录"),
    )


def untruthfulness() -> Untruthfulness:
    return Untruthfulness(
        kind=UntruthfulnessKind.FALSE_REPORT, description="虚报进度", evidence=document("取证单")
    )


def inspection(matter: str = "QUALITY", *, problems: int = 1) -> Inspection:
    problem = InspectedProblem(requirement="批复的建设内容", description="少建一个模块")
    return Inspection(
        matter=SupervisedMatter(matter),
        summary="现场检查",
        problems=(problem,) * problems,
        document=document("检查记录"),
    )


def inspected(**changes: Any) -> InspectionRecorded:
    return InspectionRecorded(
        on=ORDERED, **IDENTITY, inspection_id=FINDING, body="DEB", inspection=inspection(**changes)
    )


def rectification_order(**changes: Any) -> RectificationOrder:
    return RectificationOrder.model_validate(
        {
            "finding_id": FINDING,
            "matter": "QUALITY",
            "requirement": "补建模块",
            "due_on": LIMIT,
            "document": document("整改通知", "乐数改〔2026〕1号"),
            **changes,
        }
    )


def rectification_ordered(**changes: Any) -> RectificationOrdered:
    return RectificationOrdered(
        on=ORDERED,
        **IDENTITY,
        rectification_id=RECTIFICATION,
        body="DEB",
        order=rectification_order(**changes),
    )


def rectification_report(on: date | None = None) -> RectificationReport:
    return RectificationReport(on=on, text="已补建", document=document("整改报告"))


def rectification_reported(on: date = LIMIT) -> RectificationReported:
    return RectificationReported(
        on=on, **IDENTITY, rectification_id=RECTIFICATION, report=rectification_report()
    )


def confirmation(*, done: bool, on: date | None = None) -> RectificationConfirmation:
    return RectificationConfirmation(on=on, done=done, text="复查", document=document("复查记录"))


def rectification_confirmed(*, done: bool) -> RectificationConfirmed:
    return RectificationConfirmed(
        on=LIMIT,
        **IDENTITY,
        rectification_id=RECTIFICATION,
        body="DEB",
        confirmation=confirmation(done=done),
    )


def measure(kind: str = "SUSPENSION", **changes: Any) -> Measure:
    return Measure.model_validate(
        {
            "kind": kind,
            "rectification_id": RECTIFICATION,
            "reason": "逾期未整改",
            "document": document("处理决定", "乐信领〔2026〕1号"),
            **changes,
        }
    )


def measure_imposed(kind: str = "SUSPENSION", body: str = "LG") -> MeasureImposed:
    return MeasureImposed(
        on=LIMIT, **IDENTITY, measure_id=MEASURE, body=body, measure=measure(kind)
    )


def lifting(on: date | None = None) -> MeasureLifting:
    return MeasureLifting(on=on, reason="已整改", document=document("解除决定"))
