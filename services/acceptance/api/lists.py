"""HTTP of what people look up: one project, and the lists."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from services.acceptance import views
from services.acceptance.reactions import PROJECT
from services.acceptance.state import Project, Status
from services.acceptance.views.performance import (
    PerformanceReportPage,
    SecurityAssessmentPage,
    performance_report_row,
    performance_reports,
    security_assessment_row,
    security_assessments,
)
from services.acceptance.views.supervision import (
    FindingKind,
    FindingPage,
    MeasurePage,
    RectificationPage,
    finding_row,
    findings,
    measure_row,
    measures,
    overdue_rectifications,
    rectification_row,
    rectifications,
)
from shared.events.vocabulary import LegalDate
from shared.web.actors import CurrentActor
from shared.web.problems import READ
from shared.web.reading import Paged, ProjectPath, UnitQuery, current, of_unit, page
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)


@router.get("/projects", responses=READ, tags=["项目"])
async def list_projects(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    status: Annotated[Status | None, Query(title="验收状态")] = None,
    late_on: Annotated[
        LegalDate | None,
        Query(title="该日可认定逾期的项目", description="仅列期限已过且尚未认定的"),
    ] = None,
    without_report: Annotated[
        int | None,
        Query(
            title="缺该年度绩效监控报告的项目",
            description="该年末在实施期内的；该年最后一日以后即为逾期",
            ge=2000,
            le=9999,
        ),
    ] = None,
    without_evaluation_on: Annotated[
        LegalDate | None, Query(title="该日可作而尚未作自评价的项目")
    ] = None,
) -> views.projects.ProjectPage:
    """验收清单；项目单位只见本单位的项目。"""
    table = views.projects.projects
    query = of_unit(select(table), table.c.unit_id, actor, unit)
    if status:
        query = query.where(table.c.status == status.value)
    if late_on:
        query = query.where(*views.projects.overdue_candidates(late_on))
    if without_report:
        query = query.where(*views.projects.without_report(without_report))
    if without_evaluation_on:
        query = query.where(*views.projects.without_evaluation(without_evaluation_on))
    return await page(
        request,
        actor,
        query,
        table.c.project_id,
        paging,
        views.projects.ProjectPage,
        views.projects.project_row,
    )


@router.get("/projects/{project_id}", responses=READ, tags=["项目"])
async def read_project(
    request: Request, response: Response, actor: CurrentActor, project_id: ProjectPath
) -> Project:
    """项目验收信息。"""
    project: Project = await current(
        request, response, actor, PROJECT, project_id, lambda seen: seen.parties
    )
    return project


@router.get("/findings", responses=READ, tags=["监督"])
async def list_findings(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    kind: Annotated[FindingKind | None, Query(title="认定种类")] = None,
    standing: Annotated[bool, Query(title="仅列未撤销、未销号的")] = False,
) -> FindingPage:
    """认定清单：排他开放、数据共享、不如实提供资料和安全问题。"""
    query = of_unit(select(findings), findings.c.unit_id, actor, unit)
    if kind:
        query = query.where(findings.c.kind == kind.value)
    if standing:
        query = query.where(findings.c.closed_on.is_(None))
    key = findings.c.finding_id
    return await page(request, actor, query, key, paging, FindingPage, finding_row)


@router.get("/rectifications", responses=READ, tags=["整改和处理"])
async def list_rectifications(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    overdue_on: Annotated[LegalDate | None, Query(title="该日逾期未整改的")] = None,
) -> RectificationPage:
    """整改清单。"""
    query = of_unit(select(rectifications), rectifications.c.unit_id, actor, unit)
    if overdue_on:
        query = query.where(*overdue_rectifications(overdue_on))
    key = rectifications.c.rectification_id
    return await page(request, actor, query, key, paging, RectificationPage, rectification_row)


@router.get("/measures", responses=READ, tags=["整改和处理"])
async def list_measures(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    in_force: Annotated[bool, Query(title="仅列未解除的")] = False,
) -> MeasurePage:
    """处理措施清单。"""
    query = of_unit(select(measures), measures.c.unit_id, actor, unit)
    if in_force:
        query = query.where(measures.c.lifted_on.is_(None))
    key = measures.c.measure_id
    return await page(request, actor, query, key, paging, MeasurePage, measure_row)


@router.get("/performance-reports", responses=READ, tags=["绩效"])
async def list_performance_reports(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    year: Annotated[int | None, Query(title="年度", ge=2000, le=9999)] = None,
) -> PerformanceReportPage:
    """绩效监控报告清单。"""
    table = performance_reports
    query = of_unit(select(table), table.c.unit_id, actor, unit)
    if year:
        query = query.where(table.c.year == year)
    key = table.c.report
    make, row = PerformanceReportPage, performance_report_row
    return await page(request, actor, query, key, paging, make, row)


@router.get("/security-assessments", responses=READ, tags=["共享和安全"])
async def list_security_assessments(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    due_before: Annotated[LegalDate | None, Query(title="期限早于该日的")] = None,
) -> SecurityAssessmentPage:
    """定期检测评估清单。"""
    table = security_assessments
    query = of_unit(select(table), table.c.unit_id, actor, unit)
    if due_before:
        query = query.where(table.c.next_due_on < due_before)
    key = table.c.assessment
    make, row = SecurityAssessmentPage, security_assessment_row
    return await page(request, actor, query, key, paging, make, row)
