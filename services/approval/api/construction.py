"""While it is built: division of work, changes, interruptions (第二十七至三十条)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from shared.events.approval import (
    Change,
    ChangeRuling,
    DivisionOfWork,
    FilingDispute,
    Resumption,
    Suspension,
    TerminationReport,
    TerminationRequest,
    TerminationRuling,
    Trouble,
)
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND
from shared.web.reading import ProjectPath
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)


FilingPath = Annotated[UUID, Path(title="报备标识")]


@router.post(
    "/projects/{project_id}/division-of-work", status_code=201, responses=COMMAND, tags=["建设"]
)
async def record_division_of_work(
    desk: AtDesk, project_id: ProjectPath, division: DivisionOfWork
) -> Receipt:
    """参建分工（第二十七条）。"""
    return await desk.decide(project_id, division)


@router.post(
    "/projects/{project_id}/change-filings", status_code=201, responses=COMMAND, tags=["变更"]
)
async def file_change(desk: AtDesk, project_id: ProjectPath, change: Change) -> Receipt:
    """变更报备（第二十九条）。"""
    return await desk.decide(project_id, change)


@router.post(
    "/projects/{project_id}/change-application", status_code=201, responses=COMMAND, tags=["变更"]
)
async def apply_for_change(desk: AtDesk, project_id: ProjectPath, change: Change) -> Receipt:
    """调整申请（第二十八条）。"""
    return await desk.decide(project_id, change)


@router.post(
    "/projects/{project_id}/change-application/concurrence",
    status_code=201,
    responses=COMMAND,
    tags=["变更"],
)
async def concur_in_change(desk: AtDesk, project_id: ProjectPath, ruling: ChangeRuling) -> Receipt:
    """调整会签（第二十八条）。"""
    return await desk.decide(project_id, ruling)


@router.post(
    "/projects/{project_id}/change-application/ruling",
    status_code=201,
    responses=COMMAND,
    tags=["变更"],
)
async def rule_on_change(desk: AtDesk, project_id: ProjectPath, ruling: ChangeRuling) -> Receipt:
    """调整批复（第二十八条）。"""
    return await desk.decide(project_id, ruling)


@router.post(
    "/projects/{project_id}/change-filings/{change_id}/dispute",
    status_code=201,
    responses=COMMAND,
    tags=["变更"],
)
async def dispute_filing(
    desk: AtDesk, project_id: ProjectPath, change_id: FilingPath, dispute: FilingDispute
) -> Receipt:
    """报备异议（第二十九条）。"""
    return await desk.decide(project_id, dispute, part=change_id)


@router.post("/projects/{project_id}/troubles", status_code=201, responses=COMMAND, tags=["建设"])
async def report_trouble(desk: AtDesk, project_id: ProjectPath, trouble: Trouble) -> Receipt:
    """重大问题报告（第三十条）。"""
    return await desk.decide(project_id, trouble)


@router.post("/projects/{project_id}/suspension", status_code=201, responses=COMMAND, tags=["建设"])
async def suspend_construction(
    desk: AtDesk, project_id: ProjectPath, suspension: Suspension
) -> Receipt:
    """暂停建设（第三十条）。"""
    return await desk.decide(project_id, suspension)


@router.post("/projects/{project_id}/resumption", status_code=201, responses=COMMAND, tags=["建设"])
async def resume_construction(
    desk: AtDesk, project_id: ProjectPath, resumption: Resumption
) -> Receipt:
    """恢复建设（第三十条）。"""
    return await desk.decide(project_id, resumption)


@router.post(
    "/projects/{project_id}/termination", status_code=201, responses=COMMAND, tags=["建设"]
)
async def request_termination(
    desk: AtDesk, project_id: ProjectPath, request: TerminationRequest
) -> Receipt:
    """终止申请（第三十条）。"""
    return await desk.decide(project_id, request)


@router.post(
    "/projects/{project_id}/termination/report", status_code=201, responses=COMMAND, tags=["建设"]
)
async def submit_termination(
    desk: AtDesk, project_id: ProjectPath, report: TerminationReport
) -> Receipt:
    """终止核报（第三十条）。"""
    return await desk.decide(project_id, report)


@router.post(
    "/projects/{project_id}/termination/ruling", status_code=201, responses=COMMAND, tags=["建设"]
)
async def rule_on_termination(
    desk: AtDesk, project_id: ProjectPath, ruling: TerminationRuling
) -> Receipt:
    """领导小组对终止的意见（第三十条）。"""
    return await desk.decide(project_id, ruling)
