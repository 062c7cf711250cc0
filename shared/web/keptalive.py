"""线路: connections to a peer that are kept, for the questions that decisions wait for.

A transport of the HTTP client's, for requests without a body and answers that fit in memory. The
client's own is ready for pools, proxies and HTTP/2; asking through it costs three times as much.
"""

import asyncio
import ssl

import httptools
import httpx

_CHUNK = 256 * 1024

LONGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer at most: what a peer sends is bounded, whatever the peer."""

_LONGEST_HEAD = 64 * 1024

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class AnswerTooLong(httpx.TransportError):
    """A peer's answer is longer than is borne; its connection has been closed."""


class KeptAlive(httpx.AsyncBaseTransport):
    """HTTP/1.1 to one peer; as many connections as there are requests under way."""

    def __init__(self) -> None:
        self._idle: list[Connection] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        question = _question(request)
        try:
            while self._idle:
                try:
                    return await self._exchange(self._idle.pop(), question)
                except (OSError, EOFError):
                    continue  # the peer had let go of it; what is only read can be asked again
            return await self._exchange(await _connect(request.url), question)
        except (OSError, EOFError, httptools.HttpParserError) as error:
            raise httpx.TransportError(repr(error), request=request) from error

    async def _exchange(self, connection: Connection, question: bytes) -> httpx.Response:
        reader, writer = connection
        answer = _Answer()
        try:
            writer.write(question)
            while not answer.complete:
                answer.feed(await reader.read(_CHUNK))
        except BaseException:
            writer.close()
            raise
        if answer.keeps_alive:
            self._idle.append(connection)
        else:
            writer.close()
        return httpx.Response(answer.status, headers=answer.headers, content=bytes(answer.body))

    async def aclose(self) -> None:
        while self._idle:
            _, writer = self._idle.pop()
            writer.close()


class _Answer:
    """One response as it arrives; the parser calls the `on_…` methods."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()
        self.complete = self.keeps_alive = False
        self._head = 0
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        if not data:
            raise EOFError("the peer closed the connection within an answer")
        self._parser.feed_data(data)
        if len(self.body) > LONGEST_ANSWER or self._head > _LONGEST_HEAD:
            raise AnswerTooLong(f"an answer of more than {len(self.body)} bytes")

    @property
    def status(self) -> int:
        return int(self._parser.get_status_code())

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head += len(name) + len(value)
        self.headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True
        self.keeps_alive = self._parser.should_keep_alive()  # the parser only knows it here


def _question(request: httpx.Request) -> bytes:
    lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    lines += [b"%s: %s" % header for header in request.headers.raw]
    return b"\r\n".join([*lines, b"", b""])


async def _connect(url: httpx.URL) -> Connection:
    secure = url.scheme == "https"
    return await asyncio.open_connection(
        url.host,
        url.port or (443 if secure else 80),
        ssl=ssl.create_default_context() if secure else None,
        limit=_CHUNK,
    )
