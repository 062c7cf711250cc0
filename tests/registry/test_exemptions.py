"""What bars a unit's declarations, and which exceptions lift it (第十二、三十二至五十三条)."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry import decisions
from services.registry.rules import declarations as rules
from shared.events import Event
from shared.events.acceptance import (
    SecurityFindingCleared,
    SecurityFindingRecorded,
    SharingViolationFound,
    SharingViolationWithdrawn,
)
from shared.events.approval import ExceptionGranted, ExceptionRevoked
from shared.events.registry import DataCollectionCleared, ProjectDeclared
from shared.regulation.exemption import ExemptionKind
from shared.standing import Standing, standing_of
from shared.standing import rules as standing
from shared.standing.rules import system_goes_on
from tests.registry.building import (
    flagged,
    overdue,
    ready,
    restriction,
    system,
    termination_required,
)
from tests.support.builders import UNIT, declaration, document
from tests.support.given_when_then import TODAY, Outcome, as_recorded

ELSEWHERE = UUID("01890000-0000-7000-8000-0000000000ff")
FINDING = UUID("01890000-0000-7000-8000-0000000000f1")
EXCEPTION = UUID("01890000-0000-7000-8000-0000000000e1")


def stands(*events: Event) -> Standing:
    """How the unit stands after events of registry, approval and acceptance."""
    logs = {service: [e for e in events if e.service == service] for service in _SERVICES}
    return standing_of([r for s, own in logs.items() for r in as_recorded(own, s)], UNIT)


_SERVICES = ("registry", "approval", "acceptance")


def granted(
    *rows: str, kind: ExemptionKind = ExemptionKind.JUSTIFIED, **changes: Any
) -> ExceptionGranted:
    """An exception to the unit's declarations."""
    content = {
        "on": TODAY,
        "exception_id": EXCEPTION,
        "unit_id": UNIT,
        "rows": rows,
        "kind": kind,
        "number": "乐数函〔2026〕40号",
        "approvers": ["DEB"],
        "valid_from": TODAY,
        **changes,
    }
    return ExceptionGranted.model_validate(content)


def declare(*events: Event, on: date = TODAY, **changes: Any) -> Outcome:
    year = on.year + 1
    return (
        ready(standing=stands(*events))
        .at(on)
        .when(decisions.declare_project, declaration(**{"plan_year": year, **changes}))
    )


def checked(outcome: Outcome, rule: str) -> Any:
    assert outcome.decision is not None
    return next(c for c in outcome.decision.checks if c.rule == rule)


# -- 第十二条 ------------------------------------------------------------------------------


def test_incomplete_data_collection_bars_new_declarations_until_cleared() -> None:
    cleared = DataCollectionCleared(on=TODAY, unit_id=UNIT, clearance=restriction())
    declare(flagged()).then_broken(standing.data_collection_is_complete)
    declare(flagged(), cleared).then(ProjectDeclared)


def test_an_exception_to_12_1_lets_the_unit_declare_and_the_check_names_it() -> None:
    outcome = declare(flagged(), granted("12-1")).then(ProjectDeclared)
    check = checked(outcome, "data_collection_is_complete")
    (exception,) = as_recorded([granted("12-1")], "approval")
    assert not check.holds
    assert check.exempted_by == exception.ref
    assert "乐数函〔2026〕40号" in check.text
    assert outcome.decision is not None
    assert exception.ref in outcome.decision.basis


def test_an_exception_to_12_1_lifts_nothing_else() -> None:
    declare(flagged(), granted("12-1"), overdue()).then_broken(standing.no_project_bars_the_unit)
    declare(flagged(), granted("12-1"), scope_basis=None).then_broken(rules.project_is_in_scope)


def test_an_exception_to_another_row_does_not_lift_12_1() -> None:
    declare(flagged(), granted("25-2")).then_broken(standing.data_collection_is_complete)


def test_an_exception_for_a_project_is_none_for_declarations() -> None:
    declare(flagged(), granted("12-1", project_id=ELSEWHERE)).then_broken(
        standing.data_collection_is_complete
    )


@pytest.mark.parametrize(
    ("span", "lifts"),
    [
        ({"valid_until": "2026-05-06"}, True),
        ({"valid_from": "2026-05-01", "valid_until": "2026-05-05"}, False),
        ({"valid_from": "2026-05-07"}, False),
    ],
)
def test_an_exception_holds_from_its_first_day_to_its_last(
    span: dict[str, Any], lifts: bool
) -> None:
    outcome = declare(flagged(), granted("12-1", **span))
    if lifts:
        outcome.then(ProjectDeclared)
    else:
        outcome.then_broken(standing.data_collection_is_complete)


def test_an_exception_that_is_revoked_lifts_nothing() -> None:
    revocation = {"reason": "情况变化", "document": document("撤销")}
    revoked = ExceptionRevoked.model_validate(
        {"on": TODAY, "exception_id": EXCEPTION, "unit_id": UNIT, "revocation": revocation}
    )
    declare(flagged(), granted("12-1"), revoked).then_broken(standing.data_collection_is_complete)


# -- 第三十二条 ----------------------------------------------------------------------------


def test_an_overdue_project_bars_its_unit_and_is_the_basis_of_the_refusal() -> None:
    (recorded,) = as_recorded([overdue()], "acceptance")
    barred = stands(overdue())
    declare(overdue()).then_broken(standing.no_project_bars_the_unit)
    assert standing.no_project_bars_the_unit(barred).basis == (recorded.ref,)


# -- 第三十三条 ----------------------------------------------------------------------------


def violation(on: date) -> SharingViolationFound:
    return SharingViolationFound.model_validate(
        {
            "on": on,
            "project_id": ELSEWHERE,
            "unit_id": UNIT,
            "finding_id": FINDING,
            "violation": {
                "fault": "NOT_SHARED",
                "description": "未按目录共享",
                "evidence": document("认定书", "乐数函〔2026〕50号"),
            },
        }
    )


@pytest.mark.parametrize(
    ("found", "declared_on", "barred"),
    [
        (date(2025, 12, 31), date(2026, 1, 1), True),
        (date(2025, 1, 1), date(2026, 12, 31), True),
        (date(2025, 12, 31), date(2027, 1, 1), False),
        (date(2026, 1, 1), date(2026, 12, 31), False),
    ],
)
def test_a_sharing_violation_bars_the_unit_in_the_year_after(
    found: date, declared_on: date, barred: bool
) -> None:
    outcome = declare(violation(found), on=declared_on)
    if barred:
        outcome.then_broken(standing.no_sharing_violation_bars_other_projects)
    else:
        outcome.then(ProjectDeclared)


def test_a_violation_that_is_withdrawn_bars_nothing() -> None:
    withdrawn = SharingViolationWithdrawn.model_validate(
        {
            "on": TODAY,
            "project_id": ELSEWHERE,
            "unit_id": UNIT,
            "finding_id": FINDING,
            "withdrawal": {"reason": "认定有误", "document": document("撤销")},
        }
    )
    declare(violation(date(2025, 6, 1)), withdrawn).then(ProjectDeclared)


# -- 第五十一条 ----------------------------------------------------------------------------


def hazard() -> SecurityFindingRecorded:
    return SecurityFindingRecorded.model_validate(
        {
            "on": TODAY,
            "project_id": ELSEWHERE,
            "unit_id": UNIT,
            "finding_id": FINDING,
            "body": "PSB",
            "finding": {
                "fault": "MAJOR_DANGER",
                "description": "存在高危漏洞",
                "evidence": document("通报", "乐公网安〔2026〕7号"),
            },
        }
    )


def cleared() -> SecurityFindingCleared:
    return SecurityFindingCleared.model_validate(
        {
            "on": TODAY,
            "project_id": ELSEWHERE,
            "unit_id": UNIT,
            "finding_id": FINDING,
            "body": "PSB",
            "clearance": {"description": "已整改", "evidence": document("销号单")},
        }
    )


def test_a_security_finding_bars_the_unit_until_it_is_cleared() -> None:
    declare(hazard()).then_broken(standing.no_security_finding_bars_the_unit)
    declare(hazard(), cleared()).then(ProjectDeclared)


# -- 第五十三条 ----------------------------------------------------------------------------

SPECIAL = ExemptionKind.SPECIAL_REGIME


def test_a_special_regime_lifts_the_hard_rows_it_names_and_no_others() -> None:
    declare(hazard(), granted("51-1")).then_broken(standing.no_security_finding_bars_the_unit)
    outcome = declare(hazard(), granted("51-1", kind=SPECIAL)).then(ProjectDeclared)
    assert checked(outcome, "no_security_finding_bars_the_unit").exempted_by is not None
    declare(hazard(), overdue(), granted("51-1", kind=SPECIAL)).then_broken(
        standing.no_project_bars_the_unit
    )
    stopping = ready(
        standing=stands(granted("8-0", kind=SPECIAL)), system=system(termination_required())
    )
    stopping.when(decisions.declare_project, declaration()).then(ProjectDeclared)
    ready(system=system(termination_required())).when(
        decisions.declare_project, declaration()
    ).then_broken(system_goes_on)


def test_no_special_regime_lets_a_classified_project_in() -> None:
    declare(granted("54-1", "57-1", kind=SPECIAL), classified=True).then_broken(
        rules.project_is_not_classified
    )
