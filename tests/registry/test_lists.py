"""Rules of the central review and the annual list (第七、十五、十七条)."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry import decisions
from services.registry.rules import lists as rules
from services.registry.state import Project
from shared.events import Meta
from shared.events.registry import (
    AnnualListApproved,
    AnnualListSubmitted,
    CentralReviewRecorded,
    DeclarationWithdrawn,
    ListApproval,
    ProjectListed,
    ReviewResult,
    Withdrawal,
)
from shared.regulation.common import decider_did_not_submit
from tests.registry.building import (
    LISTS,
    PROJECTS,
    annual_list,
    declared,
    list_submitted,
    listed,
    project,
    review,
    reviewed,
)
from tests.support.builders import UNIT, document
from tests.support.given_when_then import DECIDER, OFFICER, SUBJECT, as_recorded

URGENT = {"plan_year": 2026, "off_cycle": {"reason": "汛期应急", "evidence": document("通知")}}
APPROVAL = ListApproval(document=document("批准文件", "乐府〔2026〕8号"))


# -- 集中审查 ------------------------------------------------------------------------------


def test_what_was_never_declared_is_not_reviewed() -> None:
    PROJECTS.when(decisions.record_central_review, review()).then_broken(
        rules.project_awaits_review
    )
    PROJECTS.given(declared()).when(decisions.record_central_review, review()).then(
        CentralReviewRecorded
    )


def test_a_listed_project_is_not_reviewed_again() -> None:
    PROJECTS.given(declared(), reviewed(), listed()).when(
        decisions.record_central_review, review()
    ).then_broken(rules.project_awaits_review)


@pytest.mark.parametrize("result", ReviewResult)
@pytest.mark.parametrize(
    ("bodies", "complete"),
    [
        ((), False),
        (("DRC",), False),
        (("FIN",), False),
        (("DRC", "FIN"), True),
        (("FIN", "CAC", "DRC"), True),
        (("DRC", "FIN", "XYZ"), False),
    ],
)
def test_the_bureau_reviews_with_the_bodies_it_has_to(
    bodies: tuple[str, ...], complete: bool, result: ReviewResult
) -> None:
    outcome = PROJECTS.given(declared()).when(
        decisions.record_central_review, review(result, bodies=bodies)
    )
    if complete:
        outcome.then(CentralReviewRecorded)
    else:
        outcome.then_broken(rules.reviewing_bodies_are_complete)
        assert ("市财政局" in outcome.texts[0]) is ("FIN" not in bodies)


# -- 年度清单 ------------------------------------------------------------------------------


@pytest.mark.parametrize("result", [ReviewResult.DEFER, ReviewResult.REJECT])
def test_only_included_projects_are_listed(result: ReviewResult) -> None:
    LISTS.with_facts(projects={SUBJECT: project(declared(), reviewed(result))}).when(
        decisions.submit_annual_list, annual_list()
    ).then_broken(rules.listed_projects_are_reviewed)
    LISTS.with_facts(projects={SUBJECT: project(declared(), reviewed())}).when(
        decisions.submit_annual_list, annual_list()
    ).then(AnnualListSubmitted)


def test_what_was_never_declared_is_not_listed() -> None:
    LISTS.with_facts(projects={SUBJECT: Project()}).when(
        decisions.submit_annual_list, annual_list()
    ).then_broken(rules.listed_projects_are_reviewed)


def test_a_list_holds_projects_of_its_year_only() -> None:
    LISTS.with_facts(projects={SUBJECT: project(declared(), reviewed())}).when(
        decisions.submit_annual_list, annual_list(year=2028)
    ).then_broken(rules.listed_projects_are_reviewed)


def test_off_cycle_projects_go_on_a_supplementary_list() -> None:
    urgent = project(declared(**URGENT), reviewed(off_cycle_agreed=True))
    case = LISTS.with_facts(projects={SUBJECT: urgent})
    case.when(decisions.submit_annual_list, annual_list(year=2026)).then_broken(
        rules.off_cycle_projects_are_supplementary
    )
    case.when(decisions.submit_annual_list, annual_list(year=2026, supplementary=True)).then(
        AnnualListSubmitted
    )


@pytest.mark.parametrize(("agreed", "goes_on"), [(None, False), (False, False), (True, True)])
def test_the_bureau_agrees_to_what_is_off_cycle(agreed: bool | None, goes_on: bool) -> None:
    urgent = project(declared(**URGENT), reviewed(off_cycle_agreed=agreed))
    outcome = LISTS.with_facts(projects={SUBJECT: urgent}).when(
        decisions.submit_annual_list, annual_list(year=2026, supplementary=True)
    )
    if goes_on:
        outcome.then(AnnualListSubmitted)
    else:
        outcome.then_broken(rules.off_cycle_projects_are_agreed)


def test_a_list_is_approved_once_and_lists_its_projects() -> None:
    facts: dict[str, Any] = {"projects": {SUBJECT: project(declared(), reviewed())}}
    LISTS.with_facts(**facts).when(decisions.approve_annual_list, APPROVAL).then_broken(
        rules.list_awaits_approval
    )
    LISTS.given(list_submitted()).with_facts(**facts).when(
        decisions.approve_annual_list, APPROVAL
    ).then(AnnualListApproved, ProjectListed)
    approved = AnnualListApproved(
        on=date(2026, 5, 6), list_id=UUID(LISTS.subject), approval=APPROVAL
    )
    LISTS.given(list_submitted(), approved).with_facts(**facts).when(
        decisions.approve_annual_list, APPROVAL
    ).then_broken(rules.list_awaits_approval)


def test_what_is_withdrawn_meanwhile_is_not_approved_with_its_list() -> None:
    withdrawn = DeclarationWithdrawn(
        on=date(2026, 5, 6), project_id=SUBJECT, unit_id=UNIT, withdrawal=Withdrawal(reason="缓建")
    )
    gone = project(declared(), reviewed(), withdrawn)
    LISTS.given(list_submitted()).with_facts(projects={SUBJECT: gone}).when(
        decisions.approve_annual_list, APPROVAL
    ).then_broken(rules.listed_projects_are_reviewed)


def test_the_bureaus_own_project_stays_marked_on_the_list() -> None:
    own = declared().model_copy(update={"self_review": True})
    outcome = (
        LISTS.given(list_submitted())
        .with_facts(projects={SUBJECT: project(own, reviewed())})
        .when(decisions.approve_annual_list, APPROVAL)
        .then(AnnualListApproved, ProjectListed)
    )
    (_, entry) = outcome.events
    assert isinstance(entry, ProjectListed)
    assert entry.self_review


# -- 第七条: the order of the list -----------------------------------------------------------


def basis(*types: str) -> list[dict[str, Any]]:
    return [{"type": t, "document": document(f"{t}的依据")} for t in types]


def test_the_list_is_ordered_by_priority_that_a_document_bears_out() -> None:
    def candidate(*types: str, claimed: tuple[str, ...] = ()) -> Project:
        content = {"priority_types": [*types, *claimed], "priority_basis": basis(*types)}
        return project(declared(**content), reviewed())

    first_to_last = {
        UUID(int=4): candidate("DEPLOYED", "SECURITY"),
        UUID(int=3): candidate("DEPLOYED"),
        UUID(int=5): candidate("SECURITY"),
        UUID(int=1): candidate(claimed=("DEPLOYED", "INTEGRATION")),
        UUID(int=2): candidate(),
    }
    shuffled = {i: first_to_last[i] for i in sorted(first_to_last)}
    outcome = LISTS.with_facts(projects=shuffled).when(
        decisions.submit_annual_list, annual_list(project_ids=list(shuffled))
    )
    (submitted,) = outcome.then(AnnualListSubmitted).events
    assert isinstance(submitted, AnnualListSubmitted)
    assert [r.project_id for r in submitted.ranking] == list(first_to_last)
    assert [len(r.priority_types) for r in submitted.ranking] == [2, 1, 1, 0, 0]


# -- 回避 ----------------------------------------------------------------------------------


def test_whoever_declared_does_not_review_list_or_approve() -> None:
    """Histories here are recorded by `officer-1`."""
    PROJECTS.given(declared()).by(OFFICER).when(
        decisions.record_central_review, review()
    ).then_broken(decider_did_not_submit)
    LISTS.with_facts(projects={SUBJECT: project(declared(), reviewed())}).by(OFFICER).when(
        decisions.submit_annual_list, annual_list()
    ).then_broken(decider_did_not_submit)
    LISTS.given(list_submitted()).with_facts(
        projects={SUBJECT: project(declared(), reviewed())}
    ).by(OFFICER).when(decisions.approve_annual_list, APPROVAL).then_broken(decider_did_not_submit)


def test_who_declared_or_submitted_does_not_approve_the_list() -> None:
    clerk = DECIDER.model_copy(update={"person": "clerk-1"})
    listed = as_recorded([list_submitted()])[0]
    meta = Meta(actor=clerk, command="given", policy="511100-2022@1")
    state = LISTS.evolve(LISTS.state(), replace(listed, stored_meta=meta))
    case = replace(LISTS, initial=state).with_facts(
        projects={SUBJECT: project(declared(), reviewed())}
    )
    case.by(OFFICER).when(decisions.approve_annual_list, APPROVAL).then_broken(
        decider_did_not_submit
    )
    case.when(decisions.approve_annual_list, APPROVAL).then(AnnualListApproved, ProjectListed)
    case.by(clerk).when(decisions.approve_annual_list, APPROVAL).then_broken(decider_did_not_submit)
