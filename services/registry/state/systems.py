"""State of an entry of the system catalogue: what it is, whether it runs, how current it is."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TypedDict
from uuid import UUID

from shared.events import Recorded
from shared.events.registry import (
    AssetConfirmed,
    SystemActivated,
    SystemCatalogued,
    SystemEntry,
    SystemReviewed,
    SystemStatus,
    SystemTerminated,
    SystemTerminationRequired,
    SystemTerminationWaived,
    SystemUpdated,
    TerminationRequirement,
)
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.model import present


class Phase(Coded):
    """系统状态."""

    PROVISIONAL = "PROVISIONAL", "拟建（暂列）"
    ACTIVE = "ACTIVE", "在用"
    TO_STOP = "TO_STOP", "限期停用"
    STOPPED = "STOPPED", "已停用"


class Identity(TypedDict):
    """What names a system in its events."""

    system_id: UUID
    unit_id: UnitId


@dataclass(frozen=True)
class System:
    """系统目录条目."""

    system_id: UUID | None = None
    entry: SystemEntry | None = None
    phase: Phase | None = None
    runs: bool = False
    """Whether it is in use: entered as such, or its project has been accepted."""
    last_reviewed_on: date | None = None
    """Day on which it was last entered, updated or found current (第九条)."""
    asset_number: str | None = None
    requirement: TerminationRequirement | None = None
    """停用要求 that stands, with its deadline (第八条)."""
    required: EventRef | None = None
    stopped_on: date | None = None
    stopped: EventRef | None = None

    @property
    def content(self) -> SystemEntry:
        return present(self.entry)

    @property
    def identity(self) -> Identity:
        """The fields that name the system in its events."""
        return {"system_id": present(self.system_id), "unit_id": self.content.unit_id}

    @property
    def parties(self) -> frozenset[str]:
        return frozenset({self.entry.unit_id} if self.entry else ())


def phase_of(runs: bool, terminate_by: date | None, stopped_on: date | None) -> Phase:
    """Where a system stands: in use or not yet, to stop, or stopped."""
    if stopped_on is not None:
        return Phase.STOPPED
    if terminate_by is not None:
        return Phase.TO_STOP
    return Phase.ACTIVE if runs else Phase.PROVISIONAL


def evolve_system(system: System, recorded: Recorded) -> System:
    match recorded.event:
        case SystemCatalogued(system_id=system_id, entry=entry, on=on):
            runs = entry.status is SystemStatus.RUNNING
            return System(system_id, entry, phase_of(runs, None, None), runs, on)
        case _:
            return _later(system, recorded)


def _later(system: System, recorded: Recorded) -> System:
    after = _after(system, recorded)
    if after is system:
        return system
    wanted = after.requirement.terminate_by if after.requirement else None
    return replace(after, phase=phase_of(after.runs, wanted, after.stopped_on))


def _after(system: System, recorded: Recorded) -> System:
    match recorded.event:
        case SystemUpdated(change=change, on=on):
            given = change.model_dump(exclude={"on"}, exclude_none=True)
            entry = system.content.model_copy(update=given)
            return replace(system, entry=entry, last_reviewed_on=on)
        case SystemReviewed(on=on):
            return replace(system, last_reviewed_on=on)
        case SystemActivated():
            return replace(system, runs=True)
        case AssetConfirmed(registration=registration):
            return replace(system, asset_number=registration.asset_number)
        case SystemTerminationRequired(requirement=requirement):
            return replace(system, requirement=requirement, required=recorded.ref)
        case SystemTerminationWaived():
            return replace(system, requirement=None, required=None)
        case SystemTerminated(on=on):
            return replace(system, stopped_on=on, stopped=recorded.ref)
        case _:
            return system
