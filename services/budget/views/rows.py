"""The lines of the budget service's lists, as they are published."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Row

from services.budget.state import LeaseStatus, PlanStatus
from shared.events.budget import OperationMode
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.web.reading import Page


class ProjectRow(Record):
    """项目资金清单行."""

    project_id: str
    unit_id: str
    included: Annotated[Money, Field(title="列入预算（元）")]
    procured: Annotated[Money, Field(title="采购预算（元）")]
    paid: Annotated[Money, Field(title="已支付（元）")]
    returned: Annotated[Money, Field(title="已退结余（元）")]
    outstanding: Annotated[Money, Field(title="未支付也未退回（元）")]
    surplus_due_on: Annotated[date | None, Field(title="结余退回期限")]
    closed: Annotated[bool, Field(title="是否已关账")]


class ProjectPage(Page):
    """项目资金清单页."""

    items: tuple[ProjectRow, ...]


def project_row(row: Row[Any]) -> ProjectRow:
    return ProjectRow(
        project_id=str(row.project_id),
        unit_id=row.unit_id,
        included=Money(row.included),
        procured=Money(row.procured),
        paid=Money(row.paid),
        returned=Money(row.returned),
        outstanding=Money(row.included - row.paid - row.returned),
        surplus_due_on=row.surplus_due_on,
        closed=row.closed,
    )


class OperationPlanRow(Record):
    """运维方案清单行."""

    plan_id: UUID
    project_id: UUID
    unit_id: str
    budget_year: int
    received_on: Annotated[date, Field(title="收到日期")]
    mode: Annotated[OperationMode | None, Field(title="运维方式")]
    term_to: Annotated[date | None, Field(title="运维期截止日（含）")]
    status: PlanStatus
    amount: Annotated[Money, Field(title="申请金额（元）")]
    assessed: Annotated[Money | None, Field(title="论证评估金额（元）")]
    included: Annotated[Money | None, Field(title="列入金额（元）")]


class OperationPlanPage(Page):
    """运维方案清单页."""

    items: tuple[OperationPlanRow, ...]


def operation_plan_row(row: Row[Any]) -> OperationPlanRow:
    return OperationPlanRow(
        plan_id=row.plan_id,
        project_id=row.project_id,
        unit_id=row.unit_id,
        budget_year=row.budget_year,
        received_on=row.received_on,
        mode=OperationMode(row.mode) if row.mode else None,
        term_to=row.term_to,
        status=PlanStatus(row.status),
        amount=Money(row.amount),
        assessed=_money(row.assessed),
        included=_money(row.included),
    )


class LineLeaseRow(Record):
    """线路租赁清单行."""

    lease_id: UUID
    unit_id: str
    project_id: UUID | None
    line_type: str
    budget_year: int
    status: LeaseStatus
    unit_price: Annotated[Money, Field(title="单价（元）")]
    cap: Annotated[Money, Field(title="所比照的限价（元）")]
    amount: Annotated[Money, Field(title="申请金额（元）")]
    included: Annotated[Money | None, Field(title="列入金额（元）")]
    contracted: Annotated[Money | None, Field(title="协议金额（元）")]
    paid: Annotated[Money, Field(title="已支付（元）")]
    unassessed: Annotated[int, Field(title="未经考核的支付次数")]


class LineLeasePage(Page):
    """线路租赁清单页."""

    items: tuple[LineLeaseRow, ...]


def line_lease_row(row: Row[Any]) -> LineLeaseRow:
    return LineLeaseRow(
        lease_id=row.lease_id,
        unit_id=row.unit_id,
        project_id=row.project_id,
        line_type=row.line_type,
        budget_year=row.budget_year,
        status=LeaseStatus(row.status),
        unit_price=Money(row.unit_price),
        cap=Money(row.cap),
        amount=Money(row.amount),
        included=_money(row.included),
        contracted=_money(row.contracted),
        paid=Money(row.paid),
        unassessed=row.unassessed,
    )


class PriceCapRow(Record):
    """线路限价清单行: the cap that was set last."""

    line_type: str
    name: str
    price_unit: Annotated[str, Field(title="计价单位")]
    max_price: Annotated[Money, Field(title="最高预算价格（元）")]
    valid_from: date
    valid_until: date | None


class PriceCapPage(Page):
    """线路限价清单页."""

    items: tuple[PriceCapRow, ...]


def price_cap_row(row: Row[Any]) -> PriceCapRow:
    return PriceCapRow(
        line_type=row.line_type,
        name=row.name,
        price_unit=row.price_unit,
        max_price=Money(row.max_price),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def _money(amount: int | None) -> Money | None:
    return None if amount is None else Money(amount)
