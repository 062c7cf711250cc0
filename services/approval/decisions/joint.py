"""Projects that several units build together: who builds what (第二十七条)."""

from services.approval.decisions.facts import Facts
from services.approval.rules import joint as rules
from services.approval.rules.changes import final_reply_is_issued
from services.approval.state import Project
from shared.events import Event
from shared.events.approval import DivisionOfWork, DivisionOfWorkRecorded
from shared.kernel.model import present
from shared.regulation import Context
from shared.standing.rules import construction_goes_on


def record_division_of_work(
    project: Project, division: DivisionOfWork, facts: Facts, context: Context
) -> Event:
    """参建分工（第二十七条）: by the lead; a later one replaces it."""
    context.require(rules.project_is_built_together(project), final_reply_is_issued(project))
    context.require(
        construction_goes_on(project.standing(facts.standing)),
        rules.every_participant_has_its_share(division, project),
        exemptions=facts.exemptions,
    )
    return DivisionOfWorkRecorded(
        on=context.date_of(division, since=present(project.baseline).replied_on),
        **project.identity,
        division=division,
    )
