"""解释: what has been published on how to read the packs (第五十六条), as values of them."""

from collections.abc import Callable, Iterable

from shared.events import Recorded
from shared.events.registry import PolicyInterpreted
from shared.regulation.pack import DatedValue, Library, typed


def interpreted(
    installed: Library,
    events: Iterable[Recorded],
    seen: Callable[[Recorded], bool] = lambda _: True,
) -> Library:
    """The packs with the values that were published, of those events that were `seen`."""
    return installed.interpreted(
        [
            (recorded.event.pack, value)
            for recorded in events
            if isinstance(recorded.event, PolicyInterpreted)
            and (value := _value_of(installed, recorded.event)) is not None
            and seen(recorded)
        ]
    )


def _value_of(installed: Library, published: PolicyInterpreted) -> DatedValue | None:
    """The value an interpretation sets; None where it only says how to read a text."""
    said = published.interpretation
    pack = next((p for p in installed.packs if p.id == published.pack), None)
    present = pack.known_value(said.key) if pack and said.key else None
    if present is None or said.value is None:
        return None
    return present.model_copy(
        update={
            "since": said.since,
            "value": typed(present, said.value),
            "reach": said.reach,
            "note": said.document.number or "",
        }
    )
