"""管理情况: supervision, rules, archives, security phases (第二十六、四十九条)."""

from dataclasses import dataclass, replace

from shared.events import Recorded
from shared.events.acceptance import (
    ManagementRecorded,
    ProjectManagement,
    SecurityPhase,
    SecurityStageRecorded,
)
from shared.kernel.actor import EventRef


@dataclass(frozen=True)
class Management:
    """管理情况 (第二十六、四十九条)."""

    recorded: ProjectManagement | None = None
    ref: EventRef | None = None
    security_phases: tuple[SecurityPhase, ...] = ()
    """Those with evidence on record."""


def managed_after(management: Management, recorded: Recorded) -> Management:
    match recorded.event:
        case ManagementRecorded(management=content):
            return replace(management, recorded=content, ref=recorded.ref)
        case SecurityStageRecorded(stage=stage) if stage.phase not in management.security_phases:
            phases = (*management.security_phases, stage.phase)
            return replace(management, security_phases=phases)
        case _:
            return management
