"""Rules on documents submitted: rounds, estimates, merged plans, products (第十七至五十条)."""

from services.approval.state import Examination, Project, Registration, Stage
from shared.events.approval import MergeGround, Round, Submission
from shared.events.vocabulary import DeliveryMode, Document, amount_of
from shared.regulation import Policy, Verdict, article, holds

ROUNDS = {
    DeliveryMode.SELF_BUILD: (Round.FEASIBILITY, Round.DESIGN, Round.IMPLEMENTATION_PLAN),
    DeliveryMode.SERVICE_PURCHASE: (Round.SERVICE_DEMAND,),
}


@article(
    17, row="17-2", says="列入经审定的年度清单后方可报审", remedy="先列入年度清单或增补清单并审定"
)
def project_is_on_an_approved_list(registration: Registration) -> Verdict:
    listed = registration.listed
    return holds(
        listed is not None, "已列入年度清单" if listed else "未列入年度清单", basis=[listed]
    )


@article(
    17,
    row="17-3",
    says="清单审定后，凭资金平衡方案推进",
    remedy="编制资金平衡方案，填写 fund_balance",
    mode="GATE",
)
def fund_balance_plan_is_attached(submission: Submission) -> Verdict:
    plan = submission.fund_balance
    return holds(plan is not None, f"资金平衡方案：{plan.title if plan else '无'}")


@article(
    18,
    row="18-1",
    says="自行建设编报可研、初设或实施方案，购买服务编报服务需求方案",
    remedy="按项目的产生方式选择文件种类",
)
def round_fits_delivery_mode(submission: Submission, registration: Registration) -> Verdict:
    mode = registration.delivery_mode
    return holds(
        mode is not None and submission.round in ROUNDS[mode],
        f"产生方式为{mode.label if mode else '未知'}，报审文件为{submission.round.label}",
        basis=[registration.listed],
    )


@article(
    18,
    row="18-1",
    says="可行性研究报告批复后编报初步设计方案，不再合并编报",
    remedy="未批复可研的先报可行性研究报告；已批复的编报初步设计方案",
)
def round_follows_the_order(submission: Submission, project: Project) -> Verdict:
    replied = project.feasibility
    fits = {
        Round.DESIGN: replied is not None,
        Round.IMPLEMENTATION_PLAN: replied is None,
    }.get(submission.round, True)
    return holds(
        fits,
        f"可行性研究报告{'已批复' if replied else '未批复'}，报审文件为{submission.round.label}",
        basis=[replied.ref] if replied else [],
    )


@article(
    18, row="18-1", says="最终批复后不再报审文件", remedy="确需调整的，按第二十八条或第二十九条办理"
)
def final_reply_is_not_yet_issued(project: Project) -> Verdict:
    baseline = project.baseline
    return holds(
        baseline is None,
        f"已批复：{baseline.number}" if baseline else "尚无最终批复",
        basis=[baseline.ref] if baseline else [],
    )


@article(18, row="18-1", says="投资分项之和等于总额", remedy="核对 items 与 total")
def estimate_items_sum_to_total(submission: Submission) -> Verdict:
    items = amount_of(submission.items)
    return holds(
        items == submission.total,
        f"分项合计{items}元，总额{submission.total}元",
        items=items,
        total=submission.total,
    )


@article(18, row="18-1", says="计划开工不晚于计划完工", remedy="核对 planned_start 与 planned_end")
def submission_dates_are_in_order(submission: Submission) -> Verdict:
    start, end = submission.planned_start, submission.planned_end
    return holds(start <= end, f"计划{start}开工，{end}完工", start=start, end=end)


@article(
    18,
    row="18-2",
    says="文件含系统整合、集约化建设和信息资源共享分析专篇（章）",
    remedy="补充专篇（章），并在 sharing_chapter 中注明位置",
)
def sharing_chapter_is_present(submission: Submission) -> Verdict:
    # A service demand's sharing analysis is one of its sections (第十九条).
    needed = submission.round is not Round.SERVICE_DEMAND
    chapter = submission.sharing_chapter
    return holds(not needed or chapter is not None, f"专篇（章）：{chapter or '无'}")


@article(
    18,
    row="18-3",
    says="合并编报须说明前期工作深度和所属情形，要求明确或情况紧急的附依据",
    remedy="填写 merge 并附 evidence，或分别编报可研和初设",
)
def merged_plan_has_a_ground(submission: Submission) -> Verdict:
    merge = submission.merge
    if submission.round is not Round.IMPLEMENTATION_PLAN:
        return holds(True, "不是合并编报")
    if merge is None:
        return holds(False, "未说明合并编报的情形")
    proved = merge.ground is MergeGround.SMALL or merge.evidence is not None
    return holds(proved, f"情形：{merge.ground.label}，{'依据齐全' if proved else '未附依据文件'}")


@article(
    18,
    row="18-3",
    says="以总投资不超过限额为由合并编报的，总投资在限额以内（含）",
    remedy="分别编报可研和初设，或以其他情形合并",
)
def small_merged_plan_stays_within_limit(submission: Submission, policy: Policy) -> Verdict:
    limit = policy.money("merged_plan_max_total")
    merge = submission.merge
    applies = (
        submission.round is Round.IMPLEMENTATION_PLAN
        and merge is not None
        and merge.ground is MergeGround.SMALL
    )
    return holds(
        not applies or submission.total <= limit,
        f"总投资{submission.total}元，限额{limit}元",
        total=submission.total,
        limit=limit,
    )


@article(
    24,
    row="24-3",
    says="不予批复的项目不再报审",
    remedy="按年度需求重新申报",
)
def reply_was_not_refused(project: Project) -> Verdict:
    refused = project.stage is Stage.REFUSED
    return holds(not refused, "已作出不予批复的决定" if refused else "未作出不予批复的决定")


@article(
    50,
    row="50-1",
    says="审批阶段说明所用产品安全可靠情况",
    remedy="填写 secure_reliable_statement",
)
def secure_reliable_products_are_explained(submission: Submission) -> Verdict:
    explained = submission.secure_reliable_statement is not None
    return holds(explained, "已说明" if explained else "未说明")


def names_current(digest: str, examination: Examination) -> Verdict:
    """Whether a digest is that of the current submission; the text gives the current one."""
    return holds(
        digest == examination.digest,
        f"现行报审文件的摘要值为{examination.digest}，所提为{digest}",
        basis=[examination.ref],
    )


def bears_number(document: Document) -> Verdict:
    """Whether a paper has its 文号."""
    return holds(document.number is not None, f"文号：{document.number or '无'}")
