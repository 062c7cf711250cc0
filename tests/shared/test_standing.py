"""处境: what tells on a unit, its projects and their money, and what lifts it."""

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from shared.events import Event
from shared.events.acceptance import (
    AcceptanceConcluded,
    AcceptanceOverdue,
    AcceptanceScheduled,
    ExtensionGranted,
    ExtensionRuling,
    MeasureImposed,
    MeasureLifted,
    SecurityFindingCleared,
    SecurityFindingRecorded,
    SharingViolationFound,
    SharingViolationWithdrawn,
)
from shared.events.approval import (
    ConstructionResumed,
    ConstructionSuspended,
    ExceptionGranted,
    ExceptionRevoked,
    ProjectTerminated,
)
from shared.events.registry import (
    AssetConfirmed,
    AssetRegistration,
    DataCollectionFlagged,
    ResourcesCatalogued,
    SystemActivated,
    SystemCatalogued,
    SystemTerminated,
    SystemTerminationRequired,
    SystemTerminationWaived,
    SystemUpdated,
)
from shared.events.vocabulary import DeliveryMode
from shared.regulation import Check
from shared.standing import (
    Standing,
    SystemStanding,
    registration_of,
    rules,
    standing_of,
    system_of,
)
from shared.standing.rules import no_project_bars_the_unit
from tests.support.builders import OTHER_UNIT, UNIT, document, entry
from tests.support.given_when_then import SUBJECT, TODAY, Outcome, as_recorded

PROJECT: dict[str, Any] = {"project_id": SUBJECT, "unit_id": UNIT}


def overdue(**changes: Any) -> Event:
    return AcceptanceOverdue(on=TODAY, due_on=date(2026, 5, 1), **{**PROJECT, **changes})


def concluded(conclusion: str) -> Event:
    acceptance = {
        "conclusion": conclusion,
        "document": document("验收意见", "乐数验〔2026〕1号"),
        "findings": [],
        "text": "见附件",
    }
    values = {"on": TODAY, "acceptance": acceptance, "filing_due_on": None, **PROJECT}
    return AcceptanceConcluded.model_validate(values)


def scheduled(due_on: date) -> Event:
    (reply,) = as_recorded([overdue()], "approval")
    return AcceptanceScheduled(
        on=TODAY,
        delivery_mode=DeliveryMode.SELF_BUILD,
        replied_on=date(2025, 3, 3),
        planned_end=date(2026, 4, 1),
        due_on=due_on,
        custom_development=False,
        baseline=reply.ref,
        policy="511100-2022@1",
        **PROJECT,
    )


def extended() -> Event:
    ruling = ExtensionRuling(approved=True, text="同意")
    return ExtensionGranted(on=TODAY, ruling=ruling, due_on=date(2026, 8, 1), **PROJECT)


def barring(*events: Event) -> list[str]:
    """How the projects stand that bar the unit."""
    check = no_project_bars_the_unit(standing_of(as_recorded(events, "acceptance"), UNIT))
    return re.findall(r"[0-9a-f]{12}([^；]+)", check.text)


def test_an_overdue_or_failed_project_bars_its_unit() -> None:
    assert barring(overdue()) == ["逾期未验收"]
    assert barring(concluded("FAILED")) == ["验收不合格"]


def test_a_passed_acceptance_lifts_both() -> None:
    assert barring(overdue(), concluded("PASSED")) == []
    assert barring(concluded("FAILED"), concluded("PASSED")) == []


def test_a_new_due_date_lifts_what_is_overdue_but_not_what_failed() -> None:
    assert barring(overdue(), extended()) == []
    assert barring(overdue(), scheduled(TODAY)) == []
    assert barring(concluded("FAILED"), extended()) == ["验收不合格"]


def test_a_due_date_that_has_passed_lifts_nothing() -> None:
    assert barring(overdue(), scheduled(date(2026, 5, 5))) == ["逾期未验收"]


@pytest.mark.parametrize("event", [overdue(unit_id=OTHER_UNIT)])
def test_another_units_project_does_not_bar(event: Event) -> None:
    assert barring(event) == []


def test_each_project_bars_by_itself() -> None:
    other = UUID("01890000-0000-7000-8000-000000000002")
    assert len(barring(overdue(), overdue(project_id=other))) == 2


# -- findings, measures, interruptions, exceptions ------------------------------------------------

FINDING = UUID("01890000-0000-7000-8000-00000000000b")
OTHER = UUID("01890000-0000-7000-8000-000000000002")
NEW_YEARS_EVE = date(2026, 12, 31)


def violation(on: date = TODAY, **changes: Any) -> Event:
    content = {"fault": "NOT_SHARED", "description": "未共享", "evidence": document("认定")}
    values = {"on": on, "finding_id": FINDING, "violation": content, **PROJECT, **changes}
    return SharingViolationFound.model_validate(values)


def withdrawn() -> Event:
    content = {"reason": "认定有误", "document": document("撤销")}
    values = {"on": TODAY, "finding_id": FINDING, "withdrawal": content, **PROJECT}
    return SharingViolationWithdrawn.model_validate(values)


def endangered() -> Event:
    content = {"fault": "MAJOR_DANGER", "description": "隐患", "evidence": document("认定")}
    values = {"on": TODAY, "finding_id": FINDING, "body": "PSB", "finding": content, **PROJECT}
    return SecurityFindingRecorded.model_validate(values)


def cleared() -> Event:
    content = {"description": "已整改", "evidence": document("销号")}
    values = {"on": TODAY, "finding_id": FINDING, "body": "PSB", "clearance": content, **PROJECT}
    return SecurityFindingCleared.model_validate(values)


def measured(kind: str) -> Event:
    content = {
        "kind": kind,
        "rectification_id": FINDING,
        "reason": "逾期不改",
        "document": document("处理", "乐数〔2026〕9号"),
    }
    values = {"on": TODAY, "measure_id": FINDING, "body": "DEB", "measure": content, **PROJECT}
    return MeasureImposed.model_validate(values)


def lifted(kind: str) -> Event:
    content = {"reason": "已整改", "document": document("解除")}
    values = {"on": TODAY, "measure_id": FINDING, "kind": kind, "lifting": content, **PROJECT}
    return MeasureLifted.model_validate(values)


def suspended() -> Event:
    content = {"reason": "重大损失", "document": document("暂停", "乐数〔2026〕7号")}
    return ConstructionSuspended.model_validate({"on": TODAY, "suspension": content, **PROJECT})


def resumed() -> Event:
    content = {"reason": "已整改", "document": document("恢复", "乐数〔2026〕8号")}
    return ConstructionResumed.model_validate({"on": TODAY, "resumption": content, **PROJECT})


def terminated() -> Event:
    content = {"approved": True, "text": "同意", "document": document("终止", "乐信领〔2026〕1号")}
    return ProjectTerminated.model_validate({"on": TODAY, "ruling": content, **PROJECT})


def granted(project_id: UUID | None = SUBJECT, **changes: Any) -> Event:
    values = {
        "on": TODAY,
        "exception_id": FINDING,
        "unit_id": UNIT,
        "project_id": project_id,
        "rows": ["8-(3)"],
        "kind": "JUSTIFIED",
        "number": "乐发改〔2026〕3号",
        "approvers": ["DRC", "DEB"],
        "valid_from": TODAY,
        "valid_until": NEW_YEARS_EVE,
    }
    return ExceptionGranted.model_validate(values | changes)


def standing(*events: Event) -> Standing:
    return standing_of(as_recorded(events, "acceptance"), UNIT)


def then(check: Check) -> Outcome:
    """A check by itself, as the outcome of a decision that asks nothing else."""
    return Outcome(broken=() if check.holds else (check.rule,), texts=(check.text,))


def test_a_unit_whose_data_is_not_collected_declares_nothing_new() -> None:
    flagged = DataCollectionFlagged.model_validate(
        {
            "on": TODAY,
            "unit_id": UNIT,
            "restriction": {"reason": "未归集", "evidence": document("通报")},
        }
    )
    then(rules.data_collection_is_complete(standing(flagged))).then_broken(
        rules.data_collection_is_complete
    )
    assert rules.data_collection_is_complete(standing()).holds


@pytest.mark.parametrize("event", [suspended(), measured("SUSPENSION"), terminated()])
def test_what_is_suspended_or_ended_is_not_built_on(event: Event) -> None:
    then(rules.construction_goes_on(standing(event).of(SUBJECT))).then_broken(
        rules.construction_goes_on
    )


@pytest.mark.parametrize(
    "events",
    [(suspended(), resumed()), (measured("SUSPENSION"), lifted("SUSPENSION"))],
    ids=["resumed", "lifted"],
)
def test_what_is_resumed_goes_on(events: tuple[Event, ...]) -> None:
    assert rules.construction_goes_on(standing(*events).of(SUBJECT)).holds


def test_a_termination_is_final() -> None:
    ended = standing(measured("TERMINATION"), lifted("TERMINATION")).of(SUBJECT)
    assert not rules.construction_goes_on(ended).holds


def test_a_violation_tells_on_the_units_other_projects_in_the_next_calendar_year_only() -> None:
    unit = standing(violation(NEW_YEARS_EVE))
    assert rules.no_sharing_violation_bars_other_projects(unit, OTHER, NEW_YEARS_EVE).holds
    barred = rules.no_sharing_violation_bars_other_projects(unit, OTHER, date(2027, 1, 1))
    then(barred).then_broken(rules.no_sharing_violation_bars_other_projects)
    assert barred.not_before == date(2028, 1, 1)
    then(
        rules.no_sharing_violation_bars_other_projects(unit, None, date(2027, 12, 31))
    ).then_broken(rules.no_sharing_violation_bars_other_projects)
    assert rules.no_sharing_violation_bars_other_projects(unit, SUBJECT, date(2027, 6, 1)).holds, (
        "the project itself is not barred"
    )
    assert rules.no_sharing_violation_bars_other_projects(unit, OTHER, date(2028, 1, 1)).holds
    assert rules.no_sharing_violation_bars_other_projects(
        standing(violation(), withdrawn()), OTHER, date(2027, 1, 1)
    ).holds


def test_a_violation_costs_the_project_next_years_operation_money() -> None:
    project = standing(violation(NEW_YEARS_EVE)).of(SUBJECT)
    then(rules.no_sharing_violation_bars_operation_money(project, 2027)).then_broken(
        rules.no_sharing_violation_bars_operation_money
    )
    assert rules.no_sharing_violation_bars_operation_money(project, 2026).holds
    assert rules.no_sharing_violation_bars_operation_money(project, 2028).holds


def test_a_violation_costs_the_project_next_years_new_cloud_resources() -> None:
    project = standing(violation(NEW_YEARS_EVE)).of(SUBJECT)
    then(rules.no_sharing_violation_bars_cloud_resources(project, date(2027, 1, 1))).then_broken(
        rules.no_sharing_violation_bars_cloud_resources
    )
    assert rules.no_sharing_violation_bars_cloud_resources(project, NEW_YEARS_EVE).holds
    assert rules.no_sharing_violation_bars_cloud_resources(project, date(2028, 1, 1)).holds


def test_a_deferred_project_gets_no_money_until_the_measure_is_lifted() -> None:
    deferred = measured("INVESTMENT_DEFERRED")
    then(rules.investment_is_not_deferred(standing(deferred).of(SUBJECT))).then_broken(
        rules.investment_is_not_deferred
    )
    assert rules.investment_is_not_deferred(
        standing(deferred, lifted("INVESTMENT_DEFERRED")).of(SUBJECT)
    ).holds
    assert rules.investment_is_not_deferred(standing(measured("CRITICISM")).of(SUBJECT)).holds


def test_an_open_security_finding_bars_the_unit_and_the_projects_operation_money() -> None:
    unit = standing(endangered())
    then(rules.no_security_finding_bars_the_unit(unit)).then_broken(
        rules.no_security_finding_bars_the_unit
    )
    then(rules.no_security_finding_bars_operation_money(unit.of(SUBJECT))).then_broken(
        rules.no_security_finding_bars_operation_money
    )
    assert rules.no_security_finding_bars_operation_money(unit.of(OTHER)).holds
    mended = standing(endangered(), cleared())
    assert rules.no_security_finding_bars_the_unit(mended).holds
    assert rules.no_security_finding_bars_operation_money(mended.of(SUBJECT)).holds


def test_an_exception_is_for_its_project_alone_and_until_it_is_revoked() -> None:
    unit = standing(granted())
    assert [e.number for e in unit.exemptions(SUBJECT)] == ["乐发改〔2026〕3号"]
    assert unit.exemptions(OTHER) == unit.exemptions() == ()
    assert len(standing(granted(None)).exemptions()) == 1
    revoked = ExceptionRevoked.model_validate(
        {
            "on": TODAY,
            "exception_id": FINDING,
            "unit_id": UNIT,
            "project_id": SUBJECT,
            "revocation": {"reason": "情况变化", "document": document("撤销")},
        }
    )
    assert standing(granted(), revoked).exemptions(SUBJECT) == ()


# -- what projects and systems must have before they begin or cost something ----------------------


def accepted_base(*events: Event) -> Check:
    return rules.base_project_is_accepted(SUBJECT, standing(*events).of(SUBJECT).acceptance)


def test_a_project_is_upgraded_once_it_is_accepted() -> None:
    then(accepted_base()).then_broken(rules.base_project_is_accepted)
    then(accepted_base(concluded("FAILED"))).then_broken(rules.base_project_is_accepted)
    assert accepted_base(concluded("FAILED"), concluded("PASSED")).holds
    assert rules.base_project_is_accepted(None, standing().of(SUBJECT).acceptance).holds


@pytest.mark.parametrize(
    ("passed", "production", "holds"),
    [(False, True, False), (True, True, True), (False, False, True)],
)
def test_cloud_resources_wait_for_acceptance_but_for_the_trial_run(
    *, passed: bool, production: bool, holds: bool
) -> None:
    check = rules.production_cloud_needs_a_passed_acceptance(
        "未验收", passed=passed, production=production
    )
    assert check.holds is holds
    if not holds:
        then(check).then_broken(rules.production_cloud_needs_a_passed_acceptance)


def entered(**changes: Any) -> Event:
    values = {"on": TODAY, "system_id": SUBJECT, "unit_id": UNIT, "entry": entry(**changes)}
    return SystemCatalogued.model_validate(values)


def asset() -> Event:
    registration = AssetRegistration(asset_number="ZC-1")
    return AssetConfirmed(on=TODAY, system_id=SUBJECT, unit_id=UNIT, registration=registration)


def test_a_system_is_under_asset_management_once_it_is_confirmed() -> None:
    before = rules.system_is_under_asset_management(system_of(as_recorded([entered()])))
    then(before).then_broken(rules.system_is_under_asset_management)
    system = system_of(as_recorded([entered(status="RUNNING"), asset()]))
    assert rules.system_is_under_asset_management(system).holds
    assert (system.running, system.name, system.unit_id) == (True, entry().name, UNIT)


def test_a_planned_system_runs_once_it_is_active_and_keeps_its_name_unless_renamed() -> None:
    planned = [entered(status="PLANNED")]
    (accepted,) = as_recorded([overdue()], "acceptance")
    active = of_system(SystemActivated, project_id=SUBJECT, acceptance=accepted.ref)
    updated = [of_system(SystemUpdated, change={"functions": "新功能"})]
    renamed = [of_system(SystemUpdated, change={"name": "新平台"})]
    assert not system_of(as_recorded(planned)).running
    assert system_of(as_recorded([*planned, active])).running
    assert system_of(as_recorded([*planned, *updated])).name == entry().name
    assert system_of(as_recorded([*planned, *renamed])).name == "新平台"


def resources(*sharing: str) -> Event:
    listed = [{"code": f"R{n}", "name": "名册", "sharing": s} for n, s in enumerate(sharing)]
    values = {"on": TODAY, **PROJECT, "catalogue": {"resources": listed}}
    return ResourcesCatalogued.model_validate(values)


@pytest.mark.parametrize(
    ("events", "holds"),
    [
        ((resources("NONE", "NONE"),), False),
        ((resources("NONE", "CONDITIONAL"),), True),
        ((resources("NONE"), resources("UNCONDITIONAL")), True),
        ((), True),
    ],
)
def test_what_cannot_be_shared_at_all_needs_the_leading_group(
    events: tuple[Event, ...], *, holds: bool
) -> None:
    registration = registration_of(as_recorded(events))
    check = rules.unshared_project_is_approved_by_the_leading_group(registration, None)
    assert check.holds is holds
    if not holds:
        then(check).then_broken(rules.unshared_project_is_approved_by_the_leading_group)
    (approved,) = as_recorded([overdue()], "approval")
    assert rules.unshared_project_is_approved_by_the_leading_group(registration, approved.ref).holds


def ending(*events: Event) -> SystemStanding:
    return system_of(as_recorded([entered(status="RUNNING"), *events]))


REQUIREMENT = {
    "ground": "REPLACEABLE",
    "replacement": "全市统一平台",
    "terminate_by": "2026-12-31",
    "reason": "已有统建系统",
    "document": document("通知", "乐数〔2026〕8号"),
}


def of_system(kind: type[Event], **content: Any) -> Event:
    return kind.model_validate({"on": TODAY, "system_id": SUBJECT, "unit_id": UNIT, **content})


def test_a_system_that_has_to_stop_carries_nothing_new_and_costs_nothing() -> None:
    required = of_system(SystemTerminationRequired, requirement=REQUIREMENT)
    waiver = {"reason": "确需保留", "document": document("依据")}
    then(rules.system_goes_on(ending(required))).then_broken(rules.system_goes_on)
    then(rules.system_may_go_on_running(ending(required))).then_broken(
        rules.system_may_go_on_running
    )
    kept = ending(required, of_system(SystemTerminationWaived, waiver=waiver))
    assert rules.system_goes_on(kept).holds
    assert rules.system_may_go_on_running(kept).holds


def test_a_system_that_has_stopped_carries_nothing_new() -> None:
    termination = {"statement": "已停用", "evidence": document("证明")}
    stopped = ending(of_system(SystemTerminated, termination=termination))
    then(rules.system_goes_on(stopped)).then_broken(rules.system_goes_on)
