"""义务: what becomes of each kind as a project goes on: moved, held, asked anew, owed again."""

from datetime import date

import pytest

from shared.events import Event
from shared.kernel.workdays import Calendar
from shared.regulation.calendar import calendar_of
from shared.standing.obligations import Duty
from tests.audit.building import event, measured, violation
from tests.shared.events.samples import LATER_PLAN, PLAN
from tests.support.obligations import (
    CONTRACT,
    FAR,
    LETTER,
    SCHEDULE,
    STOPPED,
    TERMINATED,
    Received,
    accepted,
    applied,
    asked,
    assessed,
    confirmed,
    contracted,
    day,
    failed,
    gave,
    granted,
    none_of,
    operating,
    ordered,
    owed,
    planned,
    replied,
    reported,
    scheduled,
    secured,
    submitted,
    the,
    to_stop,
)

# -- yearly reports -----------------------------------------------------------------------------


def years(*given: Event, today: str) -> list[tuple[int, bool]]:
    """Years whose report is owed or was given: each with whether it is open."""
    found = [o for o in owed(*given, today=day(today)) if o.duty is Duty.PERFORMANCE_REPORT]
    assert all(o.due_on == date(o.due_on.year, 12, 31) for o in found)
    assert all((o.owner, o.terms.article) == ("UNIT", "45") for o in found)
    return [(o.due_on.year, o.is_open) for o in found]


def test_a_report_is_owed_for_every_year_that_begins_or_ends_in_implementation() -> None:
    reply = replied("2026-04-08")
    assert years(reply, today="2026-04-08") == [(2026, True)]
    assert years(reply, today="2026-12-31") == [(2026, True)]
    assert years(reply, today="2027-01-01") == [(2026, True), (2027, True)]
    given = [(2026, False), (2027, True)]
    assert years(reply, reported("2026-12-28", 2026), today="2027-06-30") == given
    assert years(replied("2026-12-31"), today="2026-12-31") == [(2026, True)]


def test_the_year_of_a_report_begins_with_the_reply_and_then_with_the_year() -> None:
    found = owed(replied("2026-04-08"), today=day("2027-06-30"))
    begun = [o.since for o in found if o.duty is Duty.PERFORMANCE_REPORT]
    assert begun == [day("2026-04-08"), day("2027-01-01")]


@pytest.mark.parametrize(
    ("accepted_on", "still_owed"),
    [
        ("2026-12-31", []),  # at the end of the year nothing is built any more
        ("2027-01-01", [2026]),
        ("2027-12-31", [2026]),
        ("2028-01-01", [2026, 2027]),
    ],
)
def test_no_report_is_owed_for_the_year_in_which_the_project_is_accepted(
    accepted_on: str, still_owed: list[int]
) -> None:
    given = (replied("2026-04-08"), accepted(accepted_on))
    assert years(*given, today="2030-06-30") == [(year, True) for year in still_owed]


def test_a_terminated_project_owes_the_reports_of_the_years_before() -> None:
    given = (replied("2025-04-08"), TERMINATED)
    assert years(*given, today="2030-06-30") == [(2025, True)]
    by_measure = (replied("2025-04-08"), measured("TERMINATION", date(2026, 12, 31)))
    assert years(*by_measure, today="2030-06-30") == [(2025, True)]


def test_a_report_that_was_given_is_shown_though_the_project_was_accepted_in_its_year() -> None:
    given = (replied("2026-04-08"), reported("2026-10-01", 2026), accepted("2026-11-01"))
    assert years(*given, today="2027-06-30") == [(2026, False)]


# -- acceptance: what moves it, what holds it ---------------------------------------------------

REQUEST = event("ExtensionRequested", day("2027-02-20"))


@pytest.mark.parametrize("duty", [Duty.ACCEPTANCE_APPLICATION, Duty.OPINION_CONDITIONS])
def test_an_extension_or_another_schedule_moves_the_day(duty: Duty) -> None:
    for moved in (
        granted("2027-02-25", "2027-05-31"),
        scheduled("2027-02-25", "2027-05-31"),
    ):
        assert the(duty, SCHEDULE, moved).due_on == day("2027-05-31")


@pytest.mark.parametrize("duty", [Duty.ACCEPTANCE_APPLICATION, Duty.OPINION_CONDITIONS])
def test_nobody_is_late_while_an_extension_awaits_its_ruling(duty: Duty) -> None:
    later = day("2027-03-01")
    waiting = the(duty, SCHEDULE, REQUEST)
    assert waiting.held is not None
    assert not waiting.is_late(later)
    refused = the(duty, SCHEDULE, REQUEST, event("ExtensionRefused", day("2027-03-05")))
    assert refused.is_late(later)
    extended = the(duty, SCHEDULE, REQUEST, granted("2027-03-05", "2027-05-31"))
    assert (extended.held, extended.due_on) == (None, day("2027-05-31"))
    assert not extended.is_late(day("2027-05-31"))
    rescheduled = the(duty, SCHEDULE, REQUEST, scheduled("2027-02-22", "2027-02-25"))
    assert not rescheduled.is_late(later)


def test_a_day_ahead_lifts_what_was_found_and_a_day_past_does_not() -> None:
    found = event("AcceptanceOverdue", day("2027-03-01"))
    late = the(Duty.ACCEPTANCE_APPLICATION, SCHEDULE, found)
    assert late.overdue is not None
    past = scheduled("2027-03-10", "2027-03-09")
    still = the(Duty.ACCEPTANCE_APPLICATION, SCHEDULE, found, past)
    assert (still.obligation_id, still.overdue) == (late.obligation_id, late.overdue)
    assert still.due_on == day("2027-03-09")
    ahead = scheduled("2027-03-10", "2027-03-10")
    lifted = the(Duty.ACCEPTANCE_APPLICATION, SCHEDULE, found, ahead)
    assert lifted.overdue is None
    assert lifted.obligation_id != late.obligation_id
    again = event("AcceptanceOverdue", day("2027-03-11"))
    assert the(Duty.ACCEPTANCE_APPLICATION, SCHEDULE, found, ahead, again).overdue is not None


def test_an_application_stays_made_though_it_fails_or_the_plan_is_moved() -> None:
    after = (failed("2027-03-18"), scheduled("2027-03-20", "2027-12-31"), applied("2027-09-01"))
    for more in ((), after[:1], after[:2], after):
        for duty in (Duty.ACCEPTANCE_APPLICATION, Duty.OPINION_CONDITIONS):
            done = the(duty, SCHEDULE, applied("2027-02-20"), *more)
            assert done.done_on == day("2027-02-20")


def test_only_an_acceptance_that_passes_sets_clocks_running() -> None:
    window = {"evaluation_opens_on": day("2028-09-18"), "evaluation_due_on": day("2029-09-18")}
    passed = accepted("2027-09-18", filing_due_on=day("2027-10-18"), **window)
    given = (SCHEDULE, applied("2027-02-20"), failed("2027-03-18"), applied("2027-09-01"), passed)
    assert the(Duty.ACCEPTANCE_FILING, *given).due_on == day("2027-10-18")
    assert the(Duty.SELF_EVALUATION, *given).due_on == day("2029-09-18")


def test_operation_that_begins_later_moves_the_evaluation() -> None:
    window = {"evaluation_opens_on": day("2028-03-18"), "evaluation_due_on": day("2029-03-18")}
    begun = operating("2027-04-01", "2028-04-01", "2029-04-01")
    moved = the(Duty.SELF_EVALUATION, accepted("2027-03-18", **window), begun)
    assert (moved.opens_on, moved.due_on) == (day("2028-04-01"), day("2029-04-01"))


# -- opinions -----------------------------------------------------------------------------------


def opinions(*given: Event) -> list[tuple[str, str, bool]]:
    """Body, due day, and whether it is open."""
    found = [o for o in owed(*given) if o.duty is Duty.OPINION]
    return [(o.owner, o.due_on.isoformat(), o.is_open) for o in found]


def test_every_body_is_reminded_of_its_own_letter() -> None:
    given = (*LETTER, asked("2026-02-10", "FIN"), gave("2026-02-27"))
    assert opinions(*given) == [("CRY", "2026-02-28", False), ("FIN", "2026-03-02", True)]


def test_a_second_letter_asks_anew() -> None:
    again = asked("2026-03-02")
    assert opinions(*LETTER, again) == [("CRY", "2026-03-16", True)]
    answered = (*LETTER, gave("2026-02-27"), again)
    assert opinions(*answered) == [("CRY", "2026-02-28", False), ("CRY", "2026-03-16", True)]


def test_another_submission_asks_again_whoever_was_asked_in_the_round() -> None:
    given = (*LETTER, asked("2026-02-09", "FIN"), gave("2026-02-27"), submitted("2026-03-02"))
    assert opinions(*given) == [
        ("CRY", "2026-02-28", False),
        ("CRY", "2026-03-16", True),
        ("FIN", "2026-03-16", True),
    ]
    carried = event("OpinionCarriedForward", day("2026-03-03"), body="CRY")
    assert ("CRY", "2026-03-16", False) in opinions(*given, carried)


def test_in_a_new_round_nobody_is_asked_yet() -> None:
    study = (submitted("2026-02-03", "FEASIBILITY"), asked("2026-02-09"))
    reply = replied("2026-03-02", final=False, round="FEASIBILITY")
    design = submitted("2026-03-03", "DESIGN")
    assert opinions(*study, reply) == []
    assert opinions(*study, design) == []
    assert opinions(*study, reply, design, asked("2026-03-04")) == [("CRY", "2026-03-18", True)]


@pytest.mark.parametrize(
    "end", ["ReplyIssued", "ReplyRefused", "SubmissionReturned", "ProjectTerminated"]
)
def test_nobody_owes_an_opinion_on_what_is_decided_returned_or_ended(end: str) -> None:
    assert opinions(*LETTER, event(end, day("2026-02-20"))) == []


def test_a_submission_returned_is_judged_anew_when_it_comes_again() -> None:
    returned_ = event("SubmissionReturned", day("2026-02-20"))
    given = (*LETTER, returned_, submitted("2026-03-02"))
    assert opinions(*given) == [("CRY", "2026-03-16", True)]


def test_working_days_of_a_year_not_yet_published_are_provisional() -> None:
    december = asked("2026-12-18")
    assert the(Duty.OPINION, december).provisional
    assert not the(Duty.OPINION, asked("2026-12-17")).provisional
    unpublished = Calendar({y: c for y, c in calendar_of().years.items() if y != 2026})
    (guessed,) = owed(asked("2026-02-09"), calendar=unpublished)
    assert (guessed.due_on, guessed.provisional) == (day("2026-02-23"), True)


def test_each_reply_is_copied_by_its_own_number() -> None:
    first = replied("2026-03-02", final=False, round="FEASIBILITY")
    number = {"document": {"number": "乐发改审〔2026〕20号"}}
    second = replied("2026-04-08", reply=number)
    copied = event("ReplyCopied", day("2026-04-08"), receipt={"number": "乐发改审〔2026〕20号"})
    found = [o for o in owed(first, second, copied) if o.duty is Duty.REPLY_COPY]
    assert [(o.due_on.month, o.is_open) for o in found] == [(3, True), (4, False)]


# -- plans for operation ------------------------------------------------------------------------


def plans(*given: Event | Received) -> list[tuple[str, bool]]:
    """Due day, and whether it is open."""
    found = [o for o in owed(*given) if o.duty is Duty.OPERATION_PLAN]
    return [(o.due_on.isoformat(), o.is_open) for o in found]


def test_contracts_whose_warranties_end_in_one_year_need_one_plan() -> None:
    same = contracted("2026-07-01", "2028-06-30", "HT-2")
    later = contracted("2026-07-01", "2029-06-30", "HT-3")
    assert plans(CONTRACT, same, later) == [("2027-12-31", True), ("2028-12-31", True)]
    met = planned("2027-10-12", 2028)
    assert plans(CONTRACT, same, later, met) == [("2027-12-31", False), ("2028-12-31", True)]


def test_a_plan_that_dates_its_term_is_followed_by_the_next() -> None:
    year = planned("2027-10-12", 2028, until="2028-12-31")
    assert plans(CONTRACT, year) == [("2027-12-31", False), ("2028-12-31", True)]
    # A year has one plan: what is needed from July on is planned for the year after.
    half = planned("2027-10-12", 2028, until="2028-06-30")
    assert plans(CONTRACT, half) == [("2027-12-31", False), ("2028-12-31", True)]
    long = planned("2027-10-12", 2028, until="2030-12-31")
    assert plans(CONTRACT, long) == [("2027-12-31", False), ("2030-12-31", True)]
    renewed = planned("2028-10-12", 2029, until="2029-12-31", plan_id=LATER_PLAN)
    assert plans(CONTRACT, year, renewed) == [
        ("2027-12-31", False),
        ("2028-12-31", False),
        ("2029-12-31", True),
    ]


def test_a_plan_that_is_rejected_leaves_its_year_and_no_next_one_open() -> None:
    plan = planned("2027-10-12", 2028, until="2028-12-31")
    rejected = assessed("2027-11-03", approved=False)
    assert plans(CONTRACT, plan, rejected) == [("2027-12-31", True)]
    assert plans(CONTRACT, plan, assessed("2027-11-03", approved=True))[0] == ("2027-12-31", False)
    again = planned("2027-12-01", 2028, plan_id=LATER_PLAN)
    assert plans(CONTRACT, plan, rejected, again) == [("2027-12-31", False)]


def test_content_added_to_a_plan_does_not_make_it_late() -> None:
    plan = planned("2027-10-12", 2028, until="2028-12-31")
    added = planned("2028-02-01", 2028, until="2029-06-30", plan_id=LATER_PLAN, replaces=PLAN)
    first, following = [o for o in owed(CONTRACT, plan, added) if o.duty is Duty.OPERATION_PLAN]
    assert (first.done_on, first.is_late(FAR)) == (day("2027-10-12"), False)
    assert following.due_on == day("2028-12-31")


def test_a_plan_of_a_later_year_ends_what_was_missed() -> None:
    missed = the(Duty.OPERATION_PLAN, CONTRACT, planned("2028-10-12", 2029))
    assert (missed.due_on, missed.done_on) == (day("2027-12-31"), day("2028-10-12"))
    assert missed.is_late(FAR)


def test_no_operation_is_planned_for_a_system_that_stops() -> None:
    required = to_stop("2026-07-01", by="2026-12-31")
    waived = event("SystemTerminationWaived", day("2028-05-01"))
    assert plans(CONTRACT, required) == plans(CONTRACT, STOPPED) == []
    # Allowed again in a year for which it is too late, the next is the first that can be planned.
    assert plans(CONTRACT, required, waived) == [("2028-12-31", True)]
    done = planned("2026-06-30", 2028)
    assert plans(CONTRACT, done, required) == [("2027-12-31", False)]


# -- supervision --------------------------------------------------------------------------------


def test_a_rectification_found_wanting_is_owed_again() -> None:
    order = ordered("2027-07-13", "2027-08-13")
    report = event("RectificationReported", day("2027-08-10"))
    first = the(Duty.RECTIFICATION, order, report)
    wanting = the(Duty.RECTIFICATION, order, report, confirmed("2027-08-20", done=False))
    assert (first.is_open, wanting.is_open) == (False, True)
    assert wanting.obligation_id == first.obligation_id
    good = the(Duty.RECTIFICATION, order, report, confirmed("2027-08-20", done=True))
    assert not good.is_late(FAR)
    again = event("RectificationReported", day("2027-08-25"))
    mended = the(Duty.RECTIFICATION, order, report, confirmed("2027-08-20", done=False), again)
    assert (mended.done_on, mended.is_late(FAR)) == (day("2027-08-25"), True)


def test_each_kind_of_assessment_comes_again_by_itself() -> None:
    mlps = secured("2027-09-01", "2028-09-01")
    crypto = secured("2027-10-01", "2028-10-01", assessment="CRYPTOGRAPHY")
    planning = secured("2027-11-01", phase="PLAN", assessment=None)
    found = [o for o in owed(mlps, crypto, planning) if o.duty is Duty.SECURITY_ASSESSMENT]
    assert [(o.due_on, o.is_open) for o in found] == [
        (day("2028-09-01"), True),
        (day("2028-10-01"), True),
    ]
    done, following = owed(mlps, secured("2028-09-01", "2029-09-01"))
    assert (done.done_on, following.due_on) == (day("2028-09-01"), day("2029-09-01"))
    assert not done.is_late(FAR)
    lower = secured("2028-08-01", mlps_level=2)
    assert not the(Duty.SECURITY_ASSESSMENT, mlps, lower).is_open


def test_the_first_assessment_is_counted_from_when_operation_began() -> None:
    level = secured("2027-01-10", phase="BUILD")
    begun = operating("2027-04-01", "2028-04-01", "2029-04-01")
    moved = the(Duty.SECURITY_ASSESSMENT, level, accepted("2027-03-18"), begun)
    assert moved.due_on == day("2028-04-01")
    early = secured("2027-03-20", "2028-03-20")
    found = [
        o.due_on
        for o in owed(level, accepted("2027-03-18"), early, begun)
        if o.duty is Duty.SECURITY_ASSESSMENT and o.is_open
    ]
    assert found == [day("2028-03-20")]


def test_a_sanction_ends_by_itself_or_with_its_finding() -> None:
    found = violation(day("2026-05-06"))
    last = the(Duty.SANCTION_EXPIRY, found, today=day("2027-12-31"))
    assert last.is_open
    ended = the(Duty.SANCTION_EXPIRY, found, today=day("2028-01-01"))
    assert (ended.done_on, ended.is_late(FAR)) == (day("2027-12-31"), False)
    withdrawn = event(
        "SharingViolationWithdrawn",
        day("2026-06-01"),
        finding_id=found.finding_id,  # type: ignore[attr-defined]
    )
    assert none_of(Duty.SANCTION_EXPIRY, found, withdrawn)
