"""Rules: 运维经费 (第三十四、三十七、三十九条)."""

from datetime import date

from services.budget.state import PlannedOperation, PlanStatus, Project
from shared.events.budget import Assessment, OperationInclusion, OperationPlan
from shared.regulation import Policy, Verdict, article, holds


@article(
    34,
    row="34-1",
    says="运维方案写明运维方式和理由；不具备能力的由职能部门运维或购买服务",
    remedy="补填 mode 和 mode_reason",
)
def operation_mode_is_reasoned(plan: OperationPlan) -> Verdict:
    mode = plan.mode.label if plan.mode else "未填"
    reason = "已说明理由" if plan.mode_reason else "未说明理由"
    return holds(
        plan.mode is not None and plan.mode_reason is not None, f"运维方式：{mode}，{reason}"
    )


@article(
    37,
    row="37-1",
    says="运维方案须在预算年度的上一年度或更早报送",
    remedy="改报以后年度的运维方案",
)
def operation_plan_is_submitted_the_year_before(
    plan: OperationPlan, today: date, policy: Policy
) -> Verdict:
    # The day of receipt counts: the unit's own date on the paper cannot save a year.
    in_time = today.year <= plan.budget_year - 1
    tolerated = policy.flag("late_operation_plan_allowed") and today.year == plan.budget_year
    leave = "；允许在预算调整中列入" if tolerated and not in_time else ""
    return holds(
        in_time or tolerated,
        f"{today.year}年收到{plan.budget_year}年度运维方案，"
        f"最迟应在{plan.budget_year - 1}年报送{leave}",
        received=today,
        budget_year=plan.budget_year,
    )


@article(
    37,
    row="37-1",
    says="逾期的运维方案只在预算调整中凭理由列入",
    remedy="补填 late_reason",
)
def late_operation_money_bears_a_reason(
    planned: PlannedOperation, inclusion: OperationInclusion
) -> Verdict:
    reason = "已说明" if inclusion.late_reason else "未说明"
    return holds(
        not planned.late or inclusion.late_reason is not None,
        f"{planned.received_on}收到{planned.plan.budget_year}年度运维方案，理由{reason}",
        received=planned.received_on,
    )


@article(
    37,
    row="37-1",
    says="运维方案写明运维期，且自预算年度内开始",
    remedy="补填 term_from 和 term_to，起始日在预算年度内",
)
def operation_term_begins_in_the_budget_year(plan: OperationPlan) -> Verdict:
    begins, ends = plan.term_from, plan.term_to
    return holds(
        begins is not None and ends is not None and begins.year == plan.budget_year,
        f"运维期{begins or '未填'}至{ends or '未填'}，预算年度{plan.budget_year}",
    )


@article(
    37,
    row="37-1",
    says="维保期满次日起方可安排运维经费",
    remedy="推迟运维期的起始日；只接续部分合同的，填写 contract_numbers",
)
def warranty_ends_before_the_operation_term(project: Project, plan: OperationPlan) -> Verdict:
    named = [c for c in project.contracts if c.number in plan.contract_numbers]
    taken_over = named if plan.contract_numbers else project.contracts
    latest = max((c.warranty_end for c in taken_over if c.warranty_end), default=None)
    begins = plan.term_from
    return holds(
        latest is None or (begins is not None and begins > latest),
        f"维保最晚于{latest}到期，运维期自{begins or '未填'}起" if latest else "合同未约定维保期",
    )


@article(
    37,
    row="37-1",
    says="所接续维保的合同须已登记",
    remedy="核对 contract_numbers 中的合同编号",
)
def operation_plan_takes_over_known_contracts(project: Project, plan: OperationPlan) -> Verdict:
    unknown = [n for n in plan.contract_numbers if project.contract(n) is None]
    return holds(not unknown, f"未登记的合同：{'、'.join(unknown) or '无'}")


@article(
    37,
    row="37-1",
    says="一个预算年度只有一个有效的运维方案",
    remedy="等待已报方案的论证；未通过的可以重报，通过后内容有新增的重报 content_added 的方案",
)
def budget_year_has_no_other_operation_plan(project: Project, plan: OperationPlan) -> Verdict:
    of_year = [p for p in project.operation_plans if p.plan.budget_year == plan.budget_year]
    open_ = [p for p in of_year if p.status in _OPEN and not _gives_way(p, plan)]
    found = "、".join(f"{p.plan_id}（{p.status.label}）" for p in open_)
    return holds(not open_, f"{plan.budget_year}年度已有的运维方案：{found or '无'}")


_OPEN = frozenset({PlanStatus.SUBMITTED, PlanStatus.APPROVED, PlanStatus.INCLUDED})


def _gives_way(planned: PlannedOperation, plan: OperationPlan) -> bool:
    # Content added after the assessment is assessed anew, while no money is included yet.
    return planned.status is PlanStatus.APPROVED and plan.content_added


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


@article(
    37,
    row="37-2",
    says="续运维须按市场价格和技术发展重新论证",
    remedy="补填 market_basis",
)
def renewal_is_argued_by_the_market(plan: OperationPlan, assessment: Assessment) -> Verdict:
    argued = assessment.market_basis is not None
    return holds(
        not (plan.renewal and assessment.approved) or argued,
        f"{'续' if plan.renewal else '首次'}运维，{'已' if argued else '未'}说明市场和技术依据",
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
