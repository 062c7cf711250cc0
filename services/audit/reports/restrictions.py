"""报表：单位和项目所受的限制 (第十二、三十、三十二、三十三、四十七、五十一条)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.audit.eligibility import OF_STANDING
from services.audit.ledger import City
from services.audit.reports.report import report
from shared.events.acceptance import MeasureKind
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.model import Record
from shared.standing import AcceptanceStatus, Standing, standing_of


class Restriction(Coded):
    """限制种类."""

    DATA_COLLECTION = "DATA_COLLECTION", "数据归集未完成，原则上不得申报新增项目"
    OVERDUE = "OVERDUE", "逾期未验收，单位不得新增项目"
    FAILED = "FAILED", "验收不合格，单位不得新增项目"
    SHARING = "SHARING", "数据共享问题，次年限制其他项目、运维经费和云资源"
    SECURITY = "SECURITY", "安全问题，单位不得新建改建扩建，不安排运维经费"
    DEFERRED = "DEFERRED", "暂缓安排投资计划"
    SUSPENDED = "SUSPENDED", "暂停项目建设"
    TERMINATED = "TERMINATED", "终止项目"


class SanctionRow(Record):
    restriction: Annotated[Restriction, Field(title="限制")]
    article: Annotated[str, Field(title="条号")]
    unit_id: Annotated[str, Field(title="项目单位")]
    unit_name: Annotated[str, Field(title="单位名称")]
    project: Annotated[str, Field(title="所因项目")]
    since: Annotated[date | None, Field(title="依据事件的法定日期")]
    effective_from: Annotated[date | None, Field(title="自")]
    lifted_on: Annotated[date | None, Field(title="预计解除日期")]
    remedy: Annotated[str, Field(title="如何解除")]


@report("sanctions", title="生效和即将生效的限制", articles=("32", "12", "30", "33", "47", "51"))
def sanctions(city: City) -> Iterator[SanctionRow]:
    """单位和项目现受的限制，各因何事、自何时、如何解除."""
    for unit_id in city.units():
        unit = standing_of(city.file(f"unit:{unit_id}").recorded(*OF_STANDING), unit_id)
        for restriction, article, project_id, found_on, remedy in _restrictions(city, unit):
            project = city.project(project_id) if project_id else None
            next_year = found_on.year + 1
            limited = restriction is Restriction.SHARING
            if limited and next_year < city.as_of.year:
                continue
            yield SanctionRow(
                restriction=restriction,
                article=article,
                unit_id=unit_id,
                unit_name=city.unit_name(unit_id),
                project=project.name if project else "",
                since=found_on,
                effective_from=date(next_year, 1, 1) if limited else found_on,
                lifted_on=date(next_year + 1, 1, 1) if limited else None,
                remedy=remedy,
            )


_Found = tuple[Restriction, str, UUID | None, date, str]
"""Restriction, article, project it comes from, day it was found, and what lifts it."""

_BY_ACCEPTANCE = {
    AcceptanceStatus.OVERDUE: Restriction.OVERDUE,
    AcceptanceStatus.FAILED: Restriction.FAILED,
}
_BY_MEASURE = {
    MeasureKind.INVESTMENT_DEFERRED: Restriction.DEFERRED,
    MeasureKind.SUSPENSION: Restriction.SUSPENDED,
}


def _restrictions(city: City, unit: Standing) -> Iterator[_Found]:
    def on(ref: EventRef | None) -> date:
        event = city.event(ref) if ref else None
        return event.on if event else city.as_of

    if unit.uncollected:
        remedy = "完成数据归集，由市数字经济局解除"
        yield Restriction.DATA_COLLECTION, "12", None, on(unit.uncollected), remedy
    for project_id, project in unit.projects.items():
        acceptance = project.acceptance
        if acceptance.status in _BY_ACCEPTANCE:
            barring = _BY_ACCEPTANCE[acceptance.status]
            yield barring, "32", project_id, on(acceptance.ref), "通过该项目的验收"
        for finding in project.sharing:
            remedy = "限制期满；认定有误的由市数字经济局撤销"
            yield Restriction.SHARING, "33", project_id, finding.on, remedy
        for finding in project.security:
            remedy = f"完成整改，由{city.policy.body_name(finding.body)}销号"
            yield Restriction.SECURITY, "51", project_id, finding.on, remedy
        for measure in project.measures:
            if measure.kind in _BY_MEASURE:
                imposed = _BY_MEASURE[measure.kind]
                yield imposed, "47", project_id, on(measure.ref), "完成整改，由作出处理的部门解除"
        if project.terminated:
            yield Restriction.TERMINATED, "30", project_id, on(project.terminated), "不再恢复"
        elif project.suspended:
            remedy = "取得恢复建设的文件"
            yield Restriction.SUSPENDED, "30", project_id, on(project.suspended), remedy
