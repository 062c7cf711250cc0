"""Exceptions: what may give way, who agrees, for how long, and what then rests on them."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.approval.decisions import (
    Facts,
    agree_to_exception,
    issue_reply,
    request_exception,
    revoke_exception,
    submit_document,
)
from services.approval.rules import exceptions as rules
from services.approval.rules import reply as reply_rules
from services.approval.rules.adjustments import design_adjustment_is_not_major
from services.approval.rules.construction import no_hardware_of_its_own, system_is_not_isolated
from services.approval.state import ExceptionCase, ExceptionStatus, evolve_exception
from shared.events.approval import (
    DocumentSubmitted,
    ExceptionAgreed,
    ExceptionAgreement,
    ExceptionAttached,
    ExceptionGranted,
    ExceptionRefused,
    ExceptionRequest,
    ExceptionRequested,
    ExceptionRevocation,
    ExceptionRevoked,
    ReplyIssued,
)
from shared.kernel.actor import Actor
from shared.regulation.common import decider_did_not_submit
from tests.approval.building import (
    CASE,
    EXCEPTION,
    IDENTITY,
    built,
    design,
    examined,
    exempted,
    member_of,
    officer,
    registered,
    replied,
    reply,
    submission,
)
from tests.support.builders import OTHER_UNIT, UNIT, document
from tests.support.given_when_then import OFFICER, SUBJECT, TODAY, Case

DAY = timedelta(days=1)
LAW = {"title": "数据安全法", "article": "第二十一条", "provision": "重要数据须单独存放"}

ASKING = Case(
    ExceptionCase(),
    evolve_exception,
    Facts(registered()),
    service="approval",
    actor=member_of(UNIT),
    subject=str(EXCEPTION),
)


def request(*rows: str, **changes: Any) -> ExceptionRequest:
    """A justified exception for a project, by default to build on hardware of its own."""
    return ExceptionRequest.model_validate(
        {
            "unit_id": UNIT,
            "project_id": SUBJECT,
            "rows": rows or ["8-(1)"],
            "kind": "JUSTIFIED",
            "reason": "现场实时控制不能上云",
            "evidence": document("论证报告"),
            **changes,
        }
    )


def agreement(
    *, approved: bool = True, number: str | None = "乐发改函〔2026〕77号", **more: Any
) -> ExceptionAgreement:
    paper = document("例外意见", number)
    return ExceptionAgreement(approved=approved, text="同意", document=paper, **more)


def revocation(
    number: str | None = "乐发改函〔2026〕90号", on: date | None = None
) -> ExceptionRevocation:
    return ExceptionRevocation(on=on, reason="情况已变", document=document("撤销文件", number))


def asked(*rows: str, **changes: Any) -> Case:
    """The exception once asked for."""
    content = request(*rows, **changes)
    requested = ExceptionRequested(
        on=TODAY,
        exception_id=EXCEPTION,
        unit_id=UNIT,
        project_id=content.project_id,
        request=content,
    )
    return ASKING.given(requested)


def agreed_by(case: Case, *bodies: str) -> Case:
    for body in bodies:
        case = case.given(*case.by(officer(body)).when(agree_to_exception, agreement()).events)
    return case


# -- asking -----------------------------------------------------------------------------------


def test_what_nobody_asked_for_is_nobodys() -> None:
    assert ASKING.state().parties == frozenset()
    asked_for = ASKING.when(request_exception, request()).then(ExceptionRequested)
    assert ASKING.given(*asked_for.events).state().parties == {UNIT}


def test_a_row_with_room_for_it_may_be_asked_for() -> None:
    ASKING.when(request_exception, request()).then(ExceptionRequested).having(
        exception_id=EXCEPTION, **IDENTITY
    )
    state = asked().state()
    assert (state.status, state.exemption) == (ExceptionStatus.REQUESTED, None)


@pytest.mark.parametrize("row", ["9-2", "20-1", "29-1", "32-2", "54-1"])
@pytest.mark.parametrize("kind", ["JUSTIFIED", "LEGAL"])
def test_a_hard_rule_is_excepted_by_nobody(row: str, kind: str) -> None:
    ASKING.when(request_exception, request(row, kind=kind, legal_basis=LAW)).then_broken(
        rules.rows_leave_room_for_it
    )


def test_one_exception_covers_rows_of_one_kind() -> None:
    ASKING.when(request_exception, request("8-(1)", "8-(10)")).then(ExceptionRequested)
    ASKING.when(request_exception, request("8-(1)", "6-1")).then_broken(
        rules.rows_leave_room_for_it
    )


def test_a_law_lifts_the_ten_kinds_only_and_is_cited() -> None:
    ASKING.when(request_exception, request(kind="LEGAL")).then_broken(
        rules.legal_exception_cites_the_law
    )
    ASKING.when(request_exception, request(kind="LEGAL", legal_basis=LAW)).then(ExceptionRequested)
    ASKING.when(request_exception, request("6-1", kind="LEGAL", legal_basis=LAW)).then_broken(
        rules.rows_leave_room_for_it
    )


def test_special_rules_lift_any_row_they_name_and_are_cited() -> None:
    special = {"kind": "SPECIAL_REGIME"}
    ASKING.when(request_exception, request("9-2", **special)).then_broken(
        rules.special_regime_is_cited
    )
    cited = {**special, "legal_basis": LAW}
    ASKING.when(request_exception, request("9-2", "8-(1)", **cited)).then(ExceptionRequested)


@pytest.mark.parametrize("row", ["5-1", "5-2", "28-3", "53-1", "54-1", "57-1"])
def test_some_rows_are_never_lifted(row: str) -> None:
    special = request("9-2", row, kind="SPECIAL_REGIME", legal_basis=LAW)
    ASKING.when(request_exception, special).then_broken(rules.rows_leave_room_for_it)


def test_an_exception_is_for_a_project_unless_it_comes_before_one() -> None:
    ASKING.when(request_exception, request(project_id=None)).then_broken(
        rules.exception_names_what_it_is_for
    )
    ASKING.when(request_exception, request("12-1", project_id=None)).then(ExceptionRequested)
    ASKING.when(request_exception, request("12-1")).then_broken(
        rules.exception_names_what_it_is_for
    )


def test_a_unit_asks_for_its_own_project() -> None:
    ASKING.when(request_exception, request(unit_id=OTHER_UNIT)).then_broken(
        rules.exception_is_for_ones_own_project
    )
    unknown = ASKING.with_facts(registration=registered(without=("declared", "listed")))
    unknown.when(request_exception, request()).then_broken(rules.exception_is_for_ones_own_project)


def test_an_exception_does_not_end_before_it_is_asked_for() -> None:
    ASKING.when(request_exception, request(valid_until=TODAY - DAY)).then_invalid("valid_until")
    ASKING.when(request_exception, request(valid_until=TODAY)).then(ExceptionRequested)


# -- agreeing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [("DRC", "DEB"), ("DEB", "DRC")])
def test_both_bodies_agree_in_either_order(first: str, second: str) -> None:
    one = asked().by(officer(first)).when(agree_to_exception, agreement()).then(ExceptionAgreed)
    case = asked().given(*one.events).by(officer(second))
    both = case.when(agree_to_exception, agreement(number="乐数函1号"))
    both.then(ExceptionAgreed, ExceptionGranted, ExceptionAttached)
    granted, attached = both.events[1], both.events[2]
    assert isinstance(granted, ExceptionGranted)
    assert (granted.rows, granted.number, granted.approvers, granted.valid_from) == (
        ("8-(1)",),
        "乐数函1号",
        ("DRC", "DEB"),
        TODAY,
    )
    assert attached.stream == f"project:{SUBJECT}"
    own = [event for event in both.events if event.stream != attached.stream]
    assert case.given(*own).state().exemption.number == "乐数函1号"


def test_special_rules_are_found_to_apply_by_both() -> None:
    special = asked("9-2", kind="SPECIAL_REGIME", legal_basis=LAW)
    for body in ("DRC", "DEB"):
        special.by(officer(body)).when(agree_to_exception, agreement()).then(ExceptionAgreed)


def test_data_collection_is_excepted_by_the_digital_bureau_alone() -> None:
    case = asked("12-1", project_id=None)
    case.by(officer("DRC")).when(agree_to_exception, agreement()).then_broken(
        rules.body_is_to_agree
    )
    case.by(officer("DEB")).when(agree_to_exception, agreement()).then(
        ExceptionAgreed, ExceptionGranted
    )


def test_a_body_agrees_once() -> None:
    agreed_by(asked(), "DRC").by(officer("DRC")).when(agree_to_exception, agreement()).then_broken(
        rules.body_has_not_agreed_yet
    )


def test_who_asked_does_not_agree() -> None:
    asked().by(OFFICER).when(agree_to_exception, agreement()).then_broken(decider_did_not_submit)


def test_an_agreement_has_a_number_and_a_date_not_before_the_request() -> None:
    case = asked().by(officer("DRC"))
    case.when(agree_to_exception, agreement(number=None)).then_broken(
        rules.exception_paper_is_numbered
    )
    case.when(agree_to_exception, agreement(on=TODAY - DAY)).then_invalid("on")


@pytest.mark.parametrize("before", [(), ("DRC",)])
def test_one_body_that_does_not_agree_ends_it(before: tuple[str, ...]) -> None:
    case = agreed_by(asked(), *before).by(officer("DEB"))
    outcome = case.when(agree_to_exception, agreement(approved=False)).then(ExceptionRefused)
    refused = case.given(*outcome.events)
    assert refused.state().status is ExceptionStatus.REFUSED
    refused.by(officer("DRC")).when(agree_to_exception, agreement()).then_broken(
        rules.exception_awaits_agreement
    )


def test_an_exception_whose_time_has_passed_is_not_granted() -> None:
    case = asked(valid_until=TODAY).by(officer("DRC"))
    case.when(agree_to_exception, agreement()).then(ExceptionAgreed)
    case.at(TODAY + DAY).when(agree_to_exception, agreement()).then_broken(
        rules.exception_has_not_run_out
    )


def test_nothing_is_agreed_to_that_was_not_asked_for() -> None:
    ASKING.by(officer("DRC")).when(agree_to_exception, agreement()).then_broken(
        rules.exception_awaits_agreement
    )


def test_a_unit_decides_on_intellectual_property_itself_by_a_numbered_paper() -> None:
    ASKING.when(request_exception, request("43-1")).then_broken(rules.exception_paper_is_numbered)
    own = request("43-1", evidence=document("知识产权归属决定", "乐教〔2026〕9号"))
    outcome = ASKING.when(request_exception, own)
    outcome.then(ExceptionRequested, ExceptionGranted, ExceptionAttached)
    granted = outcome.events[1]
    assert isinstance(granted, ExceptionGranted)
    assert (granted.number, granted.approvers) == ("乐教〔2026〕9号", ("UNIT",))


# -- revoking ---------------------------------------------------------------------------------


def in_force(case: Case) -> Case:
    """The exception's own stream once it is granted."""
    granted = agreed_by(case, "DRC")
    last = granted.by(officer("DEB")).when(agree_to_exception, agreement()).events
    return granted.given(*(event for event in last if not isinstance(event, ExceptionAttached)))


def test_who_granted_it_may_revoke_it() -> None:
    case = in_force(asked())
    outcome = case.by(officer("DRC")).when(revoke_exception, revocation()).then(ExceptionRevoked)
    state = case.given(*outcome.events).state()
    assert (state.status, state.exemption) == (ExceptionStatus.REVOKED, None)
    case.by(officer("DRC")).when(revoke_exception, revocation(number=None)).then_broken(
        rules.exception_paper_is_numbered
    )
    case.by(officer("DRC")).when(revoke_exception, revocation(on=TODAY - DAY)).then_invalid("on")


def test_who_did_not_grant_it_does_not_revoke_it() -> None:
    def revoking(case: Case, who: Actor) -> Any:
        return case.by(who).when(revoke_exception, revocation())

    own = ASKING.when(
        request_exception, request("43-1", evidence=document("决定", "乐教〔2026〕9号"))
    )
    case = ASKING.given(*own.events[:2])
    revoking(case, officer("DRC")).then_broken(rules.exception_is_revoked_by_who_granted_it)
    revoking(case, officer("DEB")).then(ExceptionRevoked)


def test_only_what_is_granted_is_revoked() -> None:
    asked().by(officer("DRC")).when(revoke_exception, revocation()).then_broken(
        rules.exception_is_granted
    )


# -- resting on it ----------------------------------------------------------------------------

SERVERS = built(hardware=[{"kind": "SERVER", "name": "控制服务器", "quantity": 2}])
READY = CASE.given(*examined(SERVERS))


def test_an_exception_lifts_its_row_and_the_decision_names_it() -> None:
    READY.when(issue_reply, reply(SERVERS)).then_broken(no_hardware_of_its_own)
    exemption = exempted("8-(1)")
    outcome = READY.with_facts(exemptions=(exemption,)).when(issue_reply, reply(SERVERS))
    outcome.then(ReplyIssued)
    assert outcome.decision is not None
    (check,) = [c for c in outcome.decision.checks if c.row == "8-(1)"]
    assert (check.holds, check.exempted_by) == (False, exemption.ref)
    assert exemption.ref in outcome.decision.basis


def test_an_exception_lifts_no_other_row() -> None:
    READY.with_facts(exemptions=(exempted("8-(2)"),)).when(issue_reply, reply(SERVERS)).then_broken(
        no_hardware_of_its_own
    )
    isolated = built(integrations=[])
    CASE.given(*examined(isolated)).with_facts(exemptions=(exempted("6-1"),)).when(
        issue_reply, reply(isolated)
    ).then_broken(system_is_not_isolated)


@pytest.mark.parametrize(
    ("since", "until", "lifts"),
    [
        (TODAY, TODAY, True),
        (TODAY - DAY, TODAY - DAY, False),
        (TODAY + DAY, None, False),
        (TODAY - DAY, None, True),
    ],
)
def test_an_exception_lifts_from_its_first_day_to_its_last(
    since: date, until: date | None, lifts: bool
) -> None:
    exemption = exempted("8-(1)", since=since, until=until)
    outcome = READY.with_facts(exemptions=(exemption,)).when(issue_reply, reply(SERVERS))
    if lifts:
        outcome.then(ReplyIssued)
    else:
        outcome.then_broken(no_hardware_of_its_own)


def test_special_rules_lift_a_hard_rule_and_nothing_else_does() -> None:
    uncoded = CASE.given(*examined()).with_facts(registration=registered(without=("coded",)))
    justified = uncoded.with_facts(exemptions=(exempted("9-2"),))
    justified.when(issue_reply, reply()).then_broken(reply_rules.project_code_is_assigned)
    special = uncoded.with_facts(exemptions=(exempted("9-2", kind="SPECIAL_REGIME"),))
    special.when(issue_reply, reply()).then(ReplyIssued)


def test_an_exception_lets_a_major_departure_from_the_feasibility_reply_pass() -> None:
    feasible = CASE.given(replied(submission()))
    major = design(major_adjustment=True, adjustment_chapter="第二章", goals="扩大到高校")
    feasible.when(submit_document, major).then_broken(design_adjustment_is_not_major)
    feasible.with_facts(exemptions=(exempted("25-2"),)).when(submit_document, major).then(
        DocumentSubmitted
    )
