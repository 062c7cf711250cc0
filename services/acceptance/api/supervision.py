"""HTTP of supervision: findings, inspections, corrections, referrals."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from shared.events.acceptance import (
    Correction,
    ExclusiveOpening,
    FindingWithdrawal,
    Inspection,
    Referral,
    SafetyIncident,
    SecurityClearance,
    SecurityFinding,
    SharingViolation,
    Untruthfulness,
)
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND
from shared.web.reading import ProjectPath
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)
FindingPath = Annotated[UUID, Path(title="认定标识")]


@router.post(
    "/projects/{project_id}/exclusive-openings", status_code=201, responses=COMMAND, tags=["监督"]
)
async def find_exclusive_opening(
    desk: AtDesk, project_id: ProjectPath, opening: ExclusiveOpening
) -> Receipt:
    """认定排他开放（第十一条）。"""
    return await desk.decide(project_id, opening)


@router.post(
    "/projects/{project_id}/sharing-violations", status_code=201, responses=COMMAND, tags=["监督"]
)
async def find_sharing_violation(
    desk: AtDesk, project_id: ProjectPath, violation: SharingViolation
) -> Receipt:
    """认定数据共享问题（第三十三条）；次年度起限制。"""
    return await desk.decide(project_id, violation)


@router.post(
    "/projects/{project_id}/sharing-violations/{finding_id}/withdrawal",
    status_code=201,
    responses=COMMAND,
    tags=["监督"],
)
async def withdraw_sharing_violation(
    desk: AtDesk, project_id: ProjectPath, finding_id: FindingPath, withdrawal: FindingWithdrawal
) -> Receipt:
    """撤销数据共享问题认定（第三十三条）。"""
    return await desk.decide(project_id, withdrawal, part=finding_id)


@router.post(
    "/projects/{project_id}/untruthfulness", status_code=201, responses=COMMAND, tags=["监督"]
)
async def record_untruthfulness(
    desk: AtDesk, project_id: ProjectPath, untruthfulness: Untruthfulness
) -> Receipt:
    """认定不如实提供资料（第四十四条）。"""
    return await desk.decide(project_id, untruthfulness)


@router.post(
    "/projects/{project_id}/corrections", status_code=201, responses=COMMAND, tags=["监督"]
)
async def correct_record(desk: AtDesk, project_id: ProjectPath, correction: Correction) -> Receipt:
    """更正有误的记录（第四十四条）；原记录不变。"""
    return await desk.decide(project_id, correction)


@router.post(
    "/projects/{project_id}/inspections", status_code=201, responses=COMMAND, tags=["监督"]
)
async def record_inspection(
    desk: AtDesk, project_id: ProjectPath, inspection: Inspection
) -> Receipt:
    """登记监督检查（第四十七、四十九条）。"""
    return await desk.decide(project_id, inspection)


@router.post("/projects/{project_id}/referrals", status_code=201, responses=COMMAND, tags=["监督"])
async def record_referral(desk: AtDesk, project_id: ProjectPath, referral: Referral) -> Receipt:
    """登记移送追责（第四十八条）。"""
    return await desk.decide(project_id, referral)


@router.post(
    "/projects/{project_id}/security-findings", status_code=201, responses=COMMAND, tags=["监督"]
)
async def record_security_finding(
    desk: AtDesk, project_id: ProjectPath, finding: SecurityFinding
) -> Receipt:
    """认定安全问题（第五十一条）。"""
    return await desk.decide(project_id, finding)


@router.post(
    "/projects/{project_id}/security-findings/{finding_id}/clearance",
    status_code=201,
    responses=COMMAND,
    tags=["监督"],
)
async def clear_security_finding(
    desk: AtDesk, project_id: ProjectPath, finding_id: FindingPath, clearance: SecurityClearance
) -> Receipt:
    """安全问题销号（第五十一条）；仅由认定的部门。"""
    return await desk.decide(project_id, clearance, part=finding_id)


@router.post(
    "/projects/{project_id}/safety-incidents", status_code=201, responses=COMMAND, tags=["监督"]
)
async def record_safety_incident(
    desk: AtDesk, project_id: ProjectPath, incident: SafetyIncident
) -> Receipt:
    """登记安全生产事故（第五十二条）。"""
    return await desk.decide(project_id, incident)
