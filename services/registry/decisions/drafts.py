"""Drafts: what the record can fill in of a project's next command."""

from typing import Any

from services.registry.decisions.registration import Facts
from services.registry.state import Project
from shared.regulation import Context

Fields = dict[str, Any]


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
