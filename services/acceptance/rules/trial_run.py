"""Rules on schedule, completion, trial run and handover, in article order (第二十七至四十三条)."""

from datetime import date

from services.acceptance.state import Origin, Project, Status
from shared.events import Event
from shared.events.acceptance import (
    Handover,
)
from shared.events.approval import ReplyIssued
from shared.regulation import Policy, Verdict, article, holds


@article(
    27,
    row="27-1",
    says="跨部门项目落实参建分工后方可试运行",
    remedy="先由牵头部门会同参建部门登记参建分工",
)
def joint_work_is_divided(project: Project, origin: Origin) -> Verdict:
    joint = len(origin.participants or project.participants)
    divided = origin.division is not None
    return holds(
        not joint or divided,
        f"参建部门{joint}个，参建分工{'已' if divided else '未'}登记",
        basis=[origin.listed, origin.division],
    )


@article(
    31,
    row="31-1",
    says="验收期限由最终批复的计划完工日期加试运行期确定，随经批准的调整变动",
    remedy="先取得开工或采购所依据的最终批复",
)
def acceptance_follows_the_baseline(
    project: Project, cause: Event, origin: Origin, planned_end: date, due_on: date
) -> Verdict:
    final = cause.final if isinstance(cause, ReplyIssued) else project.status is not None
    return holds(
        final,
        f"{cause.label}：计划完工{planned_end}，应于{due_on}前（含当日）申请验收",
        basis=[origin.baseline, origin.listed],
        planned_end=planned_end,
        due_on=due_on,
    )


@article(31, row="31-1", says="取得最终批复的项目方进入验收程序", remedy="先取得最终批复")
def acceptance_is_scheduled(project: Project) -> Verdict:
    return holds(project.status is not None, f"验收状态：{project.label}", basis=[project.baseline])


@article(31, row="31-1", says="建设内容完成情况只报一次", remedy="核对项目状态")
def construction_is_under_way(project: Project) -> Verdict:
    return holds(project.status is Status.SCHEDULED, f"验收状态：{project.label}")


@article(
    31,
    row="31-1",
    says="建设内容完成须在规定天数内报告",
    remedy="以规定天数内的日期报告；更早的完成日期写入完成情况",
)
def completion_is_reported_in_time(on: date, today: date, policy: Policy) -> Verdict:
    return _reported_in_time(on, today, policy)


@article(
    31,
    row="31-1",
    says="试运行开始须在规定天数内报告",
    remedy="及时报告；已逾规定天数的，试运行期自报告之日（或其前规定天数之内的日期）起算",
)
def trial_start_is_reported_in_time(on: date, today: date, policy: Policy) -> Verdict:
    return _reported_in_time(on, today, policy)


@article(
    31,
    row="31-1",
    says="试运行故障须在规定天数内报告",
    remedy="以规定天数内的日期报告；更早的发生日期写入情况",
)
def incident_is_reported_in_time(on: date, today: date, policy: Policy) -> Verdict:
    # Under an old date, a major incident late in the trial run would start nothing again.
    return _reported_in_time(on, today, policy)


def _reported_in_time(on: date, today: date, policy: Policy) -> Verdict:
    # The three months are lived through, not written down in one sitting.
    days, most = (today - on).days, policy.number("backdating_days")
    return holds(
        days <= most,
        f"日期{on}，{today}报告，相隔{days}天，至多{most}天",
        on=on,
        reported=today,
        most=most,
    )


@article(
    31,
    row="31-1",
    says="全部建设内容完成后方可开始试运行",
    remedy="先报告建设内容完成；试运行开始日期不早于完成日期",
)
def trial_run_follows_completion(project: Project, on: date) -> Verdict:
    completed = project.completed_on
    return holds(
        project.status is Status.COMPLETED and completed is not None and on >= completed,
        f"验收状态：{project.label}；完成{completed or '（未报）'}，试运行{on}开始",
    )


@article(
    31,
    row="31-1",
    says="故障须发生在试运行期间或不合格后的整改期间",
    remedy="核对项目状态和故障日期",
)
def incident_falls_into_the_trial_run(project: Project, on: date) -> Verdict:
    started = project.trial_started_on
    running = project.status in {Status.TRIAL, Status.FAILED}
    return holds(
        running and started is not None and on >= started,
        f"验收状态：{project.label}；试运行自{started or '（未开始）'}，故障{on}",
    )


@article(
    31,
    row="31-1",
    says="试运行正常期满后方可申请验收",
    remedy="于最早日期当日或以后申请；重大故障使试运行期重新计算",
)
def trial_run_was_normal_to_its_end(project: Project, on: date) -> Verdict:
    earliest = project.earliest_end
    if earliest is None:
        return holds(False, f"尚未开始试运行（{project.label}）")
    return holds(
        on >= earliest,
        f"试运行{project.trial_started_on}开始，最早可于{earliest}申请，本次{on}",
        earliest=earliest,
        applied=on,
    )


@article(43, row="43-2", says="成果移交在验收合格或终止之前", remedy="核对项目状态")
def handover_precedes_acceptance(project: Project) -> Verdict:
    over = {Status.ACCEPTED, Status.TERMINATED}
    return holds(project.status not in over, f"验收状态：{project.label}")


@article(
    43,
    row="43-2",
    says="批复或合同含定制开发或二次开发的，移交须包括源代码",
    remedy="补交源代码，填写 source_code",
)
def handover_includes_custom_source(
    project: Project, handover: Handover, origin: Origin
) -> Verdict:
    custom = project.custom_development or origin.custom_contract is not None
    return holds(
        not custom or handover.source_code is not None,
        f"{'含' if custom else '不含'}定制开发，{'已' if handover.source_code else '未'}移交源代码",
        basis=[project.baseline, origin.custom_contract],
    )
