"""背景: what registry, approval and acceptance have recorded of a project and its system."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from shared.events import Event, ProjectEvent, Recorded
from shared.events.acceptance import (
    AcceptanceConcluded,
    AcceptanceConclusion,
    AcceptanceReviewed,
    MeasureImposed,
    MeasureKind,
)
from shared.events.approval import (
    ChangeApproved,
    ChangeFiled,
    FilingDisputed,
    ProjectTerminated,
    ReplyIssued,
)
from shared.events.registry import (
    AssetConfirmed,
    ProjectDeclared,
    SystemCatalogued,
    SystemTerminated,
    SystemTerminationRequired,
    SystemTerminationWaived,
)
from shared.events.vocabulary import Item
from shared.kernel.actor import EventRef
from shared.kernel.money import Money
from shared.standing import Evaluated, evaluated_after


@dataclass(frozen=True)
class Background:
    """What other services have recorded of a project, each with its event."""

    unit_id: str | None = None
    system_id: UUID | None = None
    county_codes: tuple[str, ...] = ()
    declared: EventRef | None = None
    declared_by: str = ""
    """Person who declared it, and so may not decide on its money."""
    catalogued: EventRef | None = None
    """Entry of the project's system in the catalogue."""
    to_stop: EventRef | None = None
    """The system has to stop, and that was not waived (第八条)."""
    stopped: EventRef | None = None
    """The system has stopped."""
    asset: EventRef | None = None
    """The system is under fixed and software asset management (第八条)."""
    approved_total: Money | None = None
    """批复总投资 of the baseline in force; none before the final reply."""
    approved: EventRef | None = None
    items: tuple[Item, ...] = ()
    """Items in force: of the baseline, as changed since by what was filed."""
    itemised: EventRef | None = None
    """The event that set them."""
    before_filings: tuple[tuple[tuple[Item, ...], EventRef | None], ...] = ()
    """Items, and the event that set them, before each filing that counts; the newest last."""
    custom_development: bool = False
    evaluations: tuple[Evaluated, ...] = ()
    """自评价 and 后评价 (第四十六条), the latest of each."""

    def item(self, code: str) -> Item | None:
        return next((i for i in self.items if i.code == code), None)


def background_of(events: Iterable[Recorded]) -> Background:
    """Fold the events about a project and those about its system, per service in log order."""
    background = Background()
    for recorded in events:
        background = _evolve(background, recorded)
    return background


def _evolve(known: Background, recorded: Recorded) -> Background:
    ref = recorded.ref
    if isinstance(recorded.event, ProjectEvent):
        known = replace(known, unit_id=recorded.event.unit_id)
    match recorded.event:
        case ProjectDeclared(declaration=declaration):
            return replace(
                known,
                system_id=declaration.system_id,
                county_codes=declaration.county_codes,
                declared=ref,
                declared_by=recorded.actor.person,
            )
        case SystemCatalogued():
            return replace(known, catalogued=ref)
        case SystemTerminationRequired():
            return replace(known, to_stop=ref)
        case SystemTerminationWaived():
            return replace(known, to_stop=None)
        case SystemTerminated():
            return replace(known, stopped=ref)
        case AssetConfirmed():
            return replace(known, asset=ref)
        case ReplyIssued(final=True, custom_development=custom_development) as reply:
            known = replace(known, custom_development=custom_development)
            return _baseline(known, reply.total, reply.items, ref)
        case ChangeApproved(total=total, items=items):
            return _baseline(known, total, items, ref)
        case ChangeFiled(change=change):
            before = (*known.before_filings, (known.items, known.itemised))
            return replace(known, items=change.items, itemised=ref, before_filings=before)
        case FilingDisputed() if known.before_filings:
            # Only the newest can be disputed: the items are again what they were before it.
            *kept, (items, itemised) = known.before_filings
            return replace(known, items=items, itemised=itemised, before_filings=tuple(kept))
        case _:
            evaluations = evaluated_after(known.evaluations, recorded)
            return replace(known, evaluations=evaluations)


def _baseline(
    known: Background, total: Money, items: tuple[Item, ...], ref: EventRef
) -> Background:
    return replace(
        known, approved_total=total, approved=ref, items=items, itemised=ref, before_filings=()
    )


def ends_the_project(event: Event) -> bool:
    """Whether what is left of a project's money is due back from this event on (第三十六条)."""
    match event:
        case AcceptanceConcluded(acceptance=act) | AcceptanceReviewed(review=act):
            return act.conclusion is AcceptanceConclusion.PASSED
        case MeasureImposed(measure=measure):
            return measure.kind is MeasureKind.TERMINATION
        case _:
            return isinstance(event, ProjectTerminated)
