"""不予受理: refusals under the regulation are events too, on streams of their own."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from shared.events.envelope import Event
from shared.kernel.identifiers import Digest
from shared.kernel.sealing import SEALED


class RequestRefused(Event, label="不予受理", article="5"):
    """What was asked and which rules stood against it.

    The decision record, with every rule checked, stands in the event's `meta`.
    """

    refusal_id: UUID
    subject: str
    """Stream the command was for, for example `project:<id>`; empty where none of it is kept."""
    command: str
    rules: tuple[str, ...]
    articles: tuple[str, ...]
    request_digest: Digest
    request: Annotated[str, SEALED] | None = None
    """What was asked for (JSON text); nothing where the content is classified (第五十四条)."""
    about: tuple[str, ...] = ()
    """Subjects that the refusal is listed under."""

    @property
    def sealed_for(self) -> str:
        return self.subject or self.stream

    @property
    def stream(self) -> str:
        # A stream of its own, so that a refusal never moves the version of what it was about.
        return f"refusal:{self.refusal_id}"

    def subjects(self) -> Iterator[str]:
        yield from self.about
