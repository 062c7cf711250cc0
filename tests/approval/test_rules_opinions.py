"""Opinions: the matrix of Article 22, letters, digests, conditions, carrying forward."""

import pytest

from services.approval import rules
from services.approval.decisions import (
    carry_opinion_forward,
    digest_of,
    give_opinion,
    request_opinion,
)
from shared.events.approval import (
    CarryForward,
    OpinionCarriedForward,
    OpinionGiven,
    OpinionKind,
    OpinionRequested,
)
from tests.approval.building import (
    ASKED,
    CASE,
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
)
from tests.support.given_when_then import OFFICER

UNDER_EXAMINATION = CASE.given(submitted(plan()))
EVERYBODY_ASKED = UNDER_EXAMINATION.given(*asked(*ASKED))
NEWER = plan(goals="修改后的目标")


def carry(kind: str = "FUNDS", digest: str = digest_of(NEWER)) -> CarryForward:
    return CarryForward(kind=OpinionKind(kind), digest=digest, statement="修改不影响原意见")


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
    CASE.when(request_opinion, letter("FIN")).then_broken(rules.submission_awaits_reply)


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
        rules.submission_awaits_reply
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


def test_who_submitted_gives_no_opinion() -> None:
    UNDER_EXAMINATION.by(OFFICER).when(give_opinion, opinion("TECHNICAL")).then_broken(
        rules.decider_did_not_submit
    )


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
