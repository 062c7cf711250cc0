"""资格查询: each row that bars something, on its first day, its last, and the days around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.audit.eligibility import Action, Block, Eligibility, Question, Unknown, answer
from shared.events import Event
from tests.approval.building import construction
from tests.audit.building import (
    FINDING,
    OLD_PROJECT,
    OTHER,
    PROJECT,
    SYSTEM,
    UNIT,
    approved_though_unshared,
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
from tests.support.builders import OTHER_UNIT

DAY = timedelta(days=1)
BEGUN = date(2025, 1, 6)
FIRST = date(2026, 5, 6)
"""The day on which what a case is about happens."""

LATER = date(2026, 9, 1)
"""The day on which it is lifted."""

REGISTERED = event("UnitRegistered", BEGUN)
ENTERED = event("SystemCatalogued", BEGUN, entry={"status": "PLANNED"})
ASSET = event("AssetConfirmed", BEGUN)
DECLARED = event("ProjectDeclared", BEGUN, declaration={"base_project_id": None})
CATALOGUED = event("ResourcesCatalogued", BEGUN)
ACCEPTED = event("AcceptanceConcluded", BEGUN)
CLEAN = (REGISTERED, ENTERED, ASSET, DECLARED, CATALOGUED, ACCEPTED)
"""A unit with one project that nothing stands against."""


def without(*left_out: Event) -> tuple[Event, ...]:
    return tuple(each for each in CLEAN if each not in left_out)


def asked(
    action: Action, as_of: date, *events: Event, clean: Sequence[Event] = CLEAN, **about: Any
) -> Eligibility:
    if action is not Action.DECLARE and "system" not in about:
        about = {"project": PROJECT, **about}
    question = Question(unit=about.pop("unit", UNIT), action=action, **about)
    return answer(city(as_of, *clean, *events), question)


def rows(found: Eligibility) -> set[str]:
    """The rows that bar; what is only taken note of does not."""
    return {block.row for block in found.blocks if block.strength != "ADVICE"}


def advice(found: Eligibility) -> set[str]:
    return {block.row for block in found.blocks if block.strength == "ADVICE"}


def the_block(found: Eligibility) -> Block:
    (block,) = found.blocks
    return block


@pytest.mark.parametrize("action", Action)
def test_nothing_bars_where_nothing_happened(action: Action) -> None:
    found = asked(action, FIRST)
    assert found.blocks == ()
    assert found.allowed
    assert found.satisfied


@dataclass(frozen=True)
class Case:
    """What bars an action from one day to another, both included; from the start if no day."""

    row: str
    action: Action
    events: tuple[Event, ...]
    first: date | None = FIRST
    last: date | None = LATER - DAY
    clean: tuple[Event, ...] = CLEAN
    about: tuple[tuple[str, Any], ...] = ()

    def on(self, day: date) -> Eligibility:
        return asked(self.action, day, *self.events, clean=self.clean, **dict(self.about))


OF_OTHER: dict[str, Any] = {"project_id": OTHER}
FLAGGED = event("DataCollectionFlagged", FIRST)
UNFLAGGED = event("DataCollectionCleared", LATER)
WITHHELD = event(
    "ResourcesCatalogued",
    FIRST,
    catalogue={
        "resources": [{"code": "R1", "name": "名册", "sharing": "NONE", "citation": "某法第一条"}]
    },
)
FAILED = event("AcceptanceConcluded", FIRST, "failed", **OF_OTHER)
PASSED = event("AcceptanceConcluded", LATER, **OF_OTHER)

TO_STOP = event("SystemTerminationRequired", FIRST)
KEPT = event("SystemTerminationWaived", LATER)

CASES = [
    # 8-0: from the day on which a system is told to stop until that is waived
    Case("8-0", Action.DECLARE, (TO_STOP, KEPT), about=(("system", SYSTEM),)),
    Case("8-0", Action.OPERATION_MONEY, (TO_STOP, KEPT)),
    Case(
        "8-0",
        Action.DECLARE,
        (event("SystemTerminated", FIRST),),
        last=None,
        about=(("system", SYSTEM),),
    ),
    # 8-(8): until the project that is upgraded is accepted
    Case(
        "8-(8)",
        Action.DECLARE,
        (event("AcceptanceConcluded", LATER),),
        first=None,
        clean=without(ACCEPTED),
        about=(("base", PROJECT),),
    ),
    Case(
        "8-(8)",
        Action.APPROVE,
        (event("AcceptanceConcluded", LATER, project_id=OLD_PROJECT),),
        first=None,
        clean=(*without(DECLARED), event("ProjectDeclared", BEGUN)),
    ),
    # 8-(10): until GAB confirms the asset of a system that runs
    Case(
        "8-(10)",
        Action.OPERATION_MONEY,
        (event("AssetConfirmed", LATER),),
        first=None,
        clean=without(ASSET),
    ),
    Case(
        "8-(10)",
        Action.APPROVE,
        (event("SystemCatalogued", FIRST), event("AssetConfirmed", LATER)),
        clean=without(ASSET),
    ),
    Case(
        "8-(10)",
        Action.DECLARE,
        (event("SystemCatalogued", FIRST), event("AssetConfirmed", LATER)),
        clean=without(ASSET),
        about=(("system", SYSTEM),),
    ),
    # 9-4: until the system is entered in the catalogue
    Case(
        "9-4",
        Action.INCLUDE_BUDGET,
        (event("SystemCatalogued", LATER),),
        first=None,
        clean=without(ENTERED),
    ),
    # 9-4: from the day on which the system stops
    *(
        Case("9-4", action, (event("SystemTerminated", FIRST),), last=None)
        for action in (Action.INCLUDE_BUDGET, Action.OPERATION_MONEY)
    ),
    # 12-1: from DEB's flag until it is cleared
    Case("12-1", Action.DECLARE, (FLAGGED, UNFLAGGED)),
    # 12-2: from the day nothing can be shared until the leading group agrees
    Case("12-2", Action.APPROVE, (WITHHELD, approved_though_unshared(LATER))),
    # 20-1: until there is a catalogue of information resources
    Case(
        "20-1",
        Action.APPROVE,
        (event("ResourcesCatalogued", LATER),),
        first=None,
        clean=without(CATALOGUED),
    ),
    # 30-1: from the suspension until construction is resumed
    *(
        Case("30-1", action, (suspended(FIRST), resumed(LATER)))
        for action in (
            Action.APPROVE,
            Action.CHANGE,
            Action.ACCEPTANCE,
            Action.INCLUDE_BUDGET,
            Action.NEW_CLOUD_RESOURCES,
        )
    ),
    # 32-1: until the project is accepted
    *(
        Case(
            "32-1",
            action,
            (event("AcceptanceConcluded", LATER),),
            first=None,
            clean=without(ACCEPTED),
        )
        for action in (Action.OPERATION_MONEY, Action.NEW_CLOUD_RESOURCES)
    ),
    # 32-2: from the failed or overdue acceptance of any project of the unit until it is passed
    *(
        Case("32-2", action, (broken, PASSED))
        for action in (Action.DECLARE, Action.APPROVE)
        for broken in (FAILED, event("AcceptanceOverdue", FIRST, **OF_OTHER))
    ),
    # 33-2: all of the calendar year after the finding
    *(
        Case("33-2", action, (found,), first=date(2027, 1, 1), last=date(2027, 12, 31))
        for action, found in (
            (Action.DECLARE, violation(FIRST, **OF_OTHER)),
            (Action.APPROVE, violation(FIRST, **OF_OTHER)),
            (Action.NEW_CLOUD_RESOURCES, violation(FIRST)),
        )
    ),
    # 47-3: from the measure until it is lifted
    *(
        Case("47-3", action, (measured(kind, FIRST), lifted(kind, LATER)))
        for kind in ("INVESTMENT_DEFERRED",)
        for action in (Action.INCLUDE_BUDGET,)
    ),
    Case("30-1", Action.CHANGE, (measured("SUSPENSION", FIRST), lifted("SUSPENSION", LATER))),
    # 51-1: from the finding until the body that found it clears it
    *(
        Case("51-1", action, (endangered(FIRST), cleared(LATER)))
        for action in (Action.DECLARE, Action.APPROVE, Action.OPERATION_MONEY)
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row} {case.action}")
def test_a_row_bars_from_its_first_day_to_its_last(case: Case) -> None:
    begins = case.first or BEGUN
    assert rows(case.on(begins)) == {case.row}
    if case.first is not None:
        assert rows(case.on(case.first - DAY)) == set()
    if case.last is not None:
        assert rows(case.on(case.last)) == {case.row}
        assert rows(case.on(case.last + DAY)) == set()


def test_every_row_that_bars_is_among_the_cases() -> None:
    assert {case.row for case in CASES} == {
        *("8-0", "8-(8)", "8-(10)", "9-4", "12-1", "12-2", "20-1", "30-1"),
        *("32-1", "32-2", "33-2", "47-3", "51-1"),
    }


def test_a_finding_costs_the_operation_money_of_the_next_budget_year_only() -> None:
    def asked_for(year: int) -> set[str]:
        found = asked(Action.OPERATION_MONEY, FIRST, violation(FIRST), budget_year=year)
        return rows(found)

    assert asked_for(2026) == set()
    assert asked_for(2027) == {"33-2"}
    assert asked_for(2028) == set()


def test_the_budget_year_is_the_next_one_unless_it_is_said() -> None:
    assert rows(asked(Action.OPERATION_MONEY, FIRST, violation(FIRST))) == {"33-2"}


def test_a_finding_bars_the_other_projects_and_not_its_own() -> None:
    own = asked(Action.APPROVE, date(2027, 6, 1), violation(FIRST))
    assert rows(own) == set()


@pytest.mark.parametrize("action", [Action.INCLUDE_BUDGET, Action.OPERATION_MONEY])
def test_poor_evaluations_and_findings_are_told_with_money_and_bar_nothing(action: Action) -> None:
    poor = event("PostEvaluationRecorded", FIRST, evaluation={"grade": "POOR"})
    better = event("PostEvaluationRecorded", LATER, evaluation={"grade": "GOOD"})
    assert advice(asked(action, FIRST - DAY, poor, better)) == set()
    told = asked(action, FIRST, poor, better)
    assert (advice(told), told.allowed) == ({"46-4"}, True)
    assert advice(asked(action, LATER, poor, better)) == set()
    assert advice(asked(action, FIRST, violation(FIRST))) == {"20-2"}


def submitted_to(kind: str) -> Event:
    """A document that describes how it is to be built."""
    built = construction(kind=kind).model_dump(mode="json", exclude_none=True)
    return event("DocumentSubmitted", FIRST, submission={"construction": built})


@pytest.mark.parametrize("kind", ["NEW", "EXPAND", "UPGRADE"])
def test_what_is_declared_on_top_of_a_project_stands_on_it_and_its_system(kind: str) -> None:
    on_top = (*without(DECLARED, ASSET), event("ProjectDeclared", BEGUN))
    found = asked(Action.APPROVE, FIRST, submitted_to(kind), clean=on_top)
    assert rows(found) == {"8-(8)", "8-(10)"}


@pytest.mark.parametrize(
    ("kind", "rows_of_it"), [("NEW", set()), ("EXPAND", {"8-(10)"}), ("UPGRADE", {"8-(10)"})]
)
def test_what_is_built_anew_stands_on_no_system(kind: str, rows_of_it: set[str]) -> None:
    found = asked(Action.APPROVE, FIRST, submitted_to(kind), clean=without(ASSET))
    assert rows(found) == rows_of_it


@pytest.mark.parametrize(("kind", "barred"), [("NEW", True), ("REBUILD", True), ("UPGRADE", False)])
def test_findings_bar_what_is_built_expanded_or_rebuilt_and_not_what_is_upgraded(
    kind: str, *, barred: bool
) -> None:
    found = asked(Action.APPROVE, FIRST, submitted_to(kind), endangered(FIRST, **OF_OTHER))
    assert rows(found) == ({"51-1"} if barred else set())


def test_a_block_says_since_when_why_and_what_lifts_it() -> None:
    block = the_block(asked(Action.DECLARE, date(2027, 3, 1), violation(FIRST, **OF_OTHER)))
    assert (block.rule, block.article) == ("no_sharing_violation_bars_other_projects", "33")
    assert block.strength == "HARD"
    assert block.since == FIRST
    assert block.not_before == date(2028, 1, 1)
    assert not block.exception_possible
    (source,) = block.sources
    assert (source.type, source.label, source.on) == (
        "SharingViolationFound",
        "数据共享问题认定",
        FIRST,
    )
    assert source.ref.service == "acceptance"
    assert "2026-05-06未按要求共享数据资源" in block.text
    assert block.remedy


def test_an_exception_in_force_lifts_what_is_only_required_in_principle() -> None:
    exempted = granted(FIRST, "12-1", project_id=None, valid_until=LATER)
    question = (FLAGGED, exempted)
    block = the_block(asked(Action.DECLARE, FIRST, *question))
    assert block.exception_possible
    assert block.exception_approvers == ("DEB",)
    assert block.exception is not None
    assert (block.exception.number, block.exception.valid_until) == ("乐发改〔2026〕3号", LATER)
    assert asked(Action.DECLARE, FIRST, *question).allowed
    assert asked(Action.DECLARE, LATER, *question).allowed
    over = asked(Action.DECLARE, LATER + DAY, *question)
    assert the_block(over).exception is None
    assert not over.allowed


def test_no_exception_lifts_a_hard_rule_but_a_special_regime() -> None:
    for kind, allowed in (("JUSTIFIED", False), ("SPECIAL_REGIME", True)):
        exempted = granted(FIRST, "32-1", kind=kind)
        found = asked(Action.OPERATION_MONEY, FIRST, exempted, clean=without(ACCEPTED))
        assert rows(found) == {"32-1"}
        assert found.allowed is allowed


def test_an_exception_for_one_project_is_none_for_another() -> None:
    exempted = granted(FIRST, "8-(10)", project_id=OTHER)
    assert not asked(Action.OPERATION_MONEY, FIRST, exempted, clean=without(ASSET)).allowed


def test_what_was_backdated_counts_from_its_legal_date() -> None:
    later_on_record = (event("DataCollectionCleared", LATER), event("DataCollectionFlagged", FIRST))
    assert rows(asked(Action.DECLARE, FIRST, *later_on_record)) == {"12-1"}


def test_several_blocks_are_told_together() -> None:
    found = asked(Action.DECLARE, FIRST, FLAGGED, FAILED, endangered(FIRST))
    assert rows(found) == {"12-1", "32-2", "51-1"}


def test_an_old_system_without_a_project_is_asked_for_its_assets_and_its_entry() -> None:
    found = asked(Action.OPERATION_MONEY, FIRST, clean=(REGISTERED, ENTERED), system=SYSTEM)
    assert rows(found) == {"8-(10)"}
    assert found.satisfied == ("system_may_go_on_running", "system_of_the_money_is_catalogued")


@pytest.mark.parametrize(
    "about",
    [
        {"unit": OTHER_UNIT, "project": PROJECT},
        {"project": OTHER},
        {"system": FINDING},
    ],
)
def test_what_is_not_on_record_or_not_the_units_own_is_unknown(about: dict[str, Any]) -> None:
    other = event("UnitRegistered", BEGUN, unit_id=OTHER_UNIT)
    with pytest.raises(Unknown):
        asked(Action.OPERATION_MONEY, FIRST, other, **about)


def test_a_unit_that_is_not_registered_is_unknown() -> None:
    with pytest.raises(Unknown):
        asked(Action.DECLARE, FIRST, unit=OTHER_UNIT)


def test_a_deferred_investment_is_no_operation_money() -> None:
    deferred = measured("INVESTMENT_DEFERRED", FIRST)
    assert asked(Action.OPERATION_MONEY, FIRST, deferred).allowed  # as the budget service decides


def test_an_original_project_that_is_not_on_record_is_unknown() -> None:
    with pytest.raises(Unknown):
        asked(Action.DECLARE, FIRST, base=OTHER)


def test_an_original_project_of_another_unit_is_unknown() -> None:
    theirs = event("ProjectDeclared", BEGUN, project_id=OTHER, unit_id=OTHER_UNIT)
    with pytest.raises(Unknown):
        asked(Action.DECLARE, FIRST, theirs, base=OTHER)


@pytest.mark.parametrize(
    ("action", "about"),
    [
        (Action.DECLARE, {"project": PROJECT}),
        (Action.APPROVE, {}),
        (Action.APPROVE, {"system": SYSTEM}),
        (Action.CHANGE, {"project": PROJECT, "base": OTHER}),
        (Action.OPERATION_MONEY, {"project": PROJECT, "as_of": date(1999, 12, 31)}),
        (Action.OPERATION_MONEY, {"project": PROJECT, "budget_year": 1999}),
    ],
)
def test_a_question_names_what_it_is_about(action: Action, about: dict[str, UUID]) -> None:
    with pytest.raises(ValidationError):
        Question.model_validate({"unit": UNIT, "action": action, **about})
