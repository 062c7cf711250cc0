"""Rules on documents submitted: rounds, merged plans, services, joint designs, adjustments."""

from services.approval.state import Baseline, Examination, Project, Registration
from shared.events.approval import MergeGround, Round, SignOff, Submission
from shared.events.vocabulary import DeliveryMode, Item, amount_of
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
    19, row="19-1", says="服务需求方案各章节齐全", remedy="补齐所缺章节，并列入 service.sections"
)
def service_demand_has_all_sections(submission: Submission, policy: Policy) -> Verdict:
    if submission.round is not Round.SERVICE_DEMAND:
        return holds(True, "不是购买服务")
    given = set(submission.service.sections) if submission.service else set()
    missing = [m.label for m in policy.materials("service_demand") if m.code not in given]
    return holds(not missing, f"缺少：{'、'.join(missing) or '无'}")


@article(
    19,
    row="19-2",
    says="购买的服务不属于货物和工程，也不与工程打包",
    remedy="改按自行建设办理",
)
def service_is_not_goods_or_works(submission: Submission) -> Verdict:
    terms = submission.service
    met = terms is None or terms.not_goods_or_works
    return holds(met, "符合" if met else "属于货物、工程，或与工程打包")


@article(
    19,
    row="19-2",
    says="使用期限内服务费总额小于自建方式建设运维总额",
    remedy="压减服务费，或改按自行建设办理",
)
def service_is_cheaper_than_building(submission: Submission) -> Verdict:
    terms = submission.service
    if terms is None:
        return holds(True, "不是购买服务")
    return holds(
        terms.service_total < terms.self_build_total,
        f"{terms.years}年服务费{terms.service_total}元，自建{terms.self_build_total}元",
        service_total=terms.service_total,
        self_build_total=terms.self_build_total,
    )


@article(
    19,
    row="19-2",
    says="与自建比较的服务费总额包括本方案的全部服务费",
    remedy="按使用期限内的全部服务费填写 service.service_total",
)
def service_total_covers_the_fee(submission: Submission) -> Verdict:
    terms = submission.service
    if terms is None:
        return holds(True, "不是购买服务")
    return holds(
        terms.service_total >= submission.total,
        f"{terms.years}年服务费{terms.service_total}元，本方案服务费{submission.total}元",
        service_total=terms.service_total,
        total=submission.total,
    )


@article(
    19, row="19-2", says="有多家潜在服务提供商可选", remedy="补充潜在服务提供商，或改按自行建设办理"
)
def service_has_enough_providers(submission: Submission, policy: Policy) -> Verdict:
    terms = submission.service
    if terms is None:
        return holds(True, "不是购买服务")
    needed, given = policy.number("service_min_providers"), len(set(terms.providers))
    return holds(given >= needed, f"潜在服务提供商{given}家，至少{needed}家")


@article(19, row="19-2", says="购买的服务不违反安全保密要求", remedy="改按自行建设办理")
def service_meets_security_requirements(submission: Submission) -> Verdict:
    terms = submission.service
    met = terms is None or terms.security_compliant
    return holds(met, "符合" if met else "未确认符合安全保密要求")


@article(
    21,
    row="21-1",
    says="共建共享项目明确业务流、数据流、接口和数据目录，建设内容无重复交叉",
    remedy="填写 joint，并消除重复交叉",
)
def joint_design_is_complete(submission: Submission, registration: Registration) -> Verdict:
    along, joint = registration.participants, submission.joint
    complete = joint is not None and joint.no_overlap
    state = "无共建共享设计" if joint is None else "已设计" if complete else "有重复交叉"
    return holds(
        not along or complete,
        f"参建部门{len(along)}家，{state}",
        basis=[registration.listed] if along else [],
    )


@article(21, row="21-1", says="会签针对现行报审文件", remedy="以现行报审文件的摘要值重新会签")
def sign_off_names_the_current_submission(sign_off: SignOff, examination: Examination) -> Verdict:
    return names_current(sign_off.digest, examination)


@article(
    25,
    row="25-1",
    says="初步设计与可研批复不一致的，以独立章节说明调整内容和理由",
    remedy="补充调整说明章节，并在 adjustment_chapter 中注明位置",
)
def design_adjustment_is_explained(submission: Submission, feasibility: Baseline | None) -> Verdict:
    if submission.round is not Round.DESIGN or feasibility is None:
        return holds(True, "不是初步设计方案")
    differing = _differences(submission, feasibility)
    return holds(
        not differing or submission.adjustment_chapter is not None,
        f"与可研批复不同：{'、'.join(differing) or '无'}；"
        f"说明章节：{submission.adjustment_chapter or '无'}",
        basis=[feasibility.ref],
    )


def _differences(submission: Submission, feasibility: Baseline) -> list[str]:
    same = {
        "总投资": submission.total == feasibility.total,
        "投资分项": _amounts(submission.items) == _amounts(feasibility.items),
        "建设目标": submission.goals == feasibility.goals,
        "建设内容": submission.content == feasibility.content,
    }
    return [name for name, equal in same.items() if not equal]


def _amounts(items: tuple[Item, ...]) -> list[tuple[str, int]]:
    return sorted((item.code, int(item.amount)) for item in items)


@article(
    25,
    row="25-2",
    says="初步设计有重大变更的，重新审批可行性研究报告",
    remedy="重新编报可行性研究报告，或将初步设计调回批复范围",
    mode="SOFT",
)
def design_adjustment_is_not_major(
    submission: Submission, feasibility: Baseline | None, policy: Policy
) -> Verdict:
    if submission.round is not Round.DESIGN or feasibility is None:
        return holds(True, "不是初步设计方案")
    percent = policy.number("art25_major_percent")
    limit = feasibility.total + policy.share("art25_major_percent", feasibility.total)
    return holds(
        submission.total <= limit and not submission.major_adjustment,
        f"可研批复{feasibility.total}元，初设{submission.total}元，超过{percent}%（{limit}元）为重大；"
        f"目标或主要内容{'有' if submission.major_adjustment else '无'}重大改变",
        basis=[feasibility.ref],
        total=submission.total,
        limit=limit,
    )


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
