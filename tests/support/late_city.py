"""A running city in which every service has something that somebody is late with."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.events import Event
from shared.kernel.dates import SHANGHAI
from tests.audit.building import event
from tests.shared.web.test_http import PROJECTS, a_declaration
from tests.support.city import City

TODAY = date(2026, 3, 2)
"""Half a year after the city's beginning: whatever fell due in winter is late."""

LATE = {
    "CATALOGUE_REVIEW": "2026-02-28",
    "OPINION": "2025-12-16",
    "REPLY_COPY": "2025-12-01",
    "OPINION_CONDITIONS": "2026-02-28",
    "ACCEPTANCE_APPLICATION": "2026-02-28",
    "SURPLUS_RETURN": "2026-01-15",
    "PERFORMANCE_REPORT": "2025-12-31",
    "RECTIFICATION": "2026-01-31",
}
"""Each kind that somebody is late with, and its due day."""


@dataclass(frozen=True)
class LateProject:
    """A project, its unit and its system."""

    project_id: str
    unit: str
    system_id: str

    def of(self, name: str, on: date, **changes: Any) -> Event:
        """An event about the project."""
        return event(name, on, project_id=self.project_id, unit_id=self.unit, **changes)


async def a_late_project(city: City) -> LateProject:
    """Declared over HTTP in September; the rest as its services would have recorded it."""
    unit, command = await a_declaration(city)
    answer = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert answer.status_code == 201, answer.text
    late = LateProject(answer.json()["id"], unit, command["system_id"])
    advance(city, date(2025, 12, 16))
    replied = late.of(
        "ReplyIssued",
        date(2025, 12, 1),
        planned_end=date(2025, 11, 30),
        open_conditions=["整改后上线"],
    )
    # A reply ends what was asked before it, so the letter comes after.
    await city.given(
        "approval",
        replied,
        late.of("OpinionRequested", date(2025, 12, 2), letter={"body": "CRY"}),
    )
    await city.given(
        "acceptance",
        late.of("RectificationOrdered", date(2025, 12, 1), order={"due_on": date(2026, 1, 31)}),
    )
    due = {"due_on": date(2026, 1, 15), "outstanding": "5.00"}
    await city.given("budget", late.of("SurplusReturnDemanded", date(2025, 12, 16), **due))
    await _scheduled(city, late)
    return late


async def _scheduled(city: City, late: LateProject) -> None:
    """Acceptance follows the reply, a moment later."""
    for _ in range(200):
        answer = await city.get(f"/acceptance/v1/projects/{late.project_id}")
        if answer.is_success and answer.json().get("due_on"):
            return
        await asyncio.sleep(0.05)
    raise TimeoutError(answer.text)


def advance(city: City, to: date = TODAY) -> None:
    """The city's clock to nine in the morning of a day, unless it is later already."""
    morning = datetime(to.year, to.month, to.day, 9, tzinfo=SHANGHAI)
    if city.clock.now() < morning:
        city.clock.advance_to(morning)


async def obligations(city: City, by: str = "AUD", **query: Any) -> list[dict[str, Any]]:
    """The audit service's list."""
    answer = await city.get("/audit/v1/obligations", by=by, **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def late_ones(city: City, late: LateProject) -> dict[str, dict[str, Any]]:
    """What is late and not found yet about a project and its system, by kind."""
    subjects = {f"project:{late.project_id}", f"system:{late.system_id}"}
    found = await obligations(city, state="UNFOUND")
    return {o["duty"]: o for o in found if o["subject"] in subjects}


def path_of(obligation: dict[str, Any], service: str | None = None) -> str:
    service = service or obligation["service"]
    return f"/{service}/v1/obligations/{obligation['obligation_id']}/overdue"


def subject_of(obligation: dict[str, Any]) -> dict[str, str]:
    return {"subject": obligation["subject"]}
