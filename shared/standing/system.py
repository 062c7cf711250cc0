"""系统处境: what the registry and GAB have recorded of an entry of the catalogue (第八、九条)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from shared.events.envelope import Recorded
from shared.events.registry import (
    AssetConfirmed,
    SystemActivated,
    SystemCatalogued,
    SystemStatus,
    SystemTerminated,
    SystemTerminationRequired,
    SystemTerminationWaived,
    SystemUpdated,
    TerminationRequirement,
)
from shared.kernel.actor import EventRef
from shared.kernel.identifiers import UnitId


@dataclass(frozen=True)
class SystemStanding:
    """系统处境."""

    system_id: UUID | None = None
    unit_id: UnitId | None = None
    name: str | None = None
    running: bool = False
    """In use already, and not only planned."""
    catalogued: EventRef | None = None
    """Event that entered it in the catalogue (第九条)."""
    asset: EventRef | None = None
    """Event by which GAB took it under asset management (第八条第十项)."""
    requirement: TerminationRequirement | None = None
    """停用要求 that stands (第八条)."""
    required: EventRef | None = None
    stopped_on: date | None = None
    stopped: EventRef | None = None

    @property
    def to_stop(self) -> EventRef | None:
        """Event that requires it to stop, while that stands."""
        return self.required


def system_after(system: SystemStanding, recorded: Recorded) -> SystemStanding:
    """The standing after one more event about the system."""
    ref = recorded.ref
    match recorded.event:
        case SystemCatalogued(system_id=system_id, unit_id=unit_id, entry=entry):
            return replace(
                system,
                system_id=system_id,
                unit_id=unit_id,
                name=entry.name,
                running=entry.status is SystemStatus.RUNNING,
                catalogued=ref,
            )
        case SystemUpdated(change=change):
            return replace(system, name=change.name or system.name)
        case SystemActivated():
            return replace(system, running=True)
        case AssetConfirmed():
            return replace(system, asset=ref)
        case SystemTerminationRequired(requirement=requirement):
            return replace(system, requirement=requirement, required=ref)
        case SystemTerminationWaived():
            return replace(system, requirement=None, required=None)
        case SystemTerminated(on=on):
            return replace(system, stopped_on=on, stopped=ref)
        case _:
            return system


def system_of(events: Iterable[Recorded]) -> SystemStanding:
    """Fold the events about one system, in log order."""
    system = SystemStanding()
    for recorded in events:
        system = system_after(system, recorded)
    return system
