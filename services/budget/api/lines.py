"""HTTP of line leases and the price caps they keep."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select

from services.budget import views
from services.budget.reactions import CAPS, LEASE
from services.budget.state import LeasedLine, LeaseStatus, PriceCaps
from shared.events.budget import (
    LeaseContract,
    LineLease,
    LineLeaseInclusion,
    LineLeaseRuling,
    PriceCap,
    QualityAssessment,
    RentPayment,
)
from shared.kernel.text import Code
from shared.web.actors import CurrentActor
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND, READ
from shared.web.reading import Paged, UnitQuery, current, of_unit, page
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["线路租赁"])

LineTypePath = Annotated[Code, Path(title="线路类型代码")]
LeasePath = Annotated[UUID, Path(title="线路租赁标识")]


@router.post("/price-caps", status_code=201, responses=COMMAND)
async def set_price_cap(desk: AtDesk, cap: PriceCap) -> Receipt:
    """确定一类线路的最高预算价格（第三十八条）。"""
    return await desk.decide(cap.line_type, cap)


@router.get("/price-caps", responses=READ)
async def list_price_caps(
    request: Request, actor: CurrentActor, paging: Paged
) -> views.PriceCapPage:
    """线路限价清单：每类线路最近一次确定的限价。"""
    caps = views.price_caps
    key = caps.c.line_type
    return await page(
        request, actor, select(caps), key, paging, views.PriceCapPage, views.price_cap_row
    )


@router.get("/price-caps/{line_type}", responses=READ)
async def read_price_caps(
    request: Request, response: Response, actor: CurrentActor, line_type: LineTypePath
) -> PriceCaps:
    """一类线路历次确定的限价；各单位均可查阅。"""
    everybody = frozenset({actor.unit_id} if actor.unit_id else ())
    caps: PriceCaps = await current(
        request, response, actor, CAPS, line_type, lambda seen: everybody
    )
    return caps


@router.post("/line-leases", status_code=201, responses=COMMAND)
async def submit_line_lease(desk: AtDesk, lease: LineLease) -> Receipt:
    """申请线路租赁（第三十八条）。"""
    return await desk.decide(desk.new_id(), lease)


@router.get("/line-leases", responses=READ)
async def list_line_leases(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    year: Annotated[int | None, Query(title="预算年度", ge=2000, le=2100)] = None,
    status: Annotated[LeaseStatus | None, Query(title="状态")] = None,
    unassessed: Annotated[bool, Query(title="只列有未经考核支付的")] = False,
) -> views.LineLeasePage:
    """线路租赁清单：单价与限价、列入、协议和支付；项目单位只见本单位的。"""
    columns = views.line_leases.c
    query = of_unit(select(views.line_leases), columns.unit_id, actor, unit)
    if year:
        query = query.where(columns.budget_year == year)
    if status:
        query = query.where(columns.status == status.value)
    if unassessed:
        query = query.where(columns.unassessed > 0)
    return await page(
        request, actor, query, columns.lease_id, paging, views.LineLeasePage, views.line_lease_row
    )


@router.get("/line-leases/{lease_id}", responses=READ)
async def read_line_lease(
    request: Request, response: Response, actor: CurrentActor, lease_id: LeasePath
) -> LeasedLine:
    """线路租赁：申请、审批、预算、协议、考核和支付。"""
    line: LeasedLine = await current(
        request, response, actor, LEASE, lease_id, lambda seen: seen.parties
    )
    return line


@router.post("/line-leases/{lease_id}/ruling", status_code=201, responses=COMMAND)
async def rule_on_line_lease(desk: AtDesk, lease_id: LeasePath, ruling: LineLeaseRuling) -> Receipt:
    """审批线路租赁（第三十八条）。"""
    return await desk.decide(lease_id, ruling)


@router.post("/line-leases/{lease_id}/inclusion", status_code=201, responses=COMMAND)
async def include_line_lease_budget(
    desk: AtDesk, lease_id: LeasePath, inclusion: LineLeaseInclusion
) -> Receipt:
    """线路租赁经费列入预算（第三十九条）。"""
    return await desk.decide(lease_id, inclusion)


@router.post("/line-leases/{lease_id}/contract", status_code=201, responses=COMMAND)
async def record_lease_contract(
    desk: AtDesk, lease_id: LeasePath, contract: LeaseContract
) -> Receipt:
    """登记租赁协议（第三十八条）。"""
    return await desk.decide(lease_id, contract)


@router.post("/line-leases/{lease_id}/quality-assessments", status_code=201, responses=COMMAND)
async def assess_line_quality(
    desk: AtDesk, lease_id: LeasePath, assessment: QualityAssessment
) -> Receipt:
    """考核线路服务质量（第三十八条）。"""
    return await desk.decide(lease_id, assessment)


@router.post("/line-leases/{lease_id}/payments", status_code=201, responses=COMMAND)
async def pay_line_rent(desk: AtDesk, lease_id: LeasePath, payment: RentPayment) -> Receipt:
    """支付租赁费用；未经考核的，受理并记为问题（第三十八条）。"""
    return await desk.decide(lease_id, payment)
