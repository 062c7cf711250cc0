"""Rules about plans, and what projects name of them (第十四条)."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from services.registry import decisions
from services.registry.rules import declarations, plans
from shared.events.registry import PlanRegistered, ProjectDeclared
from tests.registry.building import PLANS, plan, plan_registered, ready, registered_plan
from tests.support.builders import declaration


def test_a_plan_is_registered_once() -> None:
    PLANS.when(decisions.register_plan, plan()).then(PlanRegistered)
    PLANS.given(plan_registered()).when(decisions.register_plan, plan()).then_broken(
        plans.plan_is_not_yet_registered
    )


def test_a_plans_period_runs_forward() -> None:
    assert plan(first_year=2026, last_year=2026)
    with pytest.raises(ValidationError, match="不得早于首年"):
        plan(first_year=2026, last_year=2025)


def test_a_plan_that_is_named_and_registered_is_what_the_decision_rests_on() -> None:
    known = registered_plan()
    outcome = ready(plans=(known,)).when(decisions.declare_project, declaration())
    outcome.then(ProjectDeclared)
    assert outcome.decision is not None
    assert outcome.decision.basis == (known.ref,)


def test_the_decision_rests_on_the_plans_that_cover_the_year_or_else_on_all_that_do_not() -> None:
    ended, current = registered_plan(last_year=2026), registered_plan(last_year=2027)
    assert ended.ref is not None
    ended = replace(ended, ref=replace(ended.ref, position=7))
    content = declaration(plan_year=2027)
    for known, cited in (
        ((ended, current), (current.ref,)),
        ((ended,), (ended.ref,)),
    ):
        assert declarations.project_conforms_to_a_plan(content, known).basis == cited


@pytest.mark.parametrize(("last_year", "covers"), [(2026, False), (2027, True)])
def test_a_registered_plan_covers_the_plan_year(last_year: int, covers: bool) -> None:
    outcome = ready(plans=(registered_plan(last_year=last_year),)).when(
        decisions.declare_project, declaration(plan_year=2027)
    )
    if covers:
        outcome.then(ProjectDeclared)
    else:
        outcome.then_broken(declarations.project_conforms_to_a_plan)


def test_a_plan_that_is_not_registered_may_be_the_one_it_conforms_to() -> None:
    named = ["乐山市数字政府建设规划", "“十五五”国家政务信息化规划"]
    ended = registered_plan(last_year=2026)
    ready(plans=(ended,)).when(decisions.declare_project, declaration(plan_alignment=named)).then(
        ProjectDeclared
    )
