"""所附文件: which documents an event references, wherever in it they stand."""

from collections.abc import Iterator
from typing import Any

from shared.events.envelope import Event
from shared.events.vocabulary import Document
from shared.kernel.model import Record

__all__ = ["documents_of"]


def documents_of(event: Event) -> Iterator[Document]:
    """Every document in an event, in the order of its fields."""
    yield from _within(event)


def _within(value: Any) -> Iterator[Document]:
    if isinstance(value, Document):
        yield value
    elif isinstance(value, Record):
        for name in type(value).model_fields:
            yield from _within(getattr(value, name))
    elif isinstance(value, tuple | list | frozenset):
        for each in value:
            yield from _within(each)
    elif isinstance(value, dict):
        yield from _within(tuple(value.values()))
