"""What bars a unit from new projects, and what lifts it (第三十二条)."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from shared.events import Event
from shared.events.acceptance import (
    AcceptanceConcluded,
    AcceptanceOverdue,
    AcceptanceScheduled,
    ExtensionGranted,
    ExtensionRuling,
)
from shared.events.standing import barring_projects
from shared.events.vocabulary import DeliveryMode
from tests.support.builders import OTHER_UNIT, UNIT, document
from tests.support.given_when_then import SUBJECT, TODAY, as_recorded

PROJECT: dict[str, Any] = {"project_id": SUBJECT, "unit_id": UNIT}


def overdue(**changes: Any) -> Event:
    return AcceptanceOverdue(on=TODAY, due_on=date(2026, 5, 1), **{**PROJECT, **changes})


def concluded(conclusion: str) -> Event:
    acceptance = {
        "conclusion": conclusion,
        "document": document("验收意见", "乐数验〔2026〕1号"),
        "findings": [],
        "text": "见附件",
    }
    values = {"on": TODAY, "acceptance": acceptance, "filing_due_on": None, **PROJECT}
    return AcceptanceConcluded.model_validate(values)


def scheduled(due_on: date) -> Event:
    (reply,) = as_recorded([overdue()], "approval")
    return AcceptanceScheduled(
        on=TODAY,
        delivery_mode=DeliveryMode.SELF_BUILD,
        replied_on=date(2025, 3, 3),
        planned_end=date(2026, 4, 1),
        due_on=due_on,
        custom_development=False,
        baseline=reply.ref,
        policy="511100-2022@1",
        **PROJECT,
    )


def extended() -> Event:
    ruling = ExtensionRuling(approved=True, text="同意")
    return ExtensionGranted(on=TODAY, ruling=ruling, due_on=date(2026, 8, 1), **PROJECT)


def barring(*events: Event) -> list[str]:
    return [b.reason for b in barring_projects(as_recorded(events, "acceptance"), UNIT)]


def test_an_overdue_or_failed_project_bars_its_unit() -> None:
    assert barring(overdue()) == ["逾期未验收"]
    assert barring(concluded("FAILED")) == ["验收不合格"]


def test_a_passed_acceptance_lifts_both() -> None:
    assert barring(overdue(), concluded("PASSED")) == []
    assert barring(concluded("FAILED"), concluded("PASSED")) == []


def test_a_new_due_date_lifts_what_is_overdue_but_not_what_failed() -> None:
    assert barring(overdue(), extended()) == []
    assert barring(overdue(), scheduled(TODAY)) == []
    assert barring(concluded("FAILED"), extended()) == ["验收不合格"]


def test_a_due_date_that_has_passed_lifts_nothing() -> None:
    assert barring(overdue(), scheduled(date(2026, 5, 5))) == ["逾期未验收"]


@pytest.mark.parametrize("event", [overdue(unit_id=OTHER_UNIT)])
def test_another_units_project_does_not_bar(event: Event) -> None:
    assert barring(event) == []


def test_each_project_bars_by_itself() -> None:
    other = UUID("01890000-0000-7000-8000-000000000002")
    assert len(barring(overdue(), overdue(project_id=other))) == 2
