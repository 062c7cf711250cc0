"""大门: the one layer outside everything: who may come in, how many, how fast, and how they leave.

Commands pass the framework by (`direct`), so what holds for every request is held here, once, in
whichever way the services are put together. Nothing here knows what a request is about.
"""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.access.recorder import ACTOR
from shared.web.arriving import Arrivals
from shared.web.heads import OVER_TLS, Head, headed
from shared.web.hosts import Hosts
from shared.web.problems import ProblemError
from shared.web.rate import Account, Charge, Rates
from shared.web.settings import Settings

PROBES = frozenset({"/livez", "/readyz"})
"""Asked by whatever looks after the process, by an address that nobody lists."""

_OF_A_BODY = frozenset({b"content-length", b"transfer-encoding"})
_SHOWN = 200
_LONGEST_TARGET = 8 * 1024


class Gate:
    """An application as the outside reaches it."""

    def __init__(self, inside: ASGIApp, settings: Settings, rates: Rates | None = None) -> None:
        self._inside, self._settings = inside, settings
        self._hosts = Hosts(settings)
        self._rates = rates or Rates(settings.rate_per_minute, settings.failures_per_minute)
        self._arrivals = Arrivals(settings.body_seconds)
        self._most = settings.requests_at_once
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        credentials = host = None
        size, has_body = 0, False
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if name == b"authorization":
                credentials = credentials or value  # the first counts, here as inside
            elif name == b"host":
                host = value if host is None else b""
            elif name in _OF_A_BODY:
                has_body = True
        client = scope.get("client")
        account = self._rates.account(credentials, client[0] if client else "")
        leaving = _Leaving(scope, send)
        self._under_way += 1
        try:
            refusal = self._refusal(scope, size, host) or self._charged(account, leaving)
            if refusal is not None:
                path = scope["path"][:_SHOWN]
                await refusal.response(path)(scope, receive, leaving.send)
                return
            if has_body:
                receive = self._arrivals.body(receive).receive
            await self._inside(scope, receive, leaving.send)
        except Exception:
            if not leaving.status:
                failed = ProblemError("internal_error", "请求未被处理，可以稍后重试")
                await failed.response(scope["path"])(scope, receive, leaving.send)
            raise  # so that the server logs it
        finally:
            self._under_way -= 1
            if account is not None and account.credentials is not None:
                self._learn(account, scope, leaving.status)

    def _refusal(self, scope: Scope, size: int, host: bytes | None) -> ProblemError | None:
        if self._under_way > self._most:
            return ProblemError(
                "busy", "正在办理的请求过多，请稍后重试", headers={"Retry-After": "1"}
            )
        if size > self._settings.head_bytes:
            return ProblemError(
                "head_too_large", f"请求头不得超过 {self._settings.head_bytes // 1024} KiB"
            )
        if len(scope["raw_path"]) + len(scope["query_string"]) > _LONGEST_TARGET:
            return ProblemError("target_too_long", f"地址不得超过 {_LONGEST_TARGET} 字节")
        if not (host and self._hosts.know(host)) and scope["path"] not in PROBES:
            return ProblemError(
                "unknown_host", "Host 不是本实例的主机名；由运维人员以 GOVIT_HOSTS 列出"
            )
        return None

    def _charged(self, account: Account | None, leaving: "_Leaving") -> ProblemError | None:
        if account is None:
            return None
        if account.credentials is not None:
            guesses = self._rates.guesses(account.peer)
            if not guesses.allowed:
                return _too_many("来自此地址的无效令牌过多", guesses)
        charge = self._rates.charge(account)
        leaving.heads = (
            (b"ratelimit-policy", self._rates.policy),
            (b"ratelimit", b'"requests";r=%d;t=%d' % (charge.left, charge.seconds)),
        )
        return None if charge.allowed else _too_many("请求过于频繁", charge)

    def _learn(self, account: Account, scope: Scope, status: int) -> None:
        credentials = account.credentials or b""
        if status == 401:
            self._rates.bad(credentials, account.peer)
        elif actor := scope.get(ACTOR):
            self._rates.good(credentials, actor)


def _too_many(what: str, charge: Charge) -> ProblemError:
    return ProblemError(
        "rate_limited",
        f"{what}，请在 {charge.seconds} 秒后重试",
        headers={"Retry-After": str(charge.seconds)},
    )


class _Leaving:
    """What is sent back, with the headers that every answer has."""

    __slots__ = ("_send", "_tls", "heads", "status")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send, self._tls = send, scope.get("scheme") == "https"
        self.status = 0
        self.heads: tuple[Head, ...] = ()

    def send(self, message: Message) -> Any:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            more = (*self.heads, OVER_TLS) if self._tls else self.heads
            message["headers"] = headed(message.get("headers", ()), *more)
        return self._send(message)


def stand_before(app: FastAPI, settings: Settings, inside: ASGIApp | None = None) -> None:
    """Make an application reachable through a gate only."""
    inside = inside or app.build_middleware_stack()
    app.middleware_stack = Gate(inside, settings)
