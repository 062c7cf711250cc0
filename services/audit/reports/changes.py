"""报表：报备、补办不予受理、未事先申请 (第二十八、二十九条)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from services.audit.ledger import City
from services.audit.registers import late_notices
from services.audit.reports.report import Percent, ProjectRow, heading, percent, report
from shared.events.approval import ChangeApproved, ChangeFiled, FilingDisputed, ReplyIssued
from shared.events.refusals import RequestRefused
from shared.kernel.model import Record
from shared.kernel.money import ZERO, Money

RETROACTIVE = "retroactive_overrun_is_not_received"
"""The rule by which Article 28 receives no application after the fact."""


class FiledRow(ProjectRow):
    approved: Annotated[Money, Field(title="批复总投资（元）")]
    filings: Annotated[int, Field(title="报备次数")]
    disputed: Annotated[int, Field(title="被提出异议的次数")]
    moved_so_far: Annotated[Money, Field(title="自基线起累计调整（元）")]
    limit: Annotated[Money, Field(title="上限（元）")]
    percent_of_approved: Annotated[Percent, Field(title="累计占批复（%）")]
    percent_of_limit: Annotated[Percent, Field(title="累计占上限（%）")]
    near: Annotated[bool, Field(title="接近上限")]
    last_on: Annotated[date, Field(title="最近报备日期")]


@report("filed-changes", title="变更报备及累计比例", articles=("29",), totals=("moved_so_far",))
def filed_changes(city: City) -> Iterator[FiledRow]:
    """自现行基线起报备的调整，累计占批复和上限的比例，接近上限的提示."""
    watch = city.policy.number("limit_watch_percent")
    for project in city.projects:
        approved, moved, limit, filings, disputed = ZERO, ZERO, ZERO, 0, 0
        last_on = city.as_of
        for recorded in project.recorded(ReplyIssued, ChangeApproved, ChangeFiled, FilingDisputed):
            match recorded.event:
                case ReplyIssued(total=total) | ChangeApproved(total=total):
                    approved, moved, filings, disputed = total, ZERO, 0, 0
                case ChangeFiled(moved_so_far=moved, limit=limit, on=last_on):
                    filings += 1
                case FilingDisputed(returned=returned):
                    moved, disputed = moved - returned, disputed + 1
        if filings:
            yield FiledRow(
                **heading(project),
                approved=approved,
                filings=filings,
                disputed=disputed,
                moved_so_far=moved,
                limit=limit,
                percent_of_approved=percent(moved, approved),
                percent_of_limit=percent(moved, limit),
                near=moved * 100 >= limit * watch,
                last_on=last_on,
            )


class RetroactiveRow(Record):
    refused_on: Annotated[date, Field(title="不予受理日期")]
    project_id: Annotated[str, Field(title="项目标识")]
    name: Annotated[str, Field(title="项目名称")]
    unit_name: Annotated[str, Field(title="单位名称")]
    reason: Annotated[str, Field(title="实际情况与计算")]


@report("retroactive-refusals", title="不予受理的补办调整", articles=("28",))
def retroactive_refusals(city: City) -> Iterator[RetroactiveRow]:
    """擅自重大变更且超概算而不予受理的调整申请."""
    projects = {f"project:{project.project_id}": project for project in city.projects}
    for recorded in city.whole.recorded(RequestRefused):
        event, decision = recorded.event, recorded.meta.decision
        if not isinstance(event, RequestRefused) or RETROACTIVE not in event.rules:
            continue
        project = projects.get(event.subject)
        checks = decision.checks if decision else ()
        yield RetroactiveRow(
            refused_on=event.on,
            project_id=event.subject.partition(":")[2],
            name=project.name if project else "",
            unit_name=project.unit_name if project else "",
            reason="；".join(check.text for check in checks if check.rule == RETROACTIVE),
        )


class LateRow(ProjectRow):
    executed_on: Annotated[date, Field(title="已实施日期")]
    found_on: Annotated[date, Field(title="认定日期")]
    total: Annotated[Money | None, Field(title="申请调整为（元）")]
    explanation: Annotated[str, Field(title="理由和内容说明")]


@report("late-notices", title="未事先申请的调整", articles=("28", "47", "48"))
def notices_too_late(city: City) -> Iterator[LateRow]:
    """先行实施而后申请的调整."""
    for notice in late_notices(city, None):
        yield LateRow(**notice.model_dump(exclude={"change_id"}))
