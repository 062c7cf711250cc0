"""Before a reply: what cannot be shared, depth, letters and rounds, findings on the unit."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.approval.decisions import (
    approve_unshared_project,
    issue_reply,
    record_evaluation,
)
from services.approval.rules import reply as rules
from services.approval.state import registration_of
from shared.events.acceptance import (
    SecurityClearance,
    SecurityFault,
    SecurityFinding,
    SecurityFindingCleared,
    SecurityFindingRecorded,
    SharingFault,
    SharingViolation,
    SharingViolationFound,
)
from shared.events.approval import (
    EvaluationRecorded,
    LeadingGroupApproval,
    LeadingGroupApproved,
    ReplyIssued,
    SharingScope,
)
from shared.events.envelope import Event
from shared.events.registry import (
    InformationResource,
    ResourceCatalogue,
    ResourcesCatalogued,
    SharingType,
)
from shared.standing import Standing, standing_of
from shared.standing.rules import (
    no_security_finding_bars_the_unit,
    no_sharing_violation_bars_other_projects,
    unshared_project_is_approved_by_the_leading_group,
)
from tests.approval.building import (
    CASE,
    IDENTITY,
    asked,
    built,
    concurred,
    design,
    evaluated,
    evaluation,
    examined,
    gave,
    officer,
    plan,
    registry_events,
    replied,
    reply,
    submission,
    submitted,
    under,
)
from tests.support.builders import UNIT, document
from tests.support.given_when_then import SUBJECT, TODAY, Case, as_recorded

READY = CASE.given(*examined())
OTHER_PROJECT = UUID("01890000-0000-7000-8000-0000000000ff")


def lacking(*steps: str) -> Case:
    return CASE.given(*examined(without=steps))


# -- 12-2: what cannot be shared ----------------------------------------------------------------


def sharing(*kinds: str) -> Case:
    """A project whose resources are shared in these ways."""
    resources = [
        InformationResource(
            code=f"JY-{n}", name="信息", sharing=SharingType(kind), citation="保密规定"
        )
        for n, kind in enumerate(kinds)
    ]
    events = registry_events()
    catalogue = ResourceCatalogue(resources=tuple(resources))
    events["catalogued"] = ResourcesCatalogued(on=TODAY, **IDENTITY, catalogue=catalogue)
    registration = registration_of(as_recorded(list(events.values()), "registry", start=101))
    return READY.with_facts(registration=registration)


def lg_approval(number: str | None = "乐信领〔2026〕1号") -> LeadingGroupApproval:
    return LeadingGroupApproval(text="同意建设", document=document("批准文件", number))


def test_what_shares_nothing_is_approved_by_the_leading_group_first() -> None:
    case = sharing("NONE", "NONE")
    case.when(issue_reply, reply()).then_broken(unshared_project_is_approved_by_the_leading_group)
    group = case.by(officer("LG"))
    approved = group.when(approve_unshared_project, lg_approval()).then(LeadingGroupApproved)
    group.when(approve_unshared_project, lg_approval(number=None)).then_broken(
        rules.unshared_approval_is_numbered
    )
    case.given(*approved.events).when(issue_reply, reply()).then(ReplyIssued)


def test_the_leading_group_may_approve_before_anything_is_submitted() -> None:
    case = replace(sharing("NONE"), history=()).by(officer("LG"))
    state = case.given(*case.when(approve_unshared_project, lg_approval()).events).state()
    assert (state.parties, state.unshared_approved is not None) == ({UNIT}, True)


def test_one_resource_that_is_shared_needs_no_leading_group() -> None:
    case = sharing("NONE", "CONDITIONAL")
    case.by(officer("LG")).when(approve_unshared_project, lg_approval()).then_broken(
        rules.project_shares_nothing
    )
    outcome = case.when(issue_reply, reply()).then(ReplyIssued)
    outcome.having(sharing=SharingScope(unconditional=0, conditional=1, withheld=1))
    assert outcome.decision is not None
    told = next(c for c in outcome.decision.checks if c.rule == "resource_catalogue_is_present")
    assert "有条件共享1项、不予共享1项" in told.text


# -- 18-3: the depth of a merged plan ---------------------------------------------------------


def test_the_depth_of_a_merged_plan_is_judged_and_enough() -> None:
    CASE.given(submitted(plan())).when(
        record_evaluation, evaluation(depth_sufficient=None)
    ).then_broken(rules.depth_of_a_merged_plan_is_judged)
    shallow = lacking("evaluation", "concurrence").given(
        evaluated(depth_sufficient=False), concurred()
    )
    shallow.when(issue_reply, reply()).then_broken(rules.merged_plan_is_deep_enough)


def test_no_depth_is_judged_of_what_is_not_merged() -> None:
    study = submission()
    unjudged = evaluation(study, depth_sufficient=None)
    CASE.given(submitted(study)).when(record_evaluation, unjudged).then(EvaluationRecorded)
    papers = examined(study, without=("evaluation", "concurrence"))
    case = CASE.given(*papers, evaluated(study, depth_sufficient=None), concurred(study))
    case.when(issue_reply, reply(study)).then(ReplyIssued)


# -- 22: letters and rounds -------------------------------------------------------------------


def test_a_letter_knows_when_it_was_sent_and_whether_it_was_answered() -> None:
    case = CASE.given(submitted(plan()), *asked("FIN", "CAC"), gave("FIN", "FUNDS"))
    fin, cac = case.state().examination.letters
    assert (fin.sent_on, fin.answered is not None) == (TODAY, True)
    assert (cac.sent_on, cac.answered) == (TODAY, None)


def test_each_round_has_opinions_of_its_own_unless_the_pack_says_otherwise() -> None:
    content = design()
    given = (submitted(content), evaluated(content), concurred(content))
    case = CASE.given(replied(submission()), *given)
    assert "letters_are_sent" in case.when(issue_reply, reply(content)).broken
    under(case, opinions_each_round=False).when(issue_reply, reply(content)).then(ReplyIssued)
    first = CASE.given(submitted(plan()), evaluated(), concurred())
    first_round = under(first, opinions_each_round=False).when(issue_reply, reply())
    assert "letters_are_sent" in first_round.broken


# -- 33-2, 51-1: findings on the unit's projects ------------------------------------------------


def violation(day: date, project_id: UUID = OTHER_PROJECT) -> Event:
    found = SharingViolation(
        fault=SharingFault.NOT_SHARED, description="未共享", evidence=document("认定文件")
    )
    return SharingViolationFound(
        on=day,
        project_id=project_id,
        unit_id=UNIT,
        finding_id=OTHER_PROJECT,
        violation=found,
    )


def in_unit(*events: Event) -> Standing:
    return standing_of(as_recorded(events, "acceptance"), UNIT)


@pytest.mark.parametrize(
    ("day", "barred"),
    [
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), True),
        (date(2027, 6, 24), True),
    ],
)
def test_a_sharing_violation_bars_other_projects_in_the_year_after_it(
    day: date, barred: bool
) -> None:
    case = READY.with_facts(unit=in_unit(violation(TODAY))).at(day)
    outcome = case.when(issue_reply, reply())
    if barred:
        outcome.then_broken(no_sharing_violation_bars_other_projects)
    else:
        outcome.then(ReplyIssued)


@pytest.mark.parametrize(
    ("found", "barred"), [(date(2025, 1, 1), True), (date(2025, 12, 31), True), (TODAY, False)]
)
def test_a_violation_of_the_year_before_bars_until_the_year_ends(found: date, barred: bool) -> None:
    outcome = READY.with_facts(unit=in_unit(violation(found))).when(issue_reply, reply())
    if barred:
        outcome.then_broken(no_sharing_violation_bars_other_projects)
    else:
        outcome.then(ReplyIssued)


def test_a_projects_own_violation_does_not_bar_it() -> None:
    own = in_unit(violation(date(2025, 12, 31), SUBJECT))
    READY.with_facts(unit=own).when(issue_reply, reply()).then(ReplyIssued)


def finding(*, cleared: bool = False) -> tuple[Event, ...]:
    content = SecurityFinding(
        fault=SecurityFault.CYBERSECURITY, description="高危漏洞", evidence=document("通报")
    )
    of: dict[str, Any] = {"on": TODAY, "project_id": OTHER_PROJECT, "unit_id": UNIT}
    recorded = SecurityFindingRecorded(**of, finding_id=OTHER_PROJECT, body="PSB", finding=content)
    clearance = SecurityClearance(description="已整改", evidence=document("销号"))
    lifted = SecurityFindingCleared(**of, finding_id=OTHER_PROJECT, body="PSB", clearance=clearance)
    return (recorded, lifted) if cleared else (recorded,)


def test_a_security_finding_bars_the_unit_until_it_is_cleared() -> None:
    READY.with_facts(unit=in_unit(*finding())).when(issue_reply, reply()).then_broken(
        no_security_finding_bars_the_unit
    )
    READY.with_facts(unit=in_unit(*finding(cleared=True))).when(issue_reply, reply()).then(
        ReplyIssued
    )


@pytest.mark.parametrize(("kind", "barred"), [("EXPAND", True), ("REBUILD", True), ("UPGRADE", 0)])
def test_findings_bar_what_is_built_expanded_or_rebuilt_but_not_upgraded(
    kind: str, barred: bool
) -> None:
    content = built(kind=kind)
    (asset,) = as_recorded([replied()], "registry")
    unit = in_unit(*finding(), violation(date(2025, 12, 31)))
    case = CASE.given(*examined(content)).with_facts(unit=unit, asset=asset.ref)
    outcome = case.when(issue_reply, reply(content))
    if barred:
        outcome.then_broken(
            no_security_finding_bars_the_unit, no_sharing_violation_bars_other_projects
        )
    else:
        outcome.then(ReplyIssued)
