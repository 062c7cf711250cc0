"""Rectifications and the measures after those that fail."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.acceptance import decisions, rules
from services.acceptance.state import Status
from shared.events.acceptance import (
    MeasureImposed,
    MeasureLifted,
    RectificationConfirmed,
    RectificationOrdered,
    RectificationReported,
)
from tests.acceptance.building import ACCEPTANCE, ACCEPTED, IN_TRIAL, ORIGIN
from tests.acceptance.supervising import (
    FINDING,
    LIMIT,
    ORDERED,
    clearance,
    confirmation,
    inspected,
    lifting,
    measure,
    measure_imposed,
    rectification_confirmed,
    rectification_order,
    rectification_ordered,
    rectification_report,
    rectification_reported,
    security_finding_recorded,
    somebody,
)
from tests.acceptance.supervising import MEASURE as MEASURE_ID
from tests.acceptance.supervising import RECTIFICATION as RECTIFICATION_ID
from tests.support.builders import document
from tests.support.given_when_then import OFFICER

DAY = timedelta(days=1)
# -- rectification ---------------------------------------------------------------------------

INSPECTED = IN_TRIAL.given(inspected()).at(ORDERED)
ORDER = INSPECTED.given(rectification_ordered()).with_facts(part=RECTIFICATION_ID)


def test_a_rectification_rests_on_what_was_found() -> None:
    INSPECTED.when(decisions.order_rectification, rectification_order()).then(RectificationOrdered)
    sound = IN_TRIAL.given(inspected(problems=0)).at(ORDERED)
    sound.when(decisions.order_rectification, rectification_order()).then_broken(
        rules.order_rests_on_a_finding
    )


def test_a_finding_that_was_withdrawn_or_cleared_carries_no_rectification() -> None:
    found = IN_TRIAL.given(security_finding_recorded()).with_facts(part=FINDING).at(ORDERED)
    found.when(decisions.order_rectification, rectification_order()).then(RectificationOrdered)
    cleared = found.by(somebody("PSB")).when(decisions.clear_security_finding, clearance())
    found.given(*cleared.events).when(
        decisions.order_rectification, rectification_order()
    ).then_broken(rules.order_rests_on_a_finding)


def test_a_project_nobody_knows_is_told_nothing_to_mend() -> None:
    ACCEPTANCE.when(
        decisions.order_rectification, rectification_order(due_on=date(2026, 6, 1))
    ).then_broken(rules.project_is_on_record, rules.order_rests_on_a_finding)


def test_security_is_mended_by_order_of_who_is_charged_with_it() -> None:
    order = rectification_order(matter="CRYPTOGRAPHY")
    INSPECTED.when(decisions.order_rectification, order).then_broken(
        rules.security_falls_to_its_supervisor
    )
    INSPECTED.by(somebody("CRY")).when(decisions.order_rectification, order).then(
        RectificationOrdered
    )


def test_a_reported_trouble_too_may_be_rectified() -> None:
    case = IN_TRIAL.with_facts(origin=replace(ORIGIN, troubles=(FINDING,))).at(ORDERED)
    case.when(decisions.order_rectification, rectification_order()).then(RectificationOrdered)


def test_a_rectification_leaves_a_day_at_least() -> None:
    tomorrow = rectification_order(due_on=ORDERED + DAY)
    INSPECTED.when(decisions.order_rectification, tomorrow).then(RectificationOrdered)
    today = rectification_order(due_on=ORDERED)
    INSPECTED.when(decisions.order_rectification, today).then_broken(
        rules.rectification_leaves_time
    )


def test_an_order_bears_a_number() -> None:
    INSPECTED.when(
        decisions.order_rectification, rectification_order(document=document("通知"))
    ).then_broken(rules.order_bears_a_number)


def test_a_rectification_is_reported_and_confirmed_by_its_body() -> None:
    case = ORDER.at(LIMIT)
    reported = case.when(decisions.report_rectification, rectification_report())
    after = case.given(*reported.then(RectificationReported).events)
    after.when(decisions.report_rectification, rectification_report()).then_broken(
        rules.rectification_is_open
    )
    after.by(somebody("FIN")).when(
        decisions.confirm_rectification, confirmation(done=True)
    ).then_broken(rules.rectification_is_confirmed_by_its_body)
    after.by(OFFICER).when(decisions.confirm_rectification, confirmation(done=True)).then_broken(
        rules.decider_did_not_submit
    )
    after.when(decisions.confirm_rectification, confirmation(done=True)).then(
        RectificationConfirmed
    )


def test_nothing_is_confirmed_before_it_is_reported() -> None:
    ORDER.when(decisions.confirm_rectification, confirmation(done=True)).then_broken(
        rules.rectification_is_reported
    )


def test_what_was_found_wanting_is_reported_again() -> None:
    case = ORDER.given(rectification_reported(), rectification_confirmed(done=False)).at(LIMIT)
    case.when(decisions.report_rectification, rectification_report()).then(RectificationReported)


def test_an_unknown_rectification_is_neither_reported_nor_confirmed() -> None:
    case = INSPECTED.with_facts(part=UUID(int=77))
    case.when(decisions.report_rectification, rectification_report()).then_broken(
        rules.rectification_is_open
    )
    case.when(decisions.confirm_rectification, confirmation(done=True)).then_broken(
        rules.rectification_is_reported
    )


# -- measures --------------------------------------------------------------------------------


def test_a_measure_follows_from_the_day_after_the_limit() -> None:
    outcome = ORDER.at(LIMIT).when(decisions.impose_measure, measure())
    outcome.then_broken(rules.measure_follows_a_failed_rectification)
    ORDER.at(LIMIT + DAY).when(decisions.impose_measure, measure()).then(MeasureImposed)
    check = rules.measure_follows_a_failed_rectification(
        ORDER.state().supervision.rectifications[0], LIMIT
    )
    assert check.not_before == LIMIT + DAY


def test_a_rectification_found_wanting_is_enough_before_the_limit() -> None:
    failed = ORDER.given(rectification_reported(ORDERED), rectification_confirmed(done=False))
    failed.at(LIMIT).when(decisions.impose_measure, measure()).then(MeasureImposed)


@pytest.mark.parametrize("confirmed", [(), (rectification_confirmed(done=True),)])
def test_what_is_reported_or_done_is_followed_by_no_measure(confirmed: Any) -> None:
    case = ORDER.given(rectification_reported(), *confirmed).at(LIMIT + DAY)
    case.when(decisions.impose_measure, measure()).then_broken(
        rules.measure_follows_a_failed_rectification
    )


def test_without_a_rectification_there_is_no_measure() -> None:
    INSPECTED.when(decisions.impose_measure, measure()).then_broken(
        rules.measure_follows_a_failed_rectification
    )


OVERDUE = ORDER.at(LIMIT + DAY)


def test_a_measure_bears_a_number() -> None:
    OVERDUE.when(decisions.impose_measure, measure(document=document("决定"))).then_broken(
        rules.measure_bears_a_number
    )


def test_a_measure_is_not_taken_twice() -> None:
    suspended = OVERDUE.given(measure_imposed())
    suspended.when(decisions.impose_measure, measure()).then_broken(
        rules.measure_adds_to_those_in_force
    )
    suspended.when(decisions.impose_measure, measure("TERMINATION")).then(MeasureImposed)
    ended = suspended.given(measure_imposed("TERMINATION"))
    ended.when(decisions.impose_measure, measure("INVESTMENT_DEFERRED")).then_broken(
        rules.measure_adds_to_those_in_force
    )
    ended.when(decisions.impose_measure, measure("CRITICISM")).then(MeasureImposed)


def test_an_accepted_project_has_no_construction_to_stop() -> None:
    case = ACCEPTED.given(inspected(), rectification_ordered()).at(LIMIT + DAY)
    for kind in ("SUSPENSION", "TERMINATION"):
        case.when(decisions.impose_measure, measure(kind)).then_broken(
            rules.accepted_project_is_not_stopped
        )
    case.when(decisions.impose_measure, measure("CRITICISM")).then(MeasureImposed)


def test_a_measure_is_lifted_by_the_body_that_took_it() -> None:
    case = OVERDUE.given(measure_imposed(body="LG")).with_facts(part=MEASURE_ID)
    case.when(decisions.lift_measure, lifting()).then_broken(rules.measure_is_lifted_by_its_body)
    lifted = case.by(somebody("LG")).when(decisions.lift_measure, lifting())
    after = case.given(*lifted.then(MeasureLifted).having(kind="SUSPENSION").events)
    after.by(somebody("LG")).when(decisions.lift_measure, lifting()).then_broken(
        rules.measure_is_in_force
    )


def test_of_several_measures_and_rectifications_the_named_one_counts() -> None:
    other = UUID(int=88)
    taken, ordered = measure_imposed(body="DEB"), rectification_ordered()
    case = INSPECTED.given(
        ordered.model_copy(update={"rectification_id": other, "body": "FIN"}),
        ordered,
        taken.model_copy(update={"measure_id": other, "body": "FIN"}),
        taken,
    )
    case.with_facts(part=MEASURE_ID).when(decisions.lift_measure, lifting(LIMIT)).then_invalid("on")
    case = case.at(LIMIT)
    lifted = case.with_facts(part=MEASURE_ID).when(decisions.lift_measure, lifting())
    lifted.then(MeasureLifted).having(measure_id=MEASURE_ID)
    reported = case.with_facts(part=RECTIFICATION_ID).when(
        decisions.report_rectification, rectification_report()
    )
    reported.then(RectificationReported).having(rectification_id=RECTIFICATION_ID)
    after = case.given(*lifted.events, *reported.events).state().supervision
    assert [m.measure_id for m in after.measures if m.lifted_on is None] == [other]
    assert [r.rectification_id for r in after.rectifications if r.reported_on] == [RECTIFICATION_ID]


def test_only_a_measure_that_was_taken_is_lifted() -> None:
    OVERDUE.with_facts(part=MEASURE_ID).when(decisions.lift_measure, lifting()).then_broken(
        rules.measure_is_in_force
    )


def test_a_termination_is_final() -> None:
    case = OVERDUE.given(measure_imposed("TERMINATION")).with_facts(part=MEASURE_ID)
    assert case.state().status is Status.TERMINATED
    case.by(somebody("LG")).when(decisions.lift_measure, lifting()).then_broken(
        rules.termination_is_final
    )
