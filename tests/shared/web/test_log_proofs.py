"""Checkpoints and proofs over HTTP, as anybody who holds a key may check them."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.eventstore.checkpoints import Checkpoint
from shared.eventstore.inclusion import root_from_path
from shared.eventstore.merkle import digest_of
from shared.eventstore.notes import Note
from shared.eventstore.proofs import root_from_consistency
from shared.eventstore.signing import VerifierKey
from tests.shared.web.test_http import a_unit
from tests.support.builders import UNIT
from tests.support.city import City


async def checkpoint_beyond(city: City, service: str, size: int) -> tuple[Note, Checkpoint]:
    """The service's newest checkpoint, once it covers `size` events."""
    async with asyncio.timeout(20):
        while True:
            answer = await city.get(f"/{service}/v1/log/checkpoint")
            if answer.status_code == 200:
                note = Note.of(answer.text)
                checkpoint = Checkpoint.of(note)
                if checkpoint.size >= size:
                    return note, checkpoint
            await asyncio.sleep(0.1)


async def verifiers(city: City, service: str) -> list[VerifierKey]:
    answer = await city.get(f"/{service}/v1/log/keys")
    assert answer.status_code == 200, answer.text
    return [VerifierKey.of(each["key"]) for each in answer.json()["keys"]]


async def proof(city: City, path: str, **query: Any) -> dict[str, Any]:
    answer = await city.get(f"/registry/v1/log/{path}", **query)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def test_a_log_signs_how_far_it_reaches(fresh_city: City) -> None:
    city = fresh_city
    _, empty = await checkpoint_beyond(city, "registry", 0)
    for _ in range(3):
        await a_unit(city)
    head = city.runtime("registry").log.head()
    note, checkpoint = await checkpoint_beyond(city, "registry", head.position)
    assert checkpoint == Checkpoint(head.origin, head.position, head.root, head.hash)
    [key] = await verifiers(city, "registry")
    assert key.name == checkpoint.origin == "govit/511100/registry"
    assert [key.verifies(note.text, line) for line in note.lines] == [True]
    again = await city.get("/registry/v1/log/checkpoint", size=checkpoint.size)
    assert again.text == str(note)
    assert again.headers["content-type"] == "text/plain; charset=utf-8"
    [other] = await verifiers(city, "budget")
    assert other.public != key.public
    assert empty.size <= checkpoint.size


async def test_an_event_is_proven_to_be_in_what_was_signed(fresh_city: City) -> None:
    city = fresh_city
    for _ in range(20):
        await a_unit(city)
    log = city.runtime("registry").log
    _, checkpoint = await checkpoint_beyond(city, "registry", log.head().position)
    digest = digest_of(checkpoint.hash)
    for event in log.read(0, 100):
        found = await proof(city, "inclusion", position=event.position, size=checkpoint.size)
        assert found["leaf"] == event.leaf.hex()
        assert (found["origin"], found["hash"]) == (checkpoint.origin, checkpoint.hash)
        path = [bytes.fromhex(node) for node in found["path"]]
        index = event.position - 1
        root = root_from_path(digest, event.leaf, index, checkpoint.size, path)
        assert root == checkpoint.root


async def test_a_log_is_proven_to_have_only_grown(fresh_city: City) -> None:
    city = fresh_city
    seen = []
    for _ in range(3):
        await a_unit(city)
        position = city.runtime("registry").log.head().position
        seen.append((await checkpoint_beyond(city, "registry", position))[1])
    old, *_, new = seen
    found = await proof(city, "consistency", **{"from": old.size, "to": new.size})
    assert (found["from"], found["to"]) == (old.size, new.size)
    path = [bytes.fromhex(node) for node in found["path"]]
    digest = digest_of(old.hash)
    assert root_from_consistency(digest, old.size, old.root, new.size, path) == new.root
    assert (await proof(city, "consistency", **{"from": 0, "to": new.size}))["path"] == []


@pytest.mark.parametrize(
    ("path", "query", "status", "says"),
    [
        ("checkpoint", {"size": 10**9}, 404, "没有大小为 1000000000 的检查点"),
        ("inclusion", {"position": 1, "size": 10**9}, 404, "日志现有"),
        ("inclusion", {"position": 3, "size": 2}, 422, "不能大于 size"),
        ("inclusion", {"position": 0, "size": 2}, 422, "position"),
        ("consistency", {"from": 1, "to": 10**9}, 404, "日志现有"),
        ("consistency", {"from": 3, "to": 2}, 422, "不能大于 to"),
    ],
)
async def test_what_is_not_there_is_said(
    city: City, path: str, query: dict[str, Any], status: int, says: str
) -> None:
    answer = await city.get(f"/registry/v1/log/{path}", **query)
    assert answer.status_code == status
    assert says in answer.text


async def test_units_and_strangers_are_shown_no_log(city: City) -> None:
    answer: httpx.Response = await city.get("/registry/v1/log/checkpoint", by="UNIT", unit=UNIT)
    assert answer.status_code == 403
    assert (await city.http.get("/registry/v1/log/keys")).status_code == 401


async def test_the_checkpoint_is_of_the_instances_own_clock(fresh_city: City) -> None:
    city = fresh_city
    await checkpoint_beyond(city, "registry", 0)
    evidence = city.runtime("registry").beside[0]
    with evidence.kept._connected() as connection:
        [(made_at,)] = connection.execute("SELECT made_at FROM checkpoints LIMIT 1").fetchall()
    assert made_at.year == 2025
