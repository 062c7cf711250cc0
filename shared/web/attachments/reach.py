"""谁能见到附件: bodies see all; a unit what it brought and what its own projects' events name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Path

from shared.attachments.store import StoreAway, Stored
from shared.kernel.actor import Actor
from shared.kernel.identifiers import Digest
from shared.web.problems import ProblemError
from shared.web.runtime import Aggregate, Runtime

DigestPath = Annotated[Digest, Path(title="摘要值（算法:十六进制）")]


@contextmanager
def answering() -> Iterator[None]:
    """A store that does not answer is the service's trouble: 503, to be tried again."""
    try:
        yield
    except StoreAway as error:
        raise ProblemError(
            "busy", f"附件库暂时不可用（{error}），请稍后重试", headers={"Retry-After": "5"}
        ) from None


async def may_see(runtime: Runtime, actor: Actor, stored: Stored) -> bool:
    """Whether a file is for the caller.

    A unit's event opens a file to its project's units only if one of them brought the file: a
    digest that somebody has learned and written down is not the file.
    """
    unit = actor.unit_id
    brought = {upload.party for upload in stored.uploads}
    if unit is None or unit in brought:
        return True
    references = await runtime.references.current()
    for subject, by_body in references.mentions(stored.names).items():
        parties = await parties_of(runtime, subject)
        if unit in parties and (by_body or not parties.isdisjoint(brought)):
            return True
    return False


async def parties_of(runtime: Runtime, subject: str) -> frozenset[str]:
    """The units whose project, system or other matter a subject is."""
    kind, _, key = subject.partition(":")
    if kind == "unit":
        return frozenset({key})
    aggregate = aggregate_of(runtime, kind)
    if aggregate is None:
        return frozenset()
    folded = await runtime.fold(aggregate, key)
    parties: frozenset[str] = getattr(folded.state, "parties", frozenset())
    return parties if folded.version else frozenset()


def aggregate_of(runtime: Runtime, kind: str) -> Aggregate | None:
    """The service's own kind of stream of that name."""
    commands = runtime.spec.commands.values()
    return next((c.aggregate for c in commands if c.aggregate.kind == kind), None)
