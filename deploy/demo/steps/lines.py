"""线路租赁: the price cap of a type of line, and a lease that keeps it."""

from datetime import date

from deploy.demo.cast import DEB, FIN, Unit, official, paper, yuan
from deploy.demo.story import Story
from shared.events.budget import (
    LineKind,
    LineLease,
    LineLeaseInclusion,
    LineLeaseRuling,
    PriceCap,
)

LINE_TYPE = "MSTP_100M"
LEASES = "/budget/v1/line-leases"


async def lease_line(story: Story, unit: Unit, cap: str, too_much: str) -> None:
    """线路租赁 of next year: above the cap refused, at the cap approved and included."""
    year = story.today.year + 1
    await _set_cap(story, year, cap)
    await story.is_refused(
        unit.officer,
        LEASES,
        _lease(unit, year, too_much),
        rule="line_price_stays_within_the_cap",
        article=38,
        says=f"申请单价{too_much}元的专线",
    )
    lease = _lease(unit, year, cap)
    receipt = await story.act(unit.officer, LEASES, lease, f"申请单价{cap}元的专线")
    line = f"{LEASES}/{receipt.id}"
    ruling = LineLeaseRuling(approved=True, text="单价在限价以内，同意")
    await story.act(DEB, f"{line}/ruling", ruling, "批准线路租赁")
    included = LineLeaseInclusion(
        amount=yuan("62,400.00"), document=official(f"{year}年度部门预算", "乐财预", year - 1)
    )
    await story.act(FIN, f"{line}/inclusion", included, f"线路租赁62,400.00元列入{year}年度预算")


async def _set_cap(story: Story, year: int, cap: str) -> None:
    content = PriceCap(
        line_type=LINE_TYPE,
        name="100M MSTP数字专线",
        price_unit="元/条·月",
        max_price=yuan(cap),
        valid_from=date(year, 1, 1),
        valid_until=date(year, 12, 31),
        document=official("关于公布线路最高预算价格的通知", "乐数", story.today.year),
    )
    await story.act(DEB, "/budget/v1/price-caps", content, f"确定100M专线限价每月{cap}元")


def _lease(unit: Unit, year: int, price: str) -> LineLease:
    """Two lines for the twelve months of a year."""
    return LineLease(
        unit_id=unit.id,
        line_type=LINE_TYPE,
        kind=LineKind.PRIVATE_LINE,
        merged_into_egov_network=True,
        bandwidth="100M",
        quantity=2,
        unit_price=yuan(price),
        periods=12,
        budget_year=year,
        starts_on=date(year, 1, 1),
        ends_on=date(year, 12, 31),
        purpose="两处教学点接入电子政务外网",
        document=paper("线路租赁申请"),
    )
