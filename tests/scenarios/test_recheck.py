"""复核: every decision of the stories, accepted or refused, made again on the recorded facts."""

import asyncio
from typing import Any

import pytest

from deploy.demo import STORIES, tell
from deploy.demo.cast import AUD, Project
from deploy.demo.client import City
from shared.web.settings import LOGS
from tests.scenarios.test_whole_life import board, city, whole_city

__all__ = ["city", "whole_city"]


async def rechecked(city: City, service: str, limit: int = 200) -> list[dict[str, Any]]:
    """Every page of a service's recheck, to the head of its log."""
    pages: list[dict[str, Any]] = []
    after = 0
    while not pages or after < pages[-1]["head"]:
        path = f"/{service}/v1/rechecks?after={after}&limit={limit}"
        pages.append(await city.read(AUD, path))
        assert pages[-1]["next"] > after
        after = pages[-1]["next"]
    return pages


async def heads(city: City) -> list[int]:
    return [(await city.read(AUD, f"/{s}/v1/feed/head"))["position"] for s in LOGS]


async def quiet(city: City) -> None:
    """Return once no reaction records anything any more."""
    for _ in range(20):
        before = await heads(city)
        await asyncio.sleep(1.5)  # a reaction looks about once a second
        if await heads(city) == before:
            return
    pytest.fail("the reactions did not come to rest")


async def replies_are_explained(city: City, project: Project) -> None:
    """What was known on the day of a reply, what it cites, and why it is on record."""
    read = f"/audit/v1/projects/{project.id}"
    entries = (await city.read(AUD, f"{read}/history"))["entries"]
    for reply in (entry for entry in entries if entry["type"] == "ReplyIssued"):
        known = await city.read(AUD, f"{read}/knowledge?known_before={reply['event_id']}")
        ids = {event["event_id"]: event for event in known["known"]}
        before = {e["event_id"] for e in entries if e["step"] < reply["step"]}
        assert before <= ids.keys() | {e["event_id"] for e in known["came_later"]}
        for event in known["cited"]:
            assert event["cited_by"]
            if event["stream"] == f"project:{project.id}":
                assert ids[event["event_id"]]["read"] is True
        assert known["cited"], "a reply rests on opinions and evaluations"
        place = f"/audit/v1/events/approval/{reply['position']}/explanation"
        explained = await city.read(AUD, place)
        assert explained["recheck"]["same"] is True
        assert explained["power"]["body"] == reply["actor"]["body"]
        assert {e["event_id"] for e in explained["basis"]} == {
            e["event_id"] for e in known["cited"]
        }


async def test_every_decision_of_the_stories_comes_out_as_it_did(whole_city: City) -> None:
    projects = await tell(whole_city, STORIES, board())
    await quiet(whole_city)
    for project in projects:
        await replies_are_explained(whole_city, project)
    decisions, items = 0, []
    for service in LOGS:
        whole = await rechecked(whole_city, service)
        pieces = await rechecked(whole_city, service, limit=7)
        assert len(pieces) > len(whole)
        found = [item for page in whole for item in page["items"]]
        assert [item for page in pieces for item in page["items"]] == found
        for figure in ("decisions", "same"):
            assert sum(p[figure] for p in pieces) == sum(p[figure] for p in whole)
        decisions += sum(page["decisions"] for page in whole)
        items += found
    assert decisions > 250
    # What was refused for its classified content is not kept, and nothing else is in doubt.
    assert {(item["undecidable"], item["accepted"]) for item in items} == {("NOT_KEPT", False)}
