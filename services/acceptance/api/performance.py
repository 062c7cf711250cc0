"""HTTP of performance: monitoring reports, operation, evaluations."""

from fastapi import APIRouter

from shared.events.acceptance import (
    OperationStart,
    PerformanceReport,
    PostEvaluation,
    SelfEvaluation,
)
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND
from shared.web.reading import ProjectPath
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)


@router.post(
    "/projects/{project_id}/performance-reports", status_code=201, responses=COMMAND, tags=["绩效"]
)
async def submit_performance_report(
    desk: AtDesk, project_id: ProjectPath, report: PerformanceReport
) -> Receipt:
    """提交绩效监控报告（第四十五条）；每年一次，后一次取代前一次。"""
    return await desk.decide(project_id, report)


@router.post(
    "/projects/{project_id}/operation-start", status_code=201, responses=COMMAND, tags=["绩效"]
)
async def report_operation_start(
    desk: AtDesk, project_id: ProjectPath, start: OperationStart
) -> Receipt:
    """报告投入运行（第四十六条）；未报告的以验收合格日为准。"""
    return await desk.decide(project_id, start)


@router.post(
    "/projects/{project_id}/self-evaluation", status_code=201, responses=COMMAND, tags=["绩效"]
)
async def submit_self_evaluation(
    desk: AtDesk, project_id: ProjectPath, evaluation: SelfEvaluation
) -> Receipt:
    """提交自评价（第四十六条）。"""
    return await desk.decide(project_id, evaluation)


@router.post(
    "/projects/{project_id}/post-evaluations", status_code=201, responses=COMMAND, tags=["绩效"]
)
async def record_post_evaluation(
    desk: AtDesk, project_id: ProjectPath, evaluation: PostEvaluation
) -> Receipt:
    """登记后评价（第四十六条）。"""
    return await desk.decide(project_id, evaluation)
