"""Decisions of the approval service: state and command in, events or a refusal out."""

from services.approval.decisions.changes import (
    apply_for_change,
    concur_in_change,
    dispute_filing,
    file_change,
    rule_on_change,
)
from services.approval.decisions.documents import digest_of, sign_off, submit_document
from services.approval.decisions.exceptions import (
    agree_to_exception,
    request_exception,
    revoke_exception,
)
from services.approval.decisions.facts import Facts
from services.approval.decisions.interruption import (
    report_trouble,
    request_termination,
    resume_construction,
    rule_on_termination,
    submit_termination,
    suspend_construction,
)
from services.approval.decisions.joint import record_division_of_work
from services.approval.decisions.opinions import (
    carry_opinion_forward,
    give_opinion,
    request_opinion,
)
from services.approval.decisions.reply import (
    approve_unshared_project,
    concur,
    confirm_copy,
    give_municipal_consent,
    issue_reply,
    record_evaluation,
    refuse_reply,
    return_submission,
)

__all__ = [
    "Facts",
    "agree_to_exception",
    "apply_for_change",
    "approve_unshared_project",
    "carry_opinion_forward",
    "concur",
    "concur_in_change",
    "confirm_copy",
    "digest_of",
    "dispute_filing",
    "file_change",
    "give_municipal_consent",
    "give_opinion",
    "issue_reply",
    "record_division_of_work",
    "record_evaluation",
    "refuse_reply",
    "report_trouble",
    "request_exception",
    "request_opinion",
    "request_termination",
    "resume_construction",
    "return_submission",
    "revoke_exception",
    "rule_on_change",
    "rule_on_termination",
    "sign_off",
    "submit_document",
    "submit_termination",
    "suspend_construction",
]
