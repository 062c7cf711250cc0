"""Events as a city records them: declarations with their whole decision, and every other kind.

Every second one is a declaration that the engine has decided, the others are the samples in turn
with what surrounds an event that is not the first of its command.
"""

from collections.abc import Iterator
from datetime import date
from functools import reduce
from itertools import cycle
from uuid import uuid4

from services.registry import reactions
from services.registry.decisions import Facts, declare_project
from services.registry.state import Project, System, Unit, evolve_system, evolve_unit
from shared.events import EVENTS, Event, Meta, decode
from shared.eventstore import NewEvent
from shared.kernel.identifiers import uuid7
from shared.regulation import Context
from shared.regulation.pack import installed
from shared.standing import standing_of
from tests.bench.engine import APPLICANT, NOW
from tests.registry.building import catalogued, unit_registered
from tests.shared.events.samples import stored
from tests.shared.test_standing import cleared, endangered, violation
from tests.support.builders import UNIT, declaration
from tests.support.given_when_then import as_recorded

__all__ = ["AGGREGATES", "events"]

AGGREGATES = {
    each.kind: each
    for each in (
        *(reactions.CODE, reactions.LIST, reactions.PLAN, reactions.POLICY),
        *(reactions.PROJECT, reactions.SYSTEM, reactions.UNIT),
    )
}
"""The registry's kinds of streams."""


def events(count: int) -> Iterator[NewEvent]:
    """That many of the registry's, each on a stream of its own."""
    declared, plain = _declared(), _plain()
    for number in range(count):
        kind, name, data, meta, on = next(declared) if number % 2 else next(plain)
        yield NewEvent.of(
            stream_id=f"{kind}:{uuid4()}",
            version=1,
            event_id=uuid4(),
            type=name,
            schema_version=EVENTS[name].schema_version,
            data=data,
            meta=meta,
            effective_on=on,
        )


def _declared() -> Iterator[tuple[str, str, bytes, bytes, date]]:
    facts = Facts(
        unit=reduce(evolve_unit, as_recorded([unit_registered()]), Unit()),
        system=reduce(evolve_system, as_recorded([catalogued()]), System()),
        standing=standing_of(
            as_recorded([violation(date(2023, 5, 6)), endangered(), cleared()], "acceptance"), UNIT
        ),
    )
    policies, command = installed(), declaration()
    while True:
        context = Context(
            now=NOW,
            actor=APPLICANT,
            policies=policies,
            new_id=lambda: uuid7(NOW),
            command="declare_project",
            subject=str(uuid4()),
        )
        event = declare_project(Project(), command, facts, context)
        decision = context.decision(accepted=True, on=event.on)
        meta = Meta(
            actor=APPLICANT,
            command="declare_project",
            policy=decision.policy,
            decision_id=decision.decision_id,
            decision=decision,
        )
        yield "project", event.type, event.to_bytes(), meta.to_bytes(), event.on


def _plain() -> Iterator[tuple[str, str, bytes, bytes, date]]:
    meta = Meta(
        actor=APPLICANT, command="given", policy="511100-2022@1", decision_id=uuid7(NOW)
    ).to_bytes()
    read = [(each, decode(each.type, each.version, each.data)) for each in stored()]
    samples = [
        (event.stream.partition(":")[0], event.type, each.data, meta, event.on)
        for each, event in read
        if event.service == "registry" and each.version == event.schema_version and _first(event)
    ]
    return cycle(samples)


def _first(event: Event) -> bool:
    """Whether a stream may begin with it."""
    aggregate = AGGREGATES[event.stream.partition(":")[0]]
    try:
        aggregate.evolve(aggregate.initial, as_recorded([event])[0])
    except LookupError:
        return False
    return True
