"""The witness cosigns what leads on from what it knows, and nothing else, whoever has signed it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import errors

from services.audit.witness import Witness
from shared.eventstore.checkpoints import Checkpoint
from shared.eventstore.notes import Note
from shared.eventstore.signing import COSIGNATURE, SigningKey, VerifierKey, cosigned_at
from shared.web.settings import LOGS
from tests.audit.witnessing import (
    REGISTRY,
    cut,
    evidence_of,
    faults,
    follower_of,
    grown,
    head_of,
    own_key,
    rewritten,
    sign_with,
    until,
    witness_of,
)
from tests.shared.web.test_http import a_unit
from tests.support.city import City, CityDatabases, as_owner, running_city


async def told(city: City, service: str = REGISTRY) -> dict[str, Any]:
    answer = await city.get("/audit/v1/checkpoints")
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return next(log for log in content["logs"] if log["service"] == service)


# -- what fits is cosigned ------------------------------------------------------------------------


async def test_every_log_is_witnessed(fresh_city: City) -> None:
    city = fresh_city
    size = await grown(city, 3)
    kept = witness_of(city).kept
    await until(lambda: all(map(kept.newest, LOGS)))
    found = await told(city)
    head = city.runtime(REGISTRY).log.head()
    assert (found["size"], found["root"]) == (size, head.root.hex())
    assert (found["alarms"], found.get("alarm"), found.get("away")) == (0, None, None)
    assert [key["key"] for key in found["keys"]] == [str(own_key(city).verifier)]


async def test_a_cosigned_note_bears_both_signatures(fresh_city: City) -> None:
    city = fresh_city
    size = await grown(city)
    answer = await city.get("/audit/v1/checkpoints/registry", size=size)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    note = Note.of(answer.text)
    assert Checkpoint.of(note).size == size
    stated = (await city.get("/audit/v1/checkpoints")).json()["witness"]
    [witness] = [VerifierKey.of(each["key"]) for each in stated]
    of_log, cosignature = note.lines
    assert own_key(city).verifier.verifies(note.text, of_log)
    assert witness.verifies(note.text, cosignature)
    assert (witness.kind, witness.name) == (COSIGNATURE, "govit/511100/audit")
    assert abs((cosigned_at(cosignature) - city.clock.now()).total_seconds()) < 60
    assert (await city.get("/audit/v1/checkpoints/registry")).text == answer.text
    missing = await city.get("/audit/v1/checkpoints/registry", size=10**9)
    assert (missing.status_code, "没有大小为" in missing.text) == (404, True)
    assert (await city.get("/audit/v1/checkpoints/audit")).status_code == 422


async def test_two_witnesses_at_once_cosign_once(fresh_city: City) -> None:
    city = fresh_city
    await grown(city)
    other = Witness(city.runtime("audit"))
    async with other:
        for _ in range(3):
            await a_unit(city)
            size = head_of(city)
            kept = witness_of(city).kept
            async with asyncio.timeout(20):
                while (last := kept.newest(REGISTRY)) is None or last.size < size:
                    await asyncio.gather(
                        witness_of(city).look(follower_of(city)), other.look(follower_of(city))
                    )
    assert kept.alarms(REGISTRY)[0] == 0


async def test_a_killed_witness_goes_on_and_reads_nothing_again(
    fresh_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = fresh_city
    before = await grown(city, 5)
    audit = city.runtime("audit")
    read: list[tuple[int, int]] = []
    leaves = audit.inbox.leaves

    def noted(source: str, upto: int, after: int = 0) -> list[bytes]:
        if source == REGISTRY:
            read.append((after, upto))
        found: list[bytes] = leaves(source, upto, after)
        return found

    monkeypatch.setattr(audit.inbox, "leaves", noted)
    # As a new process would: nothing in memory.
    witness_of(city)._frontiers.clear()
    after = await grown(city, 2)
    assert read[0][0] == before
    assert read[-1][1] == after


async def test_a_reply_that_was_lost_after_the_commit_changes_nothing(fresh_city: City) -> None:
    city = fresh_city
    size = await grown(city)
    kept = witness_of(city).kept
    last = kept.newest(REGISTRY)
    assert last is not None
    assert not kept.add(REGISTRY, -1, last)
    assert await witness_of(city).look(follower_of(city))
    assert kept.newest(REGISTRY) == last._replace(size=size)


# -- keys -----------------------------------------------------------------------------------------


async def test_a_new_key_is_taken_up_beside_the_old_one(fresh_city: City) -> None:
    city = fresh_city
    await grown(city)
    old, new = own_key(city), SigningKey.generate("govit/511100/registry")
    sign_with(city, old, new)
    await grown(city)
    assert [k["key"] for k in (await told(city))["keys"]] == [str(old.verifier), str(new.verifier)]
    sign_with(city, new)
    size = await grown(city)
    found = await told(city)
    assert (found["size"], found["alarms"]) == (size, 0)


async def test_a_key_that_nobody_vouched_for_is_refused(fresh_city: City) -> None:
    city = fresh_city
    size = await grown(city)
    sign_with(city, SigningKey.generate("govit/511100/registry"))
    await a_unit(city)
    assert await faults(city) == ["SIGNATURE"]
    assert (await told(city))["size"] == size


async def test_a_bad_signature_of_a_known_key_is_refused(
    fresh_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = fresh_city
    await grown(city)
    content = (await city.get("/registry/v1/log/checkpoint")).text
    note = Note.of(content)
    line = note.lines[0]
    forged = line._replace(signature=line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    shown = httpx.Response(200, text=str(note._replace(lines=(forged,))))
    follower = follower_of(city)

    async def fetch(path: str, **query: int) -> httpx.Response:
        return shown

    monkeypatch.setattr(follower, "fetch", fetch)
    assert not await witness_of(city).look(follower)
    assert await faults(city) == ["SIGNATURE"]


@pytest.fixture
async def pinned_city(
    city_databases: CityDatabases, tmp_path: Path
) -> AsyncIterator[tuple[City, Path]]:
    """A city whose witness goes by a list of keys, empty so far."""
    listed = tmp_path / "keys"
    listed.write_text("# 尚无\n")
    async with running_city(city_databases, tmp_path / "home") as city:
        yield city, listed


async def test_where_keys_are_listed_no_other_is_taken_up(
    pinned_city: tuple[City, Path],
) -> None:
    city, listed = pinned_city
    audit = city.runtime("audit")
    audit.settings = audit.settings.model_copy(update={"log_keys": listed})
    await a_unit(city)
    strict = Witness(audit)
    async with strict:
        assert not await strict.look(follower_of(city))
        assert "SIGNATURE" in await faults(city)
    listed.write_text(f"{own_key(city).verifier}\n")
    knowing = Witness(audit)
    async with knowing:
        looked = [await knowing.look(follower_of(city)) for _ in range(3)]
        # The city's own witness may come in between; whoever is second looks again.
        assert looked[-1], looked
        assert kept_keys(knowing) == [str(own_key(city).verifier)]


def kept_keys(witness: Witness) -> list[str]:
    """What the city's own witness has taken up, which knows no list."""
    return [each.key for each in witness.kept.keys(REGISTRY)]


# -- what does not fit ----------------------------------------------------------------------------


async def test_a_log_rewritten_and_signed_with_the_true_key_is_refused(
    fresh_city: City, city_databases: CityDatabases
) -> None:
    city = fresh_city
    size = await grown(city, 4)
    honest = witness_of(city).kept.newest(REGISTRY)
    rewritten(city_databases, city.dsns[REGISTRY].app, 2)
    assert city.runtime(REGISTRY).log.head().root != honest.root  # type: ignore[union-attr]
    # Its service signs the forged tree as it signs every tree.
    evidence = evidence_of(city)
    assert evidence.kept.make_checkpoint(evidence.keys.in_force, city.clock.now) == size
    assert not await witness_of(city).look(follower_of(city))
    assert await faults(city) == ["FORKED"]
    # It goes on as if nothing had been; the alarm stays, and nothing more is cosigned.
    await a_unit(city)
    assert set(await faults(city, 2)) == {"FORKED", "INCONSISTENT"}
    found = await told(city)
    assert (found["size"], found["alarms"]) == (size, 2)
    assert witness_of(city).kept.newest(REGISTRY) == honest
    integrity = (await city.get("/audit/v1/integrity")).json()
    registry = next(log for log in integrity["logs"] if log["service"] == REGISTRY)
    assert not integrity["intact"]
    assert "日志被改写" in registry["reason"]
    for _ in range(3):
        assert not await witness_of(city).look(follower_of(city))
    assert (await told(city))["alarms"] == 2


async def test_a_log_that_was_brought_back_shorter_is_refused(
    fresh_city: City, city_databases: CityDatabases
) -> None:
    city = fresh_city
    size = await grown(city, 4)
    cut(city_databases, city.dsns[REGISTRY].app, size - 2)
    evidence = evidence_of(city)
    evidence.kept.make_checkpoint(evidence.keys.in_force, city.clock.now)
    assert not await witness_of(city).look(follower_of(city))
    assert await faults(city) == ["SHORTER"]
    assert (await told(city))["alarm"]["reason"] == (
        f"曾见证到 {size} 条，现在只有 {size - 2} 条：日志被截短"
    )


async def test_a_log_shown_otherwise_than_it_was_followed_is_refused(
    fresh_city: City, city_databases: CityDatabases
) -> None:
    city = fresh_city
    size = await grown(city, 2)
    audit = city.runtime("audit")
    await audit.stop()
    follower = follower_of(city)
    for _ in range(3):
        await a_unit(city)
    position = head_of(city)
    while audit.inbox.position(REGISTRY) < position:
        await follower._pull()
    # Between the last checkpoint and the next: the log leads on, but not from what was followed.
    rewritten(city_databases, city.dsns[REGISTRY].app, size + 1)
    evidence = evidence_of(city)
    evidence.kept.make_checkpoint(evidence.keys.in_force, city.clock.now)
    witness = witness_of(city)
    assert not await witness.look(follower)
    assert await faults(city) == ["NOT_AS_FOLLOWED"]
    assert (await told(city))["size"] == size


async def test_what_is_no_checkpoint_of_the_log_is_refused(
    fresh_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = fresh_city
    await grown(city)
    other = await city.get("/budget/v1/log/checkpoint")
    follower = follower_of(city)
    for shown, fault in ((other.text, "FOREIGN"), ("nothing\n", "UNREADABLE")):

        async def fetch(path: str, shown: str = shown, **query: int) -> httpx.Response:
            return httpx.Response(200, text=shown)

        monkeypatch.setattr(follower, "fetch", fetch)
        assert not await witness_of(city).look(follower)
        assert fault in await faults(city)


async def test_a_peer_that_is_away_is_no_alarm(
    fresh_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = fresh_city
    await grown(city)
    follower = follower_of(city)

    async def gone(path: str, **query: int) -> httpx.Response:
        raise httpx.ConnectError("away")

    async def failing(path: str, **query: int) -> httpx.Response:
        return httpx.Response(503)

    for fetch in (gone, failing):
        with monkeypatch.context() as patch:
            patch.setattr(follower, "fetch", fetch)
            await a_unit(city)
            await until(lambda: REGISTRY in witness_of(city).away)
            assert "此刻无法取得" in (await told(city))["away"]
            with pytest.raises(httpx.TransportError):
                await witness_of(city).look(follower)
    size = await grown(city)
    found = await told(city)
    assert (found["size"], found["alarms"], found.get("away")) == (size, 0, None)


@pytest.mark.parametrize("table", ["cosigned", "witness_keys", "witness_alarms"])
async def test_what_was_witnessed_stays(city: City, table: str) -> None:
    for statement in (
        f"DELETE FROM {table}",
        f"UPDATE {table} SET source = ''",
        f"TRUNCATE {table}",
    ):
        with (
            psycopg.connect(city.dsns["audit"].app) as app,
            pytest.raises((errors.InsufficientPrivilege, errors.RestrictViolation)),
        ):
            app.execute(statement.encode())
        with as_owner(city.dsns["audit"]) as owner, pytest.raises(errors.RestrictViolation):
            owner.execute(statement.encode())
