"""Facts for the approval service's decisions, and the table of its commands."""

from uuid import UUID

from services.approval import decisions
from services.approval.decisions import Facts
from services.approval.state import Project, evolve_project, registration_of
from shared.kernel.model import Record
from shared.standing import RESTRICTING, standing_of
from shared.web.commands import Command, Reading, table
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
    "acceptance": RESTRICTING["acceptance"],
}


async def registration(reading: Reading, project: Project, command: Record) -> Facts:
    """What the registry says of the project."""
    return Facts(registration_of(await reading.others(f"project:{reading.subject}")))


async def acceptance(reading: Reading, project: Project, command: Record) -> Facts:
    """How the project stands, with acceptance above all."""
    standing = standing_of(await reading.others(f"project:{reading.subject}"))
    return Facts(standing=standing.of(UUID(reading.subject)))


async def registration_and_unit(reading: Reading, project: Project, command: Record) -> Facts:
    """The registration, and how the unit stands with all its projects (第三十二条)."""
    registered = registration_of(await reading.others(f"project:{reading.subject}"))
    unit_id = registered.unit_id
    events = await reading.others(f"unit:{unit_id}") if unit_id else ()
    return Facts(registered, unit=standing_of(events, unit_id))


def declarant(project: Project, command: object, facts: Facts) -> frozenset[str]:
    """The unit that declared the project, as the registry has it."""
    return frozenset(u for u in (facts.registration.unit_id,) if u)


def owner(project: Project, command: object, facts: object) -> frozenset[str]:
    return frozenset(u for u in (project.unit_id,) if u)


def participants(project: Project, command: object, facts: object) -> frozenset[str]:
    """The units that build along; the lead does not sign its own document off."""
    return frozenset(project.participants)


COMMANDS = table(
    Command(PROJECT, decisions.submit_document, facts=registration, parties=declarant),
    Command(PROJECT, decisions.sign_off, parties=participants),
    Command(PROJECT, decisions.request_opinion),
    Command(PROJECT, decisions.give_opinion),
    Command(PROJECT, decisions.carry_opinion_forward),
    Command(PROJECT, decisions.record_evaluation),
    Command(PROJECT, decisions.give_municipal_consent),
    Command(PROJECT, decisions.concur),
    Command(PROJECT, decisions.issue_reply, facts=registration_and_unit),
    Command(PROJECT, decisions.confirm_copy),
    Command(PROJECT, decisions.file_change, facts=acceptance, parties=owner),
    Command(PROJECT, decisions.apply_for_change, facts=acceptance, parties=owner),
    Command(PROJECT, decisions.concur_in_change),
    Command(PROJECT, decisions.rule_on_change),
)
