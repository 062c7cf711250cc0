"""登记情况: what the registry has on record of a project, as far as others reckon with it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from shared.events.approval import LeadingGroupApproved
from shared.events.envelope import Recorded
from shared.events.registry import (
    NoDataStatementApproved,
    ProjectDeclared,
    ResourcesCatalogued,
    SharingType,
)
from shared.kernel.actor import EventRef
from shared.kernel.identifiers import UnitId


@dataclass(frozen=True)
class Registered:
    """项目登记情况."""

    unit_id: UnitId | None = None
    name: str | None = None
    system_id: UUID | None = None
    base_project_id: UUID | None = None
    """The project that it upgrades (第八条第八项)."""
    declared: EventRef | None = None
    catalogued: EventRef | None = None
    """Event that entered its information resources, or by which DEB agreed that it yields none."""
    shares_nothing: bool = False
    """It has information resources, none of which can be shared (第十二条)."""
    approved_all_the_same: EventRef | None = None
    """Event by which the leading group agrees that it is built or kept even so (第十二条)."""


def registered_after(project: Registered, recorded: Recorded) -> Registered:
    """What is registered after one more event about the project."""
    ref = recorded.ref
    match recorded.event:
        case ProjectDeclared(unit_id=unit_id, declaration=declaration):
            return replace(
                project,
                unit_id=unit_id,
                name=declaration.name,
                system_id=declaration.system_id,
                base_project_id=declaration.base_project_id,
                declared=ref,
            )
        case ResourcesCatalogued(catalogue=catalogue):
            resources = catalogue.resources
            withheld = [r for r in resources if r.sharing is SharingType.NONE]
            return replace(
                project,
                catalogued=ref if resources else None,
                shares_nothing=bool(resources) and len(withheld) == len(resources),
            )
        case NoDataStatementApproved():
            return replace(project, catalogued=ref)
        case LeadingGroupApproved():
            return replace(project, approved_all_the_same=ref)
        case _:
            return project


def registered_of(events: Iterable[Recorded]) -> Registered:
    """Fold the events about one project, in log order."""
    project = Registered()
    for recorded in events:
        project = registered_after(project, recorded)
    return project
