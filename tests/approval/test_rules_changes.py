"""Changes: the decision table of Articles 28 and 29, its edges, applications and rulings."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.approval.decisions import (
    apply_for_change,
    concur_in_change,
    file_change,
    rule_on_change,
)
from services.approval.rules import changes as rules
from services.approval.rules.changes import Route
from services.approval.state import Stage
from shared.events.approval import (
    Change,
    ChangeApplied,
    ChangeApproved,
    ChangeConcurred,
    ChangeFiled,
    ChangeRefused,
    LateNoticeFound,
)
from shared.events.envelope import Event
from shared.kernel.money import Money
from shared.regulation.common import decider_did_not_submit
from shared.regulation.pack import Library, Pack
from shared.standing import standing_of
from tests.approval.building import (
    CASE,
    CHANGE_ID,
    accepted,
    applied,
    change,
    change_concurred,
    filed,
    items,
    moving,
    of_total,
    officer,
    plan,
    policies,
    replied,
    ruling,
    service_accepted,
    submission,
    under,
)
from tests.support.builders import yuan
from tests.support.given_when_then import OFFICER, SUBJECT, TODAY, Case, as_recorded

APPROVED = CASE.given(replied())
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
LIMIT = 15_000_000  # 15 % of 1 000 000.00, in 分
OVER = ("700000.00", "400000.00")
"""Software and hardware of a change that exceeds the approved total."""


@dataclass(frozen=True)
class Row:
    """One row of the golden table."""

    name: str
    change: Change
    route: Route
    late: bool = False
    """Whether an application is marked as not made beforehand."""


TABLE = [
    Row(
        "1 executed, major, over the total",
        change(*OVER, executed_on=YESTERDAY, major_design_change=True),
        Route.REFUSE,
    ),
    Row(
        "1 executed on the very day, major, over the total",
        change(*OVER, executed_on=TODAY, major_design_change=True),
        Route.REFUSE,
    ),
    Row(
        "1 wins over 2",
        change(*OVER, executed_on=YESTERDAY, major_design_change=True, goals_changed=True),
        Route.REFUSE,
    ),
    Row("2 a cent over the total", change(hard="400000.01"), Route.APPROVAL),
    Row("2 goals changed", change(goals_changed=True), Route.APPROVAL),
    Row(
        "2 over the total, executed, not major",
        change(*OVER, executed_on=YESTERDAY),
        Route.APPROVAL,
        late=True,
    ),
    Row(
        "2 over the total, executed on the very day, not major",
        change(*OVER, executed_on=TODAY),
        Route.APPROVAL,
    ),
    Row(
        "2 over the total, major, not executed",
        change(*OVER, major_design_change=True),
        Route.APPROVAL,
    ),
    Row(
        "2 goals changed, executed, major, within the total",
        change(executed_on=YESTERDAY, major_design_change=True, goals_changed=True),
        Route.APPROVAL,
        late=True,
    ),
    Row("3 exactly 15 %", moving(LIMIT), Route.FILE),
    Row("3 deployment", moving(100, reason="DEPLOYMENT"), Route.FILE),
    Row("3 business need", moving(100, reason="BUSINESS"), Route.FILE),
    Row("3 content without money", change(), Route.FILE),
    Row("3 the whole total is not over it", change("500000.00", "500000.00"), Route.FILE),
    Row("3 a reduction of 15 %", change(hard="250000.00"), Route.FILE),
    Row("3 executed before", moving(100, executed_on=YESTERDAY), Route.FILE),
    Row(
        "3 executed before, major, within the total",
        moving(100, executed_on=YESTERDAY, major_design_change=True),
        Route.FILE,
    ),
    Row("4 a cent over 15 %", moving(LIMIT + 1), Route.APPROVAL),
    Row("4 a reduction of more than 15 %", change(hard="249999.99"), Route.APPROVAL),
    Row("4 no listed reason", moving(100, reason="NONE"), Route.APPROVAL),
    Row("4 content without a listed reason", change(reason="NONE"), Route.APPROVAL),
    Row(
        "4 a single cent moved is content",
        moving(1, content_changed=False, reason="NONE"),
        Route.APPROVAL,
    ),
    Row(
        "4 money without content is content",
        moving(LIMIT + 1, content_changed=False),
        Route.APPROVAL,
    ),
    Row(
        "4 executed before",
        moving(LIMIT + 1, executed_on=YESTERDAY),
        Route.APPROVAL,
        late=True,
    ),
    Row(
        "5 schedule only",
        change(content_changed=False, planned_end="2028-03-31", reason="NONE"),
        Route.FILE,
    ),
    Row(
        "5 schedule only, executed before",
        change(content_changed=False, executed_on=YESTERDAY, reason="NONE"),
        Route.FILE,
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_table_routes_each_change(row: Row) -> None:
    assessment = rules.assess(row.change, APPROVED.state().baseline, policies().in_force(TODAY))
    assert rules.route_of(assessment) is row.route


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_filing_accepts_what_the_table_files_and_nothing_else(row: Row) -> None:
    outcome = APPROVED.when(file_change, row.change)
    if row.route is Route.FILE:
        outcome.then(ChangeFiled)
    else:
        assert outcome.broken


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_an_application_is_received_unless_barred_and_marked_when_late(row: Row) -> None:
    outcome = APPROVED.when(apply_for_change, row.change)
    if row.route is Route.REFUSE:
        outcome.then_broken(rules.retroactive_overrun_is_not_received)
    elif row.late:
        outcome.then(ChangeApplied, LateNoticeFound)
    else:
        outcome.then(ChangeApplied)


@given(
    soft=st.integers(0, 120_000_000),
    hard=st.integers(0, 120_000_000),
    reason=st.sampled_from(["DEPLOYMENT", "OPTIMISATION", "BUSINESS", "NONE"]),
    goals=st.booleans(),
    content=st.booleans(),
)
def test_the_rules_of_article_29_hold_exactly_where_the_table_files(
    soft: int, hard: int, reason: str, goals: bool, content: bool
) -> None:
    asked = change(
        str(Money(soft)),
        str(Money(hard)),
        reason=reason,
        goals_changed=goals,
        content_changed=content,
    )
    assessment = rules.assess(asked, APPROVED.state().baseline, policies().in_force(TODAY))
    filed_ = not APPROVED.when(file_change, asked).broken
    assert filed_ == (rules.route_of(assessment) is Route.FILE)


def test_a_change_waits_for_the_final_reply() -> None:
    feasible = CASE.given(replied(submission()))
    for decision in (file_change, apply_for_change):
        feasible.when(decision, change()).then_broken(rules.final_reply_is_issued)


def test_fifteen_percent_files() -> None:
    APPROVED.when(file_change, moving(LIMIT)).then(ChangeFiled).having(
        moved=yuan("150000.00"), moved_so_far=yuan("150000.00"), limit=yuan("150000.00")
    )


def test_a_cent_over_fifteen_percent_does_not() -> None:
    APPROVED.when(file_change, moving(LIMIT + 1)).then_broken(rules.moved_money_stays_within_ratio)


def test_the_limit_is_exact_where_the_share_is_no_whole_cent() -> None:
    odd = CASE.given(replied(plan(**of_total("0.07"))))  # 15 % of 7 分 is 1.05 分
    odd.when(file_change, change(items=items(SOFT="0.06"))).then(ChangeFiled).having(
        limit=yuan("0.01")
    )
    odd.when(file_change, change(items=items(SOFT="0.05"))).then_broken(
        rules.moved_money_stays_within_ratio
    )


def after_eight_percent() -> Case:
    return APPROVED.given(filed(moving(8_000_000), "80000.00"))


def test_a_filed_change_moves_what_items_gain_or_what_they_lose_whichever_is_more() -> None:
    reduced = APPROVED.given(filed(change("600000.00", "300000.00"), "0.00"))
    for soft, hard, moved in (
        ("500000.00", "320000.00", "100000.00"),
        ("580000.00", "400000.00", "100000.00"),
    ):
        reduced.when(file_change, change(soft, hard)).then(ChangeFiled).having(moved=yuan(moved))


def test_a_second_eight_percent_makes_sixteen_and_is_refused() -> None:
    outcome = (
        after_eight_percent()
        .when(file_change, moving(16_000_000))
        .then_broken(rules.moved_money_stays_within_ratio)
    )
    assert "此前80000.00元，本次80000.00元，累计160000.00元" in outcome.texts[0]


def test_what_is_left_of_the_limit_may_still_be_filed() -> None:
    after_eight_percent().when(file_change, moving(15_000_000)).then(ChangeFiled).having(
        moved=yuan("70000.00"), moved_so_far=yuan("150000.00"), limit=yuan("150000.00")
    )


def test_moving_the_money_back_counts_as_moving_it() -> None:
    after_eight_percent().when(file_change, moving(0)).then_broken(
        rules.moved_money_stays_within_ratio
    )


def test_each_change_counts_alone_where_the_pack_says_so() -> None:
    under(after_eight_percent(), art29_cumulative=False).when(file_change, moving(16_000_000)).then(
        ChangeFiled
    ).having(moved_so_far=yuan("160000.00"))


def test_a_baseline_keeps_the_limit_of_its_own_pack() -> None:
    in_force = policies()
    (pack,) = in_force.packs
    older = pack.model_dump(mode="json") | {
        "id": "511100-2017",
        "valid_from": "2017-06-25",
        "valid_until": "2022-06-25",
    }
    for value in older["values"]:
        value["since"] = "2017-06-25"
        value["value"] = 10 if value["key"] == "art29_max_percent" else value["value"]
    both = type(in_force)((type(pack).model_validate(older), pack))
    old_baseline = CASE.given(replied(policy="511100-2017@1"))
    case = replace(old_baseline, policies=both)
    case.when(file_change, moving(10_000_000)).then(ChangeFiled).having(limit=yuan("100000.00"))
    case.when(file_change, moving(10_000_001)).then_broken(rules.moved_money_stays_within_ratio)


def test_a_baseline_keeps_the_limit_of_its_own_day() -> None:
    (pack,) = policies().packs
    content = pack.model_dump(mode="json")
    content["values"].append(
        {
            "key": "art29_max_percent",
            "since": "2026-05-06",
            "value": 10,
            "article": "29",
            "reach": "NEW_OBJECTS",
        }
    )
    later = Library((Pack.model_validate(content),))
    before = replace(CASE.given(replied(on=YESTERDAY)), policies=later)
    before.when(file_change, moving(LIMIT)).then(ChangeFiled).having(limit=yuan("150000.00"))
    after = replace(APPROVED, policies=later)
    after.when(file_change, moving(10_000_000)).then(ChangeFiled).having(limit=yuan("100000.00"))
    after.when(file_change, moving(10_000_001)).then_broken(rules.moved_money_stays_within_ratio)


def test_services_are_adjusted_alike_unless_the_pack_says_otherwise() -> None:
    service = CASE.given(replied(delivery_mode="SERVICE_PURCHASE"))
    service.when(file_change, moving(LIMIT)).then(ChangeFiled)
    under(service, art29_for_services=False).when(file_change, moving(LIMIT)).then_broken(
        rules.services_may_be_adjusted_alike
    )
    under(APPROVED, art29_for_services=False).when(file_change, moving(LIMIT)).then(ChangeFiled)


def test_a_total_over_the_reply_is_not_filed() -> None:
    APPROVED.when(file_change, change(hard="400000.01")).then_broken(rules.total_stays_within_reply)


def test_a_total_equal_to_the_reply_is_filed() -> None:
    APPROVED.when(file_change, change("550000.00", "450000.00")).then(ChangeFiled)


def test_changed_goals_are_not_filed() -> None:
    APPROVED.when(file_change, change(goals_changed=True)).then_broken(rules.goals_stay_unchanged)


def test_a_change_of_content_without_a_listed_reason_is_not_filed() -> None:
    APPROVED.when(file_change, change(reason="NONE")).then_broken(rules.change_has_a_listed_reason)


def test_every_obstacle_to_filing_is_reported() -> None:
    APPROVED.when(
        file_change, change("800000.00", "400000.00", goals_changed=True, reason="NONE")
    ).then_broken(
        rules.total_stays_within_reply,
        rules.goals_stay_unchanged,
        rules.moved_money_stays_within_ratio,
        rules.change_has_a_listed_reason,
    )


def test_a_filed_schedule_moves_no_money_and_moves_the_end() -> None:
    asked = change(content_changed=False, planned_end="2028-03-31", reason="NONE")
    outcome = APPROVED.when(file_change, asked).then(ChangeFiled).having(moved=yuan("0.00"))
    assert APPROVED.given(*outcome.events).state().baseline.planned_end == date(2028, 3, 31)


def test_a_change_is_not_executed_after_the_day_it_comes_in() -> None:
    APPROVED.when(apply_for_change, change(executed_on=TOMORROW)).then_invalid("executed_on")


def test_an_application_dated_back_to_its_execution_is_late_all_the_same() -> None:
    over = change(*OVER, on=TODAY, executed_on=TODAY)
    APPROVED.when(apply_for_change, over).then(ChangeApplied)
    outcome = APPROVED.at(TOMORROW).when(apply_for_change, over)
    outcome.then(ChangeApplied, LateNoticeFound).having(on=TODAY)
    assert outcome.events[1].on == TOMORROW


def test_a_change_is_not_dated_before_the_reply() -> None:
    for decision in (file_change, apply_for_change):
        APPROVED.when(decision, change(on=YESTERDAY)).then_invalid("on")
        APPROVED.at(TOMORROW).when(decision, change(on=TODAY)).having(on=TODAY)


def test_a_ruling_is_not_dated_before_the_application() -> None:
    for decision in (concur_in_change, rule_on_change):
        case = PENDING.given(change_concurred()).at(TOMORROW)
        case.when(decision, ruling(on=YESTERDAY)).then_invalid("on")
        case.when(decision, ruling(on=TODAY)).having(on=TODAY)


def test_a_change_does_not_end_the_work_before_it_starts() -> None:
    APPROVED.when(file_change, change(planned_end="2027-02-28")).then_invalid("planned_end")
    APPROVED.when(file_change, change(planned_end="2027-03-01")).then(ChangeFiled)


@pytest.mark.parametrize("event", [accepted(), service_accepted()])
def test_nothing_is_changed_once_the_project_is_accepted(event: Event) -> None:
    standing = standing_of(as_recorded([event], "acceptance")).of(SUBJECT)
    for decision in (file_change, apply_for_change):
        APPROVED.with_facts(standing=standing).when(decision, change()).then_broken(
            rules.project_is_not_yet_accepted
        )


@pytest.mark.parametrize("event", [accepted("FAILED"), service_accepted("FAILED")])
def test_what_failed_its_acceptance_may_still_be_changed(event: Event) -> None:
    standing = standing_of(as_recorded([event], "acceptance", start=41)).of(SUBJECT)
    outcome = APPROVED.with_facts(standing=standing).when(file_change, change()).then(ChangeFiled)
    assert outcome.decision is not None
    assert ("acceptance", 41) in {(r.service, r.position) for r in outcome.decision.basis}


@pytest.mark.parametrize("event", [accepted(), service_accepted()])
def test_what_was_applied_for_is_not_approved_once_the_project_is_accepted(event: Event) -> None:
    standing = standing_of(as_recorded([event], "acceptance")).of(SUBJECT)
    case = PENDING.given(change_concurred()).with_facts(standing=standing)
    for decision in (concur_in_change, rule_on_change):
        case.when(decision, ruling()).then_broken(rules.project_is_not_yet_accepted)
    case.when(rule_on_change, ruling(approved=False)).then(ChangeRefused)


def test_one_application_is_pending_at_a_time_and_holds_up_filings() -> None:
    pending = APPROVED.given(applied(change(*OVER)))
    for decision in (apply_for_change, file_change):
        pending.when(decision, change()).then_broken(rules.no_application_is_pending)


PENDING = APPROVED.given(applied(change(*OVER, planned_end="2028-03-31")))


def test_an_approved_change_is_the_new_baseline() -> None:
    outcome = PENDING.given(change_concurred()).when(rule_on_change, ruling())
    outcome.then(ChangeApproved).having(
        change_id=CHANGE_ID,
        total=yuan("1100000.00"),
        items=change(*OVER).items,
        planned_end=date(2028, 3, 31),
        policy="511100-2022@1",
    )


def test_after_an_approved_change_the_count_starts_again_from_the_new_total() -> None:
    approved = PENDING.given(change_concurred())
    approved = approved.given(*approved.when(rule_on_change, ruling()).events)
    assert approved.state().baseline.moved_so_far == 0
    # 15 % of 1 100 000.00 is 165 000.00.
    approved.when(file_change, change("865000.00", "235000.00")).then(ChangeFiled).having(
        moved_so_far=yuan("165000.00"), limit=yuan("165000.00")
    )
    approved.when(file_change, change("865000.01", "234999.99")).then_broken(
        rules.moved_money_stays_within_ratio
    )


def test_the_count_before_an_approved_change_is_forgotten() -> None:
    soft, hard = "680000.00", "320000.00"
    case = after_eight_percent().given(applied(change(soft, hard)), change_concurred())
    case = case.given(*case.when(rule_on_change, ruling()).events)
    case.when(file_change, change("830000.00", "170000.00")).then(ChangeFiled).having(
        moved_so_far=yuan("150000.00")
    )


def test_approval_without_the_digital_bureau_is_refused() -> None:
    PENDING.when(rule_on_change, ruling()).then_broken(rules.digital_bureau_concurs_in_the_change)


def test_approval_against_the_digital_bureau_is_refused() -> None:
    PENDING.given(change_concurred(approved=False)).when(rule_on_change, ruling()).then_broken(
        rules.digital_bureau_concurs_in_the_change
    )


def test_an_application_may_be_refused_without_concurrence() -> None:
    outcome = PENDING.when(rule_on_change, ruling(approved=False)).then(ChangeRefused)
    state = PENDING.given(*outcome.events).state()
    assert (state.stage, state.pending_change) == (Stage.APPROVED, None)
    assert state.baseline.total == yuan("1000000.00")


def test_the_digital_bureau_concurs_in_a_pending_application() -> None:
    PENDING.by(officer("DEB")).when(concur_in_change, ruling()).then(ChangeConcurred).having(
        change_id=CHANGE_ID
    )


def test_nothing_is_ruled_on_without_an_application() -> None:
    for decision in (concur_in_change, rule_on_change):
        APPROVED.when(decision, ruling()).then_broken(rules.some_application_is_pending)


def test_a_ruling_has_a_document_number() -> None:
    for decision in (concur_in_change, rule_on_change):
        PENDING.given(change_concurred()).when(decision, ruling(number=None)).then_broken(
            rules.change_ruling_is_numbered
        )


def test_who_applied_does_not_rule() -> None:
    for decision in (concur_in_change, rule_on_change):
        PENDING.given(change_concurred()).by(OFFICER).when(decision, ruling()).then_broken(
            decider_did_not_submit
        )
