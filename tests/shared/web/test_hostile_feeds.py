"""What a peer sends is not believed: a follower stops rather than store it; mended, it goes on.

What an event contains is read when it is used, and hashed again by the audit service; here it is
what carries the event that is wrong.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.eventstore.inbox import Inbox
from shared.web import keptalive
from shared.web.follower import Follower
from shared.web.keptalive import AnswerTooLong
from tests.shared.web.test_following import item, opened
from tests.shared.web.test_keptalive import asking
from tests.support.city import CityDatabases

pytestmark = pytest.mark.owasp("API10")


def page(*items: Any) -> bytes:
    return json.dumps({"events": items, "next": len(items)}).encode()


def with_field(name: str, value: object) -> bytes:
    """A page whose second event is wrong in one field, so that it is found out half-way."""
    return page(item(1), {**item(2), name: value})


def without(name: str) -> bytes:
    second = item(2)
    del second[name]
    return page(item(1), second)


HOSTILE: dict[str, bytes] = {
    "not JSON": b"<html></html>",
    "cut": page(item(1), item(2))[:-40],
    "not UTF-8": b'{"events": ["\xff"]}',
    "bottomless": b"[" * 1_000_000,
    "no events": b"{}",
    "a list": b"[]",
    "events are text": b'{"events": "many"}',
    "events are an object": b'{"events": {"a": 1}}',
    "an event is text": page("UnitRegistered"),
    "a gap": page(item(1), item(3)),
    "from elsewhere": page(item(8), item(9)),
    "backwards": page(item(2), item(1)),
    "twice": page(item(1), item(1)),
    **{f"no {name}": without(name) for name in item(1)},
    **{f"{name} is an object": with_field(name, {"a": 1}) for name in item(1)},
    **{f"{name} is null": with_field(name, None) for name in item(1)},
    "position is text": with_field("position", "2"),
    "position is a fraction": with_field("position", 2.5),
    "position is beyond the database's": with_field("position", 2**63),
    "version is text": with_field("version", "two"),
    "version is too large": with_field("version", 2**40),
    "version is true": with_field("version", True),
    "version is zero": with_field("version", 0),
    "schema is too large": with_field("schema_version", 2**16 + 1),
    "type is not known": with_field("type", "EverythingForgiven"),
    "schema is not known": with_field("schema_version", 99),
    "id is none": with_field("event_id", "1; DROP TABLE inbox"),
    "day is none": with_field("effective_on", "2026-13-41"),
    "instant is none": with_field("recorded_at", "yesterday"),
    "leaf is no Base64": with_field("leaf", "A"),
    "NUL in the stream": with_field("stream", "unit:\u0000"),
    "subjects are text": with_field("subjects", "unit:11511100MB1A2B3CXE"),
    "subjects are numbers": with_field("subjects", [1]),
}
"""Pages of which nothing may be kept."""


class Peer:
    """Another service's feed, that answers what it is told to."""

    def __init__(self, content: bytes, status: int = 200) -> None:
        self.content, self.status = content, status
        self.source, self.asked = uuid4().hex, 0
        self.line: httpx.AsyncBaseTransport = httpx.ASGITransport(
            app=Starlette(routes=[Route("/v1/feed", self._feed)])
        )

    async def _feed(self, request: Request) -> Response:
        self.asked += 1
        after = int(request.query_params["after"])
        if self.status == 200 and after and self.content == page(item(1), item(2)):
            return Response(page())
        return Response(self.content, self.status)


@asynccontextmanager
async def following(
    peer: Peer, inbox: Inbox, client: httpx.AsyncClient | None = None
) -> AsyncIterator[Follower]:
    async def heard(content: bytes) -> None:
        """Nobody reacts."""

    client = client or httpx.AsyncClient(transport=peer.line, base_url="http://there")
    follower = Follower(peer.source, client, peer.line, inbox, heard)
    task = asyncio.create_task(follower.run())
    try:
        yield follower
    finally:
        task.cancel()
        await asyncio.wait([task])
        await client.aclose()


@pytest.fixture(scope="module")
def inbox(city_databases: CityDatabases) -> Iterator[Inbox]:
    """An inbox for all cases, each of which follows a source of its own."""
    made = opened(city_databases.new("audit").app)
    yield made
    made.close()


async def asked_twice(peer: Peer) -> None:
    async with asyncio.timeout(30):
        while peer.asked < 2:  # noqa: ASYNC110 - the follower tells nobody that it asks again
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_page_is_not_kept_and_following_goes_on_once_mended(
    inbox: Inbox, name: str
) -> None:
    peer = Peer(HOSTILE[name])
    async with following(peer, inbox) as follower:
        await asked_twice(peer)
        assert not follower.healthy
        assert inbox.position(peer.source) == 0
        assert inbox.rows(peer.source, 0, 10) == []
        peer.content = page(item(1), item(2))
        await follower.reach(2, 30)
        assert [row.position for row in inbox.rows(peer.source, 0, 10)] == [1, 2]


@pytest.mark.parametrize("status", [204, 302, 401, 404, 500])
async def test_only_a_page_is_a_page(inbox: Inbox, status: int) -> None:
    """Neither is a redirect followed: a peer names nobody else to be asked."""
    peer = Peer(page(item(1)), status)
    async with following(peer, inbox) as follower:
        await asked_twice(peer)
        assert not follower.healthy
        assert inbox.position(peer.source) == 0


@pytest.mark.owasp("API4")
async def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keptalive, "LONGEST_ANSWER", 1_000_000)
    closed = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
                await writer.drain()
        except OSError:
            closed.set()
        finally:
            writer.close()

    async with asking(endless) as client:
        with pytest.raises(AnswerTooLong):
            await client.get("/v1/feed")
        await asyncio.wait_for(closed.wait(), 10)


async def test_endless_headers_are_cut_off() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                writer.write(b"X-More: and-more\r\n" * 1000)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async with asking(endless) as client:
        with pytest.raises(httpx.TransportError):
            await client.get("/v1/feed")


async def test_events_too_large_together_are_fetched_one_by_one(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is too long is no reason to stand still where its events are not."""
    monkeypatch.setattr(keptalive, "LONGEST_ANSWER", len(page(item(1))) * 2)
    limits: list[int] = []

    async def feed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                asked = httpx.URL(head.split()[1].decode()).params
                first, limit = int(asked["after"]) + 1, int(asked["limit"])
                limits.append(limit)
                content = page(*(item(n) for n in range(first, min(first + limit, 9))))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content))
                writer.write(content)
                await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async with asking(feed) as client:
        peer = Peer(b"")
        peer.line = client._transport
        async with following(peer, inbox, client) as follower:
            await follower.reach(8, 30)
    assert limits[:2] == [500, 250]
    assert 1 in limits
    assert limits[-1] > 1  # and again more at a time
