"""报表：资金来源、支付、结余、采购、运维方案 (第三十五至四十条)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from services.audit.ledger import City, ProjectFile
from services.audit.reports.report import Percent, ProjectRow, heading, percent, report
from shared.events.acceptance import AcceptanceConcluded, AcceptanceConclusion, AcceptanceReviewed
from shared.events.approval import ChangeApproved, ReplyIssued
from shared.events.budget import (
    BudgetIncluded,
    ContractRecorded,
    OperationBudgetIncluded,
    OperationPlanAssessed,
    OperationPlanSubmitted,
    PaymentRecorded,
    ProcurementMethod,
    ProcurementRecorded,
    SurplusReturned,
)
from shared.events.vocabulary import FundingChannel
from shared.kernel.model import Record
from shared.kernel.money import ZERO, Money, total


def approved_total(project: ProjectFile) -> Money | None:
    """批复总投资 of the baseline in force; None before the final reply."""
    found: Money | None = None
    for recorded in project.recorded(ReplyIssued, ChangeApproved):
        match recorded.event:
            case ReplyIssued(final=True, total=found) | ChangeApproved(total=found):
                pass
    return found


def accepted_on(project: ProjectFile) -> date | None:
    """Day on which acceptance was passed, by DEB's acceptance or by its review of a service's."""
    ends = [(e.on, e.acceptance.conclusion) for e in project.all(AcceptanceConcluded)]
    ends += [(e.on, e.review.conclusion) for e in project.all(AcceptanceReviewed)]
    return max((on for on, end in ends if end is AcceptanceConclusion.PASSED), default=None)


class FundsRow(ProjectRow):
    approved: Annotated[Money | None, Field(title="批复总投资（元）")]
    included: Annotated[Money, Field(title="列入预算（元）")]
    procured: Annotated[Money, Field(title="采购预算（元）")]
    contracted: Annotated[Money, Field(title="合同金额（元）")]
    paid: Annotated[Money, Field(title="已支付（元）")]
    paid_percent: Annotated[Percent, Field(title="支付比例（%）")]
    returned: Annotated[Money, Field(title="已退结余（元）")]
    outstanding: Annotated[Money, Field(title="未支付也未退回（元）")]


_FUNDS = ("approved", "included", "procured", "contracted", "paid", "returned", "outstanding")


@report("funds", title="项目资金", articles=("35", "36"), totals=_FUNDS)
def funds(city: City) -> Iterator[FundsRow]:
    """各项目批复、列入预算、采购、合同、支付和结余."""
    for project in city.projects:
        included = total(e.amount for e in project.all(BudgetIncluded))
        if not included:
            continue
        paid = total(e.payment.amount for e in project.all(PaymentRecorded))
        returned = total(e.surplus.amount for e in project.all(SurplusReturned))
        yield FundsRow(
            **heading(project),
            approved=approved_total(project),
            included=included,
            procured=total(e.procurement.amount for e in project.all(ProcurementRecorded)),
            contracted=total(e.contract.amount for e in project.all(ContractRecorded)),
            paid=paid,
            paid_percent=percent(paid, included),
            returned=returned,
            outstanding=included - paid - returned,
        )


class ChannelRow(Record):
    fiscal_year: Annotated[int, Field(title="预算年度")]
    channel: Annotated[FundingChannel, Field(title="经费渠道")]
    projects: Annotated[int, Field(title="项目数")]
    amount: Annotated[Money, Field(title="列入预算（元）")]


@report("funding-sources", title="资金来源", articles=("35", "16"), totals=("amount",))
def funding_sources(city: City) -> Iterator[ChannelRow]:
    """各预算年度、各经费渠道列入预算的金额和项目数."""
    amounts: dict[tuple[int, FundingChannel], Money] = defaultdict(lambda: ZERO)
    projects: dict[tuple[int, FundingChannel], set[object]] = defaultdict(set)
    for event in city.whole.all(BudgetIncluded):
        for source in event.inclusion.sources:
            key = (event.inclusion.fiscal_year, source.channel)
            amounts[key] += source.amount
            projects[key].add(event.project_id)
    for (year, channel), amount in sorted(amounts.items()):
        yield ChannelRow(
            fiscal_year=year,
            channel=channel,
            projects=len(projects[year, channel]),
            amount=amount,
        )


class SurplusRow(ProjectRow):
    accepted_on: Annotated[date, Field(title="验收合格日期")]
    included: Annotated[Money, Field(title="列入预算（元）")]
    paid: Annotated[Money, Field(title="已支付（元）")]
    returned: Annotated[Money, Field(title="已退结余（元）")]
    outstanding: Annotated[Money, Field(title="未退结余（元）")]
    days: Annotated[int, Field(title="验收后天数")]


@report("surplus", title="未退回的结余", articles=("36",), totals=("outstanding",))
def surplus(city: City) -> Iterator[SurplusRow]:
    """验收合格后尚有结余未退回的项目."""
    for project in city.projects:
        accepted = accepted_on(project)
        included = total(e.amount for e in project.all(BudgetIncluded))
        paid = total(e.payment.amount for e in project.all(PaymentRecorded))
        returned = total(e.surplus.amount for e in project.all(SurplusReturned))
        outstanding = included - paid - returned
        if accepted is not None and outstanding > 0:
            yield SurplusRow(
                **heading(project),
                accepted_on=accepted,
                included=included,
                paid=paid,
                returned=returned,
                outstanding=outstanding,
                days=(city.as_of - accepted).days,
            )


class ProcurementRow(ProjectRow):
    number: Annotated[str, Field(title="采购编号")]
    method: Annotated[ProcurementMethod, Field(title="采购方式")]
    in_catalogue: Annotated[bool, Field(title="属于集中采购目录")]
    amount: Annotated[Money, Field(title="采购预算（元）")]
    contracted: Annotated[Money, Field(title="合同金额（元）")]
    suppliers: Annotated[str, Field(title="承建方")]
    custom: Annotated[bool, Field(title="含定制开发")]
    ip_elsewhere: Annotated[bool, Field(title="知识产权不归项目单位")]


@report(
    "procurement", title="采购方式和合同", articles=("40", "43"), totals=("amount", "contracted")
)
def procurement(city: City) -> Iterator[ProcurementRow]:
    """各项采购的方式、预算和据以订立的合同."""
    for project in city.projects:
        contracts = [event.contract for event in project.all(ContractRecorded)]
        for event in project.all(ProcurementRecorded):
            bought = event.procurement
            under = [c for c in contracts if c.procurement_number == bought.number]
            yield ProcurementRow(
                **heading(project),
                number=bought.number,
                method=bought.method,
                in_catalogue=bought.in_central_catalogue,
                amount=bought.amount,
                contracted=total(c.amount for c in under),
                suppliers="、".join(dict.fromkeys(c.supplier_name for c in under)),
                custom=any(c.custom_development for c in under),
                ip_elsewhere=any(not c.ip_owned_by_unit for c in under),
            )


class OperationRow(ProjectRow):
    budget_year: Annotated[int, Field(title="预算年度")]
    submitted_on: Annotated[date | None, Field(title="报送日期")]
    asked: Annotated[Money | None, Field(title="申请金额（元）")]
    assessed_on: Annotated[date | None, Field(title="论证日期")]
    approved: Annotated[bool | None, Field(title="论证通过")]
    assessed: Annotated[Money | None, Field(title="论证评估金额（元）")]
    included: Annotated[Money | None, Field(title="列入预算（元）")]
    due_on: Annotated[date, Field(title="应报送期限")]
    missing: Annotated[bool, Field(title="应报未报")]
    overdue: Annotated[bool, Field(title="已过期限")]


@report(
    "operation-plans",
    title="运维方案及应报未报",
    articles=("37", "39"),
    totals=("asked", "assessed", "included"),
)
def operation_plans(city: City) -> Iterator[OperationRow]:
    """各预算年度报送、论证和列入的运维方案；已过维保期而下一年度尚未报送的."""
    for project in city.projects:
        plans = project.all(OperationPlanSubmitted)
        assessed = {e.plan_id: e for e in project.all(OperationPlanAssessed)}
        included = {e.plan_id: e.inclusion.amount for e in project.all(OperationBudgetIncluded)}
        for event in plans:
            verdict = assessed.get(event.plan_id)
            yield OperationRow(
                **heading(project),
                budget_year=event.plan.budget_year,
                submitted_on=event.on,
                asked=event.plan.amount,
                assessed_on=verdict.on if verdict else None,
                approved=verdict.assessment.approved if verdict else None,
                assessed=verdict.assessment.assessed_amount if verdict else None,
                included=included.get(event.plan_id),
                due_on=date(event.plan.budget_year - 1, 12, 31),
                missing=False,
                overdue=False,
            )
        for year in _years_without_plan(city, project, {e.plan.budget_year for e in plans}):
            yield OperationRow(
                **heading(project),
                budget_year=year,
                submitted_on=None,
                asked=None,
                assessed_on=None,
                approved=None,
                assessed=None,
                included=None,
                due_on=date(year - 1, 12, 31),
                missing=True,
                overdue=year <= city.as_of.year,
            )


def _years_without_plan(city: City, project: ProjectFile, planned: set[int]) -> Iterator[int]:
    """This and next budget year, as far as a plan is due: accepted before, warranty over by then.

    Cites 第三十七条.
    """
    warranties = [
        event.contract.warranty_end
        for event in project.all(ContractRecorded)
        if event.contract.warranty_end
    ]
    accepted = accepted_on(project)
    if not warranties or accepted is None:
        return
    first = max(accepted.year + 1, max(warranties).year)
    yield from (
        year
        for year in (city.as_of.year, city.as_of.year + 1)
        if year >= first and year not in planned
    )
