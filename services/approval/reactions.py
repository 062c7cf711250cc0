"""Facts for the approval service's decisions, and the table of its commands."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from services.approval import decisions
from services.approval.decisions import Facts, drafts
from services.approval.state import (
    ExceptionCase,
    Project,
    evolve_exception,
    evolve_project,
    registration_of,
)
from shared.events.approval import ExceptionRequest
from shared.events.registry import AssetConfirmed
from shared.kernel.actor import EventRef
from shared.kernel.model import Record
from shared.regulation.exemption import Exemption, after_the_end
from shared.standing import RESTRICTING, AcceptanceStanding, standing_of
from shared.web.commands import Command, Reading, table
from shared.web.destructions import DESTROY_KEYS
from shared.web.obligations import MARK_OVERDUE
from shared.web.runtime import Aggregate

PROJECT = Aggregate("project", Project(), evolve_project)
EXCEPTION = Aggregate("exception", ExceptionCase(), evolve_exception)

FOLLOWS = {
    "registry": frozenset(
        {
            "AssetConfirmed",
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


# -- facts ------------------------------------------------------------------------------------


async def exceptions(reading: Reading, project: Project, command: Record) -> Facts:
    """The exceptions granted to the project: all that a decision within this service needs."""
    return Facts(exemptions=await _exemptions(reading, project))


async def around(reading: Reading, project: Project, command: Record) -> Facts:
    """What the registry says of the project, how it stands, and its exceptions."""
    project_id = UUID(reading.subject)
    events = await reading.others(f"project:{project_id}")
    standing = standing_of(events).of(project_id)
    exemptions = await _exemptions(reading, project)
    ended = project.standing(standing).terminated
    return Facts(
        registration=registration_of(events),
        standing=standing,
        exemptions=after_the_end(exemptions) if ended else exemptions,
    )


async def for_reply(reading: Reading, project: Project, command: Record) -> Facts:
    """Also how the unit stands with all its projects, the project upgraded, and the asset."""
    facts = await around(reading, project, command)
    registration = facts.registration
    unit_id, system_id = registration.unit_id, registration.system_id
    unit_events = await reading.others(f"unit:{unit_id}") if unit_id else ()
    return replace(
        facts,
        unit=standing_of(unit_events, unit_id),
        base=await _acceptance(reading, registration.base_project_id, unit_id),
        asset=await _asset(reading, system_id),
    )


async def for_dispute(reading: Reading, project: Project, command: Record) -> Facts:
    return replace(await around(reading, project, command), filing=reading.part)


async def for_request(reading: Reading, case: ExceptionCase, request: ExceptionRequest) -> Facts:
    """Whose project it is; the project's own stream takes what is granted at once."""
    project_id = request.project_id
    if project_id is None:
        return Facts()
    await reading.own(PROJECT, project_id)
    return Facts(registration_of(await reading.others(f"project:{project_id}")))


async def for_agreement(reading: Reading, case: ExceptionCase, command: Record) -> Facts:
    """Nothing but the version of the project's stream, which takes what is granted."""
    if case.project_id is not None:
        await reading.own(PROJECT, case.project_id)
    return Facts()


async def _exemptions(reading: Reading, project: Project) -> tuple[Exemption, ...]:
    cases = [await reading.own(EXCEPTION, i) for i in project.exceptions]
    return tuple(case.exemption for case in cases if case.exemption)


async def _acceptance(
    reading: Reading, project_id: UUID | None, unit_id: str | None
) -> AcceptanceStanding:
    """How the project upgraded stands; of one that is none of the unit's nothing is told."""
    if project_id is None:
        return AcceptanceStanding()
    events = await reading.others(f"project:{project_id}")
    base = registration_of(events)
    if unit_id not in {base.unit_id, *base.participants}:
        return AcceptanceStanding()
    return standing_of(events).of(project_id).acceptance


async def _asset(reading: Reading, system_id: UUID | None) -> EventRef | None:
    events = await reading.others(f"system:{system_id}") if system_id else ()
    return next((e.ref for e in events if isinstance(e.event, AssetConfirmed)), None)


# -- whose project it is ----------------------------------------------------------------------


def declarant(project: Project, command: object, facts: Facts) -> frozenset[str]:
    """The unit that declared the project, as the registry has it."""
    return frozenset(u for u in (facts.registration.unit_id,) if u)


def owner(project: Project, command: object, facts: object) -> frozenset[str]:
    return frozenset(u for u in (project.unit_id,) if u)


def participants(project: Project, command: object, facts: object) -> frozenset[str]:
    """The units that build along; the lead does not sign its own document off."""
    return frozenset(project.participants)


def applicant(case: ExceptionCase, request: ExceptionRequest, facts: object) -> frozenset[str]:
    return frozenset({request.unit_id})


def filings(project: Project) -> Iterable[UUID]:
    """The filings since the baseline, newest first: the newest is the one to be disputed."""
    return [f.change_id for f in reversed(project.baseline.filings)] if project.baseline else []


# -- the table --------------------------------------------------------------------------------

COMMANDS = table(
    # 报审和征求意见
    Command(
        PROJECT,
        decisions.submit_document,
        facts=around,
        parties=declarant,
        draft=drafts.submission,
    ),
    Command(PROJECT, decisions.sign_off, parties=participants, draft=drafts.digest),
    Command(PROJECT, decisions.request_opinion, draft=drafts.letter),
    Command(PROJECT, decisions.give_opinion, facts=exceptions, draft=drafts.opinion),
    Command(PROJECT, decisions.carry_opinion_forward, draft=drafts.carry_forward),
    # 批复
    Command(PROJECT, decisions.record_evaluation, facts=exceptions, draft=drafts.evaluation),
    Command(PROJECT, decisions.give_municipal_consent, draft=drafts.with_document),
    Command(PROJECT, decisions.approve_unshared_project, facts=around, draft=drafts.with_document),
    Command(PROJECT, decisions.concur, facts=exceptions, draft=drafts.digest),
    Command(PROJECT, decisions.issue_reply, facts=for_reply, draft=drafts.about_submission),
    Command(PROJECT, decisions.refuse_reply, draft=drafts.about_submission),
    Command(PROJECT, decisions.return_submission, draft=drafts.about_submission),
    Command(PROJECT, decisions.confirm_copy, draft=drafts.copy_receipt),
    # 建设期间
    Command(
        PROJECT,
        decisions.record_division_of_work,
        facts=around,
        parties=owner,
        draft=drafts.division,
    ),
    Command(PROJECT, decisions.file_change, facts=around, parties=owner, draft=drafts.change),
    Command(
        PROJECT,
        decisions.dispute_filing,
        facts=for_dispute,
        draft=drafts.with_document,
        parts=filings,
    ),
    Command(PROJECT, decisions.apply_for_change, facts=around, parties=owner, draft=drafts.change),
    Command(PROJECT, decisions.concur_in_change, facts=around, draft=drafts.with_document),
    Command(PROJECT, decisions.rule_on_change, facts=around, draft=drafts.with_document),
    Command(PROJECT, decisions.report_trouble, facts=around, parties=owner, draft=drafts.trouble),
    Command(PROJECT, decisions.suspend_construction, facts=around, draft=drafts.with_document),
    Command(PROJECT, decisions.resume_construction, facts=around, draft=drafts.with_document),
    Command(
        PROJECT,
        decisions.request_termination,
        facts=around,
        parties=owner,
        draft=drafts.with_document,
    ),
    Command(PROJECT, decisions.submit_termination, facts=around, draft=drafts.with_document),
    Command(PROJECT, decisions.rule_on_termination, facts=around, draft=drafts.with_document),
    # 例外
    Command(
        EXCEPTION, decisions.request_exception, facts=for_request, parties=applicant, creates=True
    ),
    Command(EXCEPTION, decisions.agree_to_exception, facts=for_agreement),
    Command(EXCEPTION, decisions.revoke_exception),
    MARK_OVERDUE,
    DESTROY_KEYS,
)
