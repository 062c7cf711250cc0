"""Rules of the system catalogue: entries, how current they are, how they end (第二、八、九条)."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.registry import decisions
from services.registry.rules import systems
from services.registry.rules.units import unit_is_registered
from services.registry.state import Phase
from shared.events.acceptance import AcceptanceConcluded
from shared.events.registry import (
    AssetConfirmed,
    AssetRegistration,
    ProjectDeclared,
    SystemActivated,
    SystemCatalogued,
    SystemChange,
    SystemReview,
    SystemReviewed,
    SystemTerminated,
    SystemTermination,
    SystemTerminationRequired,
    SystemTerminationWaived,
    SystemUpdated,
    TerminationWaiver,
)
from shared.standing.rules import system_goes_on
from tests.registry.building import (
    PROJECTS,
    SYSTEMS,
    catalogued,
    ready,
    requirement,
    system,
    termination_required,
    unit,
)
from tests.support.builders import OTHER_UNIT, UNIT, declaration, document, entry
from tests.support.given_when_then import SUBJECT, TODAY, as_recorded

JUNE = date(2026, 6, 1)
CHANGE = SystemChange(functions="统一平台和消息")
REVIEW = SystemReview(statement="与现状一致")
STOP = SystemTermination(statement="已下线，数据归档", evidence=document("下线确认单"))
WAIVER = TerminationWaiver(reason="不能替代", document=document("函", "乐数函〔2026〕33号"))


def terminated() -> SystemTerminated:
    return SystemTerminated(on=TODAY, system_id=SUBJECT, unit_id=UNIT, termination=STOP)


# -- 第九条: entries -------------------------------------------------------------------------


def test_a_system_of_a_registered_unit_is_catalogued() -> None:
    SYSTEMS.with_facts(unit=unit()).when(decisions.catalogue_system, entry()).then(SystemCatalogued)
    SYSTEMS.when(decisions.catalogue_system, entry()).then_broken(unit_is_registered)


def test_what_is_in_no_category_is_not_catalogued() -> None:
    outside = entry(category="OUT_OF_SCOPE")
    SYSTEMS.with_facts(unit=unit()).when(decisions.catalogue_system, outside).then_broken(
        systems.category_is_in_scope
    )
    SYSTEMS.given(catalogued()).when(
        decisions.update_system, SystemChange(category=outside.category)
    ).then_broken(systems.category_is_in_scope)


@pytest.mark.parametrize(
    ("decision", "command", "event"),
    [
        (decisions.confirm_asset, AssetRegistration(asset_number="ZC-1"), AssetConfirmed),
        (decisions.update_system, CHANGE, SystemUpdated),
        (decisions.review_system, REVIEW, SystemReviewed),
        (decisions.require_system_termination, requirement(), SystemTerminationRequired),
        (decisions.terminate_system, STOP, SystemTerminated),
    ],
)
def test_what_is_not_catalogued_is_not_acted_on(decision: Any, command: Any, event: Any) -> None:
    SYSTEMS.when(decision, command).then_broken(systems.system_has_an_entry)
    SYSTEMS.given(catalogued()).when(decision, command).then(event)


def test_a_declaration_needs_a_system_of_its_own_unit() -> None:
    of_another = ready(system=system(unit_id=OTHER_UNIT))
    outcomes = [
        case.when(decisions.declare_project, declaration())
        for case in (of_another, PROJECTS.with_facts(unit=unit()))
    ]
    for outcome in outcomes:
        outcome.then_broken(systems.system_is_catalogued)
    assert outcomes[0].texts == outcomes[1].texts  # not even whether there is such a system


def test_entering_updating_and_reviewing_each_count_as_a_review() -> None:
    assert system().last_reviewed_on == TODAY
    updated = SystemUpdated(on=JUNE, system_id=SUBJECT, unit_id=UNIT, change=CHANGE)
    assert system(updated).last_reviewed_on == JUNE
    assert system(updated).content.functions == "统一平台和消息"
    assert system(updated).content.name == entry().name
    seen = SystemReviewed(on=JUNE, system_id=SUBJECT, unit_id=UNIT, review=REVIEW)
    assert system(seen).last_reviewed_on == JUNE


def test_an_entry_is_its_units_alone() -> None:
    assert system().parties == {UNIT}
    assert SYSTEMS.state().parties == frozenset()


def test_a_change_changes_something() -> None:
    with pytest.raises(ValidationError, match="至少填写一项"):
        SystemChange.model_validate({"on": "2026-05-06"})


# -- 第九条: provisional until accepted -----------------------------------------------------


def accepted() -> AcceptanceConcluded:
    return AcceptanceConcluded.model_validate(
        {
            "on": JUNE,
            "project_id": SUBJECT,
            "unit_id": UNIT,
            "acceptance": {
                "conclusion": "PASSED",
                "document": document("验收意见", "乐数验〔2026〕1号"),
                "findings": [],
                "text": "合格",
            },
        }
    )


def test_a_provisional_entry_becomes_active_with_its_projects_acceptance() -> None:
    (recorded,) = as_recorded([accepted()], "acceptance")
    assert system().phase is Phase.PROVISIONAL
    outcome = (
        SYSTEMS.given(catalogued())
        .with_facts(cause=recorded.ref)
        .when(decisions.activate_system, accepted())
        .then(SystemActivated)
        .having(on=JUNE, project_id=SUBJECT, acceptance=recorded.ref)
    )
    assert system(*outcome.events).phase is Phase.ACTIVE


def test_what_runs_is_not_activated() -> None:
    running = SYSTEMS.given(catalogued(status="RUNNING"))
    assert running.state().phase is Phase.ACTIVE
    running.when(decisions.activate_system, accepted()).then_broken(systems.system_is_provisional)
    SYSTEMS.when(decisions.activate_system, accepted()).then_broken(systems.system_has_an_entry)


# -- 第八条: systems that have to stop ------------------------------------------------------


def test_the_deadline_is_today_or_later() -> None:
    case = SYSTEMS.given(catalogued())
    case.when(
        decisions.require_system_termination, requirement(terminate_by="2026-05-05")
    ).then_invalid("terminate_by")
    case.when(decisions.require_system_termination, requirement(terminate_by=str(TODAY))).then(
        SystemTerminationRequired
    )


def test_a_later_requirement_replaces_an_earlier_one() -> None:
    later = termination_required(terminate_by="2026-12-31")
    state = system(termination_required(), later)
    assert state.requirement is not None
    assert (state.phase, state.requirement.terminate_by) == (Phase.TO_STOP, date(2026, 12, 31))


def test_nothing_is_declared_on_a_system_that_has_to_stop_or_has_stopped() -> None:
    for ending, told in (
        (termination_required(), "系统须在2026-09-30以前停用，替代为“全市统一消息平台”"),
        (terminated(), "系统已于2026-05-06停用"),
    ):
        outcome = ready(system=system(ending)).when(decisions.declare_project, declaration())
        assert outcome.then_broken(system_goes_on).texts == (told,)


def test_a_requirement_that_is_waived_bars_nothing() -> None:
    case = SYSTEMS.given(catalogued())
    SYSTEMS.when(decisions.waive_system_termination, WAIVER).then_broken(
        systems.system_has_an_entry, systems.system_is_required_to_stop
    )
    case.when(decisions.waive_system_termination, WAIVER).then_broken(
        systems.system_is_required_to_stop
    )
    outcome = case.given(termination_required()).when(decisions.waive_system_termination, WAIVER)
    outcome.then(SystemTerminationWaived)
    free = system(termination_required(), *outcome.events)
    ready(system=free).when(decisions.declare_project, declaration()).then(ProjectDeclared)


def test_a_unit_stops_a_system_once_whether_required_or_not() -> None:
    SYSTEMS.given(catalogued(), termination_required()).when(decisions.terminate_system, STOP).then(
        SystemTerminated
    )
    stopped = SYSTEMS.given(catalogued(), terminated())
    assert (stopped.state().phase, stopped.state().stopped_on) == (Phase.STOPPED, TODAY)
    for decision, command in (
        (decisions.terminate_system, STOP),
        (decisions.review_system, REVIEW),
        (decisions.update_system, CHANGE),
        (decisions.require_system_termination, requirement()),
    ):
        stopped.when(decision, command).then_broken(systems.system_has_not_stopped)
