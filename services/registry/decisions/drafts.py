"""Drafts: what the record can fill in of a project's next command."""

from typing import Any

from services.registry.decisions.facts import Facts
from services.registry.state import Project
from shared.events.registry import ReviewResult
from shared.regulation import Context

Fields = dict[str, Any]


def central_review(project: Project, facts: Facts, context: Context) -> Fields:
    """A review that includes it, with the bodies it takes; what is urgent is agreed to."""
    urgent = project.declaration is not None and project.declaration.off_cycle is not None
    agreed = {"off_cycle_agreed": True} if urgent else {}
    bodies = context.policy.codes("central_review_bodies")
    return {"result": ReviewResult.INCLUDE, "bodies": bodies, **agreed}


def code_assignment(project: Project, facts: Facts, context: Context) -> Fields:
    """The code as it stands, or one of the right shape; obtained today."""
    held = {"code": project.code} if project.code else {}
    return {**held, "obtained_on": context.today}


def resources(project: Project, facts: Facts, context: Context) -> Fields:
    """The catalogue as it stands, or one resource that is shared without condition."""
    if project.resources is not None:
        return project.resources.model_dump(mode="json", exclude_none=True, exclude={"on"})
    blank = {"code": "（待填）", "name": "（待填）", "sharing": "UNCONDITIONAL"}
    return {"resources": [blank]}


def county_project(project: Project, facts: Facts, context: Context) -> Fields:
    """The first of its counties that has nothing linked yet, else the first of all."""
    counties = project.declaration.county_codes if project.declaration else ()
    linked = {each.county_code for each in project.county_projects}
    open_ = [county for county in counties if county not in linked] or list(counties)
    return {"county_code": open_[0]} if open_ else {}
