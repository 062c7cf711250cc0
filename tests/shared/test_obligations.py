"""义务: what creates each, who owes it and by when; what moves, discharges and ends it."""

from datetime import date
from typing import NamedTuple

import pytest

from shared.events import Event
from shared.events.obligations import LateFinding, ObligationOverdue
from shared.regulation.pack import Library, Pack, installed
from shared.standing.obligations import TERMS, Duty, Obligation, of_policy
from tests.audit.building import event, measured, violation
from tests.shared.events.samples import PROJECT
from tests.support.builders import UNIT
from tests.support.given_when_then import TODAY
from tests.support.obligations import (
    CONTRACT,
    DAY,
    FAR,
    LETTER,
    OF_PROJECT,
    OF_SYSTEM,
    SCHEDULE,
    STOPPED,
    TERMINATED,
    Received,
    accepted,
    applied,
    asked,
    catalogued,
    contracted,
    day,
    demanded,
    failed,
    gave,
    none_of,
    operating,
    ordered,
    owed,
    paid,
    planned,
    replied,
    reported,
    returned,
    scheduled,
    secured,
    the,
    to_stop,
)

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


NUMBERS = {
    "catalogue_review_days": 90,
    "opinion_reminder_days": 5,
    "periodic_assessment_months": 6,
    "periodic_assessment_from_level": 1,
}


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
    # No level on record is none: the lowest of all does not reach it.
    unclassified = owed(begun, policies=policies)
    assert all(o.duty is not Duty.SECURITY_ASSESSMENT for o in unclassified)


@pytest.mark.parametrize("days", [0, 1])
def test_an_opinion_is_due_on_the_next_working_day_at_the_earliest(days: int) -> None:
    policies = installed().overridden({"opinion_reminder_days": str(days)})
    (letter,) = owed(asked("2026-05-11"), policies=policies)
    assert letter.due_on == day("2026-05-12")


def test_ids_are_the_same_for_whoever_computes_them_and_never_twice() -> None:
    found = owed(*RUNNING, planned("2027-10-12", 2028, until="2028-12-31"))
    assert len({o.obligation_id for o in found}) == len(found)
    assert {o.subject for o in found} == {f"project:{PROJECT}"}
