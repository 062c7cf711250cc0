"""Rules on services to be purchased (第十九条)."""

from shared.events.approval import Round, Submission
from shared.regulation import Policy, Verdict, article, holds


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
    says="较自建节省不足规定比例的，说明仍属经济的理由",
    remedy="填写 service.saving_reason，或改按自行建设办理",
)
def small_saving_is_justified(submission: Submission, policy: Policy) -> Verdict:
    terms = submission.service
    if terms is None:
        return holds(True, "不是购买服务")
    percent = policy.number("service_min_saving_percent")
    saved = terms.self_build_total - terms.service_total
    enough = saved * 100 >= terms.self_build_total * percent
    return holds(
        enough or terms.saving_reason is not None,
        f"节省{saved}元，{'达到' if enough else '不足'}自建{terms.self_build_total}元的{percent}%；"
        f"{'已' if terms.saving_reason else '未'}说明理由",
        saved=saved,
        percent=percent,
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
