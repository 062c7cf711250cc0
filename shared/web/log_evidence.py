"""日志证据: a service signs how far its log reaches and keeps the tiles its proofs are made of.

Both go on beside the appends, in their own time: nothing that is decided waits for them.
"""

import asyncio
from typing import TYPE_CHECKING, Self

import structlog

from shared.eventstore.checkpoints import APART, LogShortened, NoKeyInForce
from shared.eventstore.connections import Patience
from shared.eventstore.evidence import Evidence
from shared.eventstore.threads import in_thread
from shared.eventstore.tiles import BATCH
from shared.web.signing_keys import log_keys

if TYPE_CHECKING:
    from shared.web.runtime import Runtime

log = structlog.get_logger(__name__)

_IDLE_SECONDS = 10.0
"""How long to wait for news before looking all the same."""


class LogEvidence:
    """Proofs and checkpoints of a running service's log."""

    def __init__(self, runtime: "Runtime") -> None:
        settings = runtime.settings
        self._runtime = runtime
        self.keys = log_keys(settings, runtime.name)
        patience = Patience(settings.statement_seconds, settings.lock_seconds)
        self.kept = Evidence(runtime.dsn, patience)
        self._covered = -1
        self._shortened = False

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.kept.open)
        return self

    async def __aexit__(self, *error: object) -> None:
        await asyncio.to_thread(self.kept.close)

    def faults(self) -> list[str]:
        """A log that was cut must not go on."""
        return ["日志比最近的检查点短：曾被截断，或以旧备份恢复"] if self._shortened else []

    async def run(self) -> None:
        """Make checkpoints and tiles for ever; what fails is logged and tried again."""
        while True:
            try:
                await self._catch_up()
                await self._runtime.log.wait_beyond(self._covered, _IDLE_SECONDS)
                await asyncio.sleep(APART.total_seconds())
            except Exception as error:  # anything: it must outlive every fault
                self._tell(error)
                await asyncio.sleep(_IDLE_SECONDS if self._lasting(error) else 1.0)

    def _lasting(self, error: Exception) -> bool:
        self._shortened = isinstance(error, LogShortened)
        return isinstance(error, LogShortened | NoKeyInForce)

    def _tell(self, error: Exception) -> None:
        log.error("checkpoint_not_made", service=self._runtime.name, error=repr(error))

    async def _catch_up(self) -> None:
        clock = self._runtime.clock.now
        covered = await in_thread(self.kept.make_checkpoint, self.keys.in_force, clock)
        self._covered = self._covered if covered is None else covered
        self._shortened = False
        completed = self._runtime.log.completed_tiles
        while await in_thread(self.kept.make_tiles, completed) >= BATCH:
            pass  # what becomes due meanwhile waits for the next time
