"""Construction: common platforms, the ten kinds of Article 8, prior approvals."""

from typing import Any
from uuid import UUID

import pytest

from services.approval.decisions import issue_reply, record_evaluation, submit_document
from services.approval.rules import construction as rules
from services.approval.state import registration_of
from shared.events.acceptance import AcceptanceOverdue
from shared.events.approval import DocumentSubmitted, EvaluationRecorded, ReplyIssued, Submission
from shared.events.registry import AssetConfirmed, AssetRegistration, ProjectDeclared
from shared.events.vocabulary import Material
from shared.regulation import Rule
from shared.standing import standing_of
from shared.standing.rules import base_project_is_accepted, system_is_under_asset_management
from tests.approval.building import (
    CASE,
    IDENTITY,
    accepted,
    built,
    connections,
    evaluated,
    evaluation,
    examined,
    exempted,
    judgements,
    plan,
    registry_events,
    reply,
    submitted,
)
from tests.support.builders import UNIT, declaration, document, materials
from tests.support.given_when_then import TODAY, Case, Outcome, as_recorded

BASE = UUID("01890000-0000-7000-8000-0000000000ba")
SYSTEM = UUID("01890000-0000-7000-8000-000000000055")
PRIOR = ("ENERGY_REVIEW", "SITE_SELECTION", "LAND_PREREVIEW", "ENVIRONMENT")


def replying_to(content: Submission, case: Case = CASE) -> Outcome:
    return case.given(*examined(content)).when(issue_reply, reply(content))


def item(kind: str) -> dict[str, Any]:
    return {"kind": kind, "name": "设备", "quantity": 1}


def line(kind: str, *, merged: bool) -> dict[str, Any]:
    return {"kind": kind, "purpose": "业务", "merged": merged}


ALLOWED: list[dict[str, Any]] = [
    {"hardware": [item("TERMINAL"), item("FIELD_DEVICE")]},
    {"lines": [line("PRIVATE_LINE", merged=True)], "endpoint_security": "UNIFIED"},
    {"deploy_target": "NOT_DEPLOYED"},
    {"network": "INTRANET"},
    {"kind": "REBUILD", "common_capabilities": ["SEALS"]},
    {"connections": connections(public_service=True, service_platform=True)},
    {"connections": connections(command=True, command_platform=True)},
    {"kind": "UPGRADE", "connections": connections(office_platform=True)},
    {"kind": "UPGRADE", "duplicate_check": {"duplicated": True, "finding": "随省平台升级"}},
]


def with_asset(case: Case = CASE) -> Case:
    registration = AssetRegistration(asset_number="LSZC-1")
    confirmed = AssetConfirmed(on=TODAY, system_id=SYSTEM, unit_id=UNIT, registration=registration)
    (recorded,) = as_recorded([confirmed], "registry", start=31)
    return case.with_facts(asset=recorded.ref)


def test_a_submission_describes_how_it_is_built() -> None:
    CASE.when(submit_document, plan(construction=None)).then_broken(rules.construction_is_described)


def test_what_does_not_describe_it_gets_no_reply() -> None:
    replying_to(plan(construction=None)).then_broken(rules.construction_is_described)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ({"network": "OTHER"}, rules.common_platforms_are_used),
        ({"common_supports": []}, rules.common_platforms_are_used),
        (
            {"connections": connections(exchange_platform=False)},
            rules.common_platforms_are_used,
        ),
        ({"integrations": []}, rules.system_is_not_isolated),
        *(
            ({"hardware": [item(kind)]}, rules.no_hardware_of_its_own)
            for kind in (
                "MACHINE_ROOM",
                "DATA_CENTRE",
                "PRIVATE_CLOUD",
                "SERVER",
                "STORAGE",
                "NETWORK_DEVICE",
            )
        ),
        (
            {"lines": [line("INTERNET_EGRESS", merged=True)]},
            rules.no_lines_or_guards_of_its_own,
        ),
        (
            {"lines": [line("PRIVATE_LINE", merged=False)]},
            rules.no_lines_or_guards_of_its_own,
        ),
        ({"endpoint_security": "SEPARATE"}, rules.no_lines_or_guards_of_its_own),
        ({"common_capabilities": ["SEALS"]}, rules.no_common_system_is_built_again),
        (
            {"kind": "EXPAND", "common_capabilities": ["INSPECTION"]},
            rules.no_common_system_is_built_again,
        ),
        (
            {"connections": connections(public_service=True)},
            rules.required_platforms_are_connected,
        ),
        ({"connections": connections(command=True)}, rules.required_platforms_are_connected),
        (
            {"connections": connections(office_platform=True)},
            rules.required_platforms_are_connected,
        ),
        ({"shared_use": False}, rules.what_is_built_is_shared),
        *(
            (
                {"kind": kind, "duplicate_check": {"duplicated": True, "finding": "与省平台重复"}},
                rules.nothing_of_a_higher_level_is_duplicated,
            )
            for kind in ("NEW", "EXPAND", "REBUILD")
        ),
    ],
)
def test_each_of_these_is_not_initiated_unless_excepted(
    fault: dict[str, Any], rule: Rule[...]
) -> None:
    content = built(**fault)
    replying_to(content, with_asset()).then_broken(rule)
    assert (rule.mode, "例外" in rule.remedy) == ("SOFT", True)
    excepted = with_asset().with_facts(exemptions=(exempted(rule.row),))
    replying_to(content, excepted).then(ReplyIssued)


@pytest.mark.parametrize("fault", ALLOWED)
def test_these_are_initiated(fault: dict[str, Any]) -> None:
    replying_to(built(**fault), with_asset()).then(ReplyIssued)


def test_a_new_system_off_the_cloud_is_not_initiated_whatever_it_plans() -> None:
    away = {"deploy_target": "ELSEWHERE", "migration_plan": document("迁移方案")}
    replying_to(built(**away)).then_broken(
        rules.it_runs_on_the_municipal_cloud, rules.common_platforms_are_used
    )


@pytest.mark.parametrize("kind", ["EXPAND", "REBUILD", "UPGRADE"])
def test_an_old_system_off_the_cloud_plans_to_move_there(kind: str) -> None:
    case = with_asset().with_facts(exemptions=(exempted("6-1"),))
    away = {"kind": kind, "deploy_target": "ELSEWHERE"}
    replying_to(built(**away), case).then_broken(rules.it_runs_on_the_municipal_cloud)
    planned = built(**away, migration_plan=document("迁移方案"))
    replying_to(planned, case).then(ReplyIssued)


# -- 8-(6): five judgements -------------------------------------------------------------------

TOPICS = ["NEEDS", "INTEGRATION", "CENSUS", "SHARING", "SECURITY"]


@pytest.mark.parametrize("topic", TOPICS)
def test_an_evaluation_judges_all_five_matters(topic: str) -> None:
    case = CASE.given(submitted(plan()))
    case.when(record_evaluation, evaluation(judgements=judgements(without=(topic,)))).then_broken(
        rules.five_matters_are_judged
    )
    case.when(record_evaluation, evaluation()).then(EvaluationRecorded)


def test_no_matter_is_judged_twice() -> None:
    twice = [*judgements(), *judgements(without=tuple(TOPICS[1:]))]
    CASE.given(submitted(plan())).when(record_evaluation, evaluation(judgements=twice)).then_broken(
        rules.five_matters_are_judged
    )


@pytest.mark.parametrize("topic", TOPICS)
def test_one_matter_not_met_stands_against_the_reply(topic: str) -> None:
    papers = examined(without=("evaluation", "concurrence"))
    judged = CASE.given(*papers, evaluated(judgements=judgements(topic)), examined()[-1])
    outcome = judged.when(issue_reply, reply()).then_broken(rules.five_matters_are_met)
    assert "见报告" not in outcome.texts[0]  # what somebody wrote is not quoted
    judged.with_facts(exemptions=(exempted("8-(6)"),)).when(issue_reply, reply()).then(ReplyIssued)


# -- 8-(8), 8-(10): the project and the system it starts from -----------------------------------


def on_top_of(base: UUID | None) -> Case:
    """A project declared on the system SYSTEM, and on top of another project."""
    declared = declaration(base_project_id=base, system_id=SYSTEM)
    events = registry_events()
    events["declared"] = ProjectDeclared(on=TODAY, **IDENTITY, declaration=declared)
    registration = registration_of(as_recorded(list(events.values()), "registry", start=101))
    assert (registration.base_project_id, registration.system_id) == (base, SYSTEM)
    return with_asset(CASE.with_facts(registration=registration))


@pytest.mark.parametrize("kind", ["EXPAND", "REBUILD", "UPGRADE"])
def test_the_project_it_upgrades_is_accepted_first(kind: str) -> None:
    case, content = on_top_of(BASE), built(kind=kind)
    replying_to(content, case).then_broken(base_project_is_accepted)

    def when_base(*events: Any) -> Outcome:
        base = standing_of(as_recorded(events, "acceptance", start=61)).of(BASE).acceptance
        return replying_to(content, case.with_facts(base=base))

    overdue = AcceptanceOverdue(on=TODAY, project_id=BASE, unit_id=UNIT, due_on=TODAY)
    when_base(overdue).then_broken(base_project_is_accepted)
    when_base(accepted("FAILED", BASE)).then_broken(base_project_is_accepted)
    outcome = when_base(accepted("PASSED", BASE)).then(ReplyIssued)
    assert outcome.decision is not None
    assert ("acceptance", 61) in {(r.service, r.position) for r in outcome.decision.basis}


def test_a_system_older_than_the_record_has_no_project_to_be_accepted() -> None:
    replying_to(built(kind="UPGRADE"), on_top_of(None)).then(ReplyIssued)
    replying_to(built(kind="NEW"), on_top_of(None)).then(ReplyIssued)


def test_what_is_declared_on_top_of_a_project_is_not_new_by_saying_so() -> None:
    case, content = on_top_of(BASE), built(kind="NEW")
    replying_to(content, case).then_broken(base_project_is_accepted)
    base = standing_of(as_recorded([accepted("PASSED", BASE)], "acceptance", start=61))
    passed = case.with_facts(base=base.of(BASE).acceptance)
    replying_to(content, passed).then(ReplyIssued)
    replying_to(content, passed.with_facts(asset=None)).then_broken(
        system_is_under_asset_management
    )


@pytest.mark.parametrize("kind", ["EXPAND", "REBUILD", "UPGRADE"])
def test_a_system_to_be_changed_is_a_registered_asset(kind: str) -> None:
    content = built(kind=kind)
    replying_to(content).then_broken(system_is_under_asset_management)
    replying_to(content, with_asset()).then(ReplyIssued)


# -- 23-1: prior approvals --------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["civil_works", "high_energy"])
def test_civil_works_and_high_energy_bring_their_four_approvals(flag: str) -> None:
    CASE.when(submit_document, built(**{flag: True})).then_broken(
        rules.prior_approvals_are_attached_where_due
    )
    three = built(**{flag: True}).model_copy(update={"prior_approvals": materials(*PRIOR[:3])})
    outcome = CASE.when(submit_document, three).then_broken(
        rules.prior_approvals_are_attached_where_due
    )
    assert "缺少：环境影响评价" in outcome.texts[0]
    promised = Material(code=PRIOR[3])
    bare = three.model_copy(update={"prior_approvals": (*materials(*PRIOR[:3]), promised)})
    CASE.when(submit_document, bare).then_broken(rules.prior_approvals_are_attached_where_due)
    four = three.model_copy(update={"prior_approvals": materials(*PRIOR)})
    CASE.when(submit_document, four).then(DocumentSubmitted)


def test_nothing_else_is_asked_for_them_unless_that_was_excepted() -> None:
    CASE.when(submit_document, plan()).then(DocumentSubmitted)
    demanded = CASE.with_facts(exemptions=(exempted("23-1"),))
    demanded.when(submit_document, plan()).then_broken(rules.prior_approvals_are_attached_where_due)
    # Granted after the submission, it still stands before the reply.
    replying_to(plan(), demanded).then_broken(rules.prior_approvals_are_attached_where_due)
    brought = plan(prior_approvals=materials(*PRIOR))
    replying_to(brought, demanded).then(ReplyIssued)
