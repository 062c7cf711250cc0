"""Rules on concluding, reviewing and filing, in article order (第三十一、五十条)."""

from datetime import date

from services.acceptance.state import Project, Status
from shared.events.acceptance import (
    Acceptance,
    AcceptanceConclusion,
    AcceptanceReview,
)
from shared.events.vocabulary import DeliveryMode, Document
from shared.regulation import Policy, Verdict, article, holds


@article(
    22,
    row="22-1",
    says="验收合格的，审核意见所附条件须经市数字经济局逐条核实已落实",
    remedy="核实落实证明后，将条件原文填入 confirmed_conditions；未落实的，结论为不合格",
)
def passed_project_has_its_conditions_confirmed(
    project: Project, act: Acceptance | AcceptanceReview
) -> Verdict:
    passes = act.conclusion is AcceptanceConclusion.PASSED
    open_ = [c for c in project.open_conditions if c not in act.confirmed_conditions]
    return holds(
        not (passes and open_),
        f"结论{act.conclusion.label}，审核条件{len(project.open_conditions)}条，"
        f"未核实：{'；'.join(open_) or '无'}",
        basis=[project.baseline],
    )


@article(31, row="31-2", says="验收合格后报备验收情况", remedy="先通过验收；报备日期不早于验收日期")
def filed_project_is_accepted(project: Project, on: date) -> Verdict:
    concluded = project.concluded_on
    return holds(
        project.status is Status.ACCEPTED and concluded is not None and on >= concluded,
        f"验收状态：{project.label}；验收{concluded or '（未结）'}，报备{on}，"
        f"报备期限{project.filing_due_on or '（未定）'}",
    )


@article(31, row="31-2", says="验收情况只报备一次", remedy="无需再次报备")
def acceptance_is_filed_once(project: Project) -> Verdict:
    return holds(
        project.filed_on is None, f"已于{project.filed_on}报备" if project.filed_on else "尚未报备"
    )


@article(
    31,
    row="31-3",
    says="对已受理的验收申请组织验收，日期不早于申请日期",
    remedy="先由项目单位申请验收",
)
def acceptance_is_applied_for(project: Project, on: date) -> Verdict:
    return _follows(project, Status.APPLIED, project.applied_on, on)


@article(
    31,
    row="31-3",
    says="市数字经济局组织自行建设项目的竣工验收",
    remedy="购买服务项目由项目单位报送验收结果后审核",
)
def concluded_project_is_self_built(project: Project) -> Verdict:
    return _is_delivered(project, DeliveryMode.SELF_BUILD)


@article(31, row="31-4", says="验收意见和审核意见须有文号", remedy="在 document.number 填写文号")
def acceptance_opinion_bears_a_number(document: Document) -> Verdict:
    return holds(document.number is not None, f"文号：{document.number or '（无）'}")


@article(
    31,
    row="31-6",
    says="项目单位组织验收的限于购买服务项目",
    remedy="自行建设项目由市数字经济局组织竣工验收",
)
def reported_project_is_a_service(project: Project) -> Verdict:
    return _is_delivered(project, DeliveryMode.SERVICE_PURCHASE)


@article(
    31,
    row="31-6",
    says="对项目单位报送的服务验收结果出具审核意见",
    remedy="先由项目单位报送验收结果；审核日期不早于报送日期",
)
def service_acceptance_is_reported(project: Project, on: date) -> Verdict:
    return _follows(project, Status.REPORTED, project.reported_on, on)


@article(
    31,
    row="31-6",
    says="项目单位验收不合格的服务不能审核合格",
    remedy="审核为不合格，由项目单位整改后重新申请",
)
def review_passes_only_what_the_unit_accepted(
    project: Project, review: AcceptanceReview
) -> Verdict:
    own = project.acceptance.conclusion if project.acceptance else AcceptanceConclusion.FAILED
    passes = review.conclusion is AcceptanceConclusion.PASSED
    return holds(
        not passes or own is AcceptanceConclusion.PASSED,
        f"项目单位结论{own.label}，审核结论{review.conclusion.label}",
    )


@article(
    50,
    row="50-2",
    says="验收须逐项评定安全可靠、密码应用、安全审查和能源利用情况",
    remedy="在 findings 中补齐所缺内容；不适用的填空并说明",
)
def important_content_is_assessed(acceptance: Acceptance, policy: Policy) -> Verdict:
    assessed = {finding.item for finding in acceptance.findings}
    missing = [m.label for m in policy.materials("acceptance_findings") if m.code not in assessed]
    return holds(not missing, f"未评定：{'、'.join(missing) or '无'}")


@article(
    50,
    row="50-2",
    says="重要内容有不合格的，验收结论不能为合格",
    remedy="整改后再验收，或改为不合格",
)
def passed_project_fails_no_important_content(acceptance: Acceptance) -> Verdict:
    failed = [f.item for f in acceptance.findings if f.passed is False]
    passes = acceptance.conclusion is AcceptanceConclusion.PASSED
    return holds(
        not (passes and failed),
        f"结论{acceptance.conclusion.label}，不合格的内容：{'、'.join(failed) or '无'}",
    )


def _follows(project: Project, status: Status, since: date | None, on: date) -> Verdict:
    """The step taken on a day follows the one that led to a status on the day `since`."""
    return holds(
        project.status is status and since is not None and on >= since,
        f"验收状态：{project.label}；{status.label}于{since or '（无）'}，本次{on}",
    )


def _is_delivered(project: Project, wanted: DeliveryMode) -> Verdict:
    mode = project.delivery_mode
    return holds(mode is wanted, f"产生方式：{mode.label if mode else '未知'}")
