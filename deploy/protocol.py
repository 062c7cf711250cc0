"""连接: the HTTP server's side of the limits, what happens before a request is one.

The parser sets no bounds: a head may grow for ever and take for ever, a silent connection stays
open, and what is malformed is answered in plain text. This is the server's own protocol with those
bounds; once a request is complete it costs nothing further.
"""

import asyncio
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.web.heads import headed
from shared.web.problems import ProblemError
from shared.web.settings import Settings


class BoundedProtocol(HttpToolsProtocol):
    """One connection; `bounded` makes the class for an instance's settings."""

    settings: ClassVar[Settings]

    _in_head = _in_message = False
    _head_size = 0
    _deadline: asyncio.TimerHandle | None = None

    # -- what comes in -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.settings.connections:
            self._refuse(ProblemError("busy", "连接过多，请稍后重试", headers={"Retry-After": "1"}))
        else:
            self._limit_time()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > self.settings.head_bytes:
                most = self.settings.head_bytes // 1024
                self._refuse(ProblemError("head_too_large", f"请求头不得超过 {most} KiB"))
            elif self._deadline is None:
                self._limit_time()
        elif self._deadline is not None and not self._lingers():
            self._end_limit()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = self._in_message = True
        self._head_size = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_message = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._lingers() and self._deadline is None:
            self._limit_time()  # answered before its body has ended: the rest is read and dropped

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_limit()
        super().connection_lost(exc)

    # -- how long it may take ------------------------------------------------------------------

    def _lingers(self) -> bool:
        return self._in_message and not self._in_head and self.cycle.response_complete

    def _limit_time(self) -> None:
        self._deadline = self.loop.call_later(self.settings.head_seconds, self._late)

    def _end_limit(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if self._in_head:
            self._refuse(ProblemError("too_slow", "请求头未在规定时间内传完"))
        else:
            self.transport.close()

    # -- what is answered here -----------------------------------------------------------------

    def send_400_response(self, msg: str) -> None:
        self._refuse(ProblemError("malformed_request", "不是合法的 HTTP/1.1 请求"))

    def _refuse(self, problem: ProblemError) -> None:
        self._end_limit()
        broken_off = self._in_message and not self._in_head
        self._in_head = self._in_message = False
        # While an earlier request of the connection is being answered nothing may come between.
        if not self.transport.is_closing() and self._nothing_is_said(broken_off):
            self.transport.write(_written(problem))
        self.transport.close()

    def _nothing_is_said(self, broken_off: bool) -> bool:
        if self.cycle is None or self.cycle.response_complete:
            return True
        if not broken_off or self.pipeline or self.cycle.response_started:
            return False
        self.cycle.disconnected = True  # its body makes no sense: this is its answer
        self.cycle.message_event.set()
        return True


def _written(problem: ProblemError) -> bytes:
    answer = problem.response("")
    heads = headed(answer.raw_headers, (b"connection", b"close"))
    line = f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\n".encode()
    fields = b"".join(b"%s: %s\r\n" % head for head in heads)
    return b"".join((line, fields, b"\r\n", bytes(answer.body)))


def bounded(settings: Settings) -> Any:
    """The protocol of a server, by an instance's settings."""
    return type("BoundedProtocol", (BoundedProtocol,), {"settings": settings})
