"""The connections that followers keep: answers of any length, and peers that let go."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from shared.web.keptalive import KeptAlive

SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 2000002\r\n\r\n" + b"[" + b" " * 2_000_000 + b"]"
LAST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def asking(peer: Peer) -> AsyncIterator[httpx.AsyncClient]:
    server = await asyncio.start_server(peer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", transport=KeptAlive()) as client,
    ):
        yield client


def answering(connections: list[int], *answers: bytes) -> Peer:
    """A peer that gives these answers on each connection, then closes it."""

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(0)
        for answer in answers:
            if not await reader.readuntil(b"\r\n\r\n"):
                break
            connections[-1] += 1
            writer.write(answer)
            await writer.drain()
        writer.close()

    return peer


@pytest.mark.parametrize("answer", [SHORT, CHUNKED, LONG], ids=["short", "chunked", "long"])
async def test_a_connection_is_kept(answer: bytes) -> None:
    connections: list[int] = []
    async with asking(answering(connections, answer, answer)) as client:
        for _ in range(2):
            got = await client.get("/v1/feed", params={"after": 3})
            assert got.content == answer.partition(b"\r\n\r\n")[2] or got.json() == {}
    assert connections == [2]


@pytest.mark.parametrize("answer", [SHORT, LAST], ids=["silently", "announced"])
async def test_a_peer_may_let_go(answer: bytes) -> None:
    connections: list[int] = []
    async with asking(answering(connections, answer)) as client:
        for _ in range(3):
            assert (await client.get("/")).json() == {}
            await asyncio.sleep(0.01)
    assert connections == [1, 1, 1]


async def test_a_peer_that_is_away_or_talks_nonsense_is_a_transport_error() -> None:
    connections: list[int] = []
    for nonsense in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", b"SSH-2.0\r\n\r\n"):
        async with asking(answering(connections, nonsense)) as client:
            with pytest.raises(httpx.TransportError):
                await client.get("/")
    async with asking(answering(connections)) as client:
        with pytest.raises(httpx.TransportError):
            await client.get("/")
    async with httpx.AsyncClient(transport=KeptAlive()) as client:
        with pytest.raises(httpx.TransportError):
            await client.get("http://127.0.0.1:9/")
