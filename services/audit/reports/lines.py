"""报表：线路限价和租赁 (第三十八条)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.audit.ledger import City
from services.audit.reports.report import Percent, percent, report
from shared.events.budget import (
    LineLeaseApproved,
    LineLeaseBudgetIncluded,
    LineLeaseRefused,
    LineLeaseSubmitted,
    PriceCapSet,
)
from shared.kernel.coded import Coded
from shared.kernel.model import Record
from shared.kernel.money import Money


class CapRow(Record):
    line_type: Annotated[str, Field(title="线路类型代码")]
    line_name: Annotated[str, Field(title="线路类型名称")]
    price_unit: Annotated[str, Field(title="计价单位")]
    max_price: Annotated[Money, Field(title="最高预算价格（元）")]
    valid_from: Annotated[date, Field(title="有效期起（含）")]
    valid_until: Annotated[date | None, Field(title="有效期止（含）")]
    number: Annotated[str | None, Field(title="限价文件文号")]


@report("price-caps", title="线路限价", articles=("38",))
def price_caps(city: City) -> Iterator[CapRow]:
    """各类线路的最高预算价格及其有效期."""
    for event in city.whole.all(PriceCapSet):
        yield CapRow(
            line_type=event.cap.line_type,
            line_name=event.cap.name,
            price_unit=event.cap.price_unit,
            max_price=event.cap.max_price,
            valid_from=event.cap.valid_from,
            valid_until=event.cap.valid_until,
            number=event.cap.document.number,
        )


class LeaseStatus(Coded):
    """租赁申请状态."""

    SUBMITTED = "SUBMITTED", "待批"
    APPROVED = "APPROVED", "批准"
    REFUSED = "REFUSED", "不予批准"


class LeaseRow(Record):
    lease_id: Annotated[UUID, Field(title="租赁标识")]
    unit_id: Annotated[str, Field(title="项目单位")]
    unit_name: Annotated[str, Field(title="单位名称")]
    line_type: Annotated[str, Field(title="线路类型代码")]
    budget_year: Annotated[int, Field(title="预算年度")]
    quantity: Annotated[int, Field(title="数量（条）")]
    unit_price: Annotated[Money, Field(title="单价（元）")]
    cap: Annotated[Money, Field(title="限价（元）")]
    percent_of_cap: Annotated[Percent, Field(title="单价占限价（%）")]
    amount: Annotated[Money, Field(title="申请金额（元）")]
    status: Annotated[LeaseStatus, Field(title="状态")]
    included: Annotated[Money | None, Field(title="列入预算（元）")]


@report("line-leases", title="线路租赁与限价", articles=("38", "39"), totals=("amount", "included"))
def line_leases(city: City) -> Iterator[LeaseRow]:
    """各单位租赁线路的单价与限价，批准和列入预算的金额."""
    approved = {event.lease_id for event in city.whole.all(LineLeaseApproved)}
    refused = {event.lease_id for event in city.whole.all(LineLeaseRefused)}
    included = {e.lease_id: e.inclusion.amount for e in city.whole.all(LineLeaseBudgetIncluded)}
    for event in city.whole.all(LineLeaseSubmitted):
        status = LeaseStatus.SUBMITTED
        if event.lease_id in approved:
            status = LeaseStatus.APPROVED
        elif event.lease_id in refused:
            status = LeaseStatus.REFUSED
        lease = event.lease
        yield LeaseRow(
            lease_id=event.lease_id,
            unit_id=event.unit_id,
            unit_name=city.unit_name(event.unit_id),
            line_type=lease.line_type,
            budget_year=lease.budget_year,
            quantity=lease.quantity,
            unit_price=lease.unit_price,
            cap=event.cap,
            percent_of_cap=percent(lease.unit_price, event.cap),
            amount=event.amount,
            status=status,
            included=included.get(event.lease_id),
        )
