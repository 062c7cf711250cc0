"""Exceptions: asked for, agreed to, revoked (第八、五十三条)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from shared.events.approval import ExceptionAgreement, ExceptionRequest, ExceptionRevocation
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)

ExceptionPath = Annotated[UUID, Path(title="例外标识")]


@router.post("/exceptions", status_code=201, responses=COMMAND, tags=["例外"])
async def request_exception(desk: AtDesk, request: ExceptionRequest) -> Receipt:
    """例外申请（第八、五十三条）；只有“原则上”的规定可以例外。"""
    return await desk.decide(desk.new_id(), request)


@router.post(
    "/exceptions/{exception_id}/agreements", status_code=201, responses=COMMAND, tags=["例外"]
)
async def agree_to_exception(
    desk: AtDesk, exception_id: ExceptionPath, agreement: ExceptionAgreement
) -> Receipt:
    """例外意见（第八、五十三条）；须同意的部门全部同意即批准。"""
    return await desk.decide(exception_id, agreement)


@router.post(
    "/exceptions/{exception_id}/revocation", status_code=201, responses=COMMAND, tags=["例外"]
)
async def revoke_exception(
    desk: AtDesk, exception_id: ExceptionPath, revocation: ExceptionRevocation
) -> Receipt:
    """撤销例外（第五十三条）；已据以作出的决定不变。"""
    return await desk.decide(exception_id, revocation)
