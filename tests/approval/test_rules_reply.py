"""The reply: what must precede it, what it carries, and its copy."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.approval.decisions import (
    concur,
    confirm_copy,
    digest_of,
    give_municipal_consent,
    issue_reply,
    record_evaluation,
    sign_off,
)
from services.approval.rules import opinions
from services.approval.rules import reply as rules
from services.approval.rules.construction import five_matters_are_met
from services.approval.state import Stage, registration_of
from shared.events.acceptance import (
    AcceptanceOverdue,
    ExtensionGranted,
    ExtensionRuling,
)
from shared.events.approval import (
    Concurrence,
    ConcurrenceGiven,
    Consent,
    CopyReceipt,
    EvaluationRecorded,
    MunicipalConsentGiven,
    ReplyCopied,
    ReplyIssued,
    SignOff,
)
from shared.events.envelope import Event
from shared.events.registry import (
    NoDataStatementApproved,
    ResourceCatalogue,
    ResourcesCatalogued,
    StatementApproval,
)
from shared.events.vocabulary import DeliveryMode
from shared.regulation import Rule
from shared.regulation.common import decider_did_not_submit
from shared.standing import standing_of
from shared.standing.rules import (
    no_project_bars_the_unit,
    resource_catalogue_is_present,
)
from tests.approval.building import (
    CASE,
    COLLEAGUE,
    DUTIES,
    IDENTITY,
    SERVICE_CASE,
    accepted,
    carried,
    concurred,
    consented,
    evaluated,
    evaluation,
    examined,
    gave,
    joint_design,
    member_of,
    of_total,
    officer,
    plan,
    registered,
    registry_events,
    replied,
    reply,
    service_demand,
    signed_off,
    submission,
    submitted,
    then_by,
    under,
)
from tests.support.builders import OTHER_UNIT, THIRD_UNIT, UNIT, document
from tests.support.given_when_then import OFFICER, TODAY, Case, Outcome, as_recorded

READY = CASE.given(*examined())
NEWER = plan(goals="修改后的目标")
DAY = timedelta(days=1)
OTHER_PROJECT = UUID("01890000-0000-7000-8000-0000000000ff")


def lacking(*steps: str) -> Case:
    return CASE.given(*examined(without=steps))


def test_a_reply_carries_the_whole_baseline() -> None:
    content = plan(custom_development=True)
    CASE.given(*examined(content)).when(issue_reply, reply(content)).then(ReplyIssued).having(
        round=content.round,
        final=True,
        total=content.total,
        items=content.items,
        goals=content.goals,
        content=content.content,
        planned_start=content.planned_start,
        planned_end=content.planned_end,
        custom_development=True,
        delivery_mode=DeliveryMode.SELF_BUILD,
        open_conditions=(),
        policy="511100-2022@1",
        **IDENTITY,
    )


def test_a_reply_to_a_project_of_the_digital_bureau_itself_says_so() -> None:
    events = registry_events()
    declared = events["declared"].model_copy(update={"self_review": True})
    own = registration_of(as_recorded([declared, *list(events.values())[1:]], "registry"))
    READY.with_facts(registration=own).when(issue_reply, reply()).having(self_review=True)
    READY.when(issue_reply, reply()).having(self_review=False)


def test_a_project_nobody_submitted_is_nobodys() -> None:
    assert CASE.state().parties == frozenset()
    along = submitted(plan(), participants=(OTHER_UNIT,))
    assert CASE.given(along).state().parties == {UNIT, OTHER_UNIT}


def test_a_feasibility_reply_is_not_final() -> None:
    content = submission()
    outcome = CASE.given(*examined(content)).when(issue_reply, reply(content))
    outcome.then(ReplyIssued).having(final=False)
    state = CASE.given(*examined(content), *outcome.events).state()
    assert (state.stage, state.baseline) == (Stage.FEASIBILITY_APPROVED, None)


def test_the_reply_rests_on_opinions_code_and_catalogue() -> None:
    outcome = READY.when(issue_reply, reply())
    assert outcome.decision is not None
    basis = {(ref.service, ref.position) for ref in outcome.decision.basis}
    assert {("registry", 103), ("registry", 104)} <= basis
    opinions = {("approval", position) for position in range(6, 12)}
    assert opinions <= basis


def test_there_is_no_reply_without_a_submission() -> None:
    CASE.when(issue_reply, reply()).then_broken(rules.submission_awaits_reply)


def test_a_submission_is_replied_to_once() -> None:
    READY.given(replied()).when(issue_reply, reply()).then_broken(rules.submission_awaits_reply)


def test_nobody_consents_to_or_concurs_in_what_was_replied_to() -> None:
    replied_to = READY.given(replied())
    consent = Consent(document=document("批示", "乐府函1号"))
    for decision, act in (
        (give_municipal_consent, consent),
        (concur, Concurrence(digest=digest_of(plan()))),
    ):
        replied_to.when(decision, act).then_broken(rules.submission_awaits_reply)


def test_who_submitted_does_not_reply() -> None:
    READY.by(OFFICER).when(issue_reply, reply()).then_broken(decider_did_not_submit)


def test_a_self_built_project_needs_its_code() -> None:
    READY.with_facts(registration=registered(without=("coded",))).when(
        issue_reply, reply()
    ).then_broken(rules.project_code_is_assigned)


def test_a_service_needs_a_code_only_where_the_pack_says_so() -> None:
    uncoded = registered(DeliveryMode.SERVICE_PURCHASE, without=("coded",))
    content = service_demand()
    case = SERVICE_CASE.with_facts(registration=uncoded).given(*examined(content))
    case.when(issue_reply, reply(content)).then(ReplyIssued)
    under(case, code_required_for_service=True).when(issue_reply, reply(content)).then_broken(
        rules.project_code_is_assigned
    )


def test_no_resource_catalogue_no_reply() -> None:
    READY.with_facts(registration=registered(without=("catalogued",))).when(
        issue_reply, reply()
    ).then_broken(resource_catalogue_is_present)


def test_a_statement_of_no_data_counts_once_the_digital_bureau_agrees() -> None:
    entered = list(registry_events().values())
    catalogue = ResourceCatalogue(no_data_statement="本项目不产生数据资源")
    stated = ResourcesCatalogued(on=TODAY, **IDENTITY, catalogue=catalogue)
    agreed = NoDataStatementApproved(
        on=TODAY, **IDENTITY, statement_approval=StatementApproval(text="同意")
    )

    def outcome(*events: Event) -> Outcome:
        registration = registration_of(as_recorded([*entered, *events], "registry"))
        return READY.with_facts(registration=registration).when(issue_reply, reply())

    outcome(stated).then_broken(resource_catalogue_is_present)
    outcome(stated, agreed).then(ReplyIssued)
    outcome(stated, agreed, stated).then_broken(resource_catalogue_is_present)


def test_every_participant_signs_off_the_current_submission() -> None:
    content = plan(joint=joint_design())
    papers = examined(content, without=("submission",))
    joint = submitted(content, participants=(OTHER_UNIT, THIRD_UNIT))
    one = CASE.given(joint, *papers, signed_off(OTHER_UNIT, content))
    one.when(issue_reply, reply(content)).then_broken(rules.every_participant_has_signed_off)
    stale = one.given(signed_off(THIRD_UNIT, plan()))
    stale.when(issue_reply, reply(content)).then_broken(rules.every_participant_has_signed_off)
    one.given(signed_off(THIRD_UNIT, content)).when(issue_reply, reply(content)).then(ReplyIssued)


def test_a_later_signature_takes_the_place_of_the_former() -> None:
    first, second = plan(joint=joint_design()), plan(joint=joint_design(), goals="修改后的目标")
    papers, along = examined(first, without=("submission",)), (OTHER_UNIT,)
    again = CASE.given(
        submitted(first, participants=along),
        signed_off(OTHER_UNIT, first),
        submitted(second, participants=along),
        signed_off(OTHER_UNIT, second),
        submitted(first, participants=along),
        *papers,
    )
    again.when(issue_reply, reply(first)).then_broken(rules.every_participant_has_signed_off)
    again.given(signed_off(OTHER_UNIT, first)).when(issue_reply, reply(first)).then(ReplyIssued)


@pytest.mark.parametrize("body", ["FIN", "CAC", "PSB", "CRY"])
def test_four_letters_precede_the_reply(body: str) -> None:
    outcome = lacking(f"letter:{body}").when(issue_reply, reply())
    outcome.then_broken(opinions.letters_are_sent)


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        ("FIN:FUNDS", opinions.funds_opinion_is_given),
        ("CAC:SECURITY", opinions.security_opinions_are_given),
        ("PSB:SECURITY", opinions.security_opinions_are_given),
        ("DEB:SECURITY", opinions.security_opinions_are_given),
        ("CRY:CRYPTOGRAPHY", opinions.cryptography_opinion_is_given),
        ("DEB:TECHNICAL", opinions.technical_opinion_is_given),
    ],
)
def test_six_opinions_precede_the_reply(step: str, rule: Rule[...]) -> None:
    lacking(step).when(issue_reply, reply()).then_broken(rule)


def test_a_resubmission_makes_opinions_evaluation_and_concurrence_stale() -> None:
    READY.given(submitted(NEWER)).when(issue_reply, reply(NEWER)).then_broken(
        opinions.funds_opinion_is_given,
        opinions.security_opinions_are_given,
        opinions.cryptography_opinion_is_given,
        opinions.technical_opinion_is_given,
        rules.evaluation_is_positive,
        rules.digital_bureau_concurs_in_the_reply,
    )


def test_opinions_carried_forward_count() -> None:
    again: list[Event] = [submitted(NEWER), evaluated(NEWER)]
    again += [carried(body, kind, NEWER) for body, kind in DUTIES]
    READY.given(*again, concurred(NEWER)).when(issue_reply, reply(NEWER)).then(ReplyIssued)


def test_an_objection_blocks_until_the_body_agrees() -> None:
    objected = lacking("concurrence").given(gave("FIN", "FUNDS", conclusion="DISAGREE"))
    objected.given(concurred()).when(issue_reply, reply()).then_broken(opinions.no_opinion_objects)
    agreed = objected.given(gave("FIN", "FUNDS"), concurred())
    agreed.when(issue_reply, reply()).then(ReplyIssued)


def test_an_objection_does_not_block_where_the_pack_says_so() -> None:
    objected = lacking("concurrence").given(
        gave("FIN", "FUNDS", conclusion="DISAGREE"), concurred()
    )
    under(objected, negative_opinion_blocks=False).when(issue_reply, reply()).then(ReplyIssued)


def test_conditions_stay_open_with_those_of_the_feasibility_reply_first() -> None:
    conditional = gave("FIN", "FUNDS", conclusion="CONDITIONAL", conditions=["压减硬件"])
    READY.given(conditional, concurred()).when(issue_reply, reply()).then(ReplyIssued).having(
        open_conditions=("压减硬件",)
    )
    content = submission(round="DESIGN")
    second = gave(
        "FIN", "FUNDS", content, conclusion="CONDITIONAL", conditions=["单独记账", "压减硬件"]
    )
    feasible = replied(submission(), open_conditions=("压减硬件",))
    CASE.given(feasible, *examined(content), second, concurred(content)).when(
        issue_reply, reply(content)
    ).then(ReplyIssued).having(open_conditions=("压减硬件", "单独记账"))


def test_an_evaluation_precedes_the_reply() -> None:
    lacking("evaluation").when(issue_reply, reply()).then_broken(
        rules.evaluation_is_positive,
        rules.merged_plan_is_deep_enough,
        five_matters_are_met,
    )


@pytest.mark.parametrize("fault", [{"positive": False}, {"method": "THIRD_PARTY"}])
def test_the_evaluation_passes_and_a_third_party_is_qualified(fault: dict[str, Any]) -> None:
    READY.given(evaluated(**fault), concurred()).when(issue_reply, reply()).then_broken(
        rules.evaluation_is_positive
    )


def test_a_third_party_gives_its_qualification_number() -> None:
    third: dict[str, Any] = {"method": "THIRD_PARTY"}
    case = CASE.given(submitted(plan()))
    case.when(record_evaluation, evaluation(**third)).then_broken(
        rules.third_party_evaluator_is_qualified
    )
    case.when(record_evaluation, evaluation(qualification_number="甲1234", **third)).then(
        EvaluationRecorded
    )


def test_an_evaluation_names_the_current_submission() -> None:
    CASE.given(submitted(plan()), submitted(NEWER)).when(
        record_evaluation, evaluation()
    ).then_broken(rules.evaluation_names_the_current_submission)


def test_who_submitted_does_not_evaluate() -> None:
    CASE.given(submitted(plan())).by(OFFICER).when(record_evaluation, evaluation()).then_broken(
        decider_did_not_submit
    )


FLAGGED = (evaluated(needs_municipal_consent=True), concurred())
"""The approvers judge that the city has to decide."""


def test_a_project_needs_municipal_consent_where_the_approvers_judge_so() -> None:
    case = lacking("concurrence").given(*FLAGGED)
    case.when(issue_reply, reply()).then_broken(rules.municipal_consent_is_given_where_required)
    case.given(consented()).when(issue_reply, reply()).then(ReplyIssued)


def test_consent_counts_for_the_submission_it_was_given_to() -> None:
    papers = examined(without=("concurrence",))
    CASE.given(submitted(NEWER), consented(), *papers, *FLAGGED).when(
        issue_reply, reply()
    ).then_broken(rules.municipal_consent_is_given_where_required)


def test_a_threshold_of_a_single_cent_is_one() -> None:
    under(READY, municipal_consent_min_total="0.01").when(issue_reply, reply()).then_broken(
        rules.municipal_consent_is_given_where_required
    )
    under(READY, municipal_consent_min_total="0.00").when(issue_reply, reply()).then(ReplyIssued)


@pytest.mark.parametrize(("total", "needed"), [("999999.99", False), ("1000000.00", True)])
def test_a_threshold_where_set_requires_consent_from_its_amount_on(
    total: str, needed: bool
) -> None:
    content = plan(**of_total(total))
    case = under(CASE.given(*examined(content)), municipal_consent_min_total="1000000.00")
    outcome = case.when(issue_reply, reply(content))
    if needed:
        outcome.then_broken(rules.municipal_consent_is_given_where_required)
    else:
        outcome.then(ReplyIssued)


def test_consent_has_a_document_number() -> None:
    case = CASE.given(submitted(plan())).by(officer("GOV"))
    case.when(give_municipal_consent, Consent(document=document("批示"))).then_broken(
        rules.consent_document_is_numbered
    )
    case.when(give_municipal_consent, Consent(document=document("批示", "乐府函1号"))).then(
        MunicipalConsentGiven
    )


def test_the_digital_bureau_concurs_first() -> None:
    lacking("concurrence").when(issue_reply, reply()).then_broken(
        rules.digital_bureau_concurs_in_the_reply
    )


def test_the_digital_bureau_concurs_in_the_current_submission() -> None:
    papers = examined(NEWER, without=("concurrence",))
    case = CASE.given(submitted(plan()), *papers).by(officer("DEB"))
    case.when(concur, Concurrence(digest=digest_of(plan()))).then_broken(
        rules.concurrence_names_the_current_submission
    )
    case.when(concur, Concurrence(digest=digest_of(NEWER))).then(ConcurrenceGiven)


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        ("letter:FIN", opinions.letters_are_sent),
        ("FIN:FUNDS", opinions.funds_opinion_is_given),
        ("PSB:SECURITY", opinions.security_opinions_are_given),
        ("CRY:CRYPTOGRAPHY", opinions.cryptography_opinion_is_given),
        ("DEB:TECHNICAL", opinions.technical_opinion_is_given),
        ("evaluation", rules.evaluation_is_positive),
    ],
)
def test_the_digital_bureau_concurs_after_opinions_and_evaluation(
    step: str, rule: Rule[...]
) -> None:
    lacking(step, "concurrence").by(officer("DEB")).when(
        concur, Concurrence(digest=digest_of(plan()))
    ).then_broken(rule)


def test_the_digital_bureau_does_not_concur_against_an_objection() -> None:
    objected = lacking("concurrence").given(gave("FIN", "FUNDS", conclusion="DISAGREE"))
    objected.by(officer("DEB")).when(concur, Concurrence(digest=digest_of(plan()))).then_broken(
        opinions.no_opinion_objects
    )


@pytest.mark.parametrize(
    "later",
    [
        gave("FIN", "FUNDS", conclusion="CONDITIONAL", conditions=["压减硬件"]),
        carried("FIN", "FUNDS", plan()),
        evaluated(),
    ],
)
def test_the_digital_bureau_concurs_again_after_a_later_opinion_or_evaluation(
    later: Event,
) -> None:
    case = READY.given(later)
    case.when(issue_reply, reply()).then_broken(rules.digital_bureau_concurs_in_the_reply)
    case.given(concurred()).when(issue_reply, reply()).then(ReplyIssued)


def test_who_submitted_does_not_concur() -> None:
    lacking("concurrence").by(OFFICER).when(
        concur, Concurrence(digest=digest_of(plan()))
    ).then_broken(decider_did_not_submit)


def test_nobody_who_submitted_anything_in_the_round_decides_on_it() -> None:
    case = then_by(CASE.given(submitted(plan())), COLLEAGUE, submitted(NEWER))
    case = case.given(*examined(NEWER, without=("submission",)))
    consent = Consent(document=document("批示", "乐府函1号"))
    for person in (OFFICER, COLLEAGUE):
        for decision, paper in (
            (record_evaluation, evaluation(NEWER)),
            (give_municipal_consent, consent),
            (concur, Concurrence(digest=digest_of(NEWER))),
            (issue_reply, reply(NEWER)),
        ):
            case.by(person).when(decision, paper).then_broken(decider_did_not_submit)


def test_no_paper_is_dated_before_the_submission_it_is_about() -> None:
    joint = CASE.given(submitted(plan(), participants=(OTHER_UNIT,)), *examined()[1:])
    joint = joint.given(signed_off(OTHER_UNIT, plan()))
    digest, case = digest_of(plan()), joint.at(TODAY + DAY)
    for decision, paper, actor in (
        (sign_off, SignOff(digest=digest), member_of(OTHER_UNIT)),
        (record_evaluation, evaluation(), officer("DRC")),
        (give_municipal_consent, Consent(document=document("批示", "1号")), officer("GOV")),
        (concur, Concurrence(digest=digest), officer("DEB")),
        (issue_reply, reply(), officer("DRC")),
    ):
        early = paper.model_copy(update={"on": TODAY - DAY})
        case.by(actor).when(decision, early).then_invalid("on")
        same_day = case.by(actor).when(decision, paper.model_copy(update={"on": TODAY}))
        assert same_day.events[0].on == TODAY


def test_a_copy_is_not_received_before_the_reply() -> None:
    case = CASE.given(replied()).by(officer("GAB")).at(TODAY + DAY)
    receipt = CopyReceipt(number="乐发改审批〔2026〕18号", on=TODAY)
    case.when(confirm_copy, receipt).then(ReplyCopied).having(on=TODAY)
    early = receipt.model_copy(update={"on": TODAY - DAY})
    case.when(confirm_copy, early).then_invalid("on")


def test_each_copy_is_received_after_its_own_reply() -> None:
    study = reply(submission(), document=document("批复", "乐发改审批〔2026〕9号"))
    first = replied(submission(), on=TODAY - 2 * DAY, reply=study)
    case = CASE.given(first, replied()).by(officer("GAB"))
    for number, received in ((9, True), (18, False)):
        receipt = CopyReceipt(number=f"乐发改审批〔2026〕{number}号", on=TODAY - DAY)
        outcome = case.when(confirm_copy, receipt)
        if received:
            outcome.then(ReplyCopied).having(on=TODAY - DAY)
            assert outcome.decision is not None
            assert outcome.decision.basis == (case.state().feasibility.ref,)
        else:
            outcome.then_invalid("on")


def test_a_reply_names_the_current_submission() -> None:
    READY.when(issue_reply, reply(NEWER)).then_broken(rules.reply_names_the_current_submission)


def test_a_reply_has_a_document_number() -> None:
    READY.when(issue_reply, reply(document=document("批复"))).then_broken(
        rules.reply_document_is_numbered
    )


def overdue() -> Event:
    return AcceptanceOverdue(on=TODAY, project_id=OTHER_PROJECT, unit_id=UNIT, due_on=TODAY)


@pytest.mark.parametrize("event", [overdue(), accepted("FAILED", OTHER_PROJECT)])
def test_a_unit_with_an_overdue_or_failed_project_gets_no_new_one(event: Event) -> None:
    unit = standing_of(as_recorded([event], "acceptance"), UNIT)
    outcome = (
        READY.with_facts(unit=unit).when(issue_reply, reply()).then_broken(no_project_bars_the_unit)
    )
    assert str(OTHER_PROJECT) in outcome.texts[0]


@pytest.mark.parametrize(
    "cleared",
    [
        ExtensionGranted(
            on=TODAY,
            project_id=OTHER_PROJECT,
            unit_id=UNIT,
            ruling=ExtensionRuling(approved=True, text="同意"),
            due_on=TODAY,
        ),
        accepted("PASSED", OTHER_PROJECT),
    ],
)
def test_an_extension_or_acceptance_clears_the_unit(cleared: Event) -> None:
    unit = standing_of(as_recorded([overdue(), cleared], "acceptance"), UNIT)
    READY.with_facts(unit=unit).when(issue_reply, reply()).then(ReplyIssued)


def test_everything_missing_is_reported_together() -> None:
    outcome = CASE.given(submitted(plan())).when(issue_reply, reply())
    outcome.then_broken(
        opinions.letters_are_sent,
        opinions.funds_opinion_is_given,
        opinions.security_opinions_are_given,
        opinions.cryptography_opinion_is_given,
        opinions.technical_opinion_is_given,
        rules.evaluation_is_positive,
        rules.digital_bureau_concurs_in_the_reply,
        rules.merged_plan_is_deep_enough,
        five_matters_are_met,
    )


def test_the_copy_is_acknowledged_by_the_replys_number() -> None:
    case = CASE.given(replied()).by(officer("GAB"))
    number = "乐发改审批〔2026〕18号"
    outcome = case.when(confirm_copy, CopyReceipt(number=number)).then(ReplyCopied)
    assert case.given(*outcome.events).state().baseline.copied
    case.when(confirm_copy, CopyReceipt(number="乐发改审批〔2026〕19号")).then_broken(
        rules.copy_is_of_a_reply
    )


def test_no_copy_is_acknowledged_before_the_reply() -> None:
    READY.by(officer("GAB")).when(
        confirm_copy, CopyReceipt(number="乐发改审批〔2026〕18号")
    ).then_broken(rules.copy_is_of_a_reply)
