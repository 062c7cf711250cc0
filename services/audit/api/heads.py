"""HTTP: how far a bundle goes in each log, and who has signed that."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from fastapi import Request

from services.audit.api.asking import head_of
from services.audit.bundle import Maker, verify
from shared.web.feed import LogHead
from shared.web.problems import ProblemError
from shared.web.runtime import Runtime


class Noted(NamedTuple):
    """A log's newest signed checkpoint, and the keys by which it is checked."""

    note: str | None = None
    keys: tuple[str, ...] = ()


Noting = Callable[[str, LogHead], Awaitable[Noted]]
"""The checkpoint of a service's log that is no newer than a head; None where nobody signs."""


async def nobody_signs(service: str, head: LogHead) -> Noted:
    """Where there are no signed checkpoints."""
    return Noted()


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
    if told is None or told.origin != head.origin or told.size > head.position:
        raise ProblemError(
            "internal_error", f"{service} 的检查点与其日志不符，请以 /v1/checkpoints 核对"
        )
    return head.model_copy(update={"position": told.size, "root": told.root})


def maker(request: Request, keys: tuple[str, ...]) -> Maker:
    """What bundles are made with in this process."""
    runtime: Runtime = request.app.state.runtime
    return Maker(runtime.policy_to_read().pack, request.app.state.printer, keys)
