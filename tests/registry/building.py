"""Cases of the registry: its folds, and events that set a scene."""

from datetime import date
from typing import Any
from uuid import UUID

from services.registry.decisions import Facts
from services.registry.state import (
    Project,
    ProjectList,
    RegisteredPlan,
    System,
    Unit,
    evolve_list,
    evolve_plan,
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
    Plan,
    PlanRegistered,
    ProjectDeclared,
    ProjectListed,
    ReviewResult,
    SystemCatalogued,
    SystemTerminationRequired,
    TerminationRequirement,
    UnitRegistered,
    UnitRestriction,
    plan_id_of,
)
from shared.events.vocabulary import DeliveryMode
from tests.support.builders import UNIT, declaration, document, entry, profile, yuan
from tests.support.given_when_then import SUBJECT, TODAY, Case

LIST_ID = UUID("01890000-0000-7000-8000-00000000000a")

UNITS = Case(Unit(), evolve_unit, Facts(), "registry", subject=UNIT)
SYSTEMS = Case(System(), evolve_system, Facts(), "registry")
PLANS = Case(RegisteredPlan(), evolve_plan, Facts(), "registry")
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


def requirement(**changes: Any) -> TerminationRequirement:
    """A system is to stop by 30 September 2026."""
    return TerminationRequirement.model_validate(
        {
            "ground": "REPLACEABLE",
            "replacement": "全市统一消息平台",
            "terminate_by": "2026-09-30",
            "reason": "可由统建平台替代",
            "document": document("系统整合通知", "乐数函〔2026〕19号"),
            **changes,
        }
    )


def termination_required(**changes: Any) -> SystemTerminationRequired:
    return SystemTerminationRequired(
        on=TODAY, system_id=SUBJECT, unit_id=UNIT, requirement=requirement(**changes)
    )


def plan(**changes: Any) -> Plan:
    return Plan.model_validate(
        {
            "title": "乐山市数字政府建设规划",
            "level": "MUNICIPAL",
            "first_year": 2026,
            "last_year": 2030,
            "approver": "乐山市人民政府",
            "document": document("规划", "乐府发〔2026〕2号"),
            **changes,
        }
    )


def plan_registered(**changes: Any) -> PlanRegistered:
    content = plan(**changes)
    return PlanRegistered(on=TODAY, plan_id=plan_id_of(content.title), plan=content)


def registered_plan(**changes: Any) -> RegisteredPlan:
    state: RegisteredPlan = PLANS.given(plan_registered(**changes)).state()
    return state


def declared(**changes: Any) -> ProjectDeclared:
    return ProjectDeclared(
        on=TODAY, project_id=SUBJECT, unit_id=UNIT, declaration=declaration(**changes)
    )


def overdue() -> AcceptanceOverdue:
    """Another project of the unit that should have been accepted by now."""
    project_id = UUID("01890000-0000-7000-8000-0000000000ff")
    return AcceptanceOverdue(on=TODAY, project_id=project_id, unit_id=UNIT, due_on=TODAY)


def review(result: ReviewResult = ReviewResult.INCLUDE, **changes: Any) -> CentralReview:
    return CentralReview.model_validate(
        {"result": result, "reason": "符合规划", "bodies": ["DRC", "FIN"], **changes}
    )


def reviewed(result: ReviewResult = ReviewResult.INCLUDE, **changes: Any) -> CentralReviewRecorded:
    return CentralReviewRecorded(
        on=TODAY, project_id=SUBJECT, unit_id=UNIT, review=review(result, **changes)
    )


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


def system(*events: Any, **changes: Any) -> System:
    """A catalogued system's state, after further events."""
    state: System = SYSTEMS.given(catalogued(**changes), *events).state()
    return state


def project(*events: Any) -> Project:
    state: Project = PROJECTS.given(*events).state()
    return state


def ready(**changes: Any) -> Case:
    """A project whose facts let any valid declaration pass."""
    return PROJECTS.with_facts(**{"unit": unit(), "system": system(), **changes})


NEW_YEARS_EVE = date(2026, 12, 31)
