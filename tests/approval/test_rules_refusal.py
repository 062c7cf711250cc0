"""No reply: refused for good, or returned to be mended (第二十四条)."""

from datetime import timedelta
from typing import Any

import pytest

from services.approval.decisions import (
    digest_of,
    issue_reply,
    record_evaluation,
    refuse_reply,
    return_submission,
    submit_document,
)
from services.approval.rules import reply as rules
from services.approval.rules.documents import reply_was_not_refused
from services.approval.state import Stage
from shared.events.approval import (
    ReplyIssued,
    ReplyRefusal,
    ReplyRefused,
    Submission,
    SubmissionReturned,
)
from shared.regulation.common import decider_did_not_submit
from tests.approval.building import (
    CASE,
    evaluation,
    examined,
    plan,
    reply,
)
from tests.support.builders import document
from tests.support.given_when_then import OFFICER, TODAY

READY = CASE.given(*examined())
NEWER = plan(goals="修改后的目标")
DAY = timedelta(days=1)


def refusal(content: Submission | None = None, number: str | None = "乐发改函1号") -> ReplyRefusal:
    return ReplyRefusal(
        digest=digest_of(content or plan()), reason="投资不合理", document=document("函", number)
    )


def test_a_refusal_ends_the_approval() -> None:
    outcome = READY.when(refuse_reply, refusal()).then(ReplyRefused)
    refused = READY.given(*outcome.events)
    assert refused.state().stage is Stage.REFUSED
    refused.when(issue_reply, reply()).then_broken(rules.submission_awaits_reply)
    refused.when(submit_document, plan()).then_broken(reply_was_not_refused)


def test_what_is_returned_is_submitted_again_and_keeps_what_was_said() -> None:
    outcome = READY.when(return_submission, refusal()).then(SubmissionReturned)
    returned = READY.given(*outcome.events)
    assert returned.state().stage is Stage.RETURNED
    for decision, paper in (
        (issue_reply, reply()),
        (return_submission, refusal()),
        (refuse_reply, refusal()),
        (record_evaluation, evaluation()),
    ):
        returned.when(decision, paper).then_broken(rules.submission_awaits_reply)
    again = returned.given(*returned.when(submit_document, plan()).events)
    assert again.state().stage is Stage.EXAMINATION
    again.when(issue_reply, reply()).then(ReplyIssued)


@pytest.mark.parametrize("decision", [refuse_reply, return_submission])
def test_a_refusal_is_numbered_and_of_the_current_submission(decision: Any) -> None:
    READY.when(decision, refusal(number=None)).then_broken(rules.refusal_is_in_due_form)
    READY.when(decision, refusal(NEWER)).then_broken(rules.refusal_is_in_due_form)
    READY.by(OFFICER).when(decision, refusal()).then_broken(decider_did_not_submit)
    early = refusal().model_copy(update={"on": TODAY - DAY})
    READY.when(decision, early).then_invalid("on")
