"""见证人: looks at every log's newest checkpoint, and cosigns it if it fits.

It fits if a known key of the log has signed it, if it leads on from what was cosigned last, and
if its root is the one over the leaves that were followed here. A peer that is away is waited for.
What does not fit is kept as an alarm, and nothing cosigned. Without `GOVIT_LOG_KEYS` the keys
with which a log is first seen are those it is held to; a new one is taken up beside them when
both have signed the same checkpoint.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import httpx
import structlog

from services.audit.witness.judgement import (
    Fault,
    Misfit,
    Seen,
    adopted,
    leads_on,
    read,
    same_tree,
    signed,
)
from shared.eventstore.cosigned import Alarm, Cosigned, CosignedNotes
from shared.eventstore.merkle import Frontier, digest_of
from shared.eventstore.notes import written
from shared.eventstore.signing import VerifierKey
from shared.eventstore.threads import in_thread
from shared.web.follower import Follower
from shared.web.log_proofs import LogKeys
from shared.web.signing_keys import origin_of, verifier_keys, witness_keys

if TYPE_CHECKING:
    from shared.web.runtime import Runtime

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
_IDLE_LOOKS = 10
"""A log of which all that was followed is cosigned is looked at only every so many times."""

_REACH_SECONDS = 5.0
_PAGE = 10_000
_NEVER = -1


class Witness:
    """Witnesses the logs that one service follows."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        settings = runtime.settings
        self.keys = witness_keys(settings)
        self.pinned = None if settings.log_keys is None else verifier_keys(settings.log_keys)
        self.kept = CosignedNotes(runtime.dsn)
        self.away: dict[str, str] = {}
        """Logs that could not be looked at last time, and why."""
        self._frontiers: dict[str, Frontier] = {}
        self._sizes: dict[str, int] = {}
        """What of each log is known to be cosigned."""

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.kept.open)
        return self

    async def __aexit__(self, *error: object) -> None:
        await asyncio.to_thread(self.kept.close)

    def faults(self) -> list[str]:
        """An alarm is for auditors; the service goes on answering them."""
        return []

    async def run(self) -> None:
        """Witness for ever, every log by itself."""
        async with asyncio.TaskGroup() as tasks:
            for follower in self._runtime.followers:
                tasks.create_task(self._attend(follower))

    async def _attend(self, follower: Follower) -> None:
        source, turn = follower.source, 0
        while True:
            try:
                if follower.position != self._sizes.get(source) or turn % _IDLE_LOOKS == 0:
                    await self.look(follower)
                self.away.pop(source, None)
            except (httpx.HTTPError, TimeoutError) as error:
                self.away[source] = f"{source} 此刻无法取得（{type(error).__name__}）"
            except Exception as error:  # anything: witnessing must outlive every fault
                self.away[source] = f"见证中断（{type(error).__name__}）"
                log.warning("witness_failed", source=source, error=repr(error))
            turn += 1
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, follower: Follower) -> bool:
        """Look at a log's newest checkpoint; whether it fits and everything in it is cosigned.

        httpx.HTTPError or TimeoutError where it cannot be had.
        """
        last = await in_thread(self.kept.newest, follower.source)
        if last is not None:
            self._sizes[follower.source] = last.size
        answer = await _answer(follower, "/v1/log/checkpoint")
        if answer.status_code == httpx.codes.NOT_FOUND and last is None:
            return False  # it has not signed anything yet
        try:
            return await self._judge(follower, last, _shown(answer))
        except Misfit as misfit:
            await self._alarm(follower.source, last, misfit, answer.text)
            return False

    async def _judge(self, follower: Follower, last: Cosigned | None, content: str) -> bool:
        seen = read(content, origin_of(self._runtime.settings, follower.source))
        fresh = await self._signed(follower, seen)
        shown = seen.checkpoint
        if last is not None:
            if same_tree(last, shown):
                return True
            if last.size:
                query = {"from": last.size, "to": shown.size}
                proof = await _answer(follower, "/v1/log/consistency", **query)
                leads_on(last, shown, proof.content)
        await follower.reach(shown.size, _REACH_SECONDS)
        frontier = await in_thread(self._frontier, follower.source, last, seen)
        if frontier.root() != shown.root:
            self._frontiers.pop(follower.source, None)
            reason = f"前 {shown.size} 条的根与此处跟随所得不同：日志被改写，或给各方看的不一样"
            raise Misfit(Fault.NOT_AS_FOLLOWED, reason)
        return await in_thread(self._cosign, follower.source, last, seen, frontier, fresh)

    async def _signed(self, follower: Follower, seen: Seen) -> list[str]:
        """Keys that are new with this checkpoint; Misfit where no known key has signed it."""
        origin = seen.checkpoint.origin
        if self.pinned is not None:
            if not signed(seen.note, self.pinned.get(origin, ())):
                raise Misfit(Fault.SIGNATURE, "没有 GOVIT_LOG_KEYS 所列公钥的签名")
            return []
        kept = await in_thread(self.kept.keys, follower.source)
        known = [VerifierKey.of(each.key) for each in kept]
        good = signed(seen.note, known)
        if known and not good:
            raise Misfit(Fault.SIGNATURE, "没有已知公钥的签名")
        if all(any(key.made(line) for key in known) for line in seen.note.lines):
            return []
        offered = adopted(seen.note, await _offered(follower), origin)
        if not good and not offered:
            raise Misfit(Fault.SIGNATURE, "签名与日志所示公钥不符")
        return [str(key) for key in offered if key not in known]

    def _frontier(self, source: str, last: Cosigned | None, seen: Seen) -> Frontier:
        """The tree over the followed leaves, as far as the checkpoint reaches."""
        size, digest = seen.checkpoint.size, digest_of(seen.checkpoint.hash)
        frontier = self._frontiers.get(source)
        if frontier is None or frontier.size > size:
            start = (0, b"") if last is None else (last.size, last.frontier)
            frontier = self._frontiers[source] = Frontier.from_bytes(digest, *start)
        while frontier.size < size:
            upto = min(size, frontier.size + _PAGE)
            for leaf in self._runtime.inbox.leaves(source, upto, frontier.size):
                frontier.append(leaf)
        return frontier

    def _cosign(
        self,
        source: str,
        last: Cosigned | None,
        seen: Seen,
        frontier: Frontier,
        fresh: Sequence[str],
    ) -> bool:
        now = self._runtime.clock.now()
        text = seen.note.text
        own = [key.sign(text, now) for key in self.keys.in_force(now)]
        if not own:
            raise LookupError("no key of the witness is in force")
        note = written(text, [*seen.note.lines, *own])
        shown = seen.checkpoint
        cosigned = Cosigned(shown.size, now, shown.root, frontier.to_bytes(), note)
        return self.kept.add(source, last.size if last else _NEVER, cosigned, fresh)

    async def _alarm(
        self, source: str, last: Cosigned | None, misfit: Misfit, content: str
    ) -> None:
        beyond = last.size if last else _NEVER
        now = self._runtime.clock.now()
        alarm = Alarm(beyond, misfit.fault.value, now, misfit.reason, content.replace("\0", "?"))
        if await in_thread(self.kept.raise_alarm, source, alarm):
            log.error("witness_alarm", source=source, fault=misfit.fault, reason=misfit.reason)


async def _answer(follower: Follower, path: str, **query: int) -> httpx.Response:
    """An answer that is the log's own word; httpx.TransportError for one that is not."""
    answer = await follower.fetch(path, **query)
    if answer.status_code not in {httpx.codes.OK, httpx.codes.NOT_FOUND}:
        raise httpx.TransportError(f"{follower.source} answers {answer.status_code}")
    return answer


def _shown(answer: httpx.Response) -> str:
    if answer.status_code != httpx.codes.OK:
        raise Misfit(Fault.SHORTER, "见证过的日志现在没有检查点")
    return answer.text


async def _offered(follower: Follower) -> list[VerifierKey]:
    answer = await _answer(follower, "/v1/log/keys")
    try:
        keys = LogKeys.model_validate_json(answer.content).keys
        return [VerifierKey.of(each.key) for each in keys]
    except ValueError:
        return []
