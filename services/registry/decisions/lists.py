"""Decisions about the central review and the annual list."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from services.registry.decisions.facts import Facts
from services.registry.rules import lists as rules
from services.registry.state import Project, ProjectList
from shared.events import Event
from shared.events.registry import (
    AnnualList,
    AnnualListApproved,
    AnnualListSubmitted,
    CentralReview,
    CentralReviewRecorded,
    ListApproval,
    PriorityType,
    ProjectListed,
    RankedProject,
)
from shared.regulation import Context
from shared.regulation.common import decider_did_not_submit


def record_central_review(
    project: Project, review: CentralReview, facts: Facts, context: Context
) -> Event:
    """集中审查（第十七条）."""
    context.require(
        decider_did_not_submit(context.actor, project.submitted_by),
        rules.project_awaits_review(project),
        rules.reviewing_bodies_are_complete(review, context.policy),
    )
    return CentralReviewRecorded(on=context.date_of(review), **project.identity, review=review)


def submit_annual_list(
    listed: ProjectList, content: AnnualList, facts: Facts, context: Context
) -> Event:
    """年度清单报审（第十七条）."""
    submitters = {person for p in facts.projects.values() for person in p.submitted_by}
    context.require(
        decider_did_not_submit(context.actor, submitters),
        rules.off_cycle_projects_are_agreed(facts.projects),
        rules.listed_projects_are_reviewed(content, facts.projects),
        rules.off_cycle_projects_are_supplementary(content, facts.projects),
    )
    return AnnualListSubmitted(
        on=context.date_of(content),
        list_id=context.subject_id,
        list=content,
        ranking=_ranked(facts.projects),
    )


def _ranked(projects: Mapping[UUID, Project]) -> tuple[RankedProject, ...]:
    """The order of Article 7: by the first priority type that a document bears out, then by how
    many, then by when they were declared; a type without a document does not count.
    """
    order = list(PriorityType)
    ranked = []
    for project_id, project in projects.items():
        borne_out = {basis.type for basis in project.declared.priority_basis}
        types = tuple(t for t in order if t in borne_out)
        first = order.index(types[0]) if types else len(order)
        ranked.append(((first, -len(types), str(project_id)), project_id, types))
    return tuple(RankedProject(project_id=i, priority_types=t) for _, i, t in sorted(ranked))


def approve_annual_list(
    listed: ProjectList, approval: ListApproval, facts: Facts, context: Context
) -> list[Event]:
    """年度清单审定（第十七条）: the list, and with it each of its projects."""
    declarants = {person for p in facts.projects.values() for person in p.submitted_by}
    context.require(
        decider_did_not_submit(context.actor, declarants.union(listed.submitted_by)),
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
        self_review=project.self_review,
    )
