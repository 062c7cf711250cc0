"""加密销毁: the keys of a subject are destroyed; in the log of the service that held them."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Event
from shared.events.vocabulary import Act, Document
from shared.kernel.text import Text


class Destruction(Act):
    """销毁申请: whose keys, and on what ground."""

    subject: Annotated[
        str,
        Field(
            title="对象（project:…、unit:…、system:… 等）",
            pattern=r"^[a-z][a-z_-]{1,30}:[^\s\x00-\x1f]{1,200}$",
            examples=["project:01993122-fac0-7d08-96b9-96ea23ecbcca"],
        ),
    ]
    reason: Annotated[Text, Field(title="理由")]
    document: Annotated[Document, Field(title="依据文件")]


class KeysDestroyed(Event, label="加密销毁", article="5"):
    """What was sealed for a subject can no longer be read; its events and proofs stay."""

    destruction_id: UUID
    keys: tuple[str, ...]
    """Ids of the keys, which did not change by it."""
    destruction: Destruction

    @property
    def stream(self) -> str:
        return f"destruction:{self.destruction_id}"

    @property
    def destroys(self) -> tuple[str, ...]:
        return self.keys

    def subjects(self) -> Iterator[str]:
        yield self.destruction.subject
