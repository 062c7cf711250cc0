"""Decisions of the approval service: state and command in, events or a refusal out."""

from services.approval.decisions.changes import (
    apply_for_change,
    concur_in_change,
    file_change,
    rule_on_change,
)
from services.approval.decisions.documents import digest_of, sign_off, submit_document
from services.approval.decisions.facts import Facts
from services.approval.decisions.opinions import (
    carry_opinion_forward,
    give_opinion,
    request_opinion,
)
from services.approval.decisions.reply import (
    concur,
    confirm_copy,
    give_municipal_consent,
    issue_reply,
    record_evaluation,
)

__all__ = [
    "Facts",
    "apply_for_change",
    "carry_opinion_forward",
    "concur",
    "concur_in_change",
    "confirm_copy",
    "digest_of",
    "file_change",
    "give_municipal_consent",
    "give_opinion",
    "issue_reply",
    "record_evaluation",
    "request_opinion",
    "rule_on_change",
    "sign_off",
    "submit_document",
]
