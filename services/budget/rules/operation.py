"""Rules: 运维经费 (第三十二、三十七、三十九条)."""

from datetime import date

from services.budget.state import PlannedOperation, PlanStatus, Project
from shared.events.budget import Assessment, OperationInclusion, OperationPlan
from shared.regulation import Verdict, article, holds


@article(
    37,
    row="37-1",
    says="运维方案须在预算年度的上一年度或更早报送",
    remedy="改报以后年度的运维方案",
)
def operation_plan_is_submitted_the_year_before(plan: OperationPlan, today: date) -> Verdict:
    # The day of receipt counts: the unit's own date on the paper cannot save a year.
    return holds(
        today.year <= plan.budget_year - 1,
        f"{today.year}年收到{plan.budget_year}年度运维方案，最迟应在{plan.budget_year - 1}年报送",
        received=today,
        budget_year=plan.budget_year,
    )


@article(
    37,
    row="37-1",
    says="一个预算年度只有一个有效的运维方案",
    remedy="等待已报方案的论证；未通过的方案可以重报",
)
def budget_year_has_no_other_operation_plan(project: Project, plan: OperationPlan) -> Verdict:
    open_ = [
        p
        for p in project.operation_plans
        if p.plan.budget_year == plan.budget_year and p.status is not PlanStatus.REJECTED
    ]
    found = "、".join(f"{p.plan_id}（{p.status.label}）" for p in open_)
    return holds(not open_, f"{plan.budget_year}年度已有的运维方案：{found or '无'}")


@article(37, row="37-2", says="只论证已报送且尚未论证的运维方案", remedy="核对运维方案标识和状态")
def operation_plan_awaits_assessment(planned: PlannedOperation | None) -> Verdict:
    awaits = planned is not None and planned.status is PlanStatus.SUBMITTED
    return holds(awaits, f"运维方案{planned.status.label if planned else '未报送'}")


@article(
    37, row="37-2", says="内容有新增的运维方案须重新评估并附论证报告", remedy="补充论证报告 report"
)
def added_content_is_assessed_anew(plan: OperationPlan, assessment: Assessment) -> Verdict:
    return holds(
        not plan.content_added or assessment.report is not None,
        f"运维内容{'有' if plan.content_added else '无'}新增，"
        f"{'已附' if assessment.report else '未附'}论证报告",
    )


@article(37, row="37-2", says="列入的运维经费不超过论证评估金额", remedy="减少列入金额")
def operation_money_stays_within_the_assessment(
    planned: PlannedOperation, inclusion: OperationInclusion
) -> Verdict:
    assessed = planned.assessed.assessed_amount
    return holds(
        inclusion.amount <= assessed,
        f"论证评估金额{assessed}元，本次列入{inclusion.amount}元",
        assessed=assessed,
        amount=inclusion.amount,
    )


@article(
    39,
    row="39-1",
    says="只有论证通过的运维方案可列入年度预算",
    remedy="先由市数字经济局论证通过运维方案",
)
def operation_plan_is_approved(planned: PlannedOperation | None) -> Verdict:
    assessment = planned.assessment if planned else None
    return holds(
        assessment is not None and assessment.approved,
        f"运维方案{planned.status.label if planned else '未报送'}",
    )


@article(39, row="39-1", says="运维经费一年只列入一次", remedy="核对该年度已列入的运维经费")
def operation_money_is_included_once(planned: PlannedOperation | None) -> Verdict:
    included = planned.inclusion if planned else None
    return holds(
        included is None, f"已列入{included.amount}元" if included else "该年度尚未列入运维经费"
    )
