"""来源: what registry, approval and budget say of a project."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from shared.events import Event, Recorded
from shared.events.approval import (
    ChangeApproved,
    DivisionOfWorkRecorded,
    ReplyIssued,
    TroubleReported,
)
from shared.events.budget import ContractRecorded
from shared.events.registry import (
    ProjectDeclared,
    ProjectListed,
    ResourcesCatalogued,
    SharingType,
)
from shared.kernel.actor import EventRef


def moves_the_planned_end(event: Event) -> bool:
    """Whether an event of the approval service sets or moves the planned end.

    A filed change does not: nobody approves it, so it cannot put the unit's own due date off.
    """
    match event:
        case ReplyIssued(final=final):
            return final
        case ChangeApproved():
            return True
        case _:
            return False


@dataclass(frozen=True)
class Catalogue:
    """信息资源目录 of the project (第二十条)."""

    codes: tuple[str, ...]
    """Resources that are to be shared."""
    ref: EventRef


@dataclass(frozen=True)
class Origin:
    """来源: what registry, approval and budget say of a project."""

    unit_id: str | None = None
    participants: tuple[str, ...] = ()
    self_review: bool = False
    """自建自审: DEB itself is the project unit (第五条)."""
    declared: EventRef | None = None
    listed: EventRef | None = None
    baseline: EventRef | None = None
    """Last event that set the planned end."""
    custom_contract: EventRef | None = None
    """A contract with custom development, whatever the reply said."""
    catalogue: Catalogue | None = None
    division: EventRef | None = None
    """参建分工 of a joint project (第二十七条)."""
    troubles: tuple[UUID, ...] = ()
    """重大问题 reported, for which a rectification may be ordered (第三十条)."""


def origin_of(events: Iterable[Recorded]) -> Origin:
    """From the other services' events about one project."""
    origin = Origin()
    for recorded in events:
        origin = _after(origin, recorded)
    return origin


def _after(origin: Origin, recorded: Recorded) -> Origin:
    ref = recorded.ref
    match recorded.event:
        case ProjectDeclared(unit_id=unit, self_review=self_review):
            return replace(origin, unit_id=unit, self_review=self_review, declared=ref)
        case ProjectListed(participants=participants):
            return replace(origin, participants=participants, listed=ref)
        case ResourcesCatalogued(catalogue=content):
            shared = tuple(r.code for r in content.resources if r.sharing is not SharingType.NONE)
            return replace(origin, catalogue=Catalogue(shared, ref))
        case DivisionOfWorkRecorded():
            return replace(origin, division=ref)
        case TroubleReported(trouble_id=trouble):
            return replace(origin, troubles=(*origin.troubles, trouble))
        case ContractRecorded(contract=contract) if contract.custom_development:
            return replace(origin, custom_contract=ref)
        case event if moves_the_planned_end(event):
            return replace(origin, baseline=ref)
        case _:
            return origin
