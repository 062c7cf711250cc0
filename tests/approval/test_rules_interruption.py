"""Trouble, suspension and termination (第三十条), and the division of work (第二十七条)."""

from datetime import timedelta
from typing import Any

import pytest

from services.approval.decisions import (
    apply_for_change,
    concur_in_change,
    file_change,
    issue_reply,
    record_division_of_work,
    report_trouble,
    request_termination,
    resume_construction,
    rule_on_change,
    rule_on_termination,
    submit_document,
    submit_termination,
    suspend_construction,
)
from services.approval.rules import interruption as rules
from services.approval.rules import joint
from services.approval.rules.changes import final_reply_is_issued, some_application_is_pending
from services.approval.state import Stage
from shared.events import Event
from shared.events.acceptance import (
    Measure,
    MeasureImposed,
    MeasureKind,
)
from shared.events.approval import (
    ChangeFiled,
    ChangeRefused,
    ConstructionSuspended,
    DivisionOfWork,
    DivisionOfWorkRecorded,
    ProjectTerminated,
    Resumption,
    Suspension,
    TerminationRefused,
    TerminationReport,
    TerminationRequest,
    TerminationRequested,
    TerminationRuling,
    TerminationSubmitted,
    Trouble,
    TroubleReported,
)
from shared.regulation.common import decider_did_not_submit
from shared.standing import standing_of
from shared.standing.rules import construction_goes_on
from tests.approval.building import (
    CASE,
    CHANGE_ID,
    IDENTITY,
    accepted,
    applied,
    change,
    change_concurred,
    examined,
    exempted,
    joint_design,
    officer,
    plan,
    replied,
    reply,
    ruling,
    submitted,
)
from tests.support.builders import OTHER_UNIT, THIRD_UNIT, UNIT, document
from tests.support.given_when_then import OFFICER, SUBJECT, TODAY, Case, as_recorded

BUILDING = CASE.given(replied())
DAY = timedelta(days=1)
NUMBERED = document("文件", "乐数函〔2026〕5号")


def trouble(**changes: Any) -> Trouble:
    return Trouble.model_validate(
        {
            "kind": "SERIOUS_DELAY",
            "description": "承建方停工",
            "days_late": 200,
            "evidence": document("情况报告"),
            **changes,
        }
    )


def suspension(**changes: Any) -> Suspension:
    return Suspension.model_validate({"reason": "严重逾期", "document": NUMBERED, **changes})


def resumption(**changes: Any) -> Resumption:
    return Resumption.model_validate({"reason": "已整改", "document": NUMBERED, **changes})


def request(**changes: Any) -> TerminationRequest:
    return TerminationRequest.model_validate(
        {
            "reason": "机构撤并",
            "substantial_progress": True,
            "progress": "完成六成",
            "document": document("终止申请"),
            **changes,
        }
    )


def report(**changes: Any) -> TerminationReport:
    return TerminationReport.model_validate({"text": "情况属实", "document": NUMBERED, **changes})


def consent(**changes: Any) -> TerminationRuling:
    return TerminationRuling.model_validate(
        {"approved": True, "text": "同意", "document": NUMBERED, **changes}
    )


def suspended() -> ConstructionSuspended:
    return ConstructionSuspended(on=TODAY, **IDENTITY, suspension=suspension())


def requested() -> TerminationRequested:
    return TerminationRequested(on=TODAY, **IDENTITY, request=request())


def reported() -> TerminationSubmitted:
    return TerminationSubmitted(on=TODAY, **IDENTITY, report=report())


def terminated() -> ProjectTerminated:
    return ProjectTerminated(on=TODAY, **IDENTITY, ruling=consent())


STEPS = (
    (report_trouble, trouble()),
    (suspend_construction, suspension()),
    (resume_construction, resumption()),
    (request_termination, request()),
    (submit_termination, report()),
    (rule_on_termination, consent()),
)


# -- 30-1 -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("decision", "act"), STEPS)
def test_only_what_is_being_built_is_interrupted(decision: Any, act: Any) -> None:
    CASE.when(decision, act).then_broken(rules.project_is_being_built)
    BUILDING.given(terminated()).when(decision, act).then_broken(rules.project_is_being_built)
    passed = standing_of(as_recorded([accepted()], "acceptance")).of(SUBJECT)
    BUILDING.with_facts(standing=passed).when(decision, act).then_broken(
        rules.project_is_being_built
    )


@pytest.mark.parametrize(("conclusion", "cited"), [("PASSED", True), ("FAILED", False)])
def test_that_the_work_is_over_rests_on_the_acceptance_that_passed(
    conclusion: str, cited: bool
) -> None:
    standing = standing_of(as_recorded([accepted(conclusion)], "acceptance")).of(SUBJECT)
    basis = rules.project_is_being_built(BUILDING.state(), standing).basis
    assert (standing.acceptance.ref in basis) is cited


@pytest.mark.parametrize(
    ("stated", "missing"),
    [
        ({}, {"days_late": 0}),
        ({"kind": "MAJOR_LOSS", "loss": "300000.00"}, {"kind": "MAJOR_LOSS"}),
    ],
)
def test_trouble_is_reported_with_its_measure(
    stated: dict[str, Any], missing: dict[str, Any]
) -> None:
    outcome = BUILDING.when(report_trouble, trouble(**stated)).then(TroubleReported)
    assert BUILDING.given(*outcome.events).state().trouble is not None
    BUILDING.when(report_trouble, trouble(**missing)).then_broken(rules.trouble_is_quantified)


def test_a_single_day_is_a_delay() -> None:
    BUILDING.when(report_trouble, trouble(days_late=1)).then(TroubleReported)


def test_other_trouble_needs_no_measure() -> None:
    BUILDING.when(report_trouble, trouble(kind="OTHER", days_late=0)).then(TroubleReported)


def test_the_digital_bureau_suspends_and_resumes() -> None:
    outcome = BUILDING.when(suspend_construction, suspension()).then(ConstructionSuspended)
    case = BUILDING.given(*outcome.events)
    assert case.state().suspended is not None
    case.when(suspend_construction, suspension()).then_broken(rules.construction_is_not_suspended)
    resumed = case.given(*case.when(resume_construction, resumption()).events)
    assert resumed.state().suspended is None
    resumed.when(resume_construction, resumption()).then_broken(rules.construction_is_suspended)
    resumed.when(file_change, change()).then(ChangeFiled)


def test_each_of_these_papers_has_a_number() -> None:
    bare: dict[str, Any] = {"document": document("文件")}
    for case, decision, act in (
        (BUILDING, suspend_construction, suspension(**bare)),
        (BUILDING.given(suspended()), resume_construction, resumption(**bare)),
        (BUILDING.given(requested()), submit_termination, report(**bare)),
        (BUILDING.given(requested(), reported()), rule_on_termination, consent(**bare)),
    ):
        case.when(decision, act).then_broken(rules.interruption_paper_is_numbered)


def test_nothing_is_changed_while_construction_is_suspended() -> None:
    case = BUILDING.given(suspended())
    for decision in (file_change, apply_for_change):
        case.when(decision, change()).then_broken(construction_goes_on)
    pending = BUILDING.given(applied(change(goals_changed=True)), change_concurred(), suspended())
    for ruled in (concur_in_change, rule_on_change):
        pending.when(ruled, ruling()).then_broken(construction_goes_on)
    pending.when(rule_on_change, ruling(approved=False)).then(ChangeRefused)


@pytest.mark.parametrize("kind", ["SUSPENSION", "TERMINATION"])
def test_a_measure_of_supervision_stops_changes_and_replies_alike(kind: str) -> None:
    measure = Measure.model_validate(
        {
            "kind": MeasureKind(kind),
            "rectification_id": CHANGE_ID,
            "reason": "逾期未整改",
            "document": NUMBERED,
        }
    )
    imposed = MeasureImposed(
        on=TODAY, **IDENTITY, measure_id=CHANGE_ID, body="DEB", measure=measure
    )
    standing = standing_of(as_recorded([imposed], "acceptance")).of(SUBJECT)
    BUILDING.with_facts(standing=standing).when(file_change, change()).then_broken(
        construction_goes_on
    )
    CASE.given(*examined()).with_facts(standing=standing).when(issue_reply, reply()).then_broken(
        construction_goes_on
    )
    CASE.with_facts(standing=standing).when(submit_document, plan()).then_broken(
        construction_goes_on
    )


# -- 30-2 -------------------------------------------------------------------------------------


def test_a_project_ends_by_three_dated_steps() -> None:
    case = BUILDING
    for decision, act, event in (
        (request_termination, request(), TerminationRequested),
        (submit_termination, report(), TerminationSubmitted),
        (rule_on_termination, consent(), ProjectTerminated),
    ):
        case = case.given(*case.when(decision, act).then(event).events)
    state = case.state()
    assert (state.stage, state.termination) == (Stage.TERMINATED, None)
    case.when(file_change, change()).then_broken(construction_goes_on)


def test_only_what_has_progressed_is_terminated() -> None:
    BUILDING.when(request_termination, request(substantial_progress=False)).then_broken(
        rules.progress_was_substantial
    )


def test_a_termination_is_pending_once() -> None:
    BUILDING.given(requested()).when(request_termination, request()).then_broken(
        rules.no_termination_is_pending
    )


def test_the_steps_follow_each_other() -> None:
    BUILDING.when(submit_termination, report()).then_broken(rules.termination_is_requested)
    case = BUILDING.given(requested())
    case.when(rule_on_termination, consent()).then_broken(rules.termination_is_reported)
    case.given(reported()).when(submit_termination, report()).then_broken(
        rules.termination_is_not_reported_yet
    )


def test_no_step_bears_a_date_before_the_step_it_rests_on() -> None:
    later = BUILDING.at(TODAY + DAY)
    for case, decision, act in (
        (later, request_termination, request(on=TODAY - DAY)),
        (later.given(requested()), submit_termination, report(on=TODAY - DAY)),
        (later.given(requested(), reported()), rule_on_termination, consent(on=TODAY - DAY)),
    ):
        case.when(decision, act).then_invalid("on")
        case.when(decision, act.model_copy(update={"on": TODAY})).having(on=TODAY)


def test_who_asked_for_it_neither_reports_nor_rules() -> None:
    asked = BUILDING.given(requested()).by(OFFICER)
    asked.when(submit_termination, report()).then_broken(decider_did_not_submit)
    asked.given(reported()).when(rule_on_termination, consent()).then_broken(decider_did_not_submit)


def test_without_consent_the_project_goes_on_and_may_ask_again() -> None:
    case = BUILDING.given(requested(), reported()).by(officer("LG"))
    outcome = case.when(rule_on_termination, consent(approved=False)).then(TerminationRefused)
    refused = case.given(*outcome.events)
    refused.when(file_change, change()).then(ChangeFiled)
    refused.when(request_termination, request()).then(TerminationRequested)


def test_what_was_applied_for_ends_with_the_project() -> None:
    case = BUILDING.given(applied(change(goals_changed=True)), change_concurred())
    case = case.given(requested(), reported(), terminated())
    assert case.state().pending_change is None
    for decision in (concur_in_change, rule_on_change):
        case.when(decision, ruling()).then_broken(some_application_is_pending)


# -- 27-1 -------------------------------------------------------------------------------------


def division(*units: str) -> DivisionOfWork:
    return DivisionOfWork.model_validate(
        {
            "collaboration": "牵头部门统筹",
            "sharing_needs": "户籍、社保信息比对",
            "shares": [{"unit_id": u, "scope": "接口", "duty": "按期联调"} for u in units],
            "document": document("分工文件"),
        }
    )


def joint_project(*events: Event) -> Case:
    content = plan(joint=joint_design())
    first = submitted(content, participants=(OTHER_UNIT, THIRD_UNIT))
    return CASE.given(first, *events)


def test_every_participant_has_its_share() -> None:
    case = joint_project(replied())
    case.when(record_division_of_work, division(OTHER_UNIT)).then_broken(
        joint.every_participant_has_its_share
    )
    case.when(record_division_of_work, division(OTHER_UNIT, THIRD_UNIT)).then(
        DivisionOfWorkRecorded
    )
    whole = division(UNIT, OTHER_UNIT, THIRD_UNIT)
    outcome = case.when(record_division_of_work, whole).then(DivisionOfWorkRecorded)
    assert case.given(*outcome.events).state().division is not None


def test_nobody_has_a_share_who_does_not_build_along() -> None:
    case = CASE.given(submitted(plan(joint=joint_design()), participants=(OTHER_UNIT,)), replied())
    case.when(record_division_of_work, division(OTHER_UNIT, THIRD_UNIT)).then_broken(
        joint.every_participant_has_its_share
    )


def test_work_is_divided_after_the_reply_and_among_several() -> None:
    joint_project().when(record_division_of_work, division(OTHER_UNIT)).then_broken(
        final_reply_is_issued
    )
    BUILDING.when(record_division_of_work, division(UNIT)).then_broken(
        joint.project_is_built_together
    )


def test_no_work_is_divided_while_construction_is_suspended() -> None:
    joint_project(replied(), suspended()).when(
        record_division_of_work, division(OTHER_UNIT, THIRD_UNIT)
    ).then_broken(construction_goes_on)


def test_only_special_rules_let_a_suspended_project_go_on() -> None:
    case = BUILDING.given(suspended())
    case.with_facts(exemptions=(exempted("30-1"),)).when(file_change, change()).then_broken(
        construction_goes_on
    )
    special = exempted("30-1", kind="SPECIAL_REGIME")
    case.with_facts(exemptions=(special,)).when(file_change, change()).then(ChangeFiled)
