"""Rules for the registration of units, in article order."""

from datetime import date

from services.registry.state import Unit
from shared.regulation import Verdict, article, holds


@article(
    5, row="5-3", says="项目单位须先登记，并明确信息化工作机构", remedy="请市数字经济局登记该单位"
)
def unit_is_registered(unit: Unit) -> Verdict:
    return holds(unit.profile is not None, "单位已登记" if unit.profile else "单位尚未登记")


@article(
    5,
    row="5-3",
    says="同一单位只登记一次",
    remedy="核对统一社会信用代码；已登记的单位直接申报",
)
def unit_is_not_yet_registered(unit: Unit) -> Verdict:
    return holds(unit.profile is None, "单位已登记" if unit.profile else "单位尚未登记")


@article(
    26,
    row="26-1",
    says="新任主要负责人的任职日期不早于前任",
    remedy="核对 head_since 或文书日期",
)
def head_takes_office_after_the_last(unit: Unit, since: date) -> Verdict:
    last = unit.heads[-1] if unit.heads else None
    return holds(
        last is None or since >= last.since,
        f"前任自{last.since}任职，新任自{since}" if last else "没有前任",
    )
