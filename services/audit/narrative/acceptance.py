"""摘要：验收和监督的事件."""

from collections.abc import Callable
from typing import Any

from shared.events import Event
from shared.events.acceptance import (
    AcceptanceConcluded,
    AcceptanceOverdue,
    AcceptanceReviewed,
    AcceptanceScheduled,
    CloudResourcesGranted,
    ExtensionGranted,
    ExtensionRequested,
    InspectionRecorded,
    MeasureImposed,
    MeasureLifted,
    OperationStarted,
    PerformanceReportSubmitted,
    PostEvaluationRecorded,
    RectificationConfirmed,
    RectificationOrdered,
    ReferralRecorded,
    SafetyIncidentRecorded,
    SecurityFindingRecorded,
    SelfEvaluationSubmitted,
    SharingViolationFound,
    TrialIncidentReported,
    TrialRunStarted,
)

LINES: dict[type[Event], Callable[[Any], str]] = {
    AcceptanceScheduled: lambda e: f"应于{e.due_on}前申请验收",
    TrialRunStarted: lambda e: f"最早{e.earliest_end}期满",
    TrialIncidentReported: lambda e: (
        f"{'重大' if e.incident.major else '一般'}故障，最早{e.earliest_end}结束"
    ),
    ExtensionRequested: lambda e: f"申请延至{e.extension.new_due_on}",
    ExtensionGranted: lambda e: f"延至{e.due_on}",
    AcceptanceConcluded: lambda e: e.acceptance.conclusion.label,
    AcceptanceReviewed: lambda e: e.review.conclusion.label,
    AcceptanceOverdue: lambda e: f"应于{e.due_on}前申请",
    PerformanceReportSubmitted: lambda e: (
        f"{e.report.year}年度，{'逾期' if e.late else '按期'}提交"
    ),
    OperationStarted: lambda e: f"{e.evaluation_opens_on}至{e.evaluation_due_on}间自评价",
    SelfEvaluationSubmitted: lambda e: f"自评{e.evaluation.grade.label}",
    PostEvaluationRecorded: lambda e: f"后评价{e.evaluation.grade.label}",
    InspectionRecorded: lambda e: (
        f"{e.inspection.matter.label}，发现问题{len(e.inspection.problems)}个"
    ),
    RectificationOrdered: lambda e: f"{e.order.matter.label}，限{e.order.due_on}前整改",
    RectificationConfirmed: lambda e: "符合要求" if e.confirmation.done else "仍不符合要求",
    CloudResourcesGranted: lambda e: f"{e.grant.kind.label}，用于{e.grant.purpose.label}",
    SharingViolationFound: lambda e: f"{e.violation.fault.label}，限制{e.on.year + 1}年度",
    SecurityFindingRecorded: lambda e: e.finding.fault.label,
    MeasureImposed: lambda e: e.measure.kind.label,
    MeasureLifted: lambda e: e.kind.label,
    ReferralRecorded: lambda e: f"{e.referral.matter.label}，移送{e.referral.recipient.label}",
    SafetyIncidentRecorded: lambda e: e.incident.summary,
}
