"""Cases of the registry: its folds, and events that set a scene."""

from datetime import date
from typing import Any
from uuid import UUID

from services.registry.decisions import Facts
from services.registry.state import (
    Project,
    ProjectList,
    System,
    Unit,
    evolve_list,
    evolve_project,
    evolve_system,
    evolve_unit,
)
from shared.events.acceptance import AcceptanceOverdue
from shared.events.registry import (
    AnnualList,
    AnnualListSubmitted,
    CentralReview,
    CentralReviewRecorded,
    DataCollectionFlagged,
    ProjectDeclared,
    ProjectListed,
    ReviewResult,
    SystemCatalogued,
    UnitRegistered,
    UnitRestriction,
)
from shared.events.vocabulary import DeliveryMode
from tests.support.builders import UNIT, declaration, document, entry, profile, yuan
from tests.support.given_when_then import SUBJECT, TODAY, Case, as_recorded

LIST_ID = UUID("01890000-0000-7000-8000-00000000000a")

UNITS = Case(Unit(), evolve_unit, Facts(), "registry", subject=UNIT)
SYSTEMS = Case(System(), evolve_system, Facts(), "registry")
PROJECTS = Case(Project(), evolve_project, Facts(), "registry")
LISTS = Case(ProjectList(), evolve_list, Facts(), "registry", subject=str(LIST_ID))


def unit_registered(**changes: Any) -> UnitRegistered:
    return UnitRegistered(on=TODAY, unit_id=UNIT, profile=profile(**changes))


def restriction() -> UnitRestriction:
    return UnitRestriction(reason="数据归集未完成", evidence=document("通报"))


def flagged() -> DataCollectionFlagged:
    return DataCollectionFlagged(on=TODAY, unit_id=UNIT, restriction=restriction())


def catalogued(**changes: Any) -> SystemCatalogued:
    return SystemCatalogued(on=TODAY, system_id=SUBJECT, unit_id=UNIT, entry=entry(**changes))


def declared(**changes: Any) -> ProjectDeclared:
    return ProjectDeclared(
        on=TODAY, project_id=SUBJECT, unit_id=UNIT, declaration=declaration(**changes)
    )


def overdue() -> AcceptanceOverdue:
    """Another project of the unit that should have been accepted by now."""
    project_id = UUID("01890000-0000-7000-8000-0000000000ff")
    return AcceptanceOverdue(on=TODAY, project_id=project_id, unit_id=UNIT, due_on=TODAY)


def review(result: ReviewResult = ReviewResult.INCLUDE) -> CentralReview:
    return CentralReview(
        result=result, reason="符合规划", participants=("市发展改革委", "市财政局")
    )


def reviewed(result: ReviewResult = ReviewResult.INCLUDE) -> CentralReviewRecorded:
    return CentralReviewRecorded(on=TODAY, project_id=SUBJECT, unit_id=UNIT, review=review(result))


def listed() -> ProjectListed:
    return ProjectListed(
        on=TODAY,
        project_id=SUBJECT,
        unit_id=UNIT,
        list_id=LIST_ID,
        year=2027,
        number="乐数〔2026〕1号",
        delivery_mode=DeliveryMode.SELF_BUILD,
        name="智慧教育平台",
        total=yuan("1000000.00"),
    )


def annual_list(**changes: Any) -> AnnualList:
    return AnnualList.model_validate(
        {"year": 2027, "number": "乐数〔2026〕1号", "project_ids": [SUBJECT], **changes}
    )


def list_submitted(**changes: Any) -> AnnualListSubmitted:
    return AnnualListSubmitted(on=TODAY, list_id=LIST_ID, list=annual_list(**changes))


def unit(*events: Any) -> Unit:
    """A unit's state after events; registered where none are named."""
    case = UNITS.given(*(events or (unit_registered(),)))
    state: Unit = case.state()
    return state


def system(**changes: Any) -> System:
    return evolve_system(System(), as_recorded([catalogued(**changes)])[0])


def project(*events: Any) -> Project:
    state: Project = PROJECTS.given(*events).state()
    return state


def ready(**changes: Any) -> Case:
    """A project whose facts let any valid declaration pass."""
    return PROJECTS.with_facts(**{"unit": unit(), "system": system(), **changes})


NEW_YEARS_EVE = date(2026, 12, 31)
