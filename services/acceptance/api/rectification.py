"""HTTP of rectification and measures."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from shared.events.acceptance import (
    Measure,
    MeasureLifting,
    RectificationConfirmation,
    RectificationOrder,
    RectificationReport,
)
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND
from shared.web.reading import ProjectPath
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)
MeasurePath = Annotated[UUID, Path(title="措施标识")]
RectificationPath = Annotated[UUID, Path(title="整改标识")]


@router.post(
    "/projects/{project_id}/rectifications", status_code=201, responses=COMMAND, tags=["整改和处理"]
)
async def order_rectification(
    desk: AtDesk, project_id: ProjectPath, order: RectificationOrder
) -> Receipt:
    """要求限期整改（第四十七条）。"""
    return await desk.decide(project_id, order)


@router.post(
    "/projects/{project_id}/rectifications/{rectification_id}/report",
    status_code=201,
    responses=COMMAND,
    tags=["整改和处理"],
)
async def report_rectification(
    desk: AtDesk,
    project_id: ProjectPath,
    rectification_id: RectificationPath,
    report: RectificationReport,
) -> Receipt:
    """报告整改情况（第四十七条）。"""
    return await desk.decide(project_id, report, part=rectification_id)


@router.post(
    "/projects/{project_id}/rectifications/{rectification_id}/confirmation",
    status_code=201,
    responses=COMMAND,
    tags=["整改和处理"],
)
async def confirm_rectification(
    desk: AtDesk,
    project_id: ProjectPath,
    rectification_id: RectificationPath,
    confirmation: RectificationConfirmation,
) -> Receipt:
    """核验整改情况（第四十七条）；由提出要求的部门。"""
    return await desk.decide(project_id, confirmation, part=rectification_id)


@router.post(
    "/projects/{project_id}/measures", status_code=201, responses=COMMAND, tags=["整改和处理"]
)
async def impose_measure(desk: AtDesk, project_id: ProjectPath, measure: Measure) -> Receipt:
    """作出处理（第四十七条）；整改逾期或不符合要求之后。"""
    return await desk.decide(project_id, measure)


@router.post(
    "/projects/{project_id}/measures/{measure_id}/lifting",
    status_code=201,
    responses=COMMAND,
    tags=["整改和处理"],
)
async def lift_measure(
    desk: AtDesk, project_id: ProjectPath, measure_id: MeasurePath, lifting: MeasureLifting
) -> Receipt:
    """解除处理措施（第四十七条）；由作出的部门。"""
    return await desk.decide(project_id, lifting, part=measure_id)
