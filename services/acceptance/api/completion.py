"""HTTP of acceptance: completion, trial run, extension, acceptance."""

from fastapi import APIRouter

from shared.events.acceptance import (
    Acceptance,
    AcceptanceApplication,
    AcceptanceFiling,
    AcceptanceReview,
    Completion,
    Extension,
    ExtensionRuling,
    Handover,
    OverdueFinding,
    TrialIncident,
    TrialStart,
)
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND
from shared.web.reading import ProjectPath
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)


@router.post(
    "/projects/{project_id}/completion", status_code=201, responses=COMMAND, tags=["试运行"]
)
async def report_completion(
    desk: AtDesk, project_id: ProjectPath, completion: Completion
) -> Receipt:
    """报告建设内容完成（第三十一条）。"""
    return await desk.decide(project_id, completion)


@router.post(
    "/projects/{project_id}/trial-run", status_code=201, responses=COMMAND, tags=["试运行"]
)
async def start_trial_run(desk: AtDesk, project_id: ProjectPath, start: TrialStart) -> Receipt:
    """开始试运行（第三十一条）。"""
    return await desk.decide(project_id, start)


@router.post(
    "/projects/{project_id}/trial-incidents", status_code=201, responses=COMMAND, tags=["试运行"]
)
async def report_trial_incident(
    desk: AtDesk, project_id: ProjectPath, incident: TrialIncident
) -> Receipt:
    """报告试运行故障（第三十一条）；重大故障使试运行期重新计算。"""
    return await desk.decide(project_id, incident)


@router.post("/projects/{project_id}/handover", status_code=201, responses=COMMAND, tags=["验收"])
async def record_handover(desk: AtDesk, project_id: ProjectPath, handover: Handover) -> Receipt:
    """登记成果移交（第四十三条）。"""
    return await desk.decide(project_id, handover)


@router.post("/projects/{project_id}/extension", status_code=201, responses=COMMAND, tags=["延期"])
async def request_extension(desk: AtDesk, project_id: ProjectPath, extension: Extension) -> Receipt:
    """申请延期验收（第三十一条）；期限届满当日或以前提出。"""
    return await desk.decide(project_id, extension)


@router.post(
    "/projects/{project_id}/extension-ruling", status_code=201, responses=COMMAND, tags=["延期"]
)
async def rule_on_extension(
    desk: AtDesk, project_id: ProjectPath, ruling: ExtensionRuling
) -> Receipt:
    """对延期验收申请出具意见（第三十一条）。"""
    return await desk.decide(project_id, ruling)


@router.post(
    "/projects/{project_id}/acceptance-application",
    status_code=201,
    responses=COMMAND,
    tags=["验收"],
)
async def apply_for_acceptance(
    desk: AtDesk, project_id: ProjectPath, application: AcceptanceApplication
) -> Receipt:
    """申请验收（第三十一条）；不合格的整改后可再次申请。"""
    return await desk.decide(project_id, application)


@router.post("/projects/{project_id}/acceptance", status_code=201, responses=COMMAND, tags=["验收"])
async def conclude_acceptance(
    desk: AtDesk, project_id: ProjectPath, acceptance: Acceptance
) -> Receipt:
    """竣工验收并出具验收意见（第三十一、五十条）。"""
    return await desk.decide(project_id, acceptance)


@router.post(
    "/projects/{project_id}/service-acceptance", status_code=201, responses=COMMAND, tags=["验收"]
)
async def report_service_acceptance(
    desk: AtDesk, project_id: ProjectPath, acceptance: Acceptance
) -> Receipt:
    """报送购买服务项目的验收结果（第三十一条）。"""
    return await desk.decide(project_id, acceptance)


@router.post(
    "/projects/{project_id}/service-acceptance-review",
    status_code=201,
    responses=COMMAND,
    tags=["验收"],
)
async def review_service_acceptance(
    desk: AtDesk, project_id: ProjectPath, review: AcceptanceReview
) -> Receipt:
    """审核购买服务项目的验收结果（第三十一条）。"""
    return await desk.decide(project_id, review)


@router.post("/projects/{project_id}/filing", status_code=201, responses=COMMAND, tags=["验收"])
async def file_acceptance(
    desk: AtDesk, project_id: ProjectPath, filing: AcceptanceFiling
) -> Receipt:
    """报备验收情况（第三十一条）。"""
    return await desk.decide(project_id, filing)


@router.post("/projects/{project_id}/overdue", status_code=201, responses=COMMAND, tags=["延期"])
async def mark_overdue(desk: AtDesk, project_id: ProjectPath, finding: OverdueFinding) -> Receipt:
    """认定逾期未验收（第三十二条）。"""
    return await desk.decide(project_id, finding)
