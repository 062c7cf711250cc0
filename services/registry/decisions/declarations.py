"""Decisions about declarations."""

from services.registry.decisions.facts import Facts
from services.registry.rules import declarations as rules
from services.registry.rules.systems import system_is_catalogued
from services.registry.rules.units import unit_is_registered
from services.registry.state import Project
from shared.events import Event
from shared.events.registry import (
    CodeAssignment,
    CountyProject,
    CountyProjectLinked,
    Declaration,
    DeclarationWithdrawn,
    ProjectCodeAssigned,
    ProjectCodeTaken,
    ProjectDeclared,
    Withdrawal,
)
from shared.regulation import Check, Context, Policy
from shared.regulation.decision import InvalidField
from shared.standing import rules as standing_rules


def declare_project(
    project: Project, declaration: Declaration, facts: Facts, context: Context
) -> Event:
    """申报（第十五、十六条）."""
    # First and alone: nothing else of a classified project is looked at or recorded.
    context.require(rules.project_is_not_classified(declaration))
    policy, today, standing = context.policy, context.today, facts.standing
    context.require(
        rules.project_is_in_scope(declaration),
        standing_rules.system_goes_on(facts.system),
        *_of_counties(declaration, policy),
        standing_rules.data_collection_is_complete(standing),
        rules.project_conforms_to_a_plan(declaration, facts.plans),
        rules.plan_year_is_next_year_or_off_cycle(declaration, today.year),
        rules.technical_materials_are_complete(declaration, policy),
        rules.responsible_person_is_the_head(declaration, facts.unit, today),
        standing_rules.no_project_bars_the_unit(standing),
        standing_rules.no_sharing_violation_bars_other_projects(standing, None, today),
        standing_rules.no_security_finding_bars_the_unit(standing),
        exemptions=standing.exemptions(),
        firm=(
            unit_is_registered(facts.unit),
            system_is_catalogued(facts.system, declaration),
            rules.sources_sum_to_total(declaration),
            rules.participants_are_distinct(declaration),
        ),
    )
    return ProjectDeclared(
        on=context.date_of(declaration),
        project_id=context.subject_id,
        unit_id=declaration.unit_id,
        declaration=declaration,
        self_review=declaration.unit_id == policy.text("deb_unit_id"),
    )


def _of_counties(declaration: Declaration, policy: Policy) -> tuple[Check, ...]:
    """What a project asks of counties; nothing where it has none."""
    if not declaration.county_codes:
        return ()
    return (
        rules.counties_are_of_the_city(declaration, policy),
        rules.counties_get_requirements_and_standards(declaration),
    )


def withdraw_declaration(
    project: Project, withdrawal: Withdrawal, facts: Facts, context: Context
) -> Event:
    """撤回申报（第十五条）."""
    context.require(rules.project_is_not_listed(project))
    return DeclarationWithdrawn(
        on=context.date_of(withdrawal), **project.identity, withdrawal=withdrawal
    )


def assign_project_code(
    project: Project, assignment: CodeAssignment, facts: Facts, context: Context
) -> list[Event]:
    """项目赋码（第九条）: the code's own stream keeps it from any second project."""
    if assignment.obtained_on > context.today:
        raise InvalidField("obtained_on", f"赋码日期 {assignment.obtained_on} 晚于今天")
    context.require(rules.project_is_declared(project))
    context.require(
        rules.code_region_is_known(assignment, context.policy),
        rules.code_is_not_taken(facts.code, context.subject_id),
    )
    on = context.date_of(assignment)
    assigned = ProjectCodeAssigned(on=on, **project.identity, assignment=assignment)
    taken = ProjectCodeTaken(on=on, code=assignment.code, project_id=context.subject_id)
    return [assigned] if facts.code.project_id else [assigned, taken]


def link_county_project(
    project: Project, county_project: CountyProject, facts: Facts, context: Context
) -> Event:
    """关联县级项目（第十条）: approved where it belongs, only linked here."""
    context.require(rules.project_is_declared(project))
    context.require(
        rules.county_is_one_of_the_project(county_project, project),
        rules.county_project_is_linked_once(county_project, project),
    )
    return CountyProjectLinked(
        on=context.date_of(county_project), **project.identity, county_project=county_project
    )
