"""Extension and its ruling, and the finding that a project is overdue."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.acceptance import decisions, rules
from services.acceptance.state import Project
from shared.events import Event
from shared.events.acceptance import (
    AcceptanceOverdue,
    AcceptanceScheduled,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    OverdueFinding,
)
from shared.regulation.pack import DatedValue, Library, Reach, installed
from shared.standing import standing_of
from shared.standing.rules import no_project_bars_the_unit
from tests.acceptance.building import (
    ACCEPTANCE,
    APPLIED,
    DUE,
    EXAMINER,
    IN_TRIAL,
    ORIGIN,
    PLANNED_END,
    REPLIED,
    SCHEDULED,
    change_approved,
    concluded,
    extension,
    extension_granted,
    extension_requested,
    overdue,
    reply_issued,
    ruling,
    scheduled,
)
from tests.support.builders import OTHER_UNIT, UNIT
from tests.support.given_when_then import OFFICER, as_recorded

DAY = timedelta(days=1)
FINDING = OverdueFinding()


def bars_the_unit(events: tuple[Event, ...]) -> bool:
    """Whether the project now keeps its unit from new ones (第三十二条)."""
    standing = standing_of(as_recorded(events, "acceptance"), UNIT)
    return not no_project_bars_the_unit(standing).holds


def test_extension_is_requested_on_the_due_date_at_the_latest() -> None:
    SCHEDULED.at(DUE).when(decisions.request_extension, extension()).then(ExtensionRequested)
    (
        SCHEDULED.at(DUE + DAY)
        .when(decisions.request_extension, extension())
        .then_broken(rules.extension_is_requested_in_time)
    )


def test_an_earlier_date_on_the_paper_does_not_save_a_late_extension() -> None:
    (
        SCHEDULED.at(DUE + DAY)
        .when(decisions.request_extension, extension(on=DUE))
        .then_broken(rules.extension_is_requested_in_time)
    )


def test_extension_is_by_a_day_at_least() -> None:
    case = SCHEDULED.at(DUE)
    case.when(decisions.request_extension, extension(DUE + DAY)).then(ExtensionRequested)
    (
        case.when(decisions.request_extension, extension(DUE)).then_broken(
            rules.extension_moves_the_due_date
        )
    )


def test_one_extension_is_decided_before_the_next() -> None:
    case = SCHEDULED.given(extension_requested()).at(DUE)
    (
        case.when(decisions.request_extension, extension()).then_broken(
            rules.no_extension_awaits_its_ruling
        )
    )
    refusal = case.when(decisions.rule_on_extension, ruling(approved=False))
    (
        case.given(*refusal.then(ExtensionRefused).events)
        .when(decisions.request_extension, extension())
        .then(ExtensionRequested)
    )


def test_who_has_applied_needs_no_extension() -> None:
    (
        APPLIED.when(decisions.request_extension, extension()).then_broken(
            rules.acceptance_is_not_yet_applied_for
        )
    )


def test_who_requested_an_extension_does_not_rule_on_it() -> None:
    case = SCHEDULED.given(extension_requested())
    case.by(OFFICER).when(decisions.rule_on_extension, ruling()).then_broken(
        rules.decider_did_not_submit
    )
    case.by(EXAMINER).when(decisions.rule_on_extension, ruling()).then(ExtensionGranted)


def test_a_ruling_is_on_the_day_of_the_request_at_the_earliest() -> None:
    case = SCHEDULED.given(extension_requested())
    on = case.state().extension_requested_on
    case.when(decisions.rule_on_extension, ruling(on=on)).then(ExtensionGranted)
    case.when(decisions.rule_on_extension, ruling(on=on - DAY)).then_invalid("on")


def test_a_request_is_on_the_day_of_the_reply_at_the_earliest() -> None:
    case = SCHEDULED.at(DUE)
    case.when(decisions.request_extension, extension(on=REPLIED)).then(ExtensionRequested)
    case.when(decisions.request_extension, extension(on=REPLIED - DAY)).then_invalid("on")


def test_the_months_of_the_trial_run_are_those_of_the_day_of_the_reply() -> None:
    (pack,) = installed().packs
    changed = PLANNED_END - DAY
    value = DatedValue(
        key="trial_months", since=changed, value=6, article="31", reach=Reach.NEW_OBJECTS
    )
    later = Library((pack.interpreted([value]),))
    running = replace(SCHEDULED, policies=later).with_facts(origin=ORIGIN)
    begun = replace(ACCEPTANCE, policies=later).with_facts(origin=ORIGIN)
    for case, cause, due_on in (
        (running, change_approved(PLANNED_END, on=changed), DUE),
        (begun, reply_issued(on=changed - DAY), DUE),
        (begun, reply_issued(on=changed), date(2026, 5, 30)),
    ):
        case.when(decisions.schedule_acceptance, cause).then(AcceptanceScheduled).having(
            due_on=due_on
        )


def test_an_older_paper_does_not_lift_an_overdue_finding() -> None:
    case = SCHEDULED.given(overdue()).with_facts(origin=ORIGIN)
    outcome = case.when(decisions.schedule_acceptance, change_approved(PLANNED_END, on=DUE))
    outcome.then(AcceptanceScheduled).having(due_on=DUE)
    after = case.given(*outcome.events)
    assert after.state().overdue_on is not None
    assert bars_the_unit(after.history)


def test_an_approved_change_with_a_due_date_ahead_lifts_an_overdue_finding() -> None:
    case = SCHEDULED.given(overdue()).with_facts(origin=ORIGIN)
    outcome = case.when(decisions.schedule_acceptance, change_approved(date(2026, 4, 30), on=DUE))
    after = case.given(*outcome.then(AcceptanceScheduled).events)
    assert after.state().overdue_on is None
    assert not bars_the_unit(after.history)


def test_a_granted_extension_moves_the_due_date() -> None:
    case = SCHEDULED.given(extension_requested(date(2026, 5, 31)))
    granted = case.when(decisions.rule_on_extension, ruling()).then(ExtensionGranted)
    granted.having(due_on=date(2026, 5, 31))
    assert case.given(*granted.events).state().due_on == date(2026, 5, 31)


def test_an_extension_never_shortens_what_a_change_has_given_meanwhile() -> None:
    (
        SCHEDULED.given(extension_requested(date(2026, 5, 31)), scheduled(due_on=date(2026, 9, 30)))
        .when(decisions.rule_on_extension, ruling())
        .then(ExtensionGranted)
        .having(due_on=date(2026, 9, 30))
    )


def test_a_refused_extension_leaves_the_due_date() -> None:
    case = SCHEDULED.given(extension_requested())
    refused = case.when(decisions.rule_on_extension, ruling(approved=False)).then(ExtensionRefused)
    assert case.given(*refused.events).state().due_on == DUE


def test_there_is_no_ruling_without_a_request() -> None:
    (
        SCHEDULED.when(decisions.rule_on_extension, ruling()).then_broken(
            rules.extension_awaits_its_ruling
        )
    )


@pytest.mark.parametrize(
    ("day", "late"), [(DUE, False), (DUE + DAY, True)], ids=["on the day", "the day after"]
)
def test_overdue_begins_the_day_after_the_due_date(day: date, late: bool) -> None:
    outcome = IN_TRIAL.at(day).when(decisions.mark_overdue, FINDING)
    if late:
        outcome.then(AcceptanceOverdue).having(due_on=DUE)
    else:
        outcome.then_broken(rules.due_date_has_passed)


def test_overdue_counts_from_the_extended_date() -> None:
    until = date(2026, 4, 30)
    case = SCHEDULED.given(extension_requested(until), extension_granted(until))
    (case.at(until).when(decisions.mark_overdue, FINDING).then_broken(rules.due_date_has_passed))
    case.at(until + DAY).when(decisions.mark_overdue, FINDING).then(AcceptanceOverdue)


def test_a_request_made_in_time_holds_the_finding_back_until_it_is_ruled_on() -> None:
    case = SCHEDULED.given(extension_requested()).at(DUE + DAY)
    (case.when(decisions.mark_overdue, FINDING).then_broken(rules.no_extension_awaits_its_ruling))
    refused = case.when(decisions.rule_on_extension, ruling(approved=False))
    case.given(*refused.events).when(decisions.mark_overdue, FINDING).then(AcceptanceOverdue)


def test_a_project_is_found_overdue_once() -> None:
    (
        SCHEDULED.given(overdue())
        .when(decisions.mark_overdue, FINDING)
        .then_broken(rules.overdue_is_found_once)
    )


@pytest.mark.parametrize("later", [(), (concluded(),)], ids=["applied", "accepted"])
def test_who_has_applied_is_not_overdue(later: tuple[Event, ...]) -> None:
    (
        APPLIED.given(*later)
        .at(DUE + DAY)
        .when(decisions.mark_overdue, FINDING)
        .then_broken(rules.acceptance_is_not_yet_applied_for)
    )


@pytest.mark.parametrize(
    ("events", "barred"),
    [
        ((), False),
        ((overdue(),), True),
        ((overdue(), extension_granted(date(2026, 5, 31))), False),
        ((overdue(), concluded(conclusion="FAILED")), True),
        ((overdue(), concluded()), False),
        ((concluded(conclusion="FAILED"), concluded()), False),
    ],
)
def test_what_bars_a_unit_is_what_the_state_says(events: tuple[Event, ...], barred: bool) -> None:
    state = SCHEDULED.given(*events).state()
    assert bars_the_unit(events) is barred
    failed = state.status is not None and state.status.value == "FAILED"
    assert (state.overdue_on is not None or failed) is barred


def test_a_due_date_on_the_very_day_lifts_an_overdue_finding() -> None:
    found = SCHEDULED.given(overdue())
    day = date(2026, 4, 30)
    assert found.given(scheduled(on=day, due_on=day)).state().overdue_on is None
    assert found.given(scheduled(on=day, due_on=day - DAY)).state().overdue_on is not None


def test_the_project_unit_and_those_that_build_along_look_on() -> None:
    seen = SCHEDULED.given(scheduled(participants=(OTHER_UNIT,))).state()
    assert seen.parties == {UNIT, OTHER_UNIT}
    assert Project().parties == frozenset()
