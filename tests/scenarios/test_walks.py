"""Random lives: whatever was done so far, what is offered is what would be accepted.

A project wanders through all four services by what it is offered, with the drafted bodies and
nothing else, while the clock runs on. At every step what is offered is tried, and some of what is
not; what is done decides as it was rehearsed.
"""

import json
import random
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.web.settings import LOGS
from tests.shared.web.test_http import PROJECTS, a_declaration
from tests.support.builders import document
from tests.support.city import City
from tests.support.clock import advance

Action = dict[str, Any]


async def listed_project(city: City, mode: str) -> str:
    """A project on an approved list, where its ways part."""
    unit, command = await a_declaration(city, delivery_mode=mode)
    command["plan_year"] = city.clock.now().year + 1
    declared = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert declared.status_code == 201, declared.text
    project: str = declared.json()["id"]
    review = {"result": "INCLUDE", "reason": "符合规划", "bodies": ["DRC", "FIN"]}
    await done(city, f"{PROJECTS}/{project}/central-review", review, "DEB")
    content = {
        "year": command["plan_year"],
        "number": f"乐数清单{project[-6:]}",
        "project_ids": [project],
    }
    listed = await done(city, "/registry/v1/annual-lists", content, "DEB")
    approval = {"document": document("审定", "乐府办〔2026〕1号").model_dump(mode="json")}
    await done(city, f"/registry/v1/annual-lists/{listed['id']}/approval", approval, "GOV")
    return project


async def done(city: City, path: str, command: dict[str, Any], by: str) -> dict[str, Any]:
    answer = await city.post(path, command, by=by)
    assert answer.status_code == 201, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def actions(city: City, project: str) -> list[tuple[str, Action]]:
    found = []
    for service in LOGS:
        answer = await city.get(f"/{service}/v1/projects/{project}/next-actions")
        assert answer.status_code == 200, answer.text
        found += [(service, action) for action in answer.json()["actions"]]
    return found


async def sent(city: City, service: str, action: Action, *, dry_run: bool) -> httpx.Response:
    """An action's draft, sent by an officer of the body that it names."""
    unit = action.get("unit_id")
    person = f"walker-{action['body']}-{unit or ''}".lower()
    headers = city.headers(action["body"], unit=unit) | {
        "Authorization": f"Bearer {city.token(action['body'], unit=unit, person=person)}",
        "Content-Type": "application/json",
    }
    return await city.http.post(
        f"/{service}{action['path']}",
        params={"dry_run": "true"} if dry_run else None,
        content=action["draft"],
        headers=headers,
    )


def outcome(answer: httpx.Response) -> Any:
    """What was decided, by which checks; texts aside, which name new ids."""
    content = answer.json()
    decision = content.get("decision")
    if decision is None:
        return content.get("code")
    return decision["accepted"], [(c["rule"], c["holds"]) for c in decision["checks"]]


@pytest.mark.parametrize("mode", ["SELF_BUILD", "SERVICE_PURCHASE"])
@settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
async def test_what_is_offered_is_what_is_accepted(fresh_city: City, mode: str, seed: int) -> None:
    chance = random.Random(seed)
    project = await listed_project(fresh_city, mode)
    for _ in range(15):
        known = await actions(fresh_city, project)
        offered = [each for each in known if each[1]["allowed"]]
        withheld = [each for each in known if not each[1]["allowed"]]
        for service, action in (*offered, *chance.sample(withheld, min(4, len(withheld)))):
            tried = await sent(fresh_city, service, action, dry_run=True)
            assert (tried.status_code == 200) is action["allowed"], (action, tried.text)
        if not offered or chance.random() < 0.15:
            advance(fresh_city, days=chance.choice([1, 20, 45]))
            continue
        service, action = chance.choice(offered)
        rehearsed = await sent(fresh_city, service, action, dry_run=True)
        real = await sent(fresh_city, service, action, dry_run=False)
        assert real.status_code == 201, (
            action["operation"],
            json.loads(action["draft"]),
            real.text,
        )
        assert outcome(rehearsed) == outcome(real), action["operation"]
