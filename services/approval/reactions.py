"""Facts for the approval service's decisions: registration, acceptance, what bars a unit."""

from functools import reduce
from uuid import UUID

from services.approval.decisions import Facts
from services.approval.state import Project, evolve_project, registration_of
from shared.events.standing import STANDING_EVENTS, Standing, barring_projects, standing_after
from shared.kernel.model import Record
from shared.web.desk import Gather, Reading
from shared.web.runtime import Aggregate

PROJECT = Aggregate("project", Project(), evolve_project)

FOLLOWS = {
    "registry": frozenset(
        {
            "ProjectDeclared",
            "ProjectListed",
            "ProjectCodeAssigned",
            "ResourcesCatalogued",
            "NoDataStatementApproved",
            "DeclarationWithdrawn",
        }
    ),
    "acceptance": STANDING_EVENTS,
}


def of_registration(project_id: UUID) -> Gather:
    """Gathers what the registry says of a project."""

    async def gather(reading: Reading, project: Project, command: Record) -> Facts:
        return Facts(registration_of(await reading.others(f"project:{project_id}")))

    return gather


def of_acceptance(project_id: UUID) -> Gather:
    """Gathers how far a project is accepted."""

    async def gather(reading: Reading, project: Project, command: Record) -> Facts:
        events = await reading.others(f"project:{project_id}")
        return Facts(standing=reduce(standing_after, events, Standing()))

    return gather


def of_registration_and_barring(project_id: UUID) -> Gather:
    """Gathers the registration, and which projects bar the unit (第三十二条)."""

    async def gather(reading: Reading, project: Project, command: Record) -> Facts:
        registration = registration_of(await reading.others(f"project:{project_id}"))
        unit = registration.unit_id
        events = await reading.others(f"unit:{unit}") if unit else ()
        return Facts(registration, barring=barring_projects(events, unit) if unit else ())

    return gather
