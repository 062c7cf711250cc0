"""`declare_engine`: what the decision engine costs a declaration, in milliseconds of CPU.

Fold the unit, the system and what other services say of the unit from their events; decide with
all the rules; make the bytes of event and decision record; hash the leaf; fold the new event.
Everything but HTTP and the database, on one core, in the process's own CPU time.
"""

import statistics
import time
from datetime import UTC, date, datetime
from functools import reduce

from services.registry.decisions import Facts, declare_project
from services.registry.state import (
    Project,
    System,
    Unit,
    evolve_project,
    evolve_system,
    evolve_unit,
)
from shared.events import Meta, Recorded
from shared.events.registry import Declaration
from shared.eventstore.leaf import fields_of, leaf_hash, microseconds
from shared.eventstore.merkle import digest_of
from shared.kernel.actor import Actor, EventRef
from shared.kernel.identifiers import uuid7
from shared.regulation import Context
from shared.regulation.pack import installed
from shared.standing import standing_of
from tests.registry.building import catalogued, unit_registered
from tests.shared.test_standing import cleared, endangered, violation
from tests.support.builders import UNIT, declaration
from tests.support.given_when_then import SUBJECT, as_recorded

BAR = 0.3
"""Milliseconds of CPU."""

DECLARATIONS = 1000
ROUNDS = 7
NOW = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
ID = uuid7(NOW)
SM3 = digest_of("sm3")
APPLICANT = Actor(person="u", name="李", body="UNIT", role="OFFICER", unit_id=UNIT)


def _declare(command: Declaration, histories: tuple[list[Recorded], ...]) -> Project:
    units, systems, others = histories
    facts = Facts(
        unit=reduce(evolve_unit, units, Unit()),
        system=reduce(evolve_system, systems, System()),
        standing=standing_of(others, UNIT),
    )
    context = Context(
        now=NOW,
        actor=APPLICANT,
        policies=installed(),
        new_id=lambda: uuid7(NOW),
        command="declare_project",
        subject=str(SUBJECT),
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
    fields = fields_of(
        stream_id=event.stream,
        version=1,
        event_id=uuid7(NOW),
        type=event.type,
        schema_version=event.schema_version,
        data=event.to_bytes(),
        meta=meta.to_bytes(),
        effective_on=event.on,
    )
    leaf_hash(SM3, 1, microseconds(NOW), fields)
    ref = EventRef(service="registry", position=1, stream=event.stream, version=1, event_id=ID)
    return evolve_project(Project(), Recorded(event, ref, meta, NOW))


def _milliseconds(command: Declaration, histories: tuple[list[Recorded], ...]) -> float:
    start = time.process_time()
    for _ in range(DECLARATIONS):
        _declare(command, histories)
    return (time.process_time() - start) / DECLARATIONS * 1000


def run() -> list[dict[str, object]]:
    """The cost, its bar and its spread."""
    histories = (
        as_recorded([unit_registered()]),
        as_recorded([catalogued()]),
        as_recorded([violation(date(2023, 5, 6)), endangered(), cleared()], "acceptance"),
    )
    command = declaration()
    _milliseconds(command, histories)  # warm
    costs = [_milliseconds(command, histories) for _ in range(ROUNDS)]
    cost = statistics.median(costs)
    return [
        {
            "name": "declare_engine",
            "ratio": round(cost, 3),
            "bar": BAR,
            "at_most": True,
            "unit": "ms",
            "spread": [round(min(costs), 3), round(max(costs), 3)],
            "ok": cost <= BAR,
        }
    ]


if __name__ == "__main__":
    print(run())
