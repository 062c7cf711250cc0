"""What a feed carries of a row is the row again at the other end."""

from pathlib import Path

import orjson
import pytest

from shared.eventstore import EventLog
from shared.eventstore.wire import from_wire, to_service, to_wire
from tests.shared.eventstore.building import append, event

SAMPLES = sorted((Path(__file__).parents[3] / "shared/events/samples").glob("*.v1.json"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_row_arrives_as_it_was_sent(log: EventLog, sample: Path) -> None:
    log.append_now(
        append(event("project-1", type=sample.name.partition(".")[0], data=sample.read_bytes()))
    )
    (row,) = log.read(0, 1)
    arrived = from_wire(orjson.loads(to_wire(row)))
    sent = tuple(getattr(row, name) for name in arrived._fields[:-2])
    assert arrived[:-2] == sent
    assert arrived.subjects
    assert arrived.secret is None
    assert from_wire(orjson.loads(to_service(row))) == arrived
