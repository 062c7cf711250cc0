"""Drafts: what the record fills in passes whatever looks at the content alone."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.approval.decisions import (
    carry_opinion_forward,
    confirm_copy,
    drafts,
    give_opinion,
    record_division_of_work,
    report_trouble,
    request_opinion,
    submit_document,
)
from shared.events.approval import (
    CarryForward,
    CopyReceipt,
    DivisionOfWork,
    DivisionOfWorkRecorded,
    DocumentSubmitted,
    Letter,
    Opinion,
    OpinionCarriedForward,
    OpinionGiven,
    OpinionRequested,
    ReplyCopied,
    Submission,
    Trouble,
    TroubleReported,
)
from shared.kernel.model import Record
from shared.web.drafts import drafted
from tests.approval.building import (
    CASE,
    SERVICE_CASE,
    asked,
    exempted,
    gave,
    joint_case,
    joint_design,
    officer,
    plan,
    replied,
    submission,
    submitted,
)
from tests.support.builders import OTHER_UNIT, THIRD_UNIT
from tests.support.given_when_then import Case, Outcome

NEWER = plan(goals="修改后的目标")


def as_drafted(
    case: Case, decision: Callable[..., Any], body: type[Record], draft: Callable[..., Any]
) -> Outcome:
    """What comes of a command whose body is its draft."""
    found: list[Record] = []

    def drafting(state: Any, command: None, facts: Any, context: Any) -> Any:
        found.append(drafted(body, draft(state, facts, context)))
        return decision(state, found[0], facts, context)

    drafting.__name__ = decision.__name__
    return case.when(drafting, None)


@pytest.mark.parametrize(
    "case",
    [
        CASE,
        SERVICE_CASE,
        joint_case(OTHER_UNIT),
        CASE.given(replied(submission())),
        CASE.given(submitted(plan())),
        CASE.given(submitted(plan(construction=None, fund_balance=None))),
        CASE.with_facts(exemptions=(exempted("23-1"),)),
    ],
)
def test_a_drafted_submission_is_complete(case: Case) -> None:
    as_drafted(case, submit_document, Submission, drafts.submission).then(DocumentSubmitted)


def test_the_next_letter_goes_to_who_has_not_been_asked() -> None:
    case = CASE.given(submitted(plan()), *asked("FIN", "CAC"))
    outcome = as_drafted(case, request_opinion, Letter, drafts.letter).then(OpinionRequested)
    (requested,) = outcome.events
    assert isinstance(requested, OpinionRequested)
    assert requested.letter.body == "PSB"


def test_a_body_is_drafted_the_kind_it_still_owes() -> None:
    case = CASE.given(submitted(plan()), gave("DEB", "SECURITY")).by(officer("DEB"))
    (given,) = as_drafted(case, give_opinion, Opinion, drafts.opinion).then(OpinionGiven).events
    assert isinstance(given, OpinionGiven)
    assert given.opinion.kind == "TECHNICAL"


def test_what_is_carried_forward_was_given_for_an_earlier_submission() -> None:
    case = CASE.given(submitted(plan()), gave("DEB", "TECHNICAL"), submitted(NEWER))
    outcome = as_drafted(
        case.by(officer("DEB")), carry_opinion_forward, CarryForward, drafts.carry_forward
    )
    (carried,) = outcome.then(OpinionCarriedForward).events
    assert isinstance(carried, OpinionCarriedForward)
    assert carried.carry.kind == "TECHNICAL"


def test_the_copy_that_waits_is_drafted_first() -> None:
    first, second = replied(submission()), replied()
    study = first.reply.document.model_copy(update={"number": "乐发改审批〔2026〕1号"})
    first = first.model_copy(update={"reply": first.reply.model_copy(update={"document": study})})
    case = CASE.given(first, second).by(officer("GAB"))
    outcome = as_drafted(case, confirm_copy, CopyReceipt, drafts.copy_receipt).then(ReplyCopied)
    (copied,) = outcome.events
    assert isinstance(copied, ReplyCopied)
    assert copied.receipt.number == "乐发改审批〔2026〕1号"
    after = as_drafted(case.given(copied), confirm_copy, CopyReceipt, drafts.copy_receipt)
    (newest,) = after.events
    assert isinstance(newest, ReplyCopied)
    assert newest.receipt.number == second.reply.document.number


def test_work_is_divided_among_all_who_build_along() -> None:
    first = submitted(plan(joint=joint_design()), participants=(OTHER_UNIT, THIRD_UNIT))
    case = CASE.given(first, replied())
    as_drafted(case, record_division_of_work, DivisionOfWork, drafts.division).then(
        DivisionOfWorkRecorded
    )


@pytest.mark.parametrize(("today", "late"), [(date(2026, 12, 31), 0), (date(2027, 2, 1), 32)])
def test_a_delay_is_counted_from_the_planned_end(today: date, late: int) -> None:
    case = CASE.given(replied(planned_end=date(2026, 12, 31))).at(today)
    outcome = as_drafted(case, report_trouble, Trouble, drafts.trouble).then(TroubleReported)
    (reported,) = outcome.events
    assert isinstance(reported, TroubleReported)
    assert (reported.trouble.days_late, reported.trouble.kind) == (
        late,
        "SERIOUS_DELAY" if late else "OTHER",
    )
