"""所附文件: no document of any event is overlooked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import shared.events
from shared.events.documents import documents_of
from shared.events.upcasting import decode

SAMPLES = sorted((Path(shared.events.__file__).parent / "samples").glob("*.v*.json"))


def named(found: Any) -> Iterator[tuple[str, str]]:
    """Whatever in JSON has a title and a digest."""
    if isinstance(found, dict):
        if {"title", "digest"} <= found.keys():
            yield found["title"], found["digest"]
        for each in found.values():
            yield from named(each)
    elif isinstance(found, list):
        for each in found:
            yield from named(each)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_every_document_in_an_event_is_found(sample: Path) -> None:
    data = sample.read_bytes()
    kind, version = sample.name.split(".")[:2]
    event = decode(kind, int(version.removeprefix("v")), data)
    found = [(document.title, document.digest) for document in documents_of(event)]
    assert found == list(named(json.loads(data)))


def test_the_samples_have_documents() -> None:
    assert sum(b'"digest":"' in path.read_bytes() for path in SAMPLES) > 50
