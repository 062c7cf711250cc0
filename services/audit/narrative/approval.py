"""摘要：审批的事件."""

from collections.abc import Callable
from typing import Any

from shared.events import Event
from shared.events.approval import (
    ChangeApplied,
    ChangeApproved,
    ChangeFiled,
    ChangeRefused,
    ConstructionResumed,
    ConstructionSuspended,
    DocumentSubmitted,
    EvaluationRecorded,
    ExceptionGranted,
    ExceptionRefused,
    ExceptionRequested,
    ExceptionRevoked,
    FilingDisputed,
    LateNoticeFound,
    LeadingGroupApproved,
    OpinionCarriedForward,
    OpinionGiven,
    OpinionRequested,
    ParticipantSignedOff,
    ProjectTerminated,
    ReplyIssued,
    ReplyRefused,
    SubmissionReturned,
    TerminationRefused,
    TerminationRequested,
    TroubleReported,
)

LINES: dict[type[Event], Callable[[Any], str]] = {
    DocumentSubmitted: lambda e: f"{e.submission.round.label}，总额{e.submission.total}元",
    ParticipantSignedOff: lambda e: f"参建部门{e.participant_id}同意",
    OpinionRequested: lambda e: f"致{e.letter.body}，{e.letter.number}",
    OpinionGiven: lambda e: (
        f"{e.opinion.kind.label}：{e.opinion.conclusion.label}"
        + (f"（{'；'.join(e.opinion.conditions)}）" if e.opinion.conditions else "")
    ),
    OpinionCarriedForward: lambda e: f"{e.carry.kind.label}继续有效",
    EvaluationRecorded: lambda e: (
        f"{e.evaluation.method.label}，{'通过' if e.evaluation.positive else '不通过'}"
    ),
    ReplyIssued: lambda e: (
        f"{e.reply.document.number}，{e.round.label}，批复总投资{e.total}元，"
        f"工期{e.planned_start}至{e.planned_end}"
    ),
    ChangeFiled: lambda e: f"调整{e.moved}元，累计{e.moved_so_far}元，上限{e.limit}元",
    ChangeApplied: lambda e: f"申请调整为{e.total}元",
    ChangeApproved: lambda e: f"新基线{e.total}元，计划完工{e.planned_end}",
    LateNoticeFound: lambda e: f"{e.executed_on}已先行实施",
    FilingDisputed: lambda e: f"须经审批，退回累计{e.returned}元",
    ChangeRefused: lambda e: e.ruling.text,
    ExceptionRequested: lambda e: f"{'、'.join(e.request.rows)}，{e.request.kind.label}",
    ExceptionGranted: lambda e: (
        f"{'、'.join(e.rows)}，{e.number}，"
        + (f"有效至{e.valid_until}" if e.valid_until else "长期有效")
    ),
    ExceptionRefused: lambda e: e.agreement.text,
    ExceptionRevoked: lambda e: e.revocation.reason,
    TroubleReported: lambda e: f"{e.trouble.kind.label}：{e.trouble.description}",
    ConstructionSuspended: lambda e: e.suspension.reason,
    ConstructionResumed: lambda e: e.resumption.reason,
    TerminationRequested: lambda e: e.request.reason,
    ProjectTerminated: lambda e: f"{e.ruling.document.number or e.ruling.document.title}",
    TerminationRefused: lambda e: e.ruling.text,
    LeadingGroupApproved: lambda e: f"{e.approval.document.number or e.approval.document.title}",
    ReplyRefused: lambda e: e.refusal.reason,
    SubmissionReturned: lambda e: e.refusal.reason,
}
