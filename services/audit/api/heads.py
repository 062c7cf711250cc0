"""HTTP: how far a bundle goes in each log, and who has signed that."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple

from fastapi import Request

from services.audit.api.asking import head_of
from services.audit.bundle import MEDIA_TYPE, Maker, verify
from services.audit.witness import Witness
from shared.eventstore.signing import VerifierKey
from shared.eventstore.threads import in_thread
from shared.web.beside import part_of
from shared.web.feed import LogHead
from shared.web.problems import ProblemError
from shared.web.runtime import Runtime

ZIPPED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "审计包（zip）",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"ETag": {"description": "审计包的 SHA-256", "schema": {"type": "string"}}},
    }
}
"""How a bundle is answered."""


class Noted(NamedTuple):
    """A log's newest signed checkpoint, and the keys by which it is checked."""

    note: str | None = None
    keys: tuple[str, ...] = ()


Noting = Callable[[str, LogHead], Awaitable[Noted]]
"""The signed checkpoint of a service's log that a bundle goes up to; None where nobody signs."""

_PATIENCE = 5.0
"""Seconds that a bundle waits for what was just recorded to be signed and cosigned."""

_PAUSE = 0.05


def witnessed(runtime: Runtime) -> Noting:
    """Checkpoints as this service cosigned them.

    They lag a second or two behind a log, for which is waited. A log that raised an alarm is not
    cosigned any more: its bundles hold all of it, and no signature.
    """

    async def noting(service: str, head: LogHead) -> Noted:
        if not head.position:
            return Noted()  # of an empty log nothing is to be proven
        witness = part_of(runtime.beside, Witness)
        keys = [*_known(witness, service, head.origin), *(key.verifier for key in witness.keys)]
        note = await in_thread(witness.kept.newest, service)
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while note is None or note.size < head.position:
                    await asyncio.sleep(_PAUSE)
                    note = await in_thread(witness.kept.newest, service)
        if note is None:
            return Noted()
        alarms, _ = await in_thread(witness.kept.alarms, service)
        if note.size < head.position and alarms:
            return Noted()
        return Noted(note.note, tuple(map(str, keys)))

    return noting


def _known(witness: Witness, service: str, origin: str) -> list[VerifierKey]:
    if witness.pinned is not None:
        return witness.pinned.get(origin, [])
    return [VerifierKey.of(each.key) for each in witness.kept.keys(service)]


class Stated(NamedTuple):
    """The head that a bundle is made for, and its signed checkpoint where there is one."""

    head: LogHead
    note: str | None


class Heads(NamedTuple):
    """The state of all logs that a bundle is made from, and the keys of who signed it."""

    logs: dict[str, Stated]
    keys: tuple[str, ...]


async def heads_now(request: Request) -> Heads:
    """All logs as far as they are followed and, where they are signed, as far as that goes."""
    runtime: Runtime = request.app.state.runtime
    noting: Noting = request.app.state.noting
    await runtime.fence()
    seconds = runtime.settings.fence_seconds
    logs, keys = {}, dict[str, None]()
    for follower in runtime.followers:
        head = await head_of(follower, seconds)
        noted = await noting(follower.source, head)
        logs[follower.source] = Stated(_signed(follower.source, head, noted.note), noted.note)
        keys |= dict.fromkeys(noted.keys)
    return Heads(logs, tuple(keys))


def _signed(service: str, head: LogHead, note: str | None) -> LogHead:
    """The head that a note speaks of."""
    if note is None:
        return head
    try:
        told = verify.checkpoint_of(note.encode(), verify.Place(service, service))
    except verify.Fault:
        told = None
    if told is None or told.origin != head.origin:
        raise ProblemError(
            "internal_error", f"{service} 的检查点与其日志不符，请以 /v1/checkpoints 核对"
        )
    return head.model_copy(update={"position": told.size, "root": told.root})


def maker(request: Request, keys: tuple[str, ...]) -> Maker:
    """What bundles are made with in this process."""
    runtime: Runtime = request.app.state.runtime
    return Maker(runtime.policy_to_read().pack, request.app.state.printer, keys)
