"""Rules: 列入预算 and 市县分摊 (第三十五条)."""

from services.budget.state import Background, Project
from shared.events.budget import CostShare, Inclusion, LineLeaseInclusion, OperationInclusion
from shared.events.vocabulary import FundingChannel, amount_of
from shared.kernel.money import total
from shared.regulation import Policy, Verdict, article, holds


@article(35, row="35-1", says="资金安排以最终批复为前提", remedy="先取得项目的最终批复")
def money_follows_the_final_reply(background: Background) -> Verdict:
    approved = background.approved_total
    return holds(
        approved is not None,
        "尚无最终批复" if approved is None else f"批复总投资{approved}元",
        basis=[background.approved],
    )


@article(35, row="35-1", says="各渠道资金之和大于零", remedy="填写各资金来源的金额")
def included_sources_sum_above_zero(inclusion: Inclusion) -> Verdict:
    amount = amount_of(inclusion.sources)
    return holds(amount > 0, f"资金来源合计{amount}元", amount=amount)


@article(35, row="35-1", says="列入预算须有预算文件文号", remedy="补填 document.number")
def inclusion_document_bears_a_number(
    inclusion: Inclusion | OperationInclusion | LineLeaseInclusion,
) -> Verdict:
    number = inclusion.document.number
    return holds(number is not None, f"文号：{number or '无'}")


@article(
    35,
    row="35-1",
    says="累计列入预算不超过批复总投资",
    remedy="减少本次列入金额，或先办理调整审批",
)
def included_money_stays_within_the_approved_total(
    project: Project, inclusion: Inclusion, background: Background
) -> Verdict:
    amount, approved = amount_of(inclusion.sources), background.approved_total
    so_far = project.included + amount
    return holds(
        approved is not None and so_far <= approved,
        f"已列入{project.included}元，加本次{amount}元共{so_far}元，批复总投资{approved}元",
        basis=[background.approved],
        so_far=so_far,
        approved=approved,
    )


@article(
    35,
    row="35-2",
    says="县（市、区）分摊的部分不列入市级预算",
    remedy="减少市级资金，或核对市县分摊；县级资金以 COUNTY 渠道列明",
)
def counties_part_is_not_in_the_citys_budget(
    project: Project, inclusion: Inclusion, background: Background, policy: Policy
) -> Verdict:
    if project.cost_share is None:
        return holds(True, "未确定市县分摊")
    shares = project.cost_share.shares
    percent = sum(s.percent for s in shares if s.division == policy.pack.jurisdiction)
    of_counties = project.included_of_counties + total(
        s.amount for s in inclusion.sources if s.channel is FundingChannel.COUNTY
    )
    so_far = project.included + amount_of(inclusion.sources) - of_counties
    approved = background.approved_total
    return holds(
        approved is not None and so_far * 100 <= approved * percent,
        f"市级分担{percent}%，批复总投资{approved}元；市级预算累计{so_far}元",
        basis=[background.approved],
        so_far=so_far,
        percent=percent,
    )


@article(
    35,
    row="35-2",
    says="只有市县协同的项目才分摊费用",
    remedy="核对申报中的协同县（市、区）",
)
def shared_cost_needs_county_collaboration(background: Background) -> Verdict:
    counties = background.county_codes
    return holds(
        bool(counties),
        f"协同县（市、区）：{'、'.join(counties) or '无'}",
        basis=[background.declared],
    )


@article(
    35,
    row="35-2",
    says="分摊方为本市和申报的协同县（市、区），各列一次",
    remedy="核对 shares 中的行政区划代码",
)
def shares_are_of_distinct_collaborating_divisions(
    cost_share: CostShare, background: Background, policy: Policy
) -> Verdict:
    given = [s.division for s in cost_share.shares]
    foreign = sorted(set(given) - {policy.pack.jurisdiction, *background.county_codes})
    twice = sorted({d for d in given if given.count(d) > 1})
    return holds(
        not foreign and not twice,
        f"非协同方：{'、'.join(foreign) or '无'}；重复：{'、'.join(twice) or '无'}",
        basis=[background.declared],
    )


@article(35, row="35-2", says="分摊比例之和为100%", remedy="核对 shares 中的比例")
def shares_sum_to_a_hundred_percent(cost_share: CostShare) -> Verdict:
    percent = sum(s.percent for s in cost_share.shares)
    return holds(percent == 100, f"分摊比例合计{percent}%", percent=percent)
