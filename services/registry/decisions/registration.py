"""Decisions of the registry: state and command in, events or a refusal out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.registry import rules
from services.registry.state import Project, ProjectList, System, TakenCode, Unit
from shared.events import Event
from shared.events.registry import (
    AnnualList,
    AnnualListApproved,
    AnnualListSubmitted,
    AssetConfirmed,
    AssetRegistration,
    CentralReview,
    CentralReviewRecorded,
    CodeAssignment,
    DataCollectionCleared,
    DataCollectionFlagged,
    Declaration,
    DeclarationWithdrawn,
    ListApproval,
    NoDataStatementApproved,
    ProjectCodeAssigned,
    ProjectCodeTaken,
    ProjectDeclared,
    ProjectListed,
    ResourceCatalogue,
    ResourcesCatalogued,
    StatementApproval,
    SystemCatalogued,
    SystemEntry,
    UnitProfile,
    UnitRegistered,
    UnitRestriction,
    Withdrawal,
)
from shared.regulation import Context
from shared.regulation.common import decider_did_not_submit
from shared.regulation.decision import InvalidField
from shared.standing import Standing
from shared.standing import rules as standing_rules


@dataclass(frozen=True)
class Facts:
    """What a decision here may rest on besides its own stream."""

    unit: Unit = Unit()
    system: System = System()
    standing: Standing = Standing()
    """How the unit stands with its other projects and with its data."""
    projects: Mapping[UUID, Project] = field(default_factory=dict)
    code: TakenCode = TakenCode()


def register_unit(unit: Unit, profile: UnitProfile, facts: Facts, context: Context) -> Event:
    """单位登记（第五条）."""
    context.require(rules.unit_is_not_yet_registered(unit))
    return UnitRegistered(on=context.date_of(profile), unit_id=profile.unit_id, profile=profile)


def flag_data_collection(
    unit: Unit, restriction: UnitRestriction, facts: Facts, context: Context
) -> Event:
    """数据归集未完成（第十二条）."""
    context.require(rules.unit_is_registered(unit))
    return DataCollectionFlagged(
        on=context.date_of(restriction), unit_id=context.subject, restriction=restriction
    )


def clear_data_collection(
    unit: Unit, clearance: UnitRestriction, facts: Facts, context: Context
) -> Event:
    """数据归集已完成（第十二条）."""
    context.require(rules.unit_is_registered(unit))
    return DataCollectionCleared(
        on=context.date_of(clearance), unit_id=context.subject, clearance=clearance
    )


def catalogue_system(system: System, entry: SystemEntry, facts: Facts, context: Context) -> Event:
    """系统编目（第九条）."""
    context.require(rules.unit_is_registered(facts.unit))
    return SystemCatalogued(
        on=context.date_of(entry),
        system_id=context.subject_id,
        unit_id=entry.unit_id,
        entry=entry,
    )


def confirm_asset(
    system: System, registration: AssetRegistration, facts: Facts, context: Context
) -> Event:
    """资产确认（第五条）."""
    context.require(rules.system_has_an_entry(system))
    return AssetConfirmed(
        on=context.date_of(registration),
        system_id=context.subject_id,
        unit_id=system.content.unit_id,
        registration=registration,
    )


def declare_project(
    project: Project, declaration: Declaration, facts: Facts, context: Context
) -> Event:
    """申报（第十五、十六条）."""
    # First and alone: nothing else of a classified project is looked at or recorded.
    context.require(rules.project_is_not_classified(declaration))
    context.require(
        rules.unit_is_registered(facts.unit),
        rules.system_is_catalogued(facts.system, declaration),
        rules.counties_are_of_the_city(declaration, context.policy),
        standing_rules.data_collection_is_complete(facts.standing),
        rules.plan_year_is_next_year_or_off_cycle(declaration, context.today.year),
        rules.technical_materials_are_complete(declaration, context.policy),
        rules.sources_sum_to_total(declaration),
        rules.participants_are_distinct(declaration),
        rules.responsible_person_is_the_head(declaration, facts.unit),
        standing_rules.no_project_bars_the_unit(facts.standing),
        standing_rules.no_sharing_violation_bars_other_projects(
            facts.standing, None, context.today
        ),
        standing_rules.no_security_finding_bars_the_unit(facts.standing),
        exemptions=facts.standing.exemptions(),
    )
    return ProjectDeclared(
        on=context.date_of(declaration),
        project_id=context.subject_id,
        unit_id=declaration.unit_id,
        declaration=declaration,
    )


def withdraw_declaration(
    project: Project, withdrawal: Withdrawal, facts: Facts, context: Context
) -> Event:
    """撤回申报（第十五条）."""
    context.require(rules.project_is_not_listed(project))
    return DeclarationWithdrawn(
        on=context.date_of(withdrawal), **project.identity, withdrawal=withdrawal
    )


def record_central_review(
    project: Project, review: CentralReview, facts: Facts, context: Context
) -> Event:
    """集中审查（第十七条）."""
    context.require(
        decider_did_not_submit(context.actor, project.submitted_by),
        rules.project_awaits_review(project),
    )
    return CentralReviewRecorded(on=context.date_of(review), **project.identity, review=review)


def submit_annual_list(
    listed: ProjectList, content: AnnualList, facts: Facts, context: Context
) -> Event:
    """年度清单报审（第十七条）."""
    submitters = {person for p in facts.projects.values() for person in p.submitted_by}
    context.require(
        decider_did_not_submit(context.actor, submitters),
        rules.listed_projects_are_reviewed(content, facts.projects),
        rules.off_cycle_projects_are_supplementary(content, facts.projects),
    )
    return AnnualListSubmitted(
        on=context.date_of(content), list_id=context.subject_id, list=content
    )


def approve_annual_list(
    listed: ProjectList, approval: ListApproval, facts: Facts, context: Context
) -> list[Event]:
    """年度清单审定（第十七条）: the list, and with it each of its projects."""
    context.require(
        decider_did_not_submit(context.actor, listed.submitted_by),
        rules.list_awaits_approval(listed),
    )
    content = listed.content
    context.require(rules.listed_projects_are_reviewed(content, facts.projects))
    on = context.date_of(approval)
    approved = AnnualListApproved(on=on, list_id=context.subject_id, approval=approval)
    return [
        approved,
        *(_listed(p, content, on, context.subject_id) for p in facts.projects.values()),
    ]


def _listed(project: Project, content: AnnualList, on: date, list_id: UUID) -> Event:
    declaration = project.declared
    return ProjectListed(
        on=on,
        **project.identity,
        list_id=list_id,
        year=content.year,
        number=content.number,
        delivery_mode=declaration.delivery_mode,
        name=declaration.name,
        total=declaration.total,
        participants=tuple(p.unit_id for p in declaration.participants),
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


def catalogue_resources(
    project: Project, catalogue: ResourceCatalogue, facts: Facts, context: Context
) -> Event:
    """信息资源编目（第二十条）."""
    context.require(rules.project_is_declared(project), rules.sharing_is_justified(catalogue))
    return ResourcesCatalogued(
        on=context.date_of(catalogue), **project.identity, catalogue=catalogue
    )


def approve_no_data_statement(
    project: Project, statement_approval: StatementApproval, facts: Facts, context: Context
) -> Event:
    """无数据资源说明审核（第二十条）: without it such a statement opens no reply."""
    context.require(
        decider_did_not_submit(context.actor, project.submitted_by),
        rules.no_data_statement_awaits_approval(project),
    )
    return NoDataStatementApproved(
        on=context.date_of(statement_approval),
        **project.identity,
        statement_approval=statement_approval,
    )
