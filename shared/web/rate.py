"""限流: how many requests of whom within any minute, and how many bad tokens from where.

Counted in this process's memory: several processes of a service each allow as much, and a restart
forgets. What should hold before all processes together belongs into the proxy before them.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import NamedTuple

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from shared.kernel.actor import Actor
from shared.web.actors import SYSTEM

WINDOW_SECONDS = 60

_REMEMBERED_TOKENS = 4096
_WINDOWS = 20_000
"""Windows at which those that have run empty are looked for."""


class Windows(MemoryStorage):
    """The library's moving windows in memory, by a clock that can be given.

    Its own storage starts a thread for every few requests, and moves a list's items at each one.
    """

    STORAGE_SCHEME = ["windows"]

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._hits: dict[str, deque[float]] = {}
        self._crowded = _WINDOWS

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self._clock()
        hits = self._hits.get(key)
        if hits is None:
            hits = self._open(key, now - expiry)
        while hits and hits[0] <= now - expiry:
            hits.popleft()
        if len(hits) + amount > limit:
            return False
        hits.extend([now] * amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        now = self._clock()
        hits = self._hits.get(key, ())
        live = [at for at in hits if at > now - expiry]
        return (live[0] if live else now), len(live)

    def _open(self, key: str, ended: float) -> deque[float]:
        if len(self._hits) >= self._crowded:
            self._hits = {k: hits for k, hits in self._hits.items() if hits and hits[-1] > ended}
            self._crowded = max(_WINDOWS, 2 * len(self._hits))
        return self._hits.setdefault(key, deque())

    def filled(self, key: str) -> tuple[float, int]:
        """Since when a window counts, and how many; as of its last hit."""
        hits = self._hits.get(key)
        return (hits[0], len(hits)) if hits else (self._clock(), 0)


class Charge(NamedTuple):
    """What a request has used up of its account."""

    allowed: bool
    left: int
    seconds: int
    """Until the oldest request counted is no longer."""


class Account(NamedTuple):
    """Whom a request is charged to."""

    key: str
    peer: str
    credentials: bytes | None
    """What it shows that is not yet known to be good."""


class Rates:
    """Accounts of persons and addresses, and the bad tokens of addresses."""

    def __init__(
        self, per_minute: int, failures: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._windows = Windows(clock)
        self._limiter = MovingWindowRateLimiter(self._windows)
        self._bad = RateLimitItemPerMinute(failures, namespace="bad")
        self._persons: OrderedDict[bytes, str | None] = OrderedDict()
        self.policy = b'"requests";q=%d;w=%d' % (per_minute, WINDOW_SECONDS)
        self.per_minute = per_minute

    def account(self, credentials: bytes | None, peer: str) -> Account | None:
        """Whom to charge; None for the services themselves, which follow as fast as they can."""
        if credentials is None:
            return Account(peer, peer, None)
        person = self._persons.get(credentials, "")
        if person is None:
            return None
        return Account(person, peer, None) if person else Account(peer, peer, credentials)

    def charge(self, account: Account) -> Charge:
        """Count a request; not allowed where the account is used up."""
        # Straight to the windows: the strategy would write the key anew for every request.
        allowed = self._windows.acquire_entry(account.key, self.per_minute, WINDOW_SECONDS)
        since, used = self._windows.filled(account.key)
        return Charge(allowed, self.per_minute - used, self._until(since))

    def guesses(self, peer: str) -> Charge:
        """Whether an address may show another token that nobody knows yet."""
        left = self._limiter.get_window_stats(self._bad, peer).remaining
        since, _ = self._windows.filled(self._bad.key_for(peer))
        return Charge(left > 0, left, self._until(since))

    def _until(self, since: float) -> int:
        """Whole seconds until what was counted then no longer is."""
        return max(1, WINDOW_SECONDS - int(self._clock() - since))

    def good(self, credentials: bytes, actor: Actor) -> None:
        """Remember whom a token speaks for: from now on it is charged to the person."""
        system = actor.body == SYSTEM.body
        self._persons[credentials] = None if system else f"{actor.body}\n{actor.person}"
        if len(self._persons) > _REMEMBERED_TOKENS:
            self._persons.popitem(last=False)

    def bad(self, credentials: bytes, peer: str) -> None:
        """Count a token that was refused, also one that was good until then."""
        self._persons.pop(credentials, None)
        self._limiter.hit(self._bad, peer)
