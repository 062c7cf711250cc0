"""义务: what creates each, who owes it and by when; what moves, discharges and ends it."""

from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from shared.events import Event
from shared.events.obligations import LateFinding, ObligationOverdue
from shared.kernel.workdays import Calendar
from shared.regulation.calendar import calendar_of
from shared.regulation.pack import Library, Pack, installed
from shared.standing.obligations import TERMS, Duty, Obligation, of_policy
from tests.audit.building import event, measured, violation
from tests.shared.events.samples import LATER_PLAN, PLAN, PROJECT
from tests.support.builders import UNIT
from tests.support.given_when_then import TODAY
from tests.support.obligations import (
    FAR,
    OF_PROJECT,
    OF_SYSTEM,
    Received,
    none_of,
    owed,
    the,
)

DAY = timedelta(days=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


# -- events, with what a case changes -----------------------------------------------------------


def catalogued(on: str) -> Event:
    return event("SystemCatalogued", day(on))


def to_stop(on: str, by: str) -> Event:
    return event("SystemTerminationRequired", day(on), requirement={"terminate_by": day(by)})


def submitted(on: str, round_: str = "IMPLEMENTATION_PLAN") -> Event:
    return event("DocumentSubmitted", day(on), submission={"round": round_})


def asked(on: str, body: str = "CRY") -> Event:
    return event("OpinionRequested", day(on), letter={"body": body})


def gave(on: str, body: str = "CRY") -> Event:
    return event("OpinionGiven", day(on), body=body)


def replied(on: str, **changes: Any) -> Event:
    return event("ReplyIssued", day(on), **changes)


def scheduled(on: str, due_on: str, **changes: Any) -> Event:
    return event("AcceptanceScheduled", day(on), due_on=day(due_on), **changes)


def granted(on: str, due_on: str) -> Event:
    return event("ExtensionGranted", day(on), due_on=day(due_on))


def applied(on: str) -> Event:
    return event("AcceptanceApplied", day(on))


def accepted(on: str, **changes: Any) -> Event:
    """Accepted, with no clock of its own unless the case says so."""
    clocks = dict.fromkeys(("filing_due_on", "evaluation_opens_on", "evaluation_due_on"))
    return event("AcceptanceConcluded", day(on), "dated", **(clocks | changes))


def failed(on: str) -> Event:
    return event("AcceptanceConcluded", day(on), "failed")


def operating(on: str, opens: str, due: str) -> Event:
    return event(
        "OperationStarted",
        day(on),
        evaluation_opens_on=day(opens),
        evaluation_due_on=day(due),
    )


def demanded(on: str, due_on: str, outstanding: str = "112000.00") -> Event:
    return event("SurplusReturnDemanded", day(on), due_on=day(due_on), outstanding=outstanding)


def returned(on: str, outstanding: str = "0.00") -> Event:
    return event("SurplusReturned", day(on), outstanding=outstanding)


def paid(on: str, amount: str) -> Event:
    return event("PaymentRecorded", day(on), payment={"amount": amount})


def contracted(on: str, warranty_end: str | None, number: str = "HT-1") -> Event:
    end = day(warranty_end) if warranty_end else None
    return event("ContractRecorded", day(on), contract={"number": number, "warranty_end": end})


def planned(
    on: str, year: int, until: str | None = None, plan_id: UUID = PLAN, **changes: Any
) -> Event:
    term = {"term_from": date(year, 1, 1), "term_to": day(until)} if until else {}
    plan = {"budget_year": year, **term}
    return event("OperationPlanSubmitted", day(on), plan_id=plan_id, plan=plan, **changes)


def assessed(on: str, *, approved: bool, plan_id: UUID = PLAN) -> Event:
    assessment = {"approved": approved}
    return event("OperationPlanAssessed", day(on), plan_id=plan_id, assessment=assessment)


def reported(on: str, year: int) -> Event:
    return event("PerformanceReportSubmitted", day(on), report={"year": year})


def ordered(on: str, due_on: str) -> Event:
    return event("RectificationOrdered", day(on), order={"due_on": day(due_on)})


def confirmed(on: str, *, done: bool) -> Event:
    return event("RectificationConfirmed", day(on), confirmation={"done": done})


def secured(on: str, next_due_on: str | None = None, **stage: Any) -> Event:
    due = day(next_due_on) if next_due_on else None
    return event("SecurityStageRecorded", day(on), stage=stage, next_due_on=due)


TERMINATED = event("ProjectTerminated", date(2026, 12, 1))
STOPPED = event("SystemTerminated", date(2026, 12, 1))
LETTER = (submitted("2026-02-03"), asked("2026-02-09"))

# -- what creates them, who owes them, by when --------------------------------------------------


class Row(NamedTuple):
    """One line of the table."""

    duty: Duty
    given: tuple[Event, ...]
    due_on: str
    article: str
    owner: str = "UNIT"
    opens_on: str | None = None


TABLE = [
    Row(Duty.CATALOGUE_REVIEW, (catalogued("2025-09-15"),), "2026-03-14", "9"),
    Row(Duty.CATALOGUE_REVIEW, (catalogued("2027-09-01"),), "2028-02-28", "9"),
    Row(Duty.CATALOGUE_REVIEW, (catalogued("2027-09-02"),), "2028-02-29", "9"),
    Row(Duty.SYSTEM_TERMINATION, (to_stop("2026-04-02", by="2026-09-30"),), "2026-09-30", "8"),
    # Ten working days from 9 February: over the Spring Festival, with 14 and 28 February worked.
    Row(Duty.OPINION, LETTER, "2026-02-28", "22", "CRY"),
    Row(Duty.OPINION, (asked("2026-05-11", "FIN"),), "2026-05-25", "22", "FIN"),
    Row(Duty.REPLY_COPY, (replied("2026-04-08"),), "2026-04-08", "24", "DRC"),
    Row(
        Duty.REPLY_COPY,
        (replied("2026-04-08", final=False, round="FEASIBILITY"),),
        "2026-04-08",
        "24",
        "DRC",
    ),
    Row(Duty.OPINION_CONDITIONS, (scheduled("2026-04-08", "2027-02-28"),), "2027-02-28", "22"),
    Row(Duty.ACCEPTANCE_APPLICATION, (scheduled("2026-04-08", "2027-02-28"),), "2027-02-28", "31"),
    Row(
        Duty.ACCEPTANCE_FILING,
        (accepted("2027-03-18", filing_due_on=day("2027-04-17")),),
        "2027-04-17",
        "31",
    ),
    Row(
        Duty.ACCEPTANCE_FILING,
        (event("AcceptanceReviewed", filing_due_on=day("2027-04-25")),),
        "2027-04-25",
        "31",
    ),
    Row(
        Duty.SANCTION_EXPIRY,
        (violation(day("2026-12-31")),),
        "2027-12-31",
        "33",
        "SYSTEM",
        "2027-01-01",
    ),
    Row(Duty.SURPLUS_RETURN, (demanded("2027-03-18", "2027-04-17"),), "2027-04-17", "36"),
    # Served until a day in a year, or until its last: the year that needs money begins with the
    # next day, and its plan is due in the year before.
    Row(Duty.OPERATION_PLAN, (contracted("2026-06-08", "2029-12-30"),), "2028-12-31", "37"),
    Row(Duty.OPERATION_PLAN, (contracted("2026-06-08", "2029-12-31"),), "2029-12-31", "37"),
    Row(Duty.OPERATION_PLAN, (contracted("2026-06-08", "2028-02-29"),), "2027-12-31", "37"),
    # A warranty that ends in the year of the contract leaves the next year as the first.
    Row(Duty.OPERATION_PLAN, (contracted("2026-06-08", "2026-09-30"),), "2026-12-31", "37"),
    Row(
        Duty.SELF_EVALUATION,
        (
            accepted(
                "2027-03-18",
                evaluation_opens_on=day("2028-03-18"),
                evaluation_due_on=day("2029-03-18"),
            ),
        ),
        "2029-03-18",
        "46",
        opens_on="2028-03-18",
    ),
    Row(
        Duty.SELF_EVALUATION,
        (operating("2028-02-29", "2029-02-28", "2030-02-28"),),
        "2030-02-28",
        "46",
        opens_on="2029-02-28",
    ),
    Row(Duty.RECTIFICATION, (ordered("2027-07-13", "2027-08-13"),), "2027-08-13", "47"),
    Row(Duty.SECURITY_ASSESSMENT, (secured("2027-09-01", "2028-09-01"),), "2028-09-01", "49"),
    # At level three the first one is due a year after operation began.
    Row(
        Duty.SECURITY_ASSESSMENT,
        (secured("2027-01-10", phase="BUILD"), accepted("2028-02-29")),
        "2029-02-28",
        "49",
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.duty}-{row.due_on}")
def test_what_creates_it_says_who_owes_it_and_by_when(row: Row) -> None:
    subject = OF_SYSTEM if row.given[0].type.startswith("System") else OF_PROJECT
    it = the(row.duty, *row.given, today=day(row.due_on), subject=subject)
    assert (it.due_on, it.owner, it.terms.article) == (day(row.due_on), row.owner, row.article)
    assert it.opens_on == (day(row.opens_on) if row.opens_on else None)
    assert (it.subject, it.unit_id, it.is_open) == (subject, UNIT, True)
    assert it.source is not None
    assert it.source.service == it.terms.service
    assert it.since == row.given[-1].on
    # Late only from the day after; some days only tell something and make nobody late.
    assert not it.is_late(it.due_on)
    assert it.is_late(it.due_on + DAY) is (it.terms.marked_by is not None)


def test_the_table_has_every_duty() -> None:
    elsewhere = {Duty.PERFORMANCE_REPORT, Duty.POLICY_EXPIRY}
    assert {row.duty for row in TABLE} | elsewhere == set(Duty) == set(TERMS)


def test_nothing_is_owed_where_nothing_asks_for_it() -> None:
    assert none_of(
        Duty.OPINION_CONDITIONS, scheduled("2026-04-08", "2027-02-28", open_conditions=[])
    )
    assert none_of(Duty.SURPLUS_RETURN, demanded("2027-03-18", "2027-04-17", outstanding="0.00"))
    assert none_of(Duty.OPERATION_PLAN, contracted("2026-06-08", None))
    assert none_of(Duty.ACCEPTANCE_FILING, failed("2027-03-18"))
    assert none_of(Duty.SELF_EVALUATION, failed("2027-03-18"))
    low = secured("2027-01-10", phase="BUILD", mlps_level=2)
    assert none_of(Duty.SECURITY_ASSESSMENT, low, accepted("2028-02-29"))
    assert none_of(Duty.PERFORMANCE_REPORT, replied("2026-04-08", final=False), today=FAR)


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


# -- what discharges them -----------------------------------------------------------------------


DISCHARGED: list[tuple[Duty, tuple[Event, ...], Event]] = [
    (Duty.SYSTEM_TERMINATION, (to_stop("2026-04-02", by="2026-12-01"),), STOPPED),
    (Duty.OPINION, LETTER, gave("2026-02-28")),
    (Duty.OPINION, LETTER, event("OpinionCarriedForward", day("2026-02-28"), body="CRY")),
    (
        Duty.REPLY_COPY,
        (replied("2026-04-08"),),
        event("ReplyCopied", day("2026-04-08")),
    ),
    (Duty.OPINION_CONDITIONS, (scheduled("2026-04-08", "2027-02-28"),), applied("2027-02-28")),
    (Duty.ACCEPTANCE_APPLICATION, (scheduled("2026-04-08", "2027-02-28"),), applied("2027-02-28")),
    (
        Duty.ACCEPTANCE_FILING,
        (accepted("2027-03-18", filing_due_on=day("2027-04-17")),),
        event("AcceptanceFiled", day("2027-04-17")),
    ),
    (Duty.SURPLUS_RETURN, (demanded("2027-03-18", "2027-04-17"),), returned("2027-04-17")),
    (Duty.SURPLUS_RETURN, (demanded("2027-03-18", "2027-04-17"),), paid("2027-04-17", "112000.00")),
    (Duty.OPERATION_PLAN, (contracted("2026-06-08", "2027-12-31"),), planned("2027-12-31", 2028)),
    (Duty.PERFORMANCE_REPORT, (replied("2026-04-08"),), reported("2026-12-31", 2026)),
    (
        Duty.SELF_EVALUATION,
        (operating("2027-04-01", "2028-04-01", "2029-04-01"),),
        event("SelfEvaluationSubmitted", day("2029-04-01")),
    ),
    (
        Duty.RECTIFICATION,
        (ordered("2027-07-13", "2027-08-13"),),
        event("RectificationReported", day("2027-08-13")),
    ),
]


def one(duty: Duty, *given: Event | Received, today: date) -> Obligation:
    subject = OF_SYSTEM if duty is Duty.SYSTEM_TERMINATION else OF_PROJECT
    return the(duty, *given, today=today, subject=subject)


@pytest.mark.parametrize(
    ("duty", "given", "act"), DISCHARGED, ids=lambda each: str(each) if each in set(Duty) else ""
)
def test_what_discharges_it_on_its_last_day_is_in_time_and_late_on_the_next(
    duty: Duty, given: tuple[Event, ...], act: Event
) -> None:
    before = one(duty, *given, today=act.on)
    in_time = one(duty, *given, act, today=act.on)
    assert before.is_open
    assert (in_time.done_on, in_time.due_on) == (act.on, before.due_on)
    assert in_time.obligation_id == before.obligation_id
    assert not in_time.is_late(act.on + DAY)
    next_day = act.on + DAY
    subject = before.subject
    after = owed(*given, act.model_copy(update={"on": next_day}), today=next_day, subject=subject)
    (late,) = [o for o in after if o.obligation_id == before.obligation_id]
    assert late.done_on == next_day
    assert late.is_late(next_day)


def test_what_a_unit_hands_in_counts_by_its_receipt_and_a_body_by_its_paper() -> None:
    reply = replied("2026-04-08")
    backdated = Received(reported("2026-12-31", 2026), day("2027-01-01"))
    report = the(Duty.PERFORMANCE_REPORT, reply, backdated, accepted("2027-01-02"), today=FAR)
    assert report.done_on == day("2027-01-01")
    assert report.is_late(FAR)
    given = Received(gave("2026-02-28"), day("2026-03-05"))
    assert not the(Duty.OPINION, *LETTER, given).is_late(FAR)


def test_on_a_day_of_the_past_it_stands_as_it_stood_then() -> None:
    contract, plan = contracted("2026-06-08", "2027-12-31"), planned("2027-10-12", 2028)
    late = Received(plan, day("2028-02-01"))
    assert the(Duty.OPERATION_PLAN, contract, late, today=day("2028-01-31")).is_late(
        day("2028-01-31")
    )
    assert the(Duty.OPERATION_PLAN, contract, late, today=day("2028-01-31")).is_open
    assert the(Duty.OPERATION_PLAN, contract, late, today=day("2028-02-01")).done_on == late.on


def test_a_review_of_the_catalogue_is_due_again_after_each() -> None:
    for again in (
        event("SystemReviewed", day("2026-03-14")),
        event("SystemUpdated", day("2026-03-14")),
    ):
        first, second = owed(catalogued("2025-09-15"), again, subject=OF_SYSTEM)
        assert (first.done_on, first.due_on) == (day("2026-03-14"), day("2026-03-14"))
        assert (second.is_open, second.due_on) == (True, day("2026-09-10"))


def test_money_returned_in_part_leaves_the_rest_owed() -> None:
    demand = demanded("2027-03-18", "2027-04-17")
    assert the(Duty.SURPLUS_RETURN, demand, returned("2027-04-15", "0.01")).is_open
    assert the(Duty.SURPLUS_RETURN, demand, paid("2027-04-15", "111999.99")).is_open
    rest = the(Duty.SURPLUS_RETURN, demand, paid("2027-04-15", "100000.00"), returned("2027-04-16"))
    assert rest.done_on == day("2027-04-16")
    before_its_end = paid("2027-03-01", "112000.00")
    assert the(Duty.SURPLUS_RETURN, before_its_end, demand).is_open


# -- acceptance: what moves it, what holds it ---------------------------------------------------

SCHEDULE = scheduled("2026-04-08", "2027-02-28")
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


CONTRACT = contracted("2026-06-08", "2027-12-31")


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


# -- what ends them -----------------------------------------------------------------------------

RUNNING: tuple[Event, ...] = (
    *LETTER,
    replied("2026-04-08"),
    asked("2026-04-09"),
    SCHEDULE,
    CONTRACT,
    demanded("2026-12-01", "2026-12-31"),
    violation(day("2026-05-06")),
    ordered("2026-07-13", "2026-08-13"),
    secured("2026-09-01", "2027-09-01"),
)


@pytest.mark.parametrize(
    "end",
    [
        TERMINATED,
        measured("TERMINATION", date(2026, 12, 1)),
        event("DeclarationWithdrawn", date(2026, 12, 1)),
    ],
    ids=lambda e: e.type,
)
def test_a_project_that_is_no_more_owes_its_surplus_its_copy_and_what_was_ordered(
    end: Event,
) -> None:
    before = {o.duty for o in owed(*RUNNING, today=end.on) if o.is_open}
    assert len(before) == 10
    after = {o.duty for o in owed(*RUNNING, end) if o.is_open}
    assert after == {Duty.SURPLUS_RETURN, Duty.REPLY_COPY, Duty.RECTIFICATION}
    # The year after the finding has not ended with the project.
    assert not none_of(Duty.SANCTION_EXPIRY, *RUNNING, end, today=end.on)


def test_the_end_of_the_schedule_ends_what_was_due_by_it() -> None:
    ended = event("AcceptanceScheduleEnded", day("2026-12-01"))
    assert none_of(Duty.ACCEPTANCE_APPLICATION, SCHEDULE, ended)
    assert none_of(Duty.OPINION_CONDITIONS, SCHEDULE, ended)


def test_a_measure_that_stops_nothing_for_good_ends_nothing() -> None:
    assert not none_of(
        Duty.ACCEPTANCE_APPLICATION, SCHEDULE, measured("SUSPENSION", date(2026, 12, 1))
    )


def test_a_system_that_stopped_is_neither_reviewed_nor_assessed() -> None:
    assert none_of(Duty.CATALOGUE_REVIEW, catalogued("2025-09-15"), STOPPED, subject=OF_SYSTEM)
    assert none_of(Duty.SECURITY_ASSESSMENT, secured("2026-09-01", "2027-09-01"), STOPPED)


def test_a_requirement_to_stop_is_replaced_or_waived() -> None:
    first, second = to_stop("2026-04-02", by="2026-09-30"), to_stop("2026-05-02", by="2026-12-31")
    waived = event("SystemTerminationWaived", day("2026-06-01"))
    later = the(Duty.SYSTEM_TERMINATION, first, second, subject=OF_SYSTEM)
    assert later.due_on == day("2026-12-31")
    assert none_of(Duty.SYSTEM_TERMINATION, first, waived, subject=OF_SYSTEM)


# -- what was found, the pack, the numbers ------------------------------------------------------


def test_what_found_it_overdue_stays_with_it() -> None:
    late = the(Duty.RECTIFICATION, ordered("2027-07-13", "2027-08-13"))
    assert late.overdue is None
    finding = ObligationOverdue(
        on=day("2027-08-14"),
        obligation_id=late.obligation_id,
        duty=late.duty.value,
        subject=OF_PROJECT,
        owner="UNIT",
        unit_id=UNIT,
        due_on=late.due_on,
        obliged_by="47",
        finding=LateFinding(subject=OF_PROJECT),
    )
    assert list(finding.subjects()) == [f"project:{PROJECT}", f"unit:{UNIT}"]
    found = the(Duty.RECTIFICATION, ordered("2027-07-13", "2027-08-13"), finding)
    assert found.overdue is not None


def test_the_pack_needs_a_successor_until_there_is_one() -> None:
    library = installed()
    expiry = of_policy(library.known_on(TODAY), library)
    assert expiry is not None
    assert (expiry.owner, expiry.terms.article) == ("DEB", "57")
    assert (expiry.due_on, expiry.opens_on) == (day("2027-06-24"), day("2026-06-25"))
    assert not expiry.is_late(day("2027-06-25"))
    (pack,) = library.packs
    successor = pack.model_copy(
        update={"id": "511100-2027", "valid_from": pack.valid_until, "valid_until": FAR}
    )
    both = Library((pack, successor))
    assert of_policy(both.known_on(TODAY), both) is None
    assert of_policy(both.known_on(day("2027-07-01")), both) is not None


NUMBERS = {"catalogue_review_days": 90, "opinion_reminder_days": 5, "periodic_assessment_months": 6}


def changed_from(since: date) -> Library:
    """The pack with other numbers from a day on."""
    (pack,) = installed().packs
    content = pack.model_dump(mode="json")
    content["values"] += [
        {**value, "since": since.isoformat(), "value": NUMBERS[value["key"]]}
        for value in content["values"]
        if value["key"] in NUMBERS
    ]
    return Library((Pack.model_validate(content),))


def test_numbers_are_read_as_they_stand_on_the_day_that_creates_it() -> None:
    policies = changed_from(day("2026-05-01"))
    (old,) = owed(catalogued("2026-04-30"), subject=OF_SYSTEM, policies=policies)
    (new,) = owed(catalogued("2026-05-01"), subject=OF_SYSTEM, policies=policies)
    assert (old.due_on - old.since, new.due_on - new.since) == (180 * DAY, 90 * DAY)
    (letter,) = owed(asked("2026-05-11"), policies=policies)
    assert letter.due_on == day("2026-05-18")
    level, begun = secured("2026-03-01", phase="BUILD"), accepted("2026-08-31")
    found = owed(level, begun, policies=policies)
    assert [o.due_on for o in found if o.duty is Duty.SECURITY_ASSESSMENT] == [day("2027-02-28")]


def test_ids_are_the_same_for_whoever_computes_them_and_never_twice() -> None:
    found = owed(*RUNNING, planned("2027-10-12", 2028, until="2028-12-31"))
    assert len({o.obligation_id for o in found}) == len(found)
    assert {o.subject for o in found} == {f"project:{PROJECT}"}
