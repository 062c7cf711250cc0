"""报表: each one's rows and sums from the events it is made of, and the forms they are given in."""

import io
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.approval.rules.changes import retroactive_overrun_is_not_received
from services.audit.reports import REPORTS, Kind
from services.audit.reports.report import percent
from services.audit.workbook import workbook
from shared.events import Event
from shared.events.approval import FilingDisputed
from shared.regulation.pack import installed
from tests.audit.building import (
    EVERY,
    FINDING,
    OTHER,
    PROJECT,
    UNIT,
    city,
    cleared,
    endangered,
    event,
    granted,
    lifted,
    measured,
    resumed,
    suspended,
    violation,
)
from tests.support.builders import document

DAY = timedelta(days=1)
BEGUN = date(2025, 1, 6)
FIRST = date(2026, 5, 6)
LATER = date(2026, 9, 1)
BASICS = (
    event("UnitRegistered", BEGUN),
    event("SystemCatalogued", BEGUN),
    event("ProjectDeclared", BEGUN),
)
OF_OTHER: dict[str, Any] = {"project_id": OTHER}
SECOND = event("ProjectDeclared", BEGUN, **OF_OTHER)


def table(report: str, as_of: date, *events: Event) -> list[dict[str, Any]]:
    """A report's rows on the wire."""
    return list(REPORTS[report].table(city(as_of, *BASICS, *events)).cells())


def only(report: str, as_of: date, *events: Event) -> dict[str, Any]:
    (row,) = table(report, as_of, *events)
    return row


def values(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def totals(report: str, as_of: date, *events: Event) -> dict[str, str]:
    found = REPORTS[report].table(city(as_of, *BASICS, *events)).totals
    return {name: str(value) for name, value in found.items()}


TERMINATED = event("ProjectTerminated", LATER)

# -- planning -----------------------------------------------------------------------------------


def test_the_annual_list_tells_how_far_each_project_has_come() -> None:
    listed = event("ProjectListed", FIRST)
    row = only("annual-list", FIRST - DAY, listed)
    assert values(row, "number", "listed_on", "phase") == (None, None, "DECLARED")
    row = only("annual-list", FIRST, listed, event("ReplyIssued", LATER))
    assert values(row, "number", "phase", "total") == ("乐数〔2025〕52号", "LISTED", "4000000.00")
    row = only("annual-list", LATER, listed, event("ReplyIssued", LATER))
    assert row["phase"] == "IMPLEMENTING"
    ended = only("annual-list", LATER, listed, event("ReplyIssued", FIRST), TERMINATED)
    assert ended["phase"] == "TERMINATED"
    completed = event("CompletionReported", FIRST)
    stopped = measured("TERMINATION", LATER)
    assert only("annual-list", LATER, completed, TERMINATED)["phase"] == "TERMINATED"
    assert only("annual-list", LATER, completed, stopped)["phase"] == "TERMINATED"
    assert totals("annual-list", FIRST, SECOND) == {"total": "8000000.00"}


def test_a_project_is_as_far_as_the_last_service_that_heard_of_it() -> None:
    # The registry's log may be written to after the others': that takes nothing back.
    late = event("ProjectListed", LATER)
    row = only("annual-list", LATER, event("AcceptanceConcluded", FIRST), late)
    assert row["phase"] == "ACCEPTED"


def test_an_entry_of_the_catalogue_grows_stale_after_the_days_of_the_pack() -> None:
    limit = installed().in_force(FIRST).number("catalogue_review_days")
    row = only("catalogue", BEGUN + limit * DAY)
    assert values(row, "days_since", "stale", "projects", "asset_number") == (180, False, 1, None)
    assert only("catalogue", BEGUN + (limit + 1) * DAY)["stale"] is True
    touched = only("catalogue", FIRST, event("AssetConfirmed", FIRST))
    assert values(touched, "stale", "asset_number") == (False, "LSZC-RJ-2019-00417")


def test_systems_that_have_to_stop_are_listed_until_that_is_waived() -> None:
    required = event("SystemTerminationRequired", FIRST, requirement={"terminate_by": LATER})
    assert only("terminations", LATER, required)["overdue"] is False
    assert only("terminations", LATER + DAY, required)["overdue"] is True
    stopped = only("terminations", LATER + DAY, required, event("SystemTerminated", LATER))
    assert values(stopped, "stopped_on", "overdue") == ("2026-09-01", False)
    assert only("catalogue", LATER, event("SystemTerminated", LATER))["stopped"] is True
    assert table("terminations", LATER, required, event("SystemTerminationWaived", LATER)) == []


def test_what_the_digital_bureau_builds_and_reviews_itself_is_listed() -> None:
    own = event("ProjectDeclared", BEGUN, **OF_OTHER, self_review=True)
    assert only("self-reviewed", FIRST, own)["project_id"] == str(OTHER)


def test_the_share_of_resources_that_can_be_shared() -> None:
    row = only("sharing", FIRST, event("ResourcesCatalogued", FIRST))
    assert values(row, "resources", "withheld", "shared_percent") == (3, 1, "66.67")
    none = event("ResourcesCatalogued", FIRST, "no-data")
    assert only("sharing", FIRST, none)["shared_percent"] == "0.00"


# -- approval -----------------------------------------------------------------------------------

SUBMITTED = event("DocumentSubmitted", date(2026, 9, 18))


def asked(body: str, on: date) -> Event:
    return event("OpinionRequested", on, letter={"body": body, "number": f"函{body}"})


def missing(as_of: date, *events: Event) -> list[tuple[str, str]]:
    rows = table("opinions", as_of, SUBMITTED, *events)
    return [(row["body"], row["kind"]) for row in rows]


def test_an_opinion_is_outstanding_from_its_letter_until_it_is_given() -> None:
    day = date(2026, 9, 18)
    own = [("DEB", "信息安全审核意见"), ("DEB", "技术审核意见")]
    assert missing(day) == own
    assert ("FIN", "项目资金审核意见") in missing(day, asked("FIN", day))
    given = event(
        "OpinionGiven",
        day,
        body="FIN",
        opinion={"kind": "FUNDS", "digest": SUBMITTED.model_dump()["digest"]},
    )
    assert missing(day, asked("FIN", day), given) == own
    stale = event("OpinionGiven", day, body="FIN", opinion={"kind": "FUNDS", "digest": OLD_DIGEST})
    assert ("FIN", "项目资金审核意见") in missing(day, asked("FIN", day), stale)


OLD_DIGEST = document("旧稿").digest


def test_nothing_is_outstanding_once_the_submission_is_replied_to() -> None:
    digest = SUBMITTED.model_dump()["digest"]
    replied = event("ReplyIssued", date(2026, 9, 30), reply={"digest": digest})
    assert missing(date(2026, 9, 30), replied) == []
    assert missing(date(2026, 9, 29), replied) != []


def test_an_opinion_is_reminded_of_after_ten_working_days() -> None:
    letter = asked("FIN", date(2026, 9, 18))
    rows = table("opinions", date(2026, 10, 9), SUBMITTED, letter)
    fin = next(row for row in rows if row["body"] == "FIN")
    assert values(fin, "letter", "working_days", "reminder_on", "overdue", "provisional") == (
        *("函FIN", 10, "2026-10-09", False, False),
    )
    rows = table("opinions", date(2026, 10, 10), SUBMITTED, letter)
    assert next(row for row in rows if row["body"] == "FIN")["overdue"] is True
    december = [event("DocumentSubmitted", date(2026, 12, 25)), asked("FIN", date(2026, 12, 25))]
    assert all(row["provisional"] for row in table("opinions", date(2026, 12, 25), *december))


def test_approvals_count_the_final_replies() -> None:
    feasibility = event("ReplyIssued", FIRST, round="FEASIBILITY", final=False)
    rows = table("approvals", LATER, feasibility, event("ReplyIssued", LATER))
    assert [row["final_total"] for row in rows] == [None, "3860000.00"]
    both = totals("approvals", LATER, feasibility, event("ReplyIssued", LATER))
    assert both == {"final_total": "3860000.00"}


def merged(total: str, **changes: Any) -> Event:
    return event("DocumentSubmitted", FIRST, submission={"total": total}, **changes)


@pytest.mark.parametrize(
    ("total", "near", "percent_of_limit"),
    [("4499999.99", False, "90.00"), ("4500000.00", True, "90.00"), ("5000000.00", True, "100.00")],
)
def test_a_merged_plan_near_the_limit_is_marked(
    total: str, percent_of_limit: str, *, near: bool
) -> None:
    row = only("merged-plans", FIRST, merged(total))
    assert values(row, "near", "percent_of_limit") == (near, percent_of_limit)


def test_merged_plans_of_one_unit_and_year_are_added_up() -> None:
    first = merged("3000000.00")
    clustered = table("merged-plans", FIRST, SECOND, first, merged("2000000.01", **OF_OTHER))
    assert [values(row, "unit_year_total", "clustered") for row in clustered] == [
        ("5000000.01", True),
        ("5000000.01", True),
    ]
    within = table("merged-plans", FIRST, SECOND, first, merged("2000000.00", **OF_OTHER))
    assert [row["clustered"] for row in within] == [False, False]


@pytest.mark.parametrize(
    ("design", "difference", "major"),
    [
        ("1100000.00", "10.00", False),
        ("1100000.01", "10.00", True),
        ("900000.00", "-10.00", False),
    ],
)
def test_a_design_is_held_against_the_feasibility_reply(
    design: str, difference: str, *, major: bool
) -> None:
    feasibility = event("ReplyIssued", FIRST, round="FEASIBILITY", final=False, total="1000000.00")
    submitted = event("DocumentSubmitted", LATER, submission={"round": "DESIGN", "total": design})
    row = only("design-variance", LATER, feasibility, submitted)
    assert values(row, "difference", "major", "replied") == (difference, major, False)


def test_a_copy_waits_until_it_is_acknowledged() -> None:
    replied = event("ReplyIssued", FIRST)
    number = replied.model_dump()["reply"]["document"]["number"]
    copied = event("ReplyCopied", LATER, receipt={"number": number})
    assert only("copies", LATER - DAY, replied, copied)["days"] == 117
    assert table("copies", LATER, replied, copied) == []


def test_exceptions_are_listed_with_their_state() -> None:
    row = only("exceptions", FIRST, granted(FIRST, "8-(3)", valid_until=LATER))
    assert values(row, "rows", "status", "approvers") == (
        *("8-(3)", "GRANTED", "市发展改革委、市数字经济局"),
    )


# -- changes ------------------------------------------------------------------------------------


def filed(moved_so_far: str, on: date = LATER) -> Event:
    return event("ChangeFiled", on, moved_so_far=moved_so_far, limit="150000.00")


@pytest.mark.parametrize(
    ("moved", "near"), [("134999.99", False), ("135000.00", True), ("150000.00", True)]
)
def test_filed_changes_near_the_limit_are_marked(moved: str, *, near: bool) -> None:
    replied = event("ReplyIssued", FIRST, total="1000000.00")
    row = only("filed-changes", LATER, replied, filed(moved))
    assert values(row, "filings", "moved_so_far", "near") == (1, moved, near)


def test_filed_changes_count_from_the_present_baseline() -> None:
    replied = event("ReplyIssued", FIRST, total="1000000.00")
    approved = event("ChangeApproved", LATER, total="1200000.00")
    assert table("filed-changes", LATER, replied, filed("100000.00", FIRST), approved) == []
    row = only("filed-changes", LATER, replied, filed("100000.00", FIRST), approved, filed("1.00"))
    assert values(row, "approved", "filings", "moved_so_far") == ("1200000.00", 1, "1.00")


def test_a_disputed_filing_gives_its_money_back() -> None:
    replied = event("ReplyIssued", FIRST, total="1000000.00")
    disputed = filing_disputed("100000.00")
    row = only("filed-changes", LATER, replied, filed("100000.00"), disputed)
    assert values(row, "moved_so_far", "disputed") == ("0.00", 1)


def filing_disputed(returned: str) -> Event:
    paper = document("异议", "乐发改〔2026〕5号")
    return FilingDisputed.model_validate(
        {
            "on": LATER,
            "project_id": PROJECT,
            "unit_id": UNIT,
            "change_id": FINDING,
            "body": "DRC",
            "dispute": {"reason": "属重大调整", "document": paper},
            "returned": returned,
        }
    )


def test_applications_refused_after_the_fact_are_listed() -> None:
    rules = [retroactive_overrun_is_not_received.name]
    refused = event(
        "RequestRefused", FIRST, command="apply_for_change", rules=rules, articles=["28"]
    )
    row = only("retroactive-refusals", FIRST, refused, event("RequestRefused", FIRST))
    assert values(row, "refused_on", "project_id") == ("2026-05-06", str(PROJECT))


def test_late_notices_are_listed_with_what_was_applied_for() -> None:
    row = only(
        "late-notices", LATER, event("ChangeApplied", FIRST), event("LateNoticeFound", FIRST)
    )
    assert values(row, "executed_on", "total") == ("2026-08-20", "3860000.00")


# -- money --------------------------------------------------------------------------------------

MONEY = tuple(
    event(name, FIRST)
    for name in (
        *("ReplyIssued", "BudgetIncluded", "ProcurementRecorded", "ContractRecorded"),
        *("PaymentRecorded", "SurplusReturned"),
    )
)


def test_the_money_of_a_project_from_reply_to_surplus() -> None:
    row = only("funds", FIRST, *MONEY)
    assert values(row, "approved", "included", "procured", "contracted") == (
        *("3860000.00", "3360000.00", "3300000.00", "3248000.00"),
    )
    assert values(row, "paid", "paid_percent", "returned", "outstanding") == (
        *("974400.00", "29.00", "100000.00", "2285600.00"),
    )
    assert table("funds", FIRST - DAY, *MONEY) == []


def test_the_total_of_a_column_is_exact_and_has_two_places() -> None:
    more = event("BudgetIncluded", FIRST, **OF_OTHER, amount="0.01")
    found = totals("funds", FIRST, *MONEY, SECOND, more)
    assert found["included"] == "3360000.01"
    assert totals("funds", BEGUN)["included"] == "0.00"


def test_money_by_year_and_channel() -> None:
    rows = table("funding-sources", FIRST, *MONEY)
    assert [values(row, "fiscal_year", "channel", "projects", "amount") for row in rows] == [
        (2026, "MUNICIPAL", 1, "2860000.00"),
        (2026, "UPPER_LEVEL", 1, "500000.00"),
    ]


def test_surplus_is_due_once_the_project_is_accepted() -> None:
    accepted = event("AcceptanceConcluded", LATER)
    assert table("surplus", LATER - DAY, *MONEY, accepted) == []
    row = only("surplus", LATER + DAY, *MONEY, accepted)
    assert values(row, "outstanding", "days") == ("2285600.00", 1)
    rest = event("SurplusReturned", LATER, surplus={"amount": "2285600.00"})
    assert table("surplus", LATER, *MONEY, accepted, rest) == []


def test_each_procurement_with_its_contracts() -> None:
    row = only("procurement", FIRST, *MONEY)
    assert values(row, "method", "amount", "contracted", "custom") == (
        *("OPEN_TENDER", "3300000.00", "3248000.00", True),
    )


def test_an_operation_plan_from_submission_to_the_budget() -> None:
    steps = [
        event(name, FIRST)
        for name in ("OperationPlanSubmitted", "OperationPlanAssessed", "OperationBudgetIncluded")
    ]
    row = only("operation-plans", FIRST, *steps)
    assert values(row, "budget_year", "asked", "assessed", "included", "missing") == (
        *(2027, "320000.00", "298000.00", "298000.00", False),
    )


def test_an_operation_plan_is_missing_for_the_years_after_acceptance_and_warranty() -> None:
    accepted = event("AcceptanceConcluded", FIRST)
    contract = event("ContractRecorded", BEGUN, contract={"warranty_end": "2027-11-30"})

    def years(as_of: date, *events: Event) -> list[tuple[int, bool]]:
        rows = table("operation-plans", as_of, accepted, contract, *events)
        return [(row["budget_year"], row["overdue"]) for row in rows if row["missing"]]

    assert years(date(2025, 12, 31)) == []
    assert years(date(2026, 12, 31)) == [(2027, False)]
    assert years(date(2027, 1, 1)) == [(2027, True), (2028, False)]
    assert years(date(2027, 1, 1), event("OperationPlanSubmitted", FIRST)) == [(2028, False)]


# -- acceptance ---------------------------------------------------------------------------------


def test_acceptance_is_late_from_the_day_after_it_was_due() -> None:
    scheduled = event("AcceptanceScheduled", FIRST, due_on="2026-08-31")
    on_the_day = only("acceptance", date(2026, 8, 31), scheduled)
    assert values(on_the_day, "days_late", "unmarked", "status") == (0, False, "NOT_ACCEPTED")
    after = only("acceptance", LATER, scheduled)
    assert values(after, "days_late", "unmarked") == (1, True)
    marked = only("acceptance", LATER, scheduled, event("AcceptanceOverdue", LATER))
    assert values(marked, "status", "unmarked") == ("OVERDUE", False)
    extended = event("ExtensionGranted", LATER, due_on="2026-12-31")
    longer = only("acceptance", LATER, scheduled, event("AcceptanceOverdue", LATER), extended)
    assert values(longer, "due_on", "extensions", "days_late", "status") == (
        *("2026-12-31", 1, 0, "NOT_ACCEPTED"),
    )


def test_conditions_are_followed_to_acceptance() -> None:
    replied = event("ReplyIssued", FIRST)
    row = only("conditions", FIRST, replied)
    assert values(row, "closed", "confirmed", "accepted") == (False, False, False)
    applied, concluded = event("AcceptanceApplied", LATER), event("AcceptanceConcluded", LATER)
    assert only("conditions", LATER, replied, applied)["closed"] is True
    row = only("conditions", LATER, replied, applied, concluded)
    assert values(row, "confirmed", "accepted") == (True, True)


# -- supervision --------------------------------------------------------------------------------


def restrictions(as_of: date, *events: Event) -> list[str]:
    return [row["restriction"] for row in table("sanctions", as_of, *events)]


@pytest.mark.parametrize(
    ("name", "imposed", "ended"),
    [
        (
            "DATA_COLLECTION",
            event("DataCollectionFlagged", FIRST),
            event("DataCollectionCleared", LATER),
        ),
        ("OVERDUE", event("AcceptanceOverdue", FIRST), event("AcceptanceConcluded", LATER)),
        (
            "FAILED",
            event("AcceptanceConcluded", FIRST, "failed"),
            event("AcceptanceConcluded", LATER),
        ),
        ("SECURITY", endangered(FIRST), cleared(LATER)),
        (
            "DEFERRED",
            measured("INVESTMENT_DEFERRED", FIRST),
            lifted("INVESTMENT_DEFERRED", LATER),
        ),
        ("SUSPENDED", suspended(FIRST), resumed(LATER)),
        ("SUSPENDED", measured("SUSPENSION", FIRST), lifted("SUSPENSION", LATER)),
    ],
)
def test_a_restriction_is_listed_while_it_lasts(name: str, imposed: Event, ended: Event) -> None:
    assert restrictions(FIRST - DAY, imposed, ended) == []
    assert restrictions(FIRST, imposed, ended) == [name]
    assert restrictions(LATER - DAY, imposed, ended) == [name]
    assert restrictions(LATER, imposed, ended) == []


def test_the_restriction_after_a_sharing_finding_tells_its_year() -> None:
    row = only("sanctions", FIRST, violation(FIRST))
    assert values(row, "since", "effective_from", "lifted_on") == (
        *("2026-05-06", "2027-01-01", "2028-01-01"),
    )
    assert restrictions(date(2027, 12, 31), violation(FIRST)) == ["SHARING"]
    assert restrictions(date(2028, 1, 1), violation(FIRST)) == []


def test_findings_measures_and_interruptions_are_listed() -> None:
    assert only("sharing-findings", FIRST, violation(FIRST))["limits_year"] == 2027
    row = only("security-findings", LATER - DAY, endangered(FIRST), cleared(LATER))
    assert values(row, "body_name", "cleared_on", "days_open") == ("市公安局", None, 117)
    row = only("security-findings", LATER, endangered(FIRST), cleared(LATER))
    assert values(row, "cleared_on", "days_open") == ("2026-09-01", 0)
    row = only("measures", LATER, measured("CRITICISM", FIRST), lifted("CRITICISM", LATER))
    assert values(row, "kind", "lifted_on") == ("CRITICISM", "2026-09-01")
    steps = table("interruptions", LATER, suspended(FIRST), resumed(LATER))
    assert [row["step"] for row in steps] == ["暂停建设", "恢复建设"]


def test_refusals_are_counted_by_rule() -> None:
    again = event("RequestRefused", LATER, refusal_id=FINDING)
    rows = table("refusals", LATER, event("RequestRefused", FIRST), again)
    assert [values(row, "article", "refusals", "units", "last_on") for row in rows] == [
        ("22", 2, 1, "2026-09-01"),
        ("24", 2, 1, "2026-09-01"),
    ]
    assert totals("refusals", FIRST, event("RequestRefused", FIRST)) == {"refusals": "2"}


def test_the_values_of_the_pack_are_listed_with_their_dates() -> None:
    rows = table("policy-values", FIRST)
    limit = next(row for row in rows if row["key"] == "merged_plan_max_total")
    assert values(limit, "value", "since", "in_force") == ("5000000.00", "2022-06-25", True)
    flags = {row["value"] for row in rows if row["key"] == "code_required_for_service"}
    assert flags == {"否"}


# -- performance, rectification, lines ----------------------------------------------------------


def test_what_is_owed_and_late_is_listed_whatever_it_is() -> None:
    ordered = event("RectificationOrdered", FIRST, order={"due_on": LATER})
    listed = table("late-obligations", LATER + DAY, ordered)
    (row,) = [row for row in listed if row["duty"] == "RECTIFICATION"]
    assert values(row, "due_on", "days_late", "found") == ("2026-09-01", 1, False)
    on_the_day = table("late-obligations", LATER, ordered)
    assert "RECTIFICATION" not in {row["duty"] for row in on_the_day}


def test_a_rectification_is_followed_to_its_confirmation() -> None:
    ordered = event("RectificationOrdered", FIRST, order={"due_on": LATER})
    known = ordered.model_dump()["rectification_id"]
    assert only("rectifications", LATER, ordered)["overdue"] is False
    assert only("rectifications", LATER + DAY, ordered)["overdue"] is True
    reported = event("RectificationReported", LATER, rectification_id=known)
    confirmed = event("RectificationConfirmed", LATER + DAY, rectification_id=known)
    row = only("rectifications", LATER + DAY, ordered, reported, confirmed)
    assert values(row, "reported_on", "confirmed_on", "overdue") == (
        *("2026-09-01", "2026-09-02", False),
    )


def test_monitoring_reports_by_year_the_later_of_two_counting() -> None:
    first = event("PerformanceReportSubmitted", FIRST, report={"year": 2026})
    again = event("PerformanceReportSubmitted", LATER, report={"year": 2026})
    row = only("performance-reports", LATER, first, again)
    assert values(row, "year", "submitted_on") == (2026, "2026-09-01")


def test_evaluations_from_the_start_of_operation() -> None:
    started = event("OperationStarted", BEGUN, evaluation_opens_on=BEGUN, evaluation_due_on=FIRST)
    assert only("evaluations", FIRST, started)["overdue"] is False
    assert only("evaluations", FIRST + DAY, started)["overdue"] is True
    own = event("SelfEvaluationSubmitted", FIRST, evaluation={"grade": "GOOD"})
    post = event("PostEvaluationRecorded", LATER, evaluation={"grade": "POOR"})
    row = only("evaluations", LATER, started, own, post)
    assert values(row, "grade", "overdue", "post_grade") == ("GOOD", False, "POOR")


def test_referrals_are_listed() -> None:
    assert only("referrals", FIRST, event("ReferralRecorded", FIRST))["referred_on"] == "2026-05-06"


def test_lines_are_held_against_their_caps() -> None:
    lease = event("LineLeaseSubmitted", FIRST, lease={"unit_price": "900.00"}, cap="1000.00")
    row = only("line-leases", FIRST, lease)
    assert values(row, "percent_of_cap", "status", "included") == ("90.00", "SUBMITTED", None)
    approved = event("LineLeaseApproved", FIRST)
    assert only("line-leases", FIRST, lease, approved)["status"] == "APPROVED"
    included = event("LineLeaseBudgetIncluded", LATER, inclusion={"amount": "100.00"})
    assert only("line-leases", LATER, lease, approved, included)["included"] == "100.00"
    refused = only("line-leases", FIRST, lease, event("LineLeaseRefused", FIRST))
    assert refused["status"] == "REFUSED"
    assert only("price-caps", FIRST, event("PriceCapSet", FIRST))["line_type"]


# -- forms --------------------------------------------------------------------------------------

STORY = (*MONEY, event("ResourcesCatalogued", FIRST), event("RequestRefused", FIRST), SECOND)


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda r: r.id)
def test_a_report_says_in_chinese_what_it_is_and_cites_articles(report: Any) -> None:
    articles = installed().packs[0].articles
    assert set(report.articles) <= articles.keys()
    shown = [report.title, report.description, *(column.label for column in report.columns)]
    assert [text for text in shown if not re.search("[\u4e00-\u9fff]", text)] == []
    assert set(report.totals) <= {column.code for column in report.columns}
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", report.id)
    labels = [column.label for column in report.columns]
    assert len(set(labels)) == len(labels)


def test_reports_stand_in_article_order() -> None:
    firsts = [report.first_article for report in REPORTS.values()]
    assert firsts == sorted(firsts)


def sheet(report: str, *events: Event) -> bytes:
    table = REPORTS[report].table(city(FIRST, *BASICS, *events))
    return workbook(table, FIRST, {"registry": 3, "approval": 1})


@pytest.mark.parametrize("report", REPORTS)
def test_the_same_report_is_the_same_file(report: str) -> None:
    assert sheet(report, *STORY) == sheet(report, *STORY)


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def test_money_is_a_number_and_text_is_never_a_formula() -> None:
    named = event("ProjectDeclared", BEGUN, **OF_OTHER, declaration={"name": "=1+1"})
    included = event("BudgetIncluded", FIRST, **OF_OTHER)
    written = parts(sheet("funds", *MONEY, named, included))
    cells = written["xl/worksheets/sheet1.xml"]
    assert "<f>" not in cells
    assert "<v>3360000</v>" in cells
    texts = written["xl/sharedStrings.xml"]
    assert "=1+1" in texts
    for shown in ("合计", "列入预算（元）", "项目资金（第35、36条）", "截至 2026-05-06"):
        assert shown in texts
    assert "2022-06-25T00:00:00Z" in written["docProps/core.xml"]


def test_every_kind_of_column_is_used() -> None:
    used = {column.kind for report in REPORTS.values() for column in report.columns}
    assert used == set(Kind)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, "33.33"), (2, 3, "66.67"), (-1, 10, "-10.00"), (5, 0, "0.00"), (3, 2, "150.00")],
)
def test_a_percentage_has_two_places(part: int, whole: int, expected: str) -> None:
    assert percent(part, whole) == Decimal(expected)


@pytest.mark.parametrize("backwards", [False, True], ids=["as told", "backwards"])
def test_no_cut_of_the_record_is_too_odd_for_a_report(*, backwards: bool) -> None:
    # Legal dates need not run with the log: of any step the one before it may not be there yet.
    told = [event(name, variant=variant) for name, variant in EVERY]
    if backwards:
        told.reverse()
    for as_of in sorted({each.on for each in told}):
        here = city(as_of, *told)
        for report in REPORTS.values():
            assert workbook(report.table(here), as_of, here.positions)


def test_a_report_is_pure_and_leaves_the_record_as_it_was() -> None:
    here = city(FIRST, *BASICS, *STORY)
    before = {report.id: report.table(here).rows for report in REPORTS.values()}
    assert before == {report.id: report.table(here).rows for report in REPORTS.values()}
