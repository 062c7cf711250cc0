"""Opinions: the matrix of Article 22, letters, digests, conditions, carrying forward."""

from datetime import date, timedelta

import pytest

from services.approval.decisions import (
    carry_opinion_forward,
    digest_of,
    give_opinion,
    request_opinion,
)
from services.approval.rules import opinions as rules
from services.approval.rules.reply import submission_awaits_reply
from shared.events.approval import (
    CarryForward,
    OpinionCarriedForward,
    OpinionGiven,
    OpinionKind,
    OpinionRequested,
)
from shared.regulation.common import decider_did_not_submit
from tests.approval.building import (
    ASKED,
    CASE,
    COLLEAGUE,
    DUTIES,
    asked,
    design,
    gave,
    letter,
    officer,
    opinion,
    plan,
    replied,
    submission,
    submitted,
    then_by,
)
from tests.support.given_when_then import OFFICER, TODAY

UNDER_EXAMINATION = CASE.given(submitted(plan()))
EVERYBODY_ASKED = UNDER_EXAMINATION.given(*asked(*ASKED))
NEWER = plan(goals="修改后的目标")


def carry(
    kind: str = "FUNDS", digest: str = digest_of(NEWER), on: date | None = None
) -> CarryForward:
    return CarryForward(on=on, kind=OpinionKind(kind), digest=digest, statement="修改不影响原意见")


@pytest.mark.parametrize("body", ASKED)
def test_four_bodies_are_asked_in_writing(body: str) -> None:
    UNDER_EXAMINATION.when(request_opinion, letter(body)).then(OpinionRequested).having(
        digest=digest_of(plan())
    )


@pytest.mark.parametrize("body", ["DEB", "DRC", "AUD"])
def test_no_letter_goes_to_the_co_approver_or_to_others(body: str) -> None:
    UNDER_EXAMINATION.when(request_opinion, letter(body)).then_broken(
        rules.letter_goes_to_a_body_to_be_asked
    )


def test_nobody_is_asked_before_a_submission() -> None:
    CASE.when(request_opinion, letter("FIN")).then_broken(submission_awaits_reply)


@pytest.mark.parametrize(("body", "kind"), DUTIES)
def test_each_body_gives_the_opinions_of_its_duty(body: str, kind: str) -> None:
    EVERYBODY_ASKED.by(officer(body)).when(give_opinion, opinion(kind)).then(OpinionGiven).having(
        body=body
    )


@pytest.mark.parametrize(
    ("body", "kind"), [("FIN", "SECURITY"), ("CAC", "TECHNICAL"), ("DEB", "FUNDS")]
)
def test_no_body_gives_anothers_opinion(body: str, kind: str) -> None:
    EVERYBODY_ASKED.by(officer(body)).when(give_opinion, opinion(kind)).then_broken(
        rules.opinion_is_the_bodys_duty
    )


def test_an_opinion_waits_for_the_letter() -> None:
    UNDER_EXAMINATION.given(*asked("CAC")).by(officer("FIN")).when(
        give_opinion, opinion("FUNDS")
    ).then_broken(rules.opinion_is_asked_for_in_writing)


def test_the_co_approver_needs_no_letter() -> None:
    UNDER_EXAMINATION.by(officer("DEB")).when(give_opinion, opinion("TECHNICAL")).then(OpinionGiven)


def test_a_letter_about_an_earlier_submission_of_the_round_still_counts() -> None:
    EVERYBODY_ASKED.given(submitted(NEWER)).by(officer("FIN")).when(
        give_opinion, opinion("FUNDS", NEWER)
    ).then(OpinionGiven)


def test_a_new_round_needs_new_letters() -> None:
    first, second = submission(), design()
    case = CASE.given(submitted(first), *asked("FIN", about=first), replied(first))
    case.given(submitted(second)).by(officer("FIN")).when(
        give_opinion, opinion("FUNDS", second)
    ).then_broken(rules.opinion_is_asked_for_in_writing)


def test_an_opinion_on_an_earlier_submission_is_refused_naming_the_current_one() -> None:
    outcome = (
        EVERYBODY_ASKED.given(submitted(NEWER))
        .by(officer("FIN"))
        .when(give_opinion, opinion("FUNDS", plan()))
        .then_broken(rules.opinion_names_the_current_submission)
    )
    assert digest_of(NEWER) in outcome.texts[0]


def test_there_is_no_opinion_before_a_submission() -> None:
    CASE.by(officer("FIN")).when(give_opinion, opinion("FUNDS")).then_broken(
        submission_awaits_reply
    )


def test_a_conditional_opinion_lists_its_conditions() -> None:
    fin = EVERYBODY_ASKED.by(officer("FIN"))
    fin.when(give_opinion, opinion(conclusion="CONDITIONAL")).then_broken(
        rules.conditions_match_the_conclusion
    )
    fin.when(give_opinion, opinion(conclusion="CONDITIONAL", conditions=["压减硬件"])).then(
        OpinionGiven
    )


@pytest.mark.parametrize("conclusion", ["AGREE", "DISAGREE"])
def test_other_conclusions_have_no_conditions(conclusion: str) -> None:
    EVERYBODY_ASKED.by(officer("FIN")).when(
        give_opinion, opinion(conclusion=conclusion, conditions=["压减硬件"])
    ).then_broken(rules.conditions_match_the_conclusion)


YESTERDAY = TODAY - timedelta(days=1)


def test_no_letter_or_opinion_is_dated_before_the_submission() -> None:
    fin, about = EVERYBODY_ASKED.by(officer("FIN")), digest_of(plan())
    fin.when(request_opinion, letter("FIN", on=YESTERDAY)).then_invalid("on")
    fin.when(give_opinion, opinion("FUNDS", on=YESTERDAY)).then_invalid("on")
    later = EVERYBODY_ASKED.at(TODAY + timedelta(days=1)).by(officer("FIN"))
    later.when(request_opinion, letter("FIN", on=TODAY)).then(OpinionRequested).having(on=TODAY)
    later.when(give_opinion, opinion("FUNDS", on=TODAY)).then(OpinionGiven).having(on=TODAY)
    given = later.given(gave("FIN", "FUNDS", submission()))
    given.when(carry_opinion_forward, carry(digest=about, on=YESTERDAY)).then_invalid("on")
    given.when(carry_opinion_forward, carry(digest=about, on=TODAY)).then(OpinionCarriedForward)


def test_who_submitted_gives_no_opinion() -> None:
    UNDER_EXAMINATION.by(OFFICER).when(give_opinion, opinion("TECHNICAL")).then_broken(
        decider_did_not_submit
    )


def test_nobody_who_submitted_anything_in_the_round_gives_or_carries_an_opinion() -> None:
    case = then_by(UNDER_EXAMINATION, COLLEAGUE, submitted(NEWER)).given(gave("DEB", "TECHNICAL"))
    for person in (OFFICER, COLLEAGUE):
        case.by(person).when(give_opinion, opinion("TECHNICAL", NEWER)).then_broken(
            decider_did_not_submit
        )
        case.by(person).when(carry_opinion_forward, carry("TECHNICAL")).then_broken(
            decider_did_not_submit
        )


def test_who_submitted_in_an_earlier_round_may_give_an_opinion_in_the_next() -> None:
    content = design()
    feasible = CASE.given(submitted(submission()), replied(submission()))
    then_by(feasible, COLLEAGUE, submitted(content)).by(OFFICER).when(
        give_opinion, opinion("TECHNICAL", content)
    ).then(OpinionGiven)


def test_a_body_carries_its_opinion_to_the_newer_submission() -> None:
    case = EVERYBODY_ASKED.given(gave("FIN", "FUNDS"), submitted(NEWER)).by(officer("FIN"))
    outcome = case.when(carry_opinion_forward, carry()).then(OpinionCarriedForward)
    standing = case.given(*outcome.events).state().examination.opinion_of("FIN", "FUNDS")
    assert standing.digest == digest_of(NEWER)
    assert standing.opinion.digest == digest_of(plan())


def test_a_body_carries_no_opinion_it_has_not_given() -> None:
    case = EVERYBODY_ASKED.given(gave("CAC", "SECURITY"), submitted(NEWER))
    case.by(officer("PSB")).when(carry_opinion_forward, carry("SECURITY")).then_broken(
        rules.opinion_to_carry_exists
    )


def test_nothing_is_carried_to_what_was_replied_to() -> None:
    case = EVERYBODY_ASKED.given(gave("FIN", "FUNDS"), submitted(NEWER), replied(NEWER))
    case.by(officer("FIN")).when(carry_opinion_forward, carry()).then_broken(
        submission_awaits_reply
    )


def test_an_opinion_that_stands_needs_no_carrying() -> None:
    EVERYBODY_ASKED.given(gave("FIN", "FUNDS")).by(officer("FIN")).when(
        carry_opinion_forward, carry(digest=digest_of(plan()))
    ).then_broken(rules.opinion_to_carry_exists)


def test_an_opinion_is_not_carried_to_an_earlier_submission() -> None:
    EVERYBODY_ASKED.given(gave("FIN", "FUNDS"), submitted(NEWER)).by(officer("FIN")).when(
        carry_opinion_forward, carry(digest=digest_of(plan()))
    ).then_broken(rules.opinion_names_the_current_submission)


def test_an_opinion_of_another_round_is_not_carried() -> None:
    first, second = submission(), design()
    case = CASE.given(
        submitted(first), *asked("FIN", about=first), gave("FIN", "FUNDS", first), replied(first)
    )
    case.given(submitted(second)).by(officer("FIN")).when(
        carry_opinion_forward, carry(digest=digest_of(second))
    ).then_broken(rules.opinion_to_carry_exists)
