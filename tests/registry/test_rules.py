"""Every rule of the registry: a case that breaks it, and one on its boundary."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry import decisions, rules
from services.registry.state import TakenCode
from shared.events.registry import (
    AnnualListApproved,
    AnnualListSubmitted,
    AssetConfirmed,
    AssetRegistration,
    CentralReviewRecorded,
    CodeAssignment,
    DataCollectionCleared,
    DataCollectionFlagged,
    DeclarationWithdrawn,
    InformationResource,
    ListApproval,
    NoDataStatementApproved,
    ProjectCodeAssigned,
    ProjectCodeTaken,
    ProjectDeclared,
    ProjectListed,
    ResourceCatalogue,
    ResourcesCatalogued,
    ReviewResult,
    SharingType,
    StatementApproval,
    SystemCatalogued,
    UnitRegistered,
    Withdrawal,
)
from shared.events.vocabulary import Source
from shared.regulation.common import decider_did_not_submit
from shared.standing import rules as standing
from shared.standing import standing_of
from tests.registry.building import (
    LISTS,
    NEW_YEARS_EVE,
    PROJECTS,
    SYSTEMS,
    UNITS,
    annual_list,
    catalogued,
    declared,
    flagged,
    list_submitted,
    listed,
    overdue,
    project,
    ready,
    restriction,
    review,
    reviewed,
    system,
    unit,
    unit_registered,
)
from tests.support.builders import (
    DECLARATION_MATERIALS,
    OTHER_UNIT,
    THIRD_UNIT,
    UNIT,
    declaration,
    document,
    entry,
    materials,
    profile,
    yuan,
)
from tests.support.given_when_then import OFFICER, SUBJECT, as_recorded

NOBODY = UUID("01890000-0000-7000-8000-0000000000ff")


# -- 第五条 --------------------------------------------------------------------------------


def test_a_unit_is_registered_once() -> None:
    UNITS.when(decisions.register_unit, profile()).then(UnitRegistered)
    UNITS.given(unit_registered()).when(decisions.register_unit, profile()).then_broken(
        rules.unit_is_not_yet_registered
    )


def test_only_a_registered_unit_is_flagged_and_cleared() -> None:
    UNITS.when(decisions.flag_data_collection, restriction()).then_broken(rules.unit_is_registered)
    UNITS.given(unit_registered()).when(decisions.flag_data_collection, restriction()).then(
        DataCollectionFlagged
    )
    UNITS.given(unit_registered(), flagged()).when(
        decisions.clear_data_collection, restriction()
    ).then(DataCollectionCleared)


# -- 第九条 --------------------------------------------------------------------------------


def test_a_system_of_a_registered_unit_is_catalogued() -> None:
    SYSTEMS.with_facts(unit=unit()).when(decisions.catalogue_system, entry()).then(SystemCatalogued)


def test_assets_are_confirmed_only_for_catalogued_systems() -> None:
    registration = AssetRegistration(asset_number="ZC-1")
    SYSTEMS.when(decisions.confirm_asset, registration).then_broken(rules.system_has_an_entry)
    SYSTEMS.given(catalogued()).when(decisions.confirm_asset, registration).then(AssetConfirmed)


def test_a_declaration_needs_a_system_of_its_own_unit() -> None:
    ready(system=system(unit_id=OTHER_UNIT)).when(
        decisions.declare_project, declaration()
    ).then_broken(rules.system_is_catalogued)
    PROJECTS.with_facts(unit=unit()).when(decisions.declare_project, declaration()).then_broken(
        rules.system_is_catalogued
    )


def code(value: str = "2605-511100-04-04-123456") -> CodeAssignment:
    return CodeAssignment(code=value, obtained_on=date(2026, 5, 6))


def test_a_code_of_another_city_is_refused() -> None:
    PROJECTS.given(declared()).when(
        decisions.assign_project_code, code("2605-510100-04-04-123456")
    ).then_broken(rules.code_region_is_known)


def test_a_code_belongs_to_one_project() -> None:
    case = PROJECTS.given(declared())
    case.when(decisions.assign_project_code, code()).then(ProjectCodeAssigned, ProjectCodeTaken)
    case.with_facts(code=TakenCode(NOBODY)).when(decisions.assign_project_code, code()).then_broken(
        rules.code_is_not_taken
    )
    case.with_facts(code=TakenCode(SUBJECT)).when(decisions.assign_project_code, code()).then(
        ProjectCodeAssigned
    )


# -- 第十条、第十二条 ----------------------------------------------------------------------


def test_counties_are_those_of_the_city() -> None:
    ready().when(decisions.declare_project, declaration(county_codes=["511102"])).then(
        ProjectDeclared
    )
    ready().when(decisions.declare_project, declaration(county_codes=["511182"])).then_broken(
        rules.counties_are_of_the_city
    )


def test_incomplete_data_collection_bars_new_declarations_until_cleared() -> None:
    flag, cleared = (
        flagged(),
        DataCollectionCleared(on=date(2026, 5, 6), unit_id=UNIT, clearance=restriction()),
    )
    ready(standing=standing_of(as_recorded([flag]))).when(
        decisions.declare_project, declaration()
    ).then_broken(standing.data_collection_is_complete)
    ready(standing=standing_of(as_recorded([flag, cleared]))).when(
        decisions.declare_project, declaration()
    ).then(ProjectDeclared)


# -- 第十五条 ------------------------------------------------------------------------------


def test_next_years_project_may_be_declared_on_the_last_day_of_the_year() -> None:
    ready().at(NEW_YEARS_EVE).when(decisions.declare_project, declaration()).then(ProjectDeclared)
    ready().at(date(2027, 1, 1)).when(decisions.declare_project, declaration()).then_broken(
        rules.plan_year_is_next_year_or_off_cycle
    )


def test_this_years_project_needs_an_off_cycle_reason() -> None:
    ready().when(decisions.declare_project, declaration(plan_year=2026)).then_broken(
        rules.plan_year_is_next_year_or_off_cycle
    )
    off_cycle = {"reason": "汛期应急", "evidence": document("通知")}
    ready().when(decisions.declare_project, declaration(plan_year=2026, off_cycle=off_cycle)).then(
        ProjectDeclared
    )


# -- 第十六条 ------------------------------------------------------------------------------


@pytest.mark.parametrize("left_out", DECLARATION_MATERIALS)
def test_each_technical_material_is_required(left_out: str) -> None:
    given = materials(*(c for c in DECLARATION_MATERIALS if c != left_out))
    ready().when(decisions.declare_project, declaration(materials=given)).then_broken(
        rules.technical_materials_are_complete
    )


def test_a_material_may_be_declared_not_applicable() -> None:
    given = [*materials(*DECLARATION_MATERIALS[:-1])]
    last = {"code": DECLARATION_MATERIALS[-1], "not_applicable": "不涉及密码应用"}
    ready().when(decisions.declare_project, declaration(materials=[*given, last])).then(
        ProjectDeclared
    )


@pytest.mark.parametrize(
    ("amount", "holds"), [("999999.99", False), ("1000000.00", True), ("1000000.01", False)]
)
def test_sources_sum_to_the_total_to_the_cent(amount: str, holds: bool) -> None:
    sources = [Source.model_validate({"channel": "MUNICIPAL", "amount": amount})]
    outcome = ready().when(
        decisions.declare_project, declaration(total="1000000.00", sources=sources)
    )
    if holds:
        outcome.then(ProjectDeclared)
    else:
        outcome.then_broken(rules.sources_sum_to_total)


# -- 第十七条 ------------------------------------------------------------------------------


def test_what_was_never_declared_is_not_reviewed() -> None:
    PROJECTS.when(decisions.record_central_review, review()).then_broken(
        rules.project_awaits_review
    )
    PROJECTS.given(declared()).when(decisions.record_central_review, review()).then(
        CentralReviewRecorded
    )


def test_a_listed_project_is_not_reviewed_again() -> None:
    PROJECTS.given(declared(), reviewed(), listed()).when(
        decisions.record_central_review, review()
    ).then_broken(rules.project_awaits_review)


@pytest.mark.parametrize("result", [ReviewResult.DEFER, ReviewResult.REJECT])
def test_only_included_projects_are_listed(result: ReviewResult) -> None:
    LISTS.with_facts(projects={SUBJECT: project(declared(), reviewed(result))}).when(
        decisions.submit_annual_list, annual_list()
    ).then_broken(rules.listed_projects_are_reviewed)
    LISTS.with_facts(projects={SUBJECT: project(declared(), reviewed())}).when(
        decisions.submit_annual_list, annual_list()
    ).then(AnnualListSubmitted)


def test_a_list_holds_projects_of_its_year_only() -> None:
    LISTS.with_facts(projects={SUBJECT: project(declared(), reviewed())}).when(
        decisions.submit_annual_list, annual_list(year=2028)
    ).then_broken(rules.listed_projects_are_reviewed)


def test_off_cycle_projects_go_on_a_supplementary_list() -> None:
    off_cycle = {"reason": "汛期应急", "evidence": document("通知")}
    urgent = project(declared(plan_year=2026, off_cycle=off_cycle), reviewed())
    case = LISTS.with_facts(projects={SUBJECT: urgent})
    case.when(decisions.submit_annual_list, annual_list(year=2026)).then_broken(
        rules.off_cycle_projects_are_supplementary
    )
    case.when(decisions.submit_annual_list, annual_list(year=2026, supplementary=True)).then(
        AnnualListSubmitted
    )


def test_a_list_is_approved_once_and_lists_its_projects() -> None:
    approval = ListApproval(document=document("批准文件", "乐府〔2026〕8号"))
    facts: dict[str, Any] = {"projects": {SUBJECT: project(declared(), reviewed())}}
    LISTS.with_facts(**facts).when(decisions.approve_annual_list, approval).then_broken(
        rules.list_awaits_approval
    )
    LISTS.given(list_submitted()).with_facts(**facts).when(
        decisions.approve_annual_list, approval
    ).then(AnnualListApproved, ProjectListed)
    approved = AnnualListApproved(
        on=date(2026, 5, 6), list_id=UUID(LISTS.subject), approval=approval
    )
    LISTS.given(list_submitted(), approved).with_facts(**facts).when(
        decisions.approve_annual_list, approval
    ).then_broken(rules.list_awaits_approval)


def test_a_declaration_is_withdrawn_until_it_is_listed() -> None:
    withdrawal = Withdrawal(reason="需求变化")
    PROJECTS.given(declared(), reviewed()).when(decisions.withdraw_declaration, withdrawal).then(
        DeclarationWithdrawn
    )
    PROJECTS.given(declared(), reviewed(), listed()).when(
        decisions.withdraw_declaration, withdrawal
    ).then_broken(rules.project_is_not_listed)


# -- 第二十条 ------------------------------------------------------------------------------


def resource(**changes: Any) -> ResourceCatalogue:
    values = {"code": "1-01", "name": "学籍", "sharing": "UNCONDITIONAL", **changes}
    return ResourceCatalogue(resources=(InformationResource.model_validate(values),))


def test_resources_are_catalogued_for_a_declared_project() -> None:
    PROJECTS.when(decisions.catalogue_resources, resource()).then_broken(rules.project_is_declared)
    PROJECTS.given(declared()).when(decisions.catalogue_resources, resource()).then(
        ResourcesCatalogued
    )


@pytest.mark.parametrize(
    ("sharing", "justification"),
    [(SharingType.CONDITIONAL, "condition"), (SharingType.NONE, "citation")],
)
def test_less_than_unconditional_sharing_is_justified(
    sharing: SharingType, justification: str
) -> None:
    case = PROJECTS.given(declared())
    case.when(decisions.catalogue_resources, resource(sharing=sharing)).then_broken(
        rules.sharing_is_justified
    )
    case.when(
        decisions.catalogue_resources, resource(sharing=sharing, **{justification: "有据"})
    ).then(ResourcesCatalogued)


# -- 第二十一条、第二十六条 ----------------------------------------------------------------


def test_participants_are_distinct_and_not_the_lead() -> None:
    def along(*units: str) -> list[dict[str, str]]:
        return [{"unit_id": u, "scope": "接口"} for u in units]

    ready().when(
        decisions.declare_project, declaration(participants=along(OTHER_UNIT, THIRD_UNIT))
    ).then(ProjectDeclared)
    for wrong in ((OTHER_UNIT, OTHER_UNIT), (UNIT,)):
        ready().when(
            decisions.declare_project, declaration(participants=along(*wrong))
        ).then_broken(rules.participants_are_distinct)


def test_the_principal_head_is_responsible() -> None:
    ready().when(decisions.declare_project, declaration(responsible_person="赵六")).then_broken(
        rules.responsible_person_is_the_head
    )


# -- 第三十二条 ----------------------------------------------------------------------------


def test_an_overdue_project_bars_its_unit_and_is_the_basis_of_the_refusal() -> None:
    (recorded,) = as_recorded([overdue()], "acceptance")
    barred = standing_of([recorded], UNIT)
    ready(standing=barred).when(decisions.declare_project, declaration()).then_broken(
        standing.no_project_bars_the_unit
    )
    assert standing.no_project_bars_the_unit(barred).basis == (recorded.ref,)


# -- 第五十四条 ----------------------------------------------------------------------------


def test_a_classified_project_is_refused_before_anything_else_is_looked_at() -> None:
    PROJECTS.when(
        decisions.declare_project, declaration(classified=True, total="1.00", plan_year=2099)
    ).then_broken(rules.project_is_not_classified)


def test_money_is_never_rounded() -> None:
    assert str(yuan("0.10") + yuan("0.20")) == "0.30"


# -- 回避、日期 ----------------------------------------------------------------------------


def test_whoever_declared_does_not_review_list_or_approve() -> None:
    """Histories here are recorded by `officer-1`."""
    PROJECTS.given(declared()).by(OFFICER).when(
        decisions.record_central_review, review()
    ).then_broken(decider_did_not_submit)
    LISTS.with_facts(projects={SUBJECT: project(declared(), reviewed())}).by(OFFICER).when(
        decisions.submit_annual_list, annual_list()
    ).then_broken(decider_did_not_submit)
    approval = ListApproval(document=document("批准文件", "乐府〔2026〕8号"))
    LISTS.given(list_submitted()).with_facts(
        projects={SUBJECT: project(declared(), reviewed())}
    ).by(OFFICER).when(decisions.approve_annual_list, approval).then_broken(decider_did_not_submit)


def test_a_statement_of_no_data_needs_the_bureaus_agreement() -> None:
    approval = StatementApproval(text="同意")
    stated = ResourcesCatalogued(
        on=date(2026, 5, 6),
        project_id=SUBJECT,
        unit_id=UNIT,
        catalogue=ResourceCatalogue(no_data_statement="仅为机房改造，不产生数据"),
    )
    case = PROJECTS.given(declared())
    case.when(decisions.approve_no_data_statement, approval).then_broken(
        rules.no_data_statement_awaits_approval
    )
    agreed = case.given(stated).when(decisions.approve_no_data_statement, approval)
    agreed.then(NoDataStatementApproved)
    case.given(stated, *agreed.events).when(
        decisions.approve_no_data_statement, approval
    ).then_broken(rules.no_data_statement_awaits_approval)
    case.given(stated).by(OFFICER).when(decisions.approve_no_data_statement, approval).then_broken(
        decider_did_not_submit
    )


def test_the_plan_year_counts_from_receipt_not_from_the_paper() -> None:
    backdated = declaration(on="2025-12-31", plan_year=2026)
    ready().when(decisions.declare_project, backdated).then_broken(
        rules.plan_year_is_next_year_or_off_cycle
    )


def test_a_paper_from_before_the_regulation_is_malformed() -> None:
    ready().when(decisions.declare_project, declaration(on="2022-06-24")).then_invalid("on")
    ready().when(decisions.declare_project, declaration(on="2022-06-25")).then(ProjectDeclared)


def test_a_code_of_tomorrow_is_malformed() -> None:
    tomorrow = CodeAssignment(code="2605-511100-04-04-123456", obtained_on=date(2026, 5, 7))
    PROJECTS.given(declared()).when(decisions.assign_project_code, tomorrow).then_invalid(
        "obtained_on"
    )
