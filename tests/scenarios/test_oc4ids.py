"""The stories as OC4IDS packages, page by page: they validate, and name nobody of the cast."""

import inspect
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo import STORIES, City, cast, tell
from deploy.demo.cast import AUD, DEB
from services.audit.flags import FLAGS
from shared.kernel.actor import Actor
from tests.audit.oc4ids.validating import faults, unknown_fields
from tests.scenarios.test_whole_life import board
from tests.support.city import CityDatabases, running_city

EXPORT = "/audit/v1/exports/oc4ids"


@pytest.fixture
async def city(city_databases: CityDatabases, tmp_path: Path) -> AsyncIterator[City]:
    async with running_city(city_databases, tmp_path) as running:
        yield City.at(running.http, "http://city")


async def get(city: City, path: str, by: Actor = AUD) -> httpx.Response:
    headers = await city._identity(by)
    address = path if path.startswith("http") else f"http://city{path}"
    return await city._http.get(address, headers=headers)


async def test_the_stories_validate_page_by_page_and_name_nobody(city: City) -> None:
    empty = await get(city, EXPORT)
    assert (empty.status_code, empty.json()["code"]) == (404, "not_found")
    projects = await tell(city, STORIES, board())
    pages, following = [], f"{EXPORT}?limit=2"
    while following:
        answer = await get(city, following)
        assert answer.status_code == 200, answer.text
        pages.append(answer.content)
        link = answer.headers.get("link", "")
        following = link.partition("<")[2].partition(">")[0]
    shown: list[dict[str, Any]] = []
    for page in pages:
        assert faults(page) == []
        assert unknown_fields(page) == set()
        shown += json.loads(page)["projects"]
    whole = (await get(city, f"{EXPORT}?limit=200")).json()
    assert whole["projects"] == shown
    ids = [each["id"] for each in shown]
    assert len(set(ids)) == len(ids)
    assert {f"unregistered-511100-{project.id}" for project in projects} <= set(ids)
    titles = {each["title"]: each for each in shown}
    small = titles["中小学智慧作业监测平台"]
    assert (small["status"], small["budget"]["amount"]["amount"]) == ("maintenance", 5000000.0)
    paid = [
        payment["value"]["amount"]
        for process in small["contractingProcesses"]
        for payment in process["summary"]["transactions"]
    ]
    assert sum(paid) == 4860000.0
    everything = b"".join(pages).decode()
    assert [person for person in _persons() if person in everything] == []


def _persons() -> set[str]:
    """Names and identifiers of everybody who acts in the stories."""
    source = [value for _, value in inspect.getmembers(cast)]
    actors = [each for each in source if isinstance(each, Actor)]
    found = {name for actor in actors for name in (actor.name, actor.person)}
    assert len(found) > 6
    return found


async def test_one_project_and_what_is_not_there(city: City) -> None:
    project, *_ = await tell(city, dict(list(STORIES.items())[:1]), board())
    one = await get(city, f"{EXPORT}/projects/{project.id}")
    assert faults(one.content) == []
    assert one.json()["uri"] == f"http://city{EXPORT}/projects/{project.id}"
    assert (await get(city, f"{EXPORT}/projects/{project.id}?as_of=2020-01-01")).status_code == 404
    unknown = "01890000-0000-7000-8000-0000000000ff"
    assert (await get(city, f"{EXPORT}/projects/{unknown}")).status_code == 404
    assert (await get(city, f"{EXPORT}?cursor={unknown}")).status_code == 422
    for path in (EXPORT, f"{EXPORT}/projects/{project.id}"):
        assert (await get(city, path, DEB)).status_code == 403
    flags = (await get(city, "/audit/v1/flags")).json()["items"]
    assert {flag["rule"] for flag in flags} <= FLAGS.keys()
