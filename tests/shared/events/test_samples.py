"""样本: whatever was once stored is still read, and nothing is read that was never written."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.events import EVENTS, decode
from shared.events.upcasting import UnknownEvent
from tests.shared.events import samples
from tests.shared.events.samples import Sample, stored

ALL = list(stored())
PRESENT = [s for s in ALL if s.type in EVENTS and s.version == EVENTS[s.type].schema_version]

of_all = pytest.mark.parametrize("sample", ALL, ids=lambda s: s.path.stem)
of_present = pytest.mark.parametrize("sample", PRESENT, ids=lambda s: s.path.stem)


def test_every_version_of_every_event_has_a_sample() -> None:
    released = {(name, v) for name, e in EVENTS.items() for v in range(1, e.schema_version + 1)}
    assert {(s.type, s.version) for s in ALL} == released


@of_all
def test_every_sample_is_still_read(sample: Sample) -> None:
    assert decode(sample.type, sample.version, sample.data).type == sample.type


@of_present
def test_a_present_sample_is_written_again_byte_for_byte(sample: Sample) -> None:
    # A field added later, with a default, is not set in what was stored before it.
    event = decode(sample.type, sample.version, sample.data)
    assert event.__pydantic_serializer__.to_json(event, exclude_unset=True) == sample.data


@of_present
def test_an_unknown_field_is_refused_wherever_it_stands(sample: Sample) -> None:
    for tampered in _each_with_one_more_field(json.loads(sample.data)):
        with pytest.raises(ValidationError, match="unexpected_field"):
            decode(sample.type, sample.version, json.dumps(tampered).encode())


@of_present
def test_a_missing_date_is_refused(sample: Sample) -> None:
    content = json.loads(sample.data)
    del content["on"]
    with pytest.raises(ValidationError, match="on"):
        decode(sample.type, sample.version, json.dumps(content).encode())


@of_all
def test_a_version_from_the_future_is_unknown(sample: Sample) -> None:
    newer = EVENTS[sample.type].schema_version + 1
    with pytest.raises(UnknownEvent, match=f"{sample.type} v{newer} is not known"):
        decode(sample.type, newer, sample.data)


def test_a_type_from_the_future_is_unknown() -> None:
    with pytest.raises(UnknownEvent, match="ProjectTeleported v1 is not known"):
        decode("ProjectTeleported", 1, b"{}")


@of_all
def test_every_sample_stands_on_a_stream_and_under_a_subject(sample: Sample) -> None:
    event = decode(sample.type, sample.version, sample.data)
    assert all(part.isascii() and part for part in event.stream.split(":", 1))
    subjects = list(event.subjects())
    assert subjects
    assert all(":" in subject and subject.isascii() for subject in subjects)


def test_samples_are_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLES", tmp_path)
    written = samples.write_missing()
    assert {p.name for p in written} == {s.path.name for s in PRESENT}
    kept = tmp_path / "ReplyIssued.v1.json"
    kept.write_bytes(b"as it was")
    (tmp_path / "ReplyCopied.v1.json").unlink()
    assert [p.name for p in samples.write_missing()] == ["ReplyCopied.v1.json"]
    assert kept.read_bytes() == b"as it was"


def _each_with_one_more_field(content: Any) -> Iterator[Any]:
    """Copies of a JSON value, each with a field too many in another of its objects."""
    if isinstance(content, dict):
        yield {**content, "unexpected_field": 1}
        for key, value in content.items():
            yield from ({**content, key: more} for more in _each_with_one_more_field(value))
    elif isinstance(content, list):
        for place, value in enumerate(content):
            for more in _each_with_one_more_field(value):
                yield [*content[:place], more, *content[place + 1 :]]
