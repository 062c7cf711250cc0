"""Drafts: sent as they are, each is accepted wherever only its content could be wrong."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.acceptance.reactions import COMMANDS, PROJECT
from shared.web.drafts import drafted
from tests.acceptance.building import (
    ACCEPTANCE,
    ACCEPTED,
    APPLIED,
    DUE,
    IN_TRIAL,
    ORIGIN,
    SCHEDULED,
    SERVICE_APPLIED,
    completed,
    extension_requested,
    scheduled,
    service_reported,
)
from tests.acceptance.supervising import (
    FINDING,
    LIMIT,
    MEASURE,
    ORDERED,
    RECTIFICATION,
    inspected,
    measure_imposed,
    rectification_ordered,
    rectification_reported,
    security_finding_recorded,
    sharing_violation_found,
    somebody,
)
from tests.support.given_when_then import OFFICER, Case, as_recorded

DAY = timedelta(days=1)
CONDITIONAL = scheduled(open_conditions=("完成密码测评",))

INSPECTED = IN_TRIAL.given(inspected())
ORDERED_CASE = INSPECTED.given(rectification_ordered())
STREAM = tuple(as_recorded(SCHEDULED.history, "acceptance"))
RECORDED = ACCEPTANCE.with_facts(origin=ORIGIN)


def part(case: Case, part_id: UUID) -> Case:
    return case.with_facts(part=part_id)


READY: dict[str, Case] = {
    "report_completion": SCHEDULED,
    "start_trial_run": SCHEDULED.given(completed()).at(date(2026, 5, 6)),
    "report_trial_incident": IN_TRIAL,
    "record_handover": IN_TRIAL.given(scheduled(custom_development=True)),
    "request_extension": SCHEDULED.at(DUE),
    "rule_on_extension": SCHEDULED.given(extension_requested()),
    "apply_for_acceptance": IN_TRIAL.given(CONDITIONAL),
    "conclude_acceptance": APPLIED.given(CONDITIONAL),
    "report_service_acceptance": SERVICE_APPLIED,
    "review_service_acceptance": SERVICE_APPLIED.given(service_reported()),
    "file_acceptance": ACCEPTED,
    "mark_overdue": SCHEDULED.at(DUE + DAY),
    "record_exchange_connection": RECORDED,
    "record_sharing_feedback": RECORDED,
    "record_management": RECORDED,
    "grant_cloud_resources": RECORDED,
    "record_mounted_resources": RECORDED,
    "record_security_stage": RECORDED,
    "submit_performance_report": IN_TRIAL,
    "report_operation_start": ACCEPTED,
    "submit_self_evaluation": ACCEPTED.at(date(2027, 1, 31)),
    "record_post_evaluation": ACCEPTED,
    "find_exclusive_opening": RECORDED,
    "find_sharing_violation": RECORDED,
    "withdraw_sharing_violation": part(SCHEDULED.given(sharing_violation_found(ORDERED)), FINDING),
    "record_untruthfulness": RECORDED,
    "correct_record": SCHEDULED.with_facts(stream=STREAM).by(OFFICER),
    "record_inspection": RECORDED,
    "order_rectification": INSPECTED.at(ORDERED),
    "report_rectification": part(ORDERED_CASE, RECTIFICATION),
    "confirm_rectification": part(ORDERED_CASE.given(rectification_reported()), RECTIFICATION),
    "impose_measure": ORDERED_CASE.at(LIMIT + DAY),
    "lift_measure": part(ORDERED_CASE.given(measure_imposed(body="DEB")), MEASURE),
    "record_referral": RECORDED,
    "record_security_finding": RECORDED,
    "clear_security_finding": part(SCHEDULED.given(security_finding_recorded("DEB")), FINDING),
    "record_safety_incident": RECORDED,
}
"""Where each command may be issued."""


def content(operation: str, case: Case) -> Any:
    """The command as it is drafted."""
    command = COMMANDS[operation]
    if command.draft is None:
        return drafted(command.body)
    fields = command.draft(case.state(), case.facts, case.context())
    return drafted(command.body, fields)


@pytest.mark.parametrize("operation", READY)
def test_a_draft_is_accepted_as_it_is(operation: str) -> None:
    case = READY[operation]
    outcome = case.when(COMMANDS[operation].decision, content(operation, case))
    assert outcome.broken == (), outcome.texts
    assert outcome.events


def test_every_command_has_a_place_where_its_draft_is_tried() -> None:
    on_projects = {name for name, command in COMMANDS.items() if command.aggregate is PROJECT}
    assert set(READY) == on_projects - {"schedule_acceptance", "end_acceptance_schedule"}


def test_a_draft_can_be_made_of_a_project_without_anything() -> None:
    for operation in READY:
        content(operation, ACCEPTANCE)


@pytest.mark.parametrize("body", ["CAC", "SEC", "PSB", "CRY", "DEB"])
def test_what_is_drafted_of_security_falls_to_each_body(body: str) -> None:
    for operation in ("record_security_finding", "record_inspection"):
        case = RECORDED.by(somebody(body))
        outcome = case.when(COMMANDS[operation].decision, content(operation, case))
        assert outcome.events, outcome.texts


def test_a_measure_is_drafted_for_the_rectification_that_has_failed() -> None:
    later = rectification_ordered(due_on=LIMIT + 30 * DAY)
    other = later.model_copy(update={"rectification_id": UUID(int=44)})
    case = INSPECTED.given(other, rectification_ordered()).at(LIMIT + DAY)
    assert content("impose_measure", case).rectification_id == RECTIFICATION
