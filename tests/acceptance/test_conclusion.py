"""Conclusion, the unit's own acceptance of a service, its review, and the filing."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.acceptance import decisions, rules
from services.acceptance.state import Project, Status, evolve_project, origin_of
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceFiled,
    AcceptanceReviewed,
    ServiceAcceptanceReported,
)
from shared.events.registry import ProjectDeclared
from shared.regulation.pack import DatedValue, Library, Reach, installed
from tests.acceptance.building import (
    ACCEPTANCE,
    APPLIED,
    EARLIEST,
    FINDINGS,
    IDENTITY,
    IN_TRIAL,
    REPLIED,
    SERVICE_APPLIED,
    SERVICE_MATERIALS,
    acceptance,
    application,
    applied,
    completed,
    concluded,
    contract_recorded,
    filed,
    filing,
    findings,
    handed_over,
    review,
    reviewed,
    scheduled,
    service_reported,
    trial_started,
)
from tests.support.builders import declaration, document, materials
from tests.support.given_when_then import OFFICER, as_recorded

DAY = timedelta(days=1)
FILING_DUE = EARLIEST + timedelta(days=30)
REPORTED = SERVICE_APPLIED.given(service_reported())


def test_a_running_project_keeps_the_values_it_began_with() -> None:
    (pack,) = installed().packs
    for reach, due in ((Reach.NEW_OBJECTS, FILING_DUE), (Reach.ALL, EARLIEST + DAY)):
        value = DatedValue(
            key="acceptance_filing_days", since=EARLIEST, value=1, article="31", reach=reach
        )
        case = replace(APPLIED, policies=Library((pack.interpreted([value]),)))
        case.when(decisions.conclude_acceptance, acceptance()).then(AcceptanceConcluded).having(
            filing_due_on=due
        )


# -- conclusion of self-build --------------------------------------------------------------


def test_acceptance_is_concluded_on_the_day_of_the_application() -> None:
    (
        APPLIED.when(decisions.conclude_acceptance, acceptance())
        .then(AcceptanceConcluded)
        .having(filing_due_on=FILING_DUE)
    )


def test_an_acceptance_of_the_digital_bureaus_own_project_says_so() -> None:
    declared = ProjectDeclared(on=REPLIED, **IDENTITY, declaration=declaration(), self_review=True)
    own = origin_of(as_recorded([declared], "registry"))
    for case, decision, command in (
        (APPLIED, decisions.conclude_acceptance, acceptance()),
        (REPORTED, decisions.review_service_acceptance, review()),
    ):
        case.when(decision, command).having(self_review=False)
        flagged = replace(case.facts.origin, self_review=own.self_review)
        case.with_facts(origin=flagged).when(decision, command).having(self_review=True)


def test_acceptance_is_not_concluded_before_the_application() -> None:
    (
        APPLIED.when(decisions.conclude_acceptance, acceptance(on=EARLIEST - DAY)).then_broken(
            rules.acceptance_is_applied_for
        )
    )
    (
        IN_TRIAL.when(decisions.conclude_acceptance, acceptance()).then_broken(
            rules.acceptance_is_applied_for
        )
    )


def test_who_applied_does_not_conclude() -> None:
    APPLIED.by(OFFICER).when(decisions.conclude_acceptance, acceptance()).then_broken(
        rules.decider_did_not_submit
    )


def test_who_applied_the_first_time_does_not_conclude_the_second() -> None:
    failed = APPLIED.given(concluded(conclusion="FAILED"))
    again = failed.when(decisions.apply_for_acceptance, application()).then(AcceptanceApplied)
    failed.given(*again.events).by(OFFICER).when(
        decisions.conclude_acceptance, acceptance()
    ).then_broken(rules.decider_did_not_submit)


CONDITIONAL = ACCEPTANCE.given(
    scheduled(open_conditions=("完成密码测评", "接入统一认证")),
    completed(),
    trial_started(),
    applied(),
).at(EARLIEST)


def test_a_project_passes_with_all_its_conditions_confirmed() -> None:
    some = acceptance(confirmed_conditions=("完成密码测评",))
    both = acceptance(confirmed_conditions=("接入统一认证", "完成密码测评"))
    CONDITIONAL.when(decisions.conclude_acceptance, some).then_broken(
        rules.passed_project_has_its_conditions_confirmed
    )
    CONDITIONAL.when(decisions.conclude_acceptance, both).then(AcceptanceConcluded)


def test_a_project_fails_without_its_conditions_confirmed() -> None:
    CONDITIONAL.when(decisions.conclude_acceptance, acceptance(conclusion="FAILED")).then(
        AcceptanceConcluded
    )


@pytest.mark.parametrize(
    ("case", "decision", "passed", "failed", "event"),
    [
        (
            APPLIED,
            decisions.conclude_acceptance,
            acceptance(),
            acceptance(conclusion="FAILED"),
            AcceptanceConcluded,
        ),
        (
            REPORTED,
            decisions.review_service_acceptance,
            review(),
            review(conclusion="FAILED"),
            AcceptanceReviewed,
        ),
    ],
    ids=["self-built", "service"],
)
def test_a_contract_recorded_after_the_application_still_makes_the_source_code_due(
    case: Any, decision: Any, passed: Any, failed: Any, event: Any
) -> None:
    contract = as_recorded([contract_recorded(custom_development=True)], "budget")
    case = case.with_facts(origin=origin_of(contract))
    case.when(decision, passed).then_broken(rules.custom_development_is_handed_over)
    case.when(decision, failed).then(event)
    case.given(handed_over()).when(decision, passed).then(event)


def test_one_application_has_one_conclusion() -> None:
    (
        APPLIED.given(concluded(conclusion="FAILED"))
        .when(decisions.conclude_acceptance, acceptance())
        .then_broken(rules.acceptance_is_applied_for)
    )


def test_a_service_is_not_concluded_by_the_bureau() -> None:
    (
        SERVICE_APPLIED.when(decisions.conclude_acceptance, acceptance()).then_broken(
            rules.concluded_project_is_self_built
        )
    )


def test_an_acceptance_opinion_bears_a_number() -> None:
    (
        APPLIED.when(
            decisions.conclude_acceptance, acceptance(document=document("验收意见"))
        ).then_broken(rules.acceptance_opinion_bears_a_number)
    )


@pytest.mark.parametrize("missing", FINDINGS)
def test_each_important_content_is_assessed(missing: str) -> None:
    rest = tuple(f for f in findings() if f.item != missing)
    (
        APPLIED.when(decisions.conclude_acceptance, acceptance(findings=rest)).then_broken(
            rules.important_content_is_assessed
        )
    )


def test_important_content_may_be_not_applicable_with_a_note() -> None:
    (
        APPLIED.when(
            decisions.conclude_acceptance, acceptance(findings=findings(ENERGY=None))
        ).then(AcceptanceConcluded)
    )


def test_a_project_with_failed_important_content_does_not_pass() -> None:
    failing = findings(CRYPTOGRAPHY=False)
    (
        APPLIED.when(decisions.conclude_acceptance, acceptance(findings=failing)).then_broken(
            rules.passed_project_fails_no_important_content
        )
    )
    (
        APPLIED.when(
            decisions.conclude_acceptance, acceptance(findings=failing, conclusion="FAILED")
        )
        .then(AcceptanceConcluded)
        .having(filing_due_on=None)
    )


def test_a_second_finding_does_not_hide_a_failed_one() -> None:
    both = (*findings(ENERGY=False), *findings())
    (
        APPLIED.when(decisions.conclude_acceptance, acceptance(findings=both)).then_broken(
            rules.passed_project_fails_no_important_content
        )
    )


def test_a_failed_project_is_accepted_after_a_second_application() -> None:
    case = APPLIED.given(concluded(conclusion="FAILED"))
    again = case.when(decisions.apply_for_acceptance, application()).then(AcceptanceApplied)
    case = case.given(*again.events)
    passed = case.when(decisions.conclude_acceptance, acceptance()).then(AcceptanceConcluded)
    assert case.given(*passed.events).state().status is Status.ACCEPTED


# -- services ------------------------------------------------------------------------------


def test_the_unit_reports_its_acceptance_of_a_service() -> None:
    (
        SERVICE_APPLIED.when(decisions.report_service_acceptance, acceptance()).then(
            ServiceAcceptanceReported
        )
    )
    assert REPORTED.state().status is Status.REPORTED


def test_the_unit_does_not_accept_what_was_built_for_it() -> None:
    (
        APPLIED.when(decisions.report_service_acceptance, acceptance()).then_broken(
            rules.reported_project_is_a_service
        )
    )


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"findings": ()}, rules.important_content_is_assessed),
        (
            {"findings": findings(ENERGY=False)},
            rules.passed_project_fails_no_important_content,
        ),
        ({"on": EARLIEST - DAY}, rules.acceptance_is_applied_for),
    ],
)
def test_a_service_is_assessed_like_a_project(changes: dict[str, Any], rule: Any) -> None:
    (
        SERVICE_APPLIED.when(
            decisions.report_service_acceptance, acceptance(**changes)
        ).then_broken(rule)
    )


def test_a_service_is_accepted_with_the_review() -> None:
    outcome = REPORTED.when(decisions.review_service_acceptance, review())
    outcome.then(AcceptanceReviewed).having(filing_due_on=FILING_DUE)
    assert REPORTED.given(*outcome.events).state().status is Status.ACCEPTED


def test_whoever_applied_or_reported_is_remembered() -> None:
    events = (scheduled(), applied(), service_reported(), applied())
    project = Project()
    for number, recorded in enumerate(as_recorded(events, "acceptance")):
        actor = OFFICER.model_copy(update={"person": f"person-{number}"})
        meta = recorded.meta.model_copy(update={"actor": actor})
        project = evolve_project(project, replace(recorded, stored_meta=meta))
    assert project.applied_by == ("person-1", "person-2", "person-3")


def test_who_reported_a_service_does_not_review_it() -> None:
    REPORTED.by(OFFICER).when(decisions.review_service_acceptance, review()).then_broken(
        rules.decider_did_not_submit
    )


def test_a_service_too_passes_with_its_conditions_confirmed_by_the_review() -> None:
    conditional = scheduled(delivery_mode="SERVICE_PURCHASE", open_conditions=("接入统一认证",))
    case = REPORTED.given(conditional)
    case.when(decisions.review_service_acceptance, review()).then_broken(
        rules.passed_project_has_its_conditions_confirmed
    )
    confirmed = review(confirmed_conditions=("接入统一认证",))
    case.when(decisions.review_service_acceptance, confirmed).then(AcceptanceReviewed)


def test_there_is_no_review_without_a_report() -> None:
    (
        SERVICE_APPLIED.when(decisions.review_service_acceptance, review()).then_broken(
            rules.service_acceptance_is_reported
        )
    )


def test_a_review_is_not_before_the_report() -> None:
    (
        REPORTED.when(decisions.review_service_acceptance, review(on=EARLIEST - DAY)).then_broken(
            rules.service_acceptance_is_reported
        )
    )


def test_a_review_bears_a_number() -> None:
    (
        REPORTED.when(
            decisions.review_service_acceptance, review(document=document("审核意见"))
        ).then_broken(rules.acceptance_opinion_bears_a_number)
    )


def test_a_review_does_not_pass_what_the_unit_failed() -> None:
    case = SERVICE_APPLIED.given(service_reported(conclusion="FAILED"))
    (
        case.when(decisions.review_service_acceptance, review()).then_broken(
            rules.review_passes_only_what_the_unit_accepted
        )
    )
    (
        case.when(decisions.review_service_acceptance, review(conclusion="FAILED")).then(
            AcceptanceReviewed
        )
    )


def test_a_service_that_failed_its_review_is_applied_for_again() -> None:
    (
        REPORTED.given(reviewed(conclusion="FAILED"))
        .when(decisions.apply_for_acceptance, application(materials=materials(*SERVICE_MATERIALS)))
        .then(AcceptanceApplied)
    )


# -- filing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case",
    [APPLIED, REPORTED, APPLIED.given(concluded(conclusion="FAILED"))],
    ids=["applied", "not reviewed", "failed"],
)
def test_only_what_is_accepted_is_filed(case: Any) -> None:
    (case.when(decisions.file_acceptance, filing()).then_broken(rules.filed_project_is_accepted))


def test_filing_is_on_the_day_of_acceptance_at_the_earliest() -> None:
    case = APPLIED.given(concluded()).at(date(2026, 2, 10))
    case.when(decisions.file_acceptance, filing()).then(AcceptanceFiled)
    on_the_day = filing().model_copy(update={"on": EARLIEST})
    case.when(decisions.file_acceptance, on_the_day).then(AcceptanceFiled)
    (
        case.when(
            decisions.file_acceptance, filing().model_copy(update={"on": EARLIEST - DAY})
        ).then_broken(rules.filed_project_is_accepted)
    )


def test_acceptance_is_filed_once() -> None:
    (
        APPLIED.given(concluded(), filed())
        .when(decisions.file_acceptance, filing())
        .then_broken(rules.acceptance_is_filed_once)
    )
