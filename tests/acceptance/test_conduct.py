"""Suspension and termination, cloud resources, and what is advised at acceptance."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.acceptance import decisions, rules
from services.acceptance.state import Catalogue, Status, origin_of
from shared.events import Event
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceScheduleEnded,
    CloudResourcesGranted,
    ExchangeConnected,
    ManagementRecorded,
    MeasureKind,
    MeasureLifted,
    OverdueFinding,
    ResourcesMounted,
    SecurityStageRecorded,
    SharingFeedback,
    SharingFeedbackRecorded,
    SharingViolationWithdrawn,
)
from shared.events.approval import ProjectTerminated, TerminationRuling
from shared.events.registry import ResourceCatalogue, ResourcesCatalogued
from shared.kernel.model import Record
from shared.regulation import Rule
from shared.regulation.exemption import Exemption, ExemptionKind
from shared.standing import ProjectStanding, standing_of
from shared.standing.rules import (
    construction_goes_on,
    no_project_bars_the_unit,
    no_sharing_violation_bars_cloud_resources,
    production_cloud_needs_a_passed_acceptance,
)
from tests.acceptance.building import (
    ACCEPTANCE,
    ACCEPTED,
    APPLIED,
    DUE,
    IDENTITY,
    IN_TRIAL,
    ORIGIN,
    SCHEDULED,
    SERVICE_APPLIED,
    acceptance,
    application,
    completed,
    completion,
    overdue,
    ref,
    review,
    service_reported,
    trial_start,
)
from tests.acceptance.performing import (
    cloud_grant,
    exchange_connected,
    management_recorded,
    resources_mounted,
    security_stage,
    security_stage_recorded,
)
from tests.acceptance.supervising import (
    FINDING,
    MEASURE,
    lifting,
    measure_imposed,
    sharing_violation_found,
    withdrawal,
)
from tests.support.builders import UNIT, document
from tests.support.given_when_then import Case, as_recorded

SUSPENDED = ProjectStanding(suspended=ref(21))
TERMINATED = ProjectStanding(terminated=ref(22))
TERMINATION = ProjectTerminated(
    on=DUE,
    **IDENTITY,
    ruling=TerminationRuling(
        approved=True, text="同意终止", document=document("意见", "乐信领〔2026〕4号")
    ),
)


# -- suspended or terminated -----------------------------------------------------------------

STOPPED: list[tuple[Case, Any, Record]] = [
    (SCHEDULED, decisions.report_completion, completion()),
    (SCHEDULED.given(completed()), decisions.start_trial_run, trial_start()),
    (IN_TRIAL, decisions.apply_for_acceptance, application()),
    (APPLIED, decisions.conclude_acceptance, acceptance()),
    (SERVICE_APPLIED, decisions.report_service_acceptance, acceptance()),
    (SERVICE_APPLIED.given(service_reported()), decisions.review_service_acceptance, review()),
    (IN_TRIAL, decisions.grant_cloud_resources, cloud_grant("TRIAL")),
]


@pytest.mark.parametrize("elsewhere", [SUSPENDED, TERMINATED], ids=["suspended", "terminated"])
@pytest.mark.parametrize(
    ("case", "decision", "command"), STOPPED, ids=lambda v: getattr(v, "__name__", "")
)
def test_a_suspended_or_terminated_project_does_not_go_on(
    case: Case, decision: Any, command: Record, elsewhere: ProjectStanding
) -> None:
    case.with_facts(elsewhere=elsewhere).when(decision, command).then_broken(construction_goes_on)


def test_a_measure_suspends_too() -> None:
    IN_TRIAL.given(measure_imposed()).when(
        decisions.apply_for_acceptance, application()
    ).then_broken(construction_goes_on)


def test_a_lifted_measure_suspends_no_more() -> None:
    lifted = MeasureLifted(
        on=DUE,
        **IDENTITY,
        measure_id=MEASURE,
        kind=MeasureKind.SUSPENSION,
        lifting=lifting(),
    )
    IN_TRIAL.given(measure_imposed(), lifted).when(
        decisions.apply_for_acceptance, application()
    ).then(AcceptanceApplied)


def test_special_rules_of_the_state_may_let_a_project_go_on() -> None:
    special = Exemption(
        rows=("30-1",),
        kind=ExemptionKind.SPECIAL_REGIME,
        number="国办函〔2026〕1号",
        valid_from=date(2026, 1, 1),
        valid_until=None,
        ref=ref(23),
    )
    justified = replace(special, kind=ExemptionKind.JUSTIFIED)
    case = IN_TRIAL.with_facts(elsewhere=SUSPENDED)
    case.with_facts(exemptions=(special,)).when(decisions.apply_for_acceptance, application()).then(
        AcceptanceApplied
    )
    case.with_facts(exemptions=(justified,)).when(
        decisions.apply_for_acceptance, application()
    ).then_broken(construction_goes_on)


def test_no_exemption_lifts_the_order_of_steps() -> None:
    special = Exemption(
        rows=("31-1", "31-3"),
        kind=ExemptionKind.SPECIAL_REGIME,
        number="国办函〔2026〕1号",
        valid_from=date(2026, 1, 1),
        valid_until=None,
        ref=ref(23),
    )
    ACCEPTANCE.with_facts(exemptions=(special,)).when(
        decisions.report_completion, completion()
    ).then_broken(rules.acceptance_is_scheduled)
    ACCEPTED.with_facts(exemptions=(special,)).when(
        decisions.apply_for_acceptance, application()
    ).then_broken(rules.no_acceptance_is_under_way)


def test_a_terminated_project_is_not_found_overdue() -> None:
    case = SCHEDULED.with_facts(elsewhere=TERMINATED)
    case.when(decisions.mark_overdue, OverdueFinding()).then_broken(
        rules.terminated_project_has_no_due_date
    )
    ended = case.when(decisions.end_acceptance_schedule, TERMINATION).then(AcceptanceScheduleEnded)
    after = case.given(*ended.events)
    assert after.state().status is Status.TERMINATED
    after.when(decisions.end_acceptance_schedule, TERMINATION).then_broken(
        rules.scheduled_project_is_not_ended
    )


def test_what_was_never_scheduled_has_no_schedule_to_end() -> None:
    ACCEPTANCE.with_facts(elsewhere=TERMINATED).when(
        decisions.end_acceptance_schedule, TERMINATION
    ).then_broken(rules.acceptance_is_scheduled)


def test_a_terminated_project_bars_its_unit_no_more() -> None:
    def bars(*events: Event) -> bool:
        standing = standing_of(as_recorded(events, "acceptance"), UNIT)
        return not no_project_bars_the_unit(standing).holds

    assert bars(overdue())
    assert not bars(overdue(), TERMINATION)
    assert not bars(overdue(), measure_imposed("TERMINATION"))


# -- cloud resources -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["NEW", "EXPANSION"])
def test_production_cloud_is_for_accepted_projects_only(kind: str) -> None:
    IN_TRIAL.when(decisions.grant_cloud_resources, cloud_grant(kind=kind)).then_broken(
        production_cloud_needs_a_passed_acceptance
    )
    ACCEPTED.when(decisions.grant_cloud_resources, cloud_grant(kind=kind)).then(
        CloudResourcesGranted
    )


def test_trial_cloud_is_for_any_project_on_record() -> None:
    trial = cloud_grant("TRIAL")
    IN_TRIAL.when(decisions.grant_cloud_resources, trial).then(CloudResourcesGranted)
    ACCEPTANCE.with_facts(origin=ORIGIN).when(decisions.grant_cloud_resources, trial).then(
        CloudResourcesGranted
    )
    ACCEPTANCE.when(decisions.grant_cloud_resources, trial).then_broken(rules.project_is_on_record)


@pytest.mark.parametrize("purpose", ["TRIAL", "PRODUCTION"])
def test_no_new_cloud_in_the_year_after_a_sharing_violation(purpose: str) -> None:
    case = ACCEPTED.given(sharing_violation_found(date(2026, 12, 31)))
    grant = cloud_grant(purpose)
    for day in (date(2027, 1, 1), date(2027, 5, 31)):
        case.at(day).when(decisions.grant_cloud_resources, grant).then_broken(
            no_sharing_violation_bars_cloud_resources
        )
    case.at(date(2026, 12, 31)).when(decisions.grant_cloud_resources, grant).then(
        CloudResourcesGranted
    )
    earlier = ACCEPTED.given(sharing_violation_found(date(2025, 12, 31)))
    earlier.at(date(2027, 1, 1)).when(decisions.grant_cloud_resources, grant).then(
        CloudResourcesGranted
    )


def test_a_withdrawn_sharing_violation_bars_no_cloud() -> None:
    withdrawn = SharingViolationWithdrawn(
        on=DUE, **IDENTITY, finding_id=FINDING, withdrawal=withdrawal()
    )
    case = ACCEPTED.given(sharing_violation_found(date(2026, 2, 1)), withdrawn)
    case.at(date(2027, 1, 1)).when(decisions.grant_cloud_resources, cloud_grant()).then(
        CloudResourcesGranted
    )


# -- sharing, management, security -----------------------------------------------------------


FEEDBACK = SharingFeedback(resource_code="XJ-001", user="市人社局", usage="核验学籍")
RECORDS: list[tuple[Any, Record, type[Event]]] = [
    (decisions.record_exchange_connection, exchange_connected().connection, ExchangeConnected),
    (decisions.record_sharing_feedback, FEEDBACK, SharingFeedbackRecorded),
    (decisions.record_mounted_resources, resources_mounted("XJ-001").resources, ResourcesMounted),
    (decisions.record_management, management_recorded().management, ManagementRecorded),
    (decisions.record_security_stage, security_stage("PLAN"), SecurityStageRecorded),
]


@pytest.mark.parametrize(
    ("decision", "command", "event"), RECORDS, ids=lambda v: getattr(v, "__name__", "")
)
def test_sharing_and_management_are_recorded_of_a_project_that_is_known(
    decision: Any, command: Record, event: type[Event]
) -> None:
    SCHEDULED.when(decision, command).then(event)
    ACCEPTANCE.when(decision, command).then_broken(rules.project_is_on_record)


def test_feedback_is_counted() -> None:
    fed_back = SharingFeedbackRecorded(on=DUE, **IDENTITY, feedback=FEEDBACK)
    assert SCHEDULED.given(fed_back, fed_back).state().sharing.feedbacks == 2


@pytest.mark.parametrize(
    ("phase", "level", "due"),
    [
        ("OPERATION", 3, date(2025, 2, 28)),
        ("OPERATION", 2, None),
        ("BUILD", 3, None),
    ],
)
def test_an_assessment_in_operation_comes_again_from_level_three_on(
    phase: str, level: int, due: date | None
) -> None:
    stage = security_stage(phase, assessment="MLPS", mlps_level=level)
    (
        ACCEPTED.at(date(2024, 2, 29))
        .when(decisions.record_security_stage, stage)
        .then(SecurityStageRecorded)
        .having(next_due_on=due)
    )


def test_an_assessment_of_protection_names_its_level() -> None:
    SCHEDULED.when(decisions.record_security_stage, security_stage(assessment="MLPS")).then_broken(
        rules.mlps_assessment_names_its_level
    )


WELL_RUN: tuple[Event, ...] = (
    exchange_connected(),
    management_recorded(),
    resources_mounted("XJ-001"),
    security_stage_recorded("PLAN"),
    security_stage_recorded("BUILD"),
)
CATALOGUED = replace(ORIGIN, catalogue=Catalogue(("XJ-001",), ref(5, "registry")))


def test_what_is_missing_is_noted_at_acceptance_and_stops_nothing() -> None:
    steps: list[tuple[Case, Any, Record]] = [
        (IN_TRIAL, decisions.apply_for_acceptance, application()),
        (APPLIED, decisions.conclude_acceptance, acceptance()),
    ]
    for case, decision, command in steps:
        bare = case.with_facts(origin=CATALOGUED).when(decision, command)
        bare.then_advised(
            rules.exchange_platform_is_connected,
            rules.management_is_in_order,
            rules.supervision_is_commissioned,
            rules.catalogued_resources_are_mounted,
            rules.security_went_along,
        )
        full = case.given(*WELL_RUN).with_facts(origin=CATALOGUED).when(decision, command)
        full.then_advised()


@pytest.mark.parametrize("left_out", range(len(WELL_RUN)))
def test_each_thing_missing_is_noted(left_out: int) -> None:
    rest = [event for i, event in enumerate(WELL_RUN) if i != left_out]
    case = APPLIED.given(*rest).with_facts(origin=CATALOGUED)
    outcome = case.when(decisions.conclude_acceptance, acceptance()).then(AcceptanceConcluded)
    assert outcome.decision is not None
    noted = [c.rule for c in outcome.decision.checks if not c.holds]
    expected: dict[int, list[Rule[Any]]] = {
        0: [rules.exchange_platform_is_connected],
        1: [rules.management_is_in_order, rules.supervision_is_commissioned],
        2: [rules.catalogued_resources_are_mounted],
        3: [rules.security_went_along],
        4: [rules.security_went_along],
    }
    assert noted == [rule.name for rule in expected[left_out]]


def test_rules_without_archive_and_archive_without_rules_are_noted() -> None:
    full = management_recorded()
    assert len(full.management.rules) == 1
    for left_out in ({"rules": ()}, {"archive": None}):
        management = full.management.model_copy(update=left_out)
        case = APPLIED.given(*WELL_RUN, full.model_copy(update={"management": management}))
        case.with_facts(origin=CATALOGUED).when(
            decisions.conclude_acceptance, acceptance()
        ).then_advised(rules.management_is_in_order)


def test_a_service_too_is_reviewed_with_what_is_missing() -> None:
    case = SERVICE_APPLIED.given(*WELL_RUN[1:], service_reported())
    case.with_facts(origin=CATALOGUED).when(
        decisions.review_service_acceptance, review()
    ).then_advised(rules.exchange_platform_is_connected)


def test_a_project_without_supervision_is_noted() -> None:
    case = APPLIED.given(*WELL_RUN, management_recorded(supervised=False))
    case.with_facts(origin=CATALOGUED).when(
        decisions.conclude_acceptance, acceptance()
    ).then_advised(rules.supervision_is_commissioned)


def test_resources_that_are_not_shared_need_not_be_mounted() -> None:
    catalogue = ResourceCatalogue.model_validate(
        {
            "resources": [
                {"code": "XJ-001", "name": "学籍", "sharing": "CONDITIONAL", "condition": "申请"},
                {"code": "XJ-002", "name": "病历", "sharing": "NONE", "citation": "某法第一条"},
            ]
        }
    )
    events = [ResourcesCatalogued(on=DUE, **IDENTITY, catalogue=catalogue)]
    found = origin_of(as_recorded(events)).catalogue
    assert found is not None
    assert found.codes == ("XJ-001",)
