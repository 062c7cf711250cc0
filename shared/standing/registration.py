"""登记情况: what the registry has on record of a project that others reckon with."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from uuid import UUID

from shared.events.approval import SharingScope
from shared.events.envelope import Recorded
from shared.events.registry import (
    DeclarationWithdrawn,
    NoDataStatementApproved,
    ProjectCodeAssigned,
    ProjectDeclared,
    ProjectListed,
    ResourceCatalogue,
    ResourcesCatalogued,
    SharingType,
)
from shared.events.vocabulary import DeliveryMode
from shared.kernel.actor import EventRef
from shared.kernel.identifiers import UnitId


@dataclass(frozen=True)
class Registration:
    """登记情况: what the registry has recorded of the project, and where."""

    unit_id: UnitId | None = None
    declared: EventRef | None = None
    declared_by: str = ""
    """Person who declared it, and so may not decide on it."""
    delivery_mode: DeliveryMode | None = None
    participants: tuple[UnitId, ...] = ()
    system_id: UUID | None = None
    base_project_id: UUID | None = None
    """原项目 that it upgrades (第八条第八项)."""
    self_review: bool = False
    """自建自审: DEB itself is the project unit (第五条)."""
    code: str | None = None
    listed: EventRef | None = None
    """Event that put it on an approved annual list (第十七条)."""
    coded: EventRef | None = None
    catalogued: EventRef | None = None
    """Event that entered its information resources, or by which DEB agreed that it yields none."""
    sharing: SharingScope | None = None
    """How its catalogued resources are shared; None where it yields none."""

    @property
    def scope(self) -> str:
        """How its information resources are shared, in words."""
        if self.sharing is None:
            return "没有编目的信息资源"
        return (
            f"信息资源无条件共享{self.sharing.unconditional}项、"
            f"有条件共享{self.sharing.conditional}项、不予共享{self.sharing.withheld}项"
        )

    @property
    def shares_nothing(self) -> bool:
        """Whether it has resources, none of which can be shared (第十二条)."""
        scope = self.sharing
        return scope is not None and not (scope.unconditional or scope.conditional)


def evolve_registration(registration: Registration, recorded: Recorded) -> Registration:
    ref = recorded.ref
    match recorded.event:
        case ProjectDeclared() as declared:
            return replace(
                registration,
                unit_id=declared.unit_id,
                declared=ref,
                declared_by=recorded.actor.person,
                delivery_mode=declared.declaration.delivery_mode,
                participants=tuple(p.unit_id for p in declared.declaration.participants),
                system_id=declared.declaration.system_id,
                base_project_id=declared.declaration.base_project_id,
                self_review=declared.self_review,
            )
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
            return replace(
                registration,
                catalogued=ref if catalogue.resources else None,
                sharing=_sharing(catalogue) if catalogue.resources else None,
            )
        case NoDataStatementApproved():
            return replace(registration, catalogued=ref)
        case DeclarationWithdrawn():
            return replace(registration, listed=None)
        case _:
            return registration


def _sharing(catalogue: ResourceCatalogue) -> SharingScope:
    count = Counter(resource.sharing for resource in catalogue.resources)
    return SharingScope(
        unconditional=count[SharingType.UNCONDITIONAL],
        conditional=count[SharingType.CONDITIONAL],
        withheld=count[SharingType.NONE],
    )


def registration_of(events: Iterable[Recorded]) -> Registration:
    """What other services' events about a project say of its registration."""
    return reduce(evolve_registration, events, Registration())
