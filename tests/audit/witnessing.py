"""Logs in the hands of someone who has the server, and their witness."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg

from services.audit.witness import Witness
from shared.eventstore.merkle import Frontier, digest_of
from shared.eventstore.reading import EVENTS, recorded_events
from shared.eventstore.signing import SigningKey
from shared.eventstore.verify import leaf_of
from shared.web.follower import Follower
from shared.web.log_evidence import LogEvidence
from shared.web.signing_keys import Keys, TimedKey
from tests.shared.web.test_http import a_unit
from tests.support.city import City, CityDatabases

REGISTRY = "registry"


def witness_of(city: City) -> Witness:
    found: Witness = city.runtime("audit").beside[0]
    return found


def evidence_of(city: City, service: str = REGISTRY) -> LogEvidence:
    found: LogEvidence = city.runtime(service).beside[0]
    return found


def follower_of(city: City, service: str = REGISTRY) -> Follower:
    followers: list[Follower] = city.runtime("audit").followers
    return next(each for each in followers if each.source == service)


def head_of(city: City, service: str = REGISTRY) -> int:
    position: int = city.runtime(service).log.head().position
    return position


async def until(holds: Callable[[], Any], seconds: float = 30) -> Any:
    """What `holds` gives, once it is something."""
    for _ in range(int(seconds / 0.05)):
        if found := await asyncio.to_thread(holds):
            return found
        await asyncio.sleep(0.05)
    raise TimeoutError(f"not within {seconds} seconds")


async def grown(city: City, count: int = 1) -> int:
    """The registry's log with more events, once its newest checkpoint is cosigned; its size."""
    for _ in range(count):
        await a_unit(city)
    size = head_of(city)
    kept = witness_of(city).kept
    await until(lambda: (last := kept.newest(REGISTRY)) and last.size >= size)
    return size


async def faults(city: City, count: int = 1) -> list[str]:
    """The faults on record of the registry's log, once there are so many."""
    kept = witness_of(city).kept
    _, found = await until(
        lambda: found if (found := kept.alarms(REGISTRY, 100))[0] >= count else None
    )
    return [alarm.fault for alarm in found]


def sign_with(city: City, *keys: SigningKey) -> None:
    evidence_of(city).keys = Keys([TimedKey(key.verifier, key) for key in keys])


def own_key(city: City) -> SigningKey:
    [key] = evidence_of(city).keys
    assert key.signing is not None
    return key.signing


def as_superuser(databases: CityDatabases, dsn: str) -> psycopg.Connection[Any]:
    """A session of the server's owner, for whom no trigger counts."""
    name = str(psycopg.conninfo.conninfo_to_dict(dsn)["dbname"])
    connection = psycopg.connect(databases.server.dsn(name), autocommit=True)
    for table in ("events", "log_head", "checkpoints"):
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
    return connection


def rewritten(databases: CityDatabases, dsn: str, position: int) -> None:
    """Another legal date for one event, and every later leaf, the head and all roots to match."""
    with as_superuser(databases, dsn) as server, server.transaction():
        server.execute("SET LOCAL timezone = 'UTC'")
        row = server.execute("SELECT hash FROM log_head FOR UPDATE").fetchone()
        assert row is not None
        server.execute(
            "UPDATE events SET effective_on = %s WHERE position = %s", [date(2020, 1, 1), position]
        )
        frontier = Frontier(digest := digest_of(row[0]))
        with server.cursor(row_factory=recorded_events) as cursor:
            events = cursor.execute(f"{EVENTS} ORDER BY position".encode()).fetchall()
        for event in events:
            leaf = leaf_of(event, digest)
            frontier.append(leaf)
            server.execute("UPDATE events SET leaf = %s WHERE position = %s", [leaf, event.id])
        server.execute("UPDATE log_head SET frontier = %s", [frontier.to_bytes()])
        server.execute("TRUNCATE tiles")
        server.execute("DELETE FROM checkpoints")


def cut(databases: CityDatabases, dsn: str, size: int) -> None:
    """The log as it was when it had `size` events, as a backup would bring it back."""
    with as_superuser(databases, dsn) as server, server.transaction():
        row = server.execute("SELECT hash FROM log_head FOR UPDATE").fetchone()
        assert row is not None
        server.execute("DELETE FROM events WHERE position > %s", [size])
        server.execute("DELETE FROM checkpoints WHERE size > %s", [size])
        server.execute("TRUNCATE tiles")
        frontier = Frontier(digest_of(row[0]))
        for (leaf,) in server.execute("SELECT leaf FROM events ORDER BY position").fetchall():
            frontier.append(bytes(leaf))
        server.execute(
            "UPDATE log_head SET position = %s, frontier = %s,"
            " recorded_at = (SELECT max(recorded_at) FROM events)",
            [size, frontier.to_bytes()],
        )
