"""Rules about what is declared: scope, content, year, persons, secrecy (第二、十、十五至十六条)."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.registry import decisions
from services.registry.rules import declarations as rules
from services.registry.state import TakenCode
from shared.events.registry import (
    CodeAssignment,
    CountyProject,
    CountyProjectLinked,
    Declaration,
    DeclarationWithdrawn,
    InfrastructureKind,
    ProjectCodeAssigned,
    ProjectCodeTaken,
    ProjectDeclared,
    Withdrawal,
)
from shared.events.vocabulary import Source
from shared.kernel.dates import SHANGHAI
from shared.regulation.pack import installed
from tests.registry.building import (
    NEW_YEARS_EVE,
    PROJECTS,
    declared,
    listed,
    ready,
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
    materials,
    yuan,
)
from tests.support.given_when_then import SUBJECT, TODAY

NOBODY = UUID("01890000-0000-7000-8000-0000000000ff")
URGENT = {"reason": "汛期应急", "evidence": document("通知")}


# -- 第二条 --------------------------------------------------------------------------------


def test_what_is_in_no_category_is_refused_on_record() -> None:
    ready().when(decisions.declare_project, declaration(category="OUT_OF_SCOPE")).then_broken(
        rules.project_is_in_scope
    )


def test_it_is_said_why_a_project_is_in_scope() -> None:
    ready().when(decisions.declare_project, declaration(scope_basis=None)).then_broken(
        rules.project_is_in_scope
    )


@pytest.mark.parametrize("kind", InfrastructureKind)
def test_infrastructure_names_its_kind_and_nothing_else_does(kind: InfrastructureKind) -> None:
    def outcome(category: str, kind: InfrastructureKind | None) -> Any:
        content = declaration(category=category, sub_category=kind)
        return ready().when(decisions.declare_project, content)

    outcome("INFRASTRUCTURE", kind).then(ProjectDeclared)
    outcome("INFRASTRUCTURE", None).then_broken(rules.project_is_in_scope)
    outcome("SUPPORT", kind).then_broken(rules.project_is_in_scope)


# -- 第五条: 自建自审 -----------------------------------------------------------------------


def test_the_bureaus_own_projects_are_marked() -> None:
    bureau = installed().in_force(TODAY).text("deb_unit_id")
    own = ready(unit=unit(unit_registered(unit_id=bureau)), system=system(unit_id=bureau)).when(
        decisions.declare_project, declaration(unit_id=bureau)
    )
    own.then(ProjectDeclared).having(self_review=True)
    ready().when(decisions.declare_project, declaration()).having(self_review=False)


# -- 第九条 --------------------------------------------------------------------------------


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


def test_a_code_is_for_a_declared_project() -> None:
    PROJECTS.when(decisions.assign_project_code, code()).then_broken(rules.project_is_declared)


def test_a_code_of_tomorrow_is_malformed() -> None:
    tomorrow = CodeAssignment(code="2605-511100-04-04-123456", obtained_on=date(2026, 5, 7))
    PROJECTS.given(declared()).when(decisions.assign_project_code, tomorrow).then_invalid(
        "obtained_on"
    )


# -- 第十条 --------------------------------------------------------------------------------

COORDINATION = {"requirements": document("总体要求"), "standards": [document("接口规范")]}


@pytest.mark.parametrize("county", ["511102", "511181"])
def test_counties_of_the_city_may_join(county: str) -> None:
    joined = declaration(county_codes=[county], county_coordination=COORDINATION)
    ready().when(decisions.declare_project, joined).then(ProjectDeclared)


@pytest.mark.parametrize("county", ["511182", "511121", "510104"])
def test_counties_are_those_of_the_city(county: str) -> None:
    joined = declaration(county_codes=[county], county_coordination=COORDINATION)
    ready().when(decisions.declare_project, joined).then_broken(rules.counties_are_of_the_city)


def test_counties_are_told_what_is_wanted_of_them() -> None:
    ready().when(decisions.declare_project, declaration(county_codes=["511102"])).then_broken(
        rules.counties_get_requirements_and_standards
    )
    with pytest.raises(ValidationError, match="standards"):
        declaration(county_codes=["511102"], county_coordination={**COORDINATION, "standards": []})


def county_project(**changes: Any) -> CountyProject:
    return CountyProject.model_validate(
        {
            "county_code": "511181",
            "unit_name": "峨眉山市教育局",
            "name": "智慧教育接入工程",
            "number": "峨发改〔2026〕3号",
            "approver": "峨眉山市发展和改革局",
            **changes,
        }
    )


def test_a_county_project_is_linked_to_a_project_that_named_its_county() -> None:
    case = PROJECTS.given(declared(county_codes=["511181", "511102"]))
    case.when(decisions.link_county_project, county_project()).then(CountyProjectLinked)
    case.when(decisions.link_county_project, county_project(county_code="511111")).then_broken(
        rules.county_is_one_of_the_project
    )
    PROJECTS.when(decisions.link_county_project, county_project()).then_broken(
        rules.project_is_declared
    )


def test_a_county_project_is_linked_once() -> None:
    case = PROJECTS.given(declared(county_codes=["511181", "511102"]))
    linked = case.when(decisions.link_county_project, county_project()).events
    case.given(*linked).when(decisions.link_county_project, county_project()).then_broken(
        rules.county_project_is_linked_once
    )
    for other in ({"number": "峨发改〔2026〕4号"}, {"county_code": "511102"}):
        case.given(*linked).when(decisions.link_county_project, county_project(**other)).then(
            CountyProjectLinked
        )


# -- 第十五条 ------------------------------------------------------------------------------


def test_next_years_project_may_be_declared_on_the_last_day_of_the_year() -> None:
    ready().at(NEW_YEARS_EVE).when(decisions.declare_project, declaration()).then(ProjectDeclared)
    ready().at(date(2027, 1, 1)).when(decisions.declare_project, declaration()).then_broken(
        rules.plan_year_is_next_year_or_off_cycle
    )


def test_the_year_turns_at_midnight_in_leshan() -> None:
    """31 December 23:59 there is 15:59 in Greenwich; eight hours before midnight there."""
    last_minute = datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI)
    ready().at(last_minute).when(decisions.declare_project, declaration(plan_year=2027)).then(
        ProjectDeclared
    ).having(on=NEW_YEARS_EVE)
    midnight = last_minute + timedelta(minutes=1)
    ready().at(midnight).when(decisions.declare_project, declaration(plan_year=2027)).then_broken(
        rules.plan_year_is_next_year_or_off_cycle
    )
    ready().at(midnight).when(decisions.declare_project, declaration(plan_year=2028)).then(
        ProjectDeclared
    )


def test_this_years_project_needs_an_off_cycle_reason() -> None:
    ready().when(decisions.declare_project, declaration(plan_year=2026)).then_broken(
        rules.plan_year_is_next_year_or_off_cycle
    )
    ready().when(decisions.declare_project, declaration(plan_year=2026, off_cycle=URGENT)).then(
        ProjectDeclared
    )


def test_the_plan_year_counts_from_receipt_not_from_the_paper() -> None:
    backdated = declaration(on="2025-12-31", plan_year=2026)
    ready().when(decisions.declare_project, backdated).then_broken(
        rules.plan_year_is_next_year_or_off_cycle
    )


def test_a_paper_from_before_the_regulation_is_malformed() -> None:
    ready().when(decisions.declare_project, declaration(on="2022-06-24")).then_invalid("on")
    ready().when(decisions.declare_project, declaration(on="2022-06-25")).then(ProjectDeclared)


def test_a_declaration_is_withdrawn_until_it_is_listed() -> None:
    withdrawal = Withdrawal(reason="需求变化")
    PROJECTS.given(declared(), reviewed()).when(decisions.withdraw_declaration, withdrawal).then(
        DeclarationWithdrawn
    )
    PROJECTS.given(declared(), reviewed(), listed()).when(
        decisions.withdraw_declaration, withdrawal
    ).then_broken(rules.project_is_not_listed)


# -- 第十六条 ------------------------------------------------------------------------------


@pytest.mark.parametrize("left_out", DECLARATION_MATERIALS)
def test_each_technical_material_is_required(left_out: str) -> None:
    given = materials(*(c for c in DECLARATION_MATERIALS if c != left_out))
    ready().when(decisions.declare_project, declaration(materials=given)).then_broken(
        rules.technical_materials_are_complete
    )


def test_a_material_that_is_only_named_is_missing() -> None:
    given = [*materials(*DECLARATION_MATERIALS[:-1]), {"code": DECLARATION_MATERIALS[-1]}]
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


def test_money_is_never_rounded() -> None:
    assert str(yuan("0.10") + yuan("0.20")) == "0.30"


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


def test_the_lead_and_the_units_that_build_along_look_on() -> None:
    along = [{"unit_id": OTHER_UNIT, "scope": "接口"}]
    assert PROJECTS.given(declared(participants=along)).state().parties == {UNIT, OTHER_UNIT}
    assert PROJECTS.state().parties == frozenset()


# -- 第五十四条 ----------------------------------------------------------------------------


def test_a_classified_project_is_refused_before_anything_else_is_looked_at() -> None:
    PROJECTS.when(
        decisions.declare_project, declaration(classified=True, total="1.00", plan_year=2099)
    ).then_broken(rules.project_is_not_classified)


# -- 填报格式 ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"plan_year": "2027"}, "plan_year"),
        ({"plan_year": 2027.0}, "plan_year"),
        ({"plan_year": 1999}, "plan_year"),
        ({"plan_year": 2101}, "plan_year"),
        ({"county_codes": ["5111"]}, "county_codes"),
        ({"county_codes": ["５１１１０２"]}, "county_codes"),
        ({"plan_alignment": []}, "plan_alignment"),
        ({"sub_category": "SERVER_ROOM"}, "sub_category"),
        ({"category": "OTHER"}, "category"),
    ],
)
def test_what_is_malformed_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Declaration.model_validate(
            {**declaration().model_dump(mode="json", exclude_none=True), **changes}
        )


@pytest.mark.parametrize(
    ("start", "fits"),
    [
        ("2012", True),  # December 2020: months go to 12
        ("2013", True),  # no such month, so the year 2013: codes began then
        ("2019", True),
        ("2020", True),  # no such month, so the year 2020
        ("2021", False),  # neither a month of 2020 nor a year of the old form
        ("2100", False),
        ("2101", True),
        ("2613", False),
        ("2600", False),
    ],
)
def test_a_code_starts_with_year_and_month_or_an_old_year(start: str, fits: bool) -> None:
    written = {"code": f"{start}-511100-04-04-123456", "obtained_on": "2026-05-06"}
    if fits:
        assert CodeAssignment.model_validate(written)
    else:
        with pytest.raises(ValidationError, match="code"):
            CodeAssignment.model_validate(written)
