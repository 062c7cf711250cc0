"""Whole lives under seal: what is sealed is quoted nowhere, and all of it can be destroyed."""

import asyncio
import re
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import orjson
from rich.console import Console

from deploy.demo import STORIES, City, tell
from deploy.demo.board import Board
from deploy.purge import purge
from shared.events.sealing import opened_data, opened_meta
from shared.eventstore.decoding import decoded
from shared.eventstore.keys import provided
from shared.eventstore.records import RecordedEvent
from shared.eventstore.verify import verify
from shared.web.settings import LOGS
from tests.deploy.test_tick import Bridge
from tests.shared.web.test_destruction import PAPER
from tests.support.city import City as RunningCity
from tests.support.city import CityDatabases, running_city

_CJK = re.compile("[\u4e00-\u9fff]{6}")


async def rows_of(city: RunningCity, service: str) -> list[RecordedEvent]:
    rows: list[RecordedEvent] = []
    log = city.runtime(service).log
    while page := await asyncio.to_thread(log.read, rows[-1].position if rows else 0, 1000):
        rows += page
    return rows


def strings(content: Any) -> set[str]:
    match content:
        case str():
            return {content}
        case dict():
            return set().union(*(strings(each) for each in content.values()))
        case list():
            return set().union(*(strings(each) for each in content))
        case _:
            return set()


def sealed_in(row: RecordedEvent) -> set[str]:
    """The texts that are sealed in a row."""
    found = set()
    for stored, opened in (
        (row.data, opened_data(row.data, row.event_id, provided(row))),
        (row.meta, opened_meta(row.meta, row.event_id, provided(row))),
    ):
        found |= strings(orjson.loads(opened)) - strings(orjson.loads(stored))
    return found


async def test_what_is_sealed_is_quoted_nowhere_and_can_be_destroyed(
    city_databases: CityDatabases, tmp_path: Path
) -> None:
    async with running_city(city_databases, tmp_path) as city:
        await tell(City.at(city.http, "http://city"), STORIES, Board(Console(file=StringIO())))
        subjects: set[str] = set()
        for service in LOGS:
            rows = await rows_of(city, service)
            said = {text for row in rows for text in sealed_in(row) if _CJK.search(text)}
            assert said
            quoted = {
                text
                for row in rows
                for told in strings(orjson.loads(row.meta).get("decision"))
                for text in said
                if text in told
            }
            assert quoted == set()
            subjects |= {decoded(service, row).event.sealed_for for row in rows}

        bridge = Bridge(city)

        def all_of_it() -> list[str]:
            with httpx.Client(transport=bridge, base_url="http://city") as http:
                outcomes = [
                    outcome
                    for subject in sorted(subjects)
                    if not subject.startswith(("destruction:", "refusal:"))
                    for outcome in purge(http, city.token("DEB"), subject, "期满", PAPER)
                ]
            return [outcome.fault for outcome in outcomes if outcome.fault]

        assert await asyncio.to_thread(all_of_it) == []
        for service in LOGS:
            assert (await asyncio.to_thread(verify, city.dsns[service].app)).ok
            await rows_of(city, service)
        integrity = await city.get("/audit/v1/integrity")
        assert integrity.json()["intact"] is True
