"""State of a policy pack: what has been published on how to read it (第五十六条)."""

from dataclasses import dataclass, replace

from shared.events import Recorded
from shared.events.registry import PolicyInterpreted


@dataclass(frozen=True)
class Interpretations:
    """解释登记, in order of publication."""

    published: tuple[PolicyInterpreted, ...] = ()


def evolve_interpretations(known: Interpretations, recorded: Recorded) -> Interpretations:
    match recorded.event:
        case PolicyInterpreted() as event:
            return replace(known, published=(*known.published, event))
        case _:
            return known
