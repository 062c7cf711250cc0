"""Documents: what may be submitted, by whom signed off, and what it is bound to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.approval.decisions import digest_of, sign_off, submit_document
from services.approval.rules import adjustments, joint, services
from services.approval.rules import documents as rules
from services.approval.rules.reply import submission_awaits_reply
from services.approval.state import registration_of
from shared.events.approval import DocumentSubmitted, ParticipantSignedOff, SignOff
from shared.events.registry import DeclarationWithdrawn, ProjectDeclared, Withdrawal
from shared.events.vocabulary import DeliveryMode
from shared.regulation.pack import DatedValue, Library, Reach, installed
from tests.approval.building import (
    CASE,
    IDENTITY,
    SERVICE_CASE,
    design,
    evaluated,
    exempted,
    joint_case,
    joint_design,
    member_of,
    of_total,
    plan,
    registered,
    registry_events,
    replied,
    service_demand,
    submission,
    submitted,
)
from tests.support.builders import OTHER_UNIT, THIRD_UNIT, declaration, document
from tests.support.given_when_then import TODAY, as_recorded

FEASIBLE = CASE.given(replied(submission()))


def test_a_feasibility_study_opens_the_approval() -> None:
    content = submission()
    CASE.when(submit_document, content).then(DocumentSubmitted).having(
        project_id=IDENTITY["project_id"], unit_id=IDENTITY["unit_id"], digest=digest_of(content)
    )


def test_the_decision_names_the_list_it_rests_on() -> None:
    outcome = CASE.when(submit_document, submission())
    assert outcome.decision is not None
    assert {(ref.service, ref.position) for ref in outcome.decision.basis} == {("registry", 102)}


def test_equal_submissions_have_equal_digests_and_any_difference_shows() -> None:
    assert digest_of(submission()) == digest_of(submission())
    assert digest_of(submission()) != digest_of(submission(goals="另一目标"))
    assert len({digest_of(c) for c in (submission(), design(), plan())}) == 3


def test_a_project_that_is_not_listed_may_not_submit() -> None:
    unlisted = registered(without=("listed",))
    CASE.with_facts(registration=unlisted).when(submit_document, submission()).then_broken(
        rules.project_is_on_an_approved_list
    )


def test_a_project_the_registry_does_not_know_may_not_submit() -> None:
    CASE.with_facts(registration=registration_of([])).when(
        submit_document, submission()
    ).then_broken(rules.project_is_on_an_approved_list)


def test_a_withdrawn_declaration_may_not_submit() -> None:
    withdrawn = DeclarationWithdrawn(on=TODAY, **IDENTITY, withdrawal=Withdrawal(reason="不再建设"))
    events = as_recorded([*registry_events().values(), withdrawn])
    CASE.with_facts(registration=registration_of(events)).when(
        submit_document, submission()
    ).then_broken(rules.project_is_on_an_approved_list)


def test_a_service_does_not_submit_a_feasibility_study() -> None:
    SERVICE_CASE.when(submit_document, submission()).then_broken(rules.round_fits_delivery_mode)


def test_a_self_built_project_does_not_submit_a_service_demand() -> None:
    CASE.when(submit_document, service_demand()).then_broken(rules.round_fits_delivery_mode)


def test_a_design_waits_for_the_feasibility_reply() -> None:
    CASE.when(submit_document, design()).then_broken(rules.round_follows_the_order)
    CASE.given(submitted(submission())).when(submit_document, design()).then_broken(
        rules.round_follows_the_order
    )


def test_a_design_follows_the_feasibility_reply() -> None:
    FEASIBLE.when(submit_document, design()).then(DocumentSubmitted)


def test_nothing_is_left_to_merge_after_the_feasibility_reply() -> None:
    FEASIBLE.when(submit_document, plan()).then_broken(rules.round_follows_the_order)


def test_feasibility_may_be_approved_again_before_the_design() -> None:
    FEASIBLE.when(submit_document, submission(**of_total("2000000.00"))).then(DocumentSubmitted)


def test_a_final_reply_ends_submissions() -> None:
    CASE.given(replied(plan())).when(submit_document, plan()).then_broken(
        rules.final_reply_is_not_yet_issued
    )


def test_a_cent_missing_from_the_items_is_found() -> None:
    CASE.when(submit_document, submission(total="1000000.01")).then_broken(
        rules.estimate_items_sum_to_total
    )


def test_work_does_not_end_before_it_starts() -> None:
    CASE.when(submit_document, submission(planned_end="2027-02-28")).then_broken(
        rules.submission_dates_are_in_order
    )


def test_work_may_end_on_the_day_it_starts() -> None:
    CASE.when(submit_document, submission(planned_end="2027-03-01")).then(DocumentSubmitted)


@pytest.mark.parametrize("content", [submission(sharing_chapter=None), plan(sharing_chapter=None)])
def test_a_self_built_projects_document_has_the_sharing_chapter(content: object) -> None:
    CASE.when(submit_document, content).then_broken(rules.sharing_chapter_is_present)


def test_a_service_demand_has_its_sharing_analysis_as_a_section() -> None:
    SERVICE_CASE.when(submit_document, service_demand()).then(DocumentSubmitted)


def test_a_merged_plan_names_its_ground() -> None:
    CASE.when(submit_document, plan(merge=None)).then_broken(rules.merged_plan_has_a_ground)


@pytest.mark.parametrize("ground", ["EXPLICIT", "URGENT"])
def test_an_explicit_or_urgent_ground_needs_its_document_but_no_limit(ground: str) -> None:
    merge = {"ground": ground, "depth_statement": "深度达到要求"}
    large = of_total("9000000.00")
    CASE.when(submit_document, plan(merge=merge, **large)).then_broken(
        rules.merged_plan_has_a_ground
    )
    proved = merge | {"evidence": document("市委文件")}
    CASE.when(submit_document, plan(merge=proved, **large)).then(DocumentSubmitted)


def test_five_million_may_be_merged_as_small() -> None:
    CASE.when(submit_document, plan(**of_total("5000000.00"))).then(DocumentSubmitted)


def test_a_cent_over_five_million_may_not_be_merged_as_small() -> None:
    CASE.when(submit_document, plan(**of_total("5000000.01"))).then_broken(
        rules.small_merged_plan_stays_within_limit
    )


@pytest.mark.parametrize("missing", range(8))
def test_a_service_demand_lacks_none_of_its_sections(missing: int) -> None:
    sections = list(service_demand().service.sections)  # type: ignore[union-attr]
    del sections[missing]
    SERVICE_CASE.when(submit_document, service_demand(sections=sections)).then_broken(
        services.service_demand_has_all_sections
    )


def test_a_service_demand_without_terms_lacks_every_section() -> None:
    SERVICE_CASE.when(submit_document, service_demand(service=None)).then_broken(
        services.service_demand_has_all_sections
    )


def test_goods_or_works_are_not_bought_as_a_service() -> None:
    SERVICE_CASE.when(submit_document, service_demand(not_goods_or_works=False)).then_broken(
        services.service_is_not_goods_or_works
    )


def test_a_service_as_dear_as_building_is_refused() -> None:
    SERVICE_CASE.when(submit_document, service_demand(service_total="1200000.00")).then_broken(
        services.service_is_cheaper_than_building, services.small_saving_is_justified
    )


def test_the_fee_compared_is_not_less_than_the_fee_demanded() -> None:
    outcome = SERVICE_CASE.when(submit_document, service_demand(service_total="999999.99"))
    outcome.then_broken(services.service_total_covers_the_fee)
    assert "5年服务费999999.99元，本方案服务费1000000.00元" in outcome.texts[0]
    exact = SERVICE_CASE.when(submit_document, service_demand(service_total="1000000.00"))
    exact.then(DocumentSubmitted)


def test_a_service_a_cent_cheaper_than_building_passes() -> None:
    slight = service_demand(service_total="1199999.99", saving_reason="专业团队不可替代")
    SERVICE_CASE.when(submit_document, slight).then(DocumentSubmitted)


@pytest.mark.parametrize(("fee", "enough"), [("1080000.00", True), ("1080000.01", False)])
def test_a_saving_under_ten_percent_is_justified(fee: str, enough: bool) -> None:
    outcome = SERVICE_CASE.when(submit_document, service_demand(service_total=fee))
    if enough:
        outcome.then(DocumentSubmitted)
    else:
        outcome.then_broken(services.small_saving_is_justified)
        assert "节省119999.99元，不足自建1200000.00元的10%" in outcome.texts[0]
    reasoned = service_demand(service_total=fee, saving_reason="专业团队不可替代")
    SERVICE_CASE.when(submit_document, reasoned).then(DocumentSubmitted)


def test_a_submission_brings_its_fund_balance() -> None:
    CASE.when(submit_document, submission(fund_balance=None)).then_broken(
        rules.fund_balance_plan_is_attached
    )


@pytest.mark.parametrize("providers", [["甲公司"], ["甲公司", "甲公司"]])
def test_one_provider_is_too_few_however_often_named(providers: list[str]) -> None:
    SERVICE_CASE.when(submit_document, service_demand(providers=providers)).then_broken(
        services.service_has_enough_providers
    )


def test_a_service_that_breaks_security_requirements_is_refused() -> None:
    SERVICE_CASE.when(submit_document, service_demand(security_compliant=False)).then_broken(
        services.service_meets_security_requirements
    )


def test_a_joint_project_needs_its_design() -> None:
    joint_case(OTHER_UNIT).when(submit_document, submission()).then_broken(
        joint.joint_design_is_complete
    )


def test_a_joint_design_rests_on_the_list_that_names_who_builds_along() -> None:
    design_ = submission(joint=joint_design())
    for case, cited in ((joint_case(OTHER_UNIT), True), (CASE, False)):
        known = case.facts.registration
        basis = joint.joint_design_is_complete(design_, known).basis
        assert basis == ((known.listed,) if cited else ())


def test_a_joint_design_has_no_overlap() -> None:
    content = submission(joint=joint_design(no_overlap=False))
    joint_case(OTHER_UNIT).when(submit_document, content).then_broken(
        joint.joint_design_is_complete
    )


def test_a_joint_projects_submission_names_its_participants() -> None:
    joint_case(OTHER_UNIT, THIRD_UNIT).when(submit_document, submission(joint=joint_design())).then(
        DocumentSubmitted
    ).having(participants=(OTHER_UNIT, THIRD_UNIT))


def test_a_participant_signs_off_the_current_submission() -> None:
    content = submission(joint=joint_design())
    joint_case(OTHER_UNIT).given(submitted(content, participants=(OTHER_UNIT,))).by(
        member_of(OTHER_UNIT)
    ).when(sign_off, SignOff(digest=digest_of(content))).then(ParticipantSignedOff).having(
        participant_id=OTHER_UNIT
    )


def test_a_sign_off_of_an_earlier_submission_is_refused() -> None:
    earlier, content = submission(), submission(goals="新目标")
    CASE.given(submitted(earlier), submitted(content)).by(member_of(OTHER_UNIT)).when(
        sign_off, SignOff(digest=digest_of(earlier))
    ).then_broken(joint.sign_off_names_the_current_submission)


def test_nothing_is_signed_off_before_a_submission() -> None:
    CASE.by(member_of(OTHER_UNIT)).when(
        sign_off, SignOff(digest=digest_of(submission()))
    ).then_broken(submission_awaits_reply)


@pytest.mark.parametrize(
    "difference",
    [
        of_total("1000000.00"),
        of_total("1000000.01"),
        {"goals": "覆盖全市学校和幼儿园"},
        {"content": "建设统一平台和移动端"},
    ],
    ids=["items", "total", "goals", "content"],
)
def test_a_design_explains_what_differs_from_the_feasibility_reply(
    difference: dict[str, object],
) -> None:
    FEASIBLE.when(submit_document, design(**difference)).then_broken(
        adjustments.design_adjustment_is_explained
    )
    FEASIBLE.when(submit_document, design(adjustment_chapter="第八章", **difference)).then(
        DocumentSubmitted
    )


def test_ten_percent_over_the_feasibility_reply_is_not_major() -> None:
    FEASIBLE.when(
        submit_document, design(adjustment_chapter="第八章", **of_total("1100000.00"))
    ).then(DocumentSubmitted)


def test_a_cent_over_ten_percent_needs_feasibility_approved_again() -> None:
    FEASIBLE.when(
        submit_document, design(adjustment_chapter="第八章", **of_total("1100000.01"))
    ).then_broken(adjustments.design_adjustment_is_not_major)


def test_a_design_is_measured_by_the_values_of_its_feasibility_reply() -> None:
    (pack,) = installed().packs
    value = DatedValue(
        key="art25_major_percent", since=TODAY, value=5, article="25", reach=Reach.NEW_OBJECTS
    )
    later = Library((pack.interpreted([value]),))
    content = design(adjustment_chapter="第八章", **of_total("1100000.00"))
    before = CASE.given(replied(submission(), on=TODAY - timedelta(days=1)))
    replace(before, policies=later).when(submit_document, content).then(DocumentSubmitted)
    replace(FEASIBLE, policies=later).when(submit_document, content).then_broken(
        adjustments.design_adjustment_is_not_major
    )


def test_a_design_with_other_main_goals_needs_feasibility_approved_again() -> None:
    FEASIBLE.when(
        submit_document, design(adjustment_chapter="第八章", major_adjustment=True)
    ).then_broken(adjustments.design_adjustment_is_not_major)


def test_products_are_explained_at_the_approval_stage() -> None:
    CASE.when(submit_document, submission(secure_reliable_statement=None)).then_broken(
        rules.secure_reliable_products_are_explained
    )


def test_all_faults_of_a_document_are_reported_together() -> None:
    content = submission(total="1000000.01", sharing_chapter=None, secure_reliable_statement=None)
    CASE.when(submit_document, content).then_broken(
        rules.estimate_items_sum_to_total,
        rules.sharing_chapter_is_present,
        rules.secure_reliable_products_are_explained,
    )


def test_another_round_starts_with_a_clean_sheet() -> None:
    state = CASE.given(submitted(submission()), evaluated(submission()), submitted(plan())).state()
    assert state.examination.submission.round == "IMPLEMENTATION_PLAN"
    assert state.examination.evaluated is None


def test_the_registration_knows_its_delivery_mode() -> None:
    assert registered(DeliveryMode.SERVICE_PURCHASE).delivery_mode is DeliveryMode.SERVICE_PURCHASE


def test_who_builds_along_signs_off_also_what_a_special_regime_spares_the_list() -> None:
    along = [{"unit_id": OTHER_UNIT, "scope": "接口"}]
    declared = ProjectDeclared(on=TODAY, **IDENTITY, declaration=declaration(participants=along))
    unlisted = registration_of(as_recorded([declared], "registry", start=101))
    special = exempted("17-2", kind="SPECIAL_REGIME")
    case = CASE.with_facts(registration=unlisted, exemptions=(special,))
    case.when(submit_document, plan()).then_broken(joint.joint_design_is_complete)
    case.when(submit_document, plan(joint=joint_design())).then(DocumentSubmitted).having(
        participants=(OTHER_UNIT,)
    )
