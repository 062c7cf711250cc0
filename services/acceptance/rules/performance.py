"""Rules on monitoring, operation and evaluation, in article order (第四十五、四十六条)."""

from datetime import date

from services.acceptance.state import Project, Status
from shared.events.acceptance import PerformanceReport, SelfEvaluation
from shared.regulation import Verdict, article, holds


@article(
    45,
    row="45-1",
    says="绩效监控报告针对项目实施期内的年度",
    remedy="填写自批复至验收合格（或终止）之间、不晚于本年的年度",
)
def report_is_of_a_year_of_implementation(project: Project, year: int, today: date) -> Verdict:
    first = project.replied_on
    last = min(today, project.accepted_on or today)
    begun = first is not None and first.year <= year
    return holds(
        begun and year <= last.year,
        f"批复{first}，验收合格{project.accepted_on or '（未）'}，报告年度{year}",
        basis=[project.baseline],
        not_before=date(year, 1, 1) if begun and project.accepted_on is None else None,
        year=year,
    )


@article(
    45,
    row="45-2",
    says="绩效监控报告须征求使用单位和监理单位意见；登记未委托监理的，说明理由",
    remedy="补充 user_opinion 和 supervision_opinion；未委托监理的填写 no_supervision",
)
def user_and_supervision_are_heard(project: Project, report: PerformanceReport) -> Verdict:
    recorded = project.management.recorded
    commissioned = recorded is not None and recorded.supervisor is not None
    excused = not commissioned and report.no_supervision is not None
    missing = [] if report.user_opinion else ["使用单位意见"]
    if report.supervision_opinion is None and not excused:
        missing.append("监理单位意见")
    return holds(
        not missing,
        f"{'已' if commissioned else '未'}登记监理单位，缺少：{'、'.join(missing) or '无'}",
        basis=[project.management.ref],
    )


@article(
    45,
    row="45-3",
    says="绩效监控报告写明进度和资金执行；该年度或以前已试运行的，还写明效果和问题",
    remedy="补充所缺内容",
)
def performance_report_is_complete(project: Project, report: PerformanceReport) -> Verdict:
    started = project.trial_started_on
    in_trial = started is not None and started.year <= report.year
    wanted = {"实施进度": report.progress, "资金计划执行情况": report.fund_execution}
    if in_trial:
        wanted |= {"试运行效果": report.trial_effects, "试运行问题": report.trial_problems}
    missing = [name for name, text in wanted.items() if text is None]
    return holds(
        not missing,
        f"试运行{started or '（未开始）'}，年度{report.year}，缺少：{'、'.join(missing) or '无'}",
    )


@article(
    46,
    row="46-1",
    says="投入运行在验收合格当日或以后，试运行不算",
    remedy="先通过验收；填写验收合格以后的日期",
)
def operation_follows_acceptance(project: Project, on: date) -> Verdict:
    accepted = project.accepted_on
    return holds(
        accepted is not None and on >= accepted,
        f"验收合格{accepted or '（未）'}，投入运行{on}",
    )


@article(
    46,
    row="46-1",
    says="投入运行只报一次，在自评价之前",
    remedy="无需再次报告；有误的作更正登记",
)
def operation_start_is_reported_once(project: Project) -> Verdict:
    performance = project.performance
    started, evaluated = performance.operation_started_on, performance.self_evaluation
    return holds(
        started is None and evaluated is None,
        f"已报投入运行：{started or '无'}；自评价：{evaluated.on if evaluated else '无'}",
    )


@article(
    46,
    row="46-1",
    says="投入运行的项目方作评价",
    remedy="先通过验收",
)
def evaluated_project_is_in_operation(project: Project) -> Verdict:
    in_operation = project.status is Status.ACCEPTED
    return holds(
        in_operation, f"验收状态：{project.label}；投入运行{project.operation_on or '（未）'}"
    )


@article(
    46,
    row="46-1",
    says="投入运行满规定月数方可自评价",
    remedy="于所列首日当日或以后提交",
)
def self_evaluation_is_not_early(operation_on: date, opens: date, due: date, on: date) -> Verdict:
    return holds(
        on >= opens,
        f"投入运行{operation_on}，自评价{opens}至{due}（含首尾两日），本次{on}",
        not_before=opens,
        opens=opens,
        due=due,
    )


@article(
    46,
    row="46-2",
    says="自评价包括资源利用、信息共享和安全风险",
    remedy="补充所缺内容",
)
def self_evaluation_covers_its_topics(evaluation: SelfEvaluation) -> Verdict:
    topics = {
        "项目资源利用": evaluation.resource_use,
        "信息资源共享": evaluation.sharing,
        "安全风险": evaluation.security_risk,
    }
    missing = [name for name, text in topics.items() if text is None]
    return holds(not missing, f"缺少：{'、'.join(missing) or '无'}")
