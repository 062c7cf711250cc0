"""Rules about units: registration, change of heads, restriction (第五、十二、二十六条)."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.registry import decisions
from services.registry.rules import declarations, units
from services.registry.state import terms_since
from shared.events.registry import (
    DataCollectionCleared,
    DataCollectionFlagged,
    ProjectDeclared,
    UnitChange,
    UnitRegistered,
    UnitUpdated,
)
from tests.registry.building import (
    PROJECTS,
    UNITS,
    flagged,
    ready,
    restriction,
    system,
    unit,
    unit_registered,
)
from tests.support.builders import UNIT, declaration, profile
from tests.support.given_when_then import TODAY

NEW_HEAD = UnitChange(head="周建国", head_since=date(2026, 5, 20))


def updated(change: UnitChange = NEW_HEAD) -> UnitUpdated:
    return UnitUpdated(on=TODAY, unit_id=UNIT, change=change)


def test_a_unit_is_registered_once() -> None:
    UNITS.when(decisions.register_unit, profile()).then(UnitRegistered)
    UNITS.given(unit_registered()).when(decisions.register_unit, profile()).then_broken(
        units.unit_is_not_yet_registered
    )


def test_only_a_registered_unit_is_changed_flagged_and_cleared() -> None:
    UNITS.when(decisions.flag_data_collection, restriction()).then_broken(units.unit_is_registered)
    UNITS.when(decisions.clear_data_collection, restriction()).then_broken(units.unit_is_registered)
    UNITS.when(decisions.update_unit, NEW_HEAD).then_broken(units.unit_is_registered)
    case = UNITS.given(unit_registered())
    case.when(decisions.flag_data_collection, restriction()).then(DataCollectionFlagged)
    case.given(flagged()).when(decisions.clear_data_collection, restriction()).then(
        DataCollectionCleared
    )


def test_only_a_registered_unit_declares() -> None:
    PROJECTS.with_facts(system=system()).when(decisions.declare_project, declaration()).then_broken(
        units.unit_is_registered, declarations.responsible_person_is_the_head
    )


# -- 第五条: an incomplete profile is told of, not refused -----------------------------------


def test_what_a_profile_lacks_is_named_and_bars_nothing() -> None:
    bare = unit_registered(informatization_office=None, contact=None)
    assert unit(bare).missing == ("信息化工作机构", "联系人")
    ready(unit=unit(bare)).when(decisions.declare_project, declaration()).then(ProjectDeclared)
    completed = unit(bare, updated(UnitChange(informatization_office="信息中心", contact="王五")))
    assert completed.missing == ()


def test_a_change_changes_something() -> None:
    for nothing in ({}, {"head_since": "2026-05-20"}, {"name": None}):
        with pytest.raises(ValidationError, match="至少填写一项"):
            UnitChange.model_validate(nothing)


# -- 第二十六条: who is responsible follows the head in office -------------------------------


def test_heads_keep_their_terms_when_they_change() -> None:
    UNITS.given(unit_registered()).when(decisions.update_unit, NEW_HEAD).then(UnitUpdated)
    changed = unit(unit_registered(), updated())
    assert [(t.name, t.post, t.since) for t in changed.heads] == [
        ("李四", "局长", TODAY),
        ("周建国", "局长", date(2026, 5, 20)),
    ]


def test_a_head_takes_office_on_the_day_of_the_last_or_later() -> None:
    case = UNITS.given(unit_registered(), updated())
    for since, fits in ((date(2026, 5, 19), False), (date(2026, 5, 20), True)):
        outcome = case.when(decisions.update_unit, UnitChange(head="吴七", head_since=since))
        if fits:
            outcome.then(UnitUpdated)
        else:
            outcome.then_broken(units.head_takes_office_after_the_last)


def test_of_two_heads_who_begin_on_one_day_the_later_entry_counts() -> None:
    corrected = UnitChange(head="吴七", head_since=date(2026, 5, 20))
    heads = unit(unit_registered(), updated(), updated(corrected)).heads
    assert [t.name for t in heads] == ["李四", "吴七"]


@pytest.mark.parametrize(
    ("day", "in_office"), [(date(2026, 5, 19), "李四"), (date(2026, 5, 20), "周建国")]
)
def test_the_head_in_office_on_the_day_is_responsible(day: date, in_office: str) -> None:
    case = ready(unit=unit(unit_registered(), updated())).at(day)
    case.when(decisions.declare_project, declaration(responsible_person=in_office)).then(
        ProjectDeclared
    )
    other = {"李四": "周建国", "周建国": "李四"}[in_office]
    case.when(decisions.declare_project, declaration(responsible_person=other)).then_broken(
        declarations.responsible_person_is_the_head
    )


def test_responsibility_passes_on_with_the_office() -> None:
    heads = unit(unit_registered(), updated()).heads
    assert [t.name for t in terms_since(heads, date(2026, 5, 19))] == ["李四", "周建国"]
    assert [t.name for t in terms_since(heads, date(2026, 5, 20))] == ["周建国"]
    assert [t.name for t in terms_since(heads, date(2025, 1, 1))] == ["李四", "周建国"]
