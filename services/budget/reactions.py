"""Facts for the budget service's decisions, the table of its commands, and what is due back."""

from uuid import UUID

from services.budget import decisions
from services.budget.decisions import Facts, LeaseFacts, drafts
from services.budget.state import (
    Background,
    LeasedLine,
    PriceCaps,
    Project,
    background_of,
    ends_the_project,
    evolve_caps,
    evolve_lease,
    evolve_project,
)
from shared.events import ProjectEvent, Recorded
from shared.events.budget import LineLease
from shared.kernel.model import Record
from shared.standing import EVALUATIONS, RESTRICTING, standing_of
from shared.web.actors import SYSTEM
from shared.web.commands import Command, Decide, Draft, Reading, table
from shared.web.desk import reaction_desk
from shared.web.destructions import DESTROY_KEYS
from shared.web.obligations import MARK_OVERDUE
from shared.web.runtime import Aggregate, Reaction, Runtime

PROJECT = Aggregate("project", Project(), evolve_project)
LEASE = Aggregate("line-lease", LeasedLine(), evolve_lease)
CAPS = Aggregate("price-cap", PriceCaps(), evolve_caps)

FOLLOWS = {
    "registry": frozenset(
        {
            "ProjectDeclared",
            "ProjectListed",
            "DeclarationWithdrawn",
            "SystemCatalogued",
            "SystemTerminationRequired",
            "SystemTerminationWaived",
            "SystemTerminated",
            "AssetConfirmed",
        }
    ),
    "approval": frozenset({"ReplyIssued", "ChangeApproved", "ChangeFiled", "FilingDisputed"})
    | RESTRICTING["approval"],
    "acceptance": EVALUATIONS | RESTRICTING["acceptance"],
}


async def background(reading: Reading, project: Project, command: Record) -> Facts:
    """What the other services have recorded of the project and of its system; how it stands."""
    events = await reading.others(f"project:{reading.subject}")
    known = await _background(reading, events)
    return Facts(known, standing_of(events), reading.part, reading.cause)


async def _background(reading: Reading, events: tuple[Recorded, ...]) -> Background:
    system_id = background_of(events).system_id
    of_system = await reading.others(f"system:{system_id}") if system_id else ()
    return background_of((*events, *of_system))


async def for_lease(reading: Reading, line: LeasedLine, lease: LineLease) -> LeaseFacts:
    """The caps of the line's type, how the unit stands, the project served and its system."""
    of_unit = await reading.others(f"unit:{lease.unit_id}")
    of_project = await reading.others(f"project:{lease.project_id}") if lease.project_id else ()
    return LeaseFacts(
        background=await _background(reading, of_project),
        standing=standing_of(of_unit),
        caps=await reading.own(CAPS, lease.line_type),
    )


async def of_lease(reading: Reading, line: LeasedLine, command: Record) -> LeaseFacts:
    """The same for a lease that has been applied for."""
    return await for_lease(reading, line, line.lease) if line.lease else LeaseFacts()


# Whose it is.


def owner(project: Project, command: object, facts: Facts) -> frozenset[str]:
    """The project unit: as the stream names it, as the other services do while it is empty."""
    unit_id = project.unit_id or facts.background.unit_id
    return frozenset({unit_id} if unit_id else ())


def applicant(line: LeasedLine, lease: LineLease, facts: object) -> frozenset[str]:
    return frozenset({lease.unit_id})


def lessee(line: LeasedLine, command: object, facts: object) -> frozenset[str]:
    return line.parties


def plans(project: Project) -> list[UUID]:
    return [planned.plan_id for planned in project.operation_plans]


def _by_unit(decision: Decide, draft: Draft) -> Command:
    return Command(PROJECT, decision, facts=background, parties=owner, draft=draft)


def _by_body(decision: Decide, draft: Draft) -> Command:
    return Command(PROJECT, decision, facts=background, draft=draft)


def _on_a_plan(decision: Decide, draft: Draft) -> Command:
    return Command(PROJECT, decision, facts=background, draft=draft, parts=plans)


COMMANDS = table(
    _by_body(decisions.include_in_budget, drafts.inclusion),
    _by_body(decisions.set_cost_share, drafts.cost_share),
    _by_unit(decisions.record_procurement, drafts.procurement),
    _by_unit(decisions.record_contract, drafts.contract),
    _by_unit(decisions.record_payment, drafts.payment),
    Command(PROJECT, decisions.demand_surplus, facts=background),
    _by_unit(decisions.return_surplus, drafts.surplus),
    _by_body(decisions.close_project_funds, drafts.closing),
    _by_body(decisions.refer_misuse, drafts.referral),
    _by_unit(decisions.submit_operation_plan, drafts.operation_plan),
    _on_a_plan(decisions.assess_operation_plan, drafts.assessment),
    _on_a_plan(decisions.include_operation_budget, drafts.operation_inclusion),
    Command(CAPS, decisions.set_price_cap, creates=True),
    Command(LEASE, decisions.submit_line_lease, facts=for_lease, parties=applicant, creates=True),
    Command(LEASE, decisions.rule_on_line_lease, facts=of_lease),
    Command(LEASE, decisions.include_line_lease_budget, facts=of_lease),
    Command(LEASE, decisions.record_lease_contract, parties=lessee),
    Command(LEASE, decisions.assess_line_quality, parties=lessee),
    Command(LEASE, decisions.pay_line_rent, parties=lessee),
    MARK_OVERDUE,
    DESTROY_KEYS,
)


async def call_for_surplus(runtime: Runtime, cause: Recorded) -> None:
    """A project that ends with money of its own on record has its surplus due back, once."""
    event = cause.event
    if not (isinstance(event, ProjectEvent) and ends_the_project(event)):
        return
    folded = await runtime.fold(PROJECT, event.project_id)
    if folded.version > 0 and folded.state.surplus_due_on is None:
        desk = reaction_desk(runtime, SYSTEM, "demand_surplus", cause)
        await desk.decide(event.project_id, event)


REACTIONS = (
    Reaction(
        "demand_surplus",
        "acceptance",
        frozenset({"AcceptanceConcluded", "AcceptanceReviewed", "MeasureImposed"}),
        call_for_surplus,
    ),
    Reaction(
        "demand_surplus_of_the_terminated",
        "approval",
        frozenset({"ProjectTerminated"}),
        call_for_surplus,
    ),
)
