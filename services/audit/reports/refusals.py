"""报表：不予受理、例外放行 (第五、五十三条)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from services.audit import narrative
from services.audit.ledger import City
from services.audit.overrides import all_overrides
from services.audit.reports.report import report
from shared.events.refusals import RequestRefused
from shared.kernel.model import Record


class RefusalRow(Record):
    on: Annotated[date, Field(title="日期")]
    subject: Annotated[str, Field(title="所办事项的对象")]
    units: Annotated[str, Field(title="项目单位")]
    unit_names: Annotated[str, Field(title="单位名称")]
    command: Annotated[str, Field(title="办理事项")]
    articles: Annotated[str, Field(title="条号")]
    rules: Annotated[str, Field(title="不满足的规则")]
    reason: Annotated[str, Field(title="实际情况与计算")]
    person: Annotated[str, Field(title="行为人标识")]
    body: Annotated[str, Field(title="部门")]


@report("refusal-register", title="不予受理登记", articles=("5", "47"))
def refusals_register(city: City) -> Iterator[RefusalRow]:
    """全部未被受理的事项：谁办理的、因哪一条、实际情况."""
    for recorded in city.whole.recorded(RequestRefused):
        event, actor = recorded.event, city.actor(recorded)
        if not isinstance(event, RequestRefused):
            continue
        about = (subject.partition(":") for subject in event.about)
        units = [value for kind, _, value in about if kind == "unit"]
        yield RefusalRow(
            on=event.on,
            subject=event.subject,
            units="、".join(units),
            unit_names="、".join(filter(None, map(city.unit_name, units))),
            command=event.command,
            articles="、".join(dict.fromkeys(event.articles)),
            rules="、".join(event.rules),
            reason=narrative.line(event, recorded.meta.decision).partition("：")[2],
            person=actor.person,
            body=actor.body,
        )


class OverrideRow(Record):
    on: Annotated[date, Field(title="日期")]
    project_id: Annotated[str, Field(title="项目标识")]
    unit_id: Annotated[str, Field(title="项目单位")]
    unit_name: Annotated[str, Field(title="单位名称")]
    label: Annotated[str, Field(title="事项")]
    row: Annotated[str, Field(title="规则编号")]
    article: Annotated[str, Field(title="条号")]
    text: Annotated[str, Field(title="不满足的情况")]
    number: Annotated[str, Field(title="例外批准文号")]
    person: Annotated[str, Field(title="行为人标识")]
    body: Annotated[str, Field(title="部门")]


@report("overrides", title="例外放行登记", articles=("53", "6", "8", "12", "23", "25", "43"))
def overrides_register(city: City) -> Iterator[OverrideRow]:
    """规则不满足而因例外放行的决定，及其所据的例外."""
    for each in all_overrides(city):
        yield OverrideRow(
            on=each.on,
            project_id=str(each.project_id or ""),
            unit_id=each.unit_id or "",
            unit_name=each.unit_name,
            label=each.label,
            row=each.row,
            article=each.article,
            text=each.text,
            number=each.number,
            person=each.person,
            body=each.body,
        )
