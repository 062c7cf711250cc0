"""HTTP of sharing, management and security in building."""

from fastapi import APIRouter

from shared.events.acceptance import (
    CloudGrant,
    ExchangeConnection,
    MountedResources,
    ProjectManagement,
    SecurityStage,
    SharingFeedback,
)
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND
from shared.web.reading import ProjectPath
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)


@router.post(
    "/projects/{project_id}/exchange-connection",
    status_code=201,
    responses=COMMAND,
    tags=["共享和安全"],
)
async def record_exchange_connection(
    desk: AtDesk, project_id: ProjectPath, connection: ExchangeConnection
) -> Receipt:
    """登记接入共享交换平台（第十一条）。"""
    return await desk.decide(project_id, connection)


@router.post(
    "/projects/{project_id}/sharing-feedback",
    status_code=201,
    responses=COMMAND,
    tags=["共享和安全"],
)
async def record_sharing_feedback(
    desk: AtDesk, project_id: ProjectPath, feedback: SharingFeedback
) -> Receipt:
    """登记共享信息使用反馈（第十一条）。"""
    return await desk.decide(project_id, feedback)


@router.post(
    "/projects/{project_id}/management", status_code=201, responses=COMMAND, tags=["共享和安全"]
)
async def record_management(
    desk: AtDesk, project_id: ProjectPath, management: ProjectManagement
) -> Receipt:
    """登记监理、管理制度和档案（第二十六条）。"""
    return await desk.decide(project_id, management)


@router.post(
    "/projects/{project_id}/cloud-resources",
    status_code=201,
    responses=COMMAND,
    tags=["共享和安全"],
)
async def grant_cloud_resources(
    desk: AtDesk, project_id: ProjectPath, grant: CloudGrant
) -> Receipt:
    """安排政务云资源（第三十二、三十三条）。"""
    return await desk.decide(project_id, grant)


@router.post(
    "/projects/{project_id}/mounted-resources",
    status_code=201,
    responses=COMMAND,
    tags=["共享和安全"],
)
async def record_mounted_resources(
    desk: AtDesk, project_id: ProjectPath, resources: MountedResources
) -> Receipt:
    """登记公共数据挂接（第三十三条）。"""
    return await desk.decide(project_id, resources)


@router.post(
    "/projects/{project_id}/security-stages",
    status_code=201,
    responses=COMMAND,
    tags=["共享和安全"],
)
async def record_security_stage(
    desk: AtDesk, project_id: ProjectPath, stage: SecurityStage
) -> Receipt:
    """登记安全措施和检测评估（第四十九条）。"""
    return await desk.decide(project_id, stage)
