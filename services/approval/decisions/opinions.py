"""Opinions: asked for by letter, given, and carried forward (第二十二条)."""

from services.approval.decisions.facts import Facts
from services.approval.rules import opinions as rules
from services.approval.rules.reply import submission_awaits_reply
from services.approval.state import Project
from shared.events import Event
from shared.events.approval import (
    CarryForward,
    Letter,
    Opinion,
    OpinionCarriedForward,
    OpinionGiven,
    OpinionRequested,
)
from shared.kernel.model import present
from shared.regulation import Context
from shared.regulation.common import decider_did_not_submit


def request_opinion(project: Project, letter: Letter, facts: Facts, context: Context) -> Event:
    """征求意见（第二十二条）."""
    context.require(
        submission_awaits_reply(project),
        rules.letter_goes_to_a_body_to_be_asked(letter.body, context.policy),
    )
    examination = present(project.examination)
    return OpinionRequested(
        on=context.date_of(letter, since=examination.submitted_on),
        **project.identity,
        letter=letter,
        digest=examination.digest,
    )


def give_opinion(project: Project, opinion: Opinion, facts: Facts, context: Context) -> Event:
    """出具审核意见（第二十二条）."""
    context.require(submission_awaits_reply(project))
    examination, body = present(project.examination), context.actor.body
    context.require(
        decider_did_not_submit(context.actor, examination.submitted_by),
        rules.opinion_names_the_current_submission(opinion.digest, examination),
        rules.conditions_match_the_conclusion(opinion),
        rules.opinion_is_the_bodys_duty(body, opinion.kind, context.policy),
    )
    context.require(
        rules.opinion_is_asked_for_in_writing(body, examination, context.policy),
        exemptions=facts.exemptions,
    )
    return OpinionGiven(
        on=context.date_of(opinion, since=examination.submitted_on),
        **project.identity,
        body=body,
        opinion=opinion,
    )


def carry_opinion_forward(
    project: Project, carry: CarryForward, facts: Facts, context: Context
) -> Event:
    """沿用意见（第二十二条）: the body confirms what it said of an earlier submission."""
    context.require(submission_awaits_reply(project))
    examination, body = present(project.examination), context.actor.body
    context.require(
        decider_did_not_submit(context.actor, examination.submitted_by),
        rules.opinion_names_the_current_submission(carry.digest, examination),
        rules.opinion_to_carry_exists(examination.opinion_of(body, carry.kind), examination),
    )
    return OpinionCarriedForward(
        on=context.date_of(carry, since=examination.submitted_on),
        **project.identity,
        body=body,
        carry=carry,
    )
