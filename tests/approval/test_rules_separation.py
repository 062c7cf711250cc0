"""One person does not decide twice where two bodies decide together, nor on what they reported."""

from dataclasses import replace

from services.approval.decisions import (
    agree_to_exception,
    approve_unshared_project,
    digest_of,
    issue_reply,
    report_trouble,
    rule_on_change,
    rule_on_termination,
    sign_off,
    suspend_construction,
)
from services.approval.rules import separation
from shared.events import Event, Meta
from shared.events.approval import (
    ChangeApproved,
    ConstructionSuspended,
    ExceptionAgreed,
    ExceptionAttached,
    ExceptionGranted,
    LeadingGroupApproved,
    ParticipantSignedOff,
    ProjectTerminated,
    ReplyIssued,
    SignOff,
    TroubleReported,
)
from shared.kernel.actor import Actor
from shared.regulation.common import decider_did_not_submit
from tests.approval.building import (
    CASE,
    applied,
    change,
    change_concurred,
    concurred,
    examined,
    member_of,
    officer,
    plan,
    replied,
    reply,
    ruling,
    submitted,
)
from tests.approval.test_rules_before_reply import lg_approval, sharing
from tests.approval.test_rules_exceptions import agreement, asked
from tests.approval.test_rules_interruption import (
    BUILDING,
    consent,
    reported,
    requested,
    suspension,
    trouble,
)
from tests.support.builders import OTHER_UNIT
from tests.support.given_when_then import OFFICER, Case, as_recorded

TWO_HATS = Actor(person="both-1", name="双职", body="DEB", role="OFFICER")
"""Holds tokens of more than one body."""


def wearing(body: str) -> Actor:
    return TWO_HATS.model_copy(update={"body": body})


def recorded_by(case: Case, actor: Actor, *events: Event) -> Case:
    """The case after more events, recorded by somebody else than the rest."""
    state = case.state()
    for each in as_recorded(events, case.service, start=len(case.history) + 1):
        meta = Meta(actor=actor, command="given", policy="511100-2022@1")
        state = case.evolve(state, replace(each, stored_meta=meta))
    return replace(case, initial=state, history=())


def test_who_concurred_for_one_body_does_not_reply_for_the_other() -> None:
    examination = CASE.given(*examined(without=("concurrence",)))
    case = recorded_by(examination, wearing("DEB"), concurred())
    case.by(wearing("DRC")).when(issue_reply, reply()).then_broken(
        separation.who_concurred_does_not_reply
    )
    case.by(officer("DRC")).when(issue_reply, reply()).then(ReplyIssued)


def test_who_concurred_in_what_was_concurred_in_again_since_may_reply() -> None:
    case = recorded_by(CASE.given(*examined(without=("concurrence",))), TWO_HATS, concurred())
    case.given(concurred()).by(wearing("DRC")).when(issue_reply, reply()).then(ReplyIssued)


def test_who_concurred_in_a_change_does_not_rule_on_it() -> None:
    content = change("700000.00", "400000.00")
    case = recorded_by(CASE.given(replied(), applied(content)), wearing("DEB"), change_concurred())
    for paper in (ruling(), ruling(approved=False)):
        case.by(wearing("DRC")).when(rule_on_change, paper).then_broken(
            separation.who_concurred_in_a_change_does_not_rule_on_it
        )
    case.by(officer("DRC")).when(rule_on_change, ruling()).then(ChangeApproved)


def test_who_reported_a_termination_does_not_rule_on_it() -> None:
    case = recorded_by(BUILDING.given(requested()), wearing("DEB"), reported())
    case.by(wearing("LG")).when(rule_on_termination, consent()).then_broken(
        separation.who_reported_a_termination_does_not_rule_on_it
    )
    case.by(officer("LG")).when(rule_on_termination, consent()).then(ProjectTerminated)


def test_who_agreed_to_an_exception_does_not_agree_for_another_body() -> None:
    first = asked().by(wearing("DEB")).when(agree_to_exception, agreement()).then(ExceptionAgreed)
    case = recorded_by(asked(), wearing("DEB"), *first.events)
    case.by(wearing("DRC")).when(agree_to_exception, agreement()).then_broken(
        separation.who_agreed_does_not_agree_for_another_body
    )
    case.by(officer("DRC")).when(agree_to_exception, agreement()).then(
        ExceptionAgreed, ExceptionGranted, ExceptionAttached
    )


def test_who_reported_trouble_does_not_suspend_the_construction_for_it() -> None:
    told = BUILDING.when(report_trouble, trouble()).then(TroubleReported)
    case = BUILDING.given(*told.events)
    case.by(OFFICER).when(suspend_construction, suspension()).then_broken(decider_did_not_submit)
    case.when(suspend_construction, suspension()).then(ConstructionSuspended)


def test_who_submitted_for_the_lead_does_not_sign_off_for_a_participant() -> None:
    case = CASE.given(submitted(plan(), participants=(OTHER_UNIT,)))
    paper = SignOff(digest=digest_of(plan()))
    submitter = member_of(OTHER_UNIT).model_copy(update={"person": OFFICER.person})
    case.by(submitter).when(sign_off, paper).then_broken(decider_did_not_submit)
    case.by(member_of(OTHER_UNIT)).when(sign_off, paper).then(ParticipantSignedOff)


def test_who_declared_does_not_approve_for_the_leading_group() -> None:
    case = sharing("NONE")
    declarant = officer("LG").model_copy(update={"person": OFFICER.person})
    case.by(declarant).when(approve_unshared_project, lg_approval()).then_broken(
        decider_did_not_submit
    )
    case.by(officer("LG")).when(approve_unshared_project, lg_approval()).then(LeadingGroupApproved)
