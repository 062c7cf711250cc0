"""登记情况: what other services' events say of a project."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from shared.events import Recorded
from shared.events.registry import (
    DeclarationWithdrawn,
    NoDataStatementApproved,
    ProjectCodeAssigned,
    ProjectDeclared,
    ProjectListed,
    ResourcesCatalogued,
)
from shared.events.vocabulary import DeliveryMode
from shared.kernel.actor import EventRef
from shared.kernel.identifiers import UnitId


@dataclass(frozen=True)
class Registration:
    """登记情况: what the registry has recorded of the project, and where."""

    unit_id: UnitId | None = None
    delivery_mode: DeliveryMode | None = None
    participants: tuple[UnitId, ...] = ()
    code: str | None = None
    listed: EventRef | None = None
    """Event that put it on an approved annual list (第十七条)."""
    coded: EventRef | None = None
    catalogued: EventRef | None = None
    """Event that entered its information resources, or by which DEB agreed that it yields none."""


def evolve_registration(registration: Registration, recorded: Recorded) -> Registration:
    ref = recorded.ref
    match recorded.event:
        case ProjectDeclared(unit_id=unit_id, declaration=declaration):
            return replace(registration, unit_id=unit_id, delivery_mode=declaration.delivery_mode)
        case ProjectListed(delivery_mode=mode, participants=participants, unit_id=unit_id):
            return replace(
                registration,
                unit_id=unit_id,
                delivery_mode=mode,
                participants=participants,
                listed=ref,
            )
        case ProjectCodeAssigned(assignment=assignment):
            return replace(registration, code=assignment.code, coded=ref)
        case ResourcesCatalogued(catalogue=catalogue):
            return replace(registration, catalogued=ref if catalogue.resources else None)
        case NoDataStatementApproved():
            return replace(registration, catalogued=ref)
        case DeclarationWithdrawn():
            return replace(registration, listed=None)
        case _:
            return registration


def registration_of(events: Iterable[Recorded]) -> Registration:
    """What other services' events about a project say of its registration."""
    return reduce(evolve_registration, events, Registration())
