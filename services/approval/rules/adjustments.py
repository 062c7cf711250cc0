"""Rules on a design that departs from its feasibility reply (第二十五条)."""

from services.approval.state import Baseline
from shared.events.approval import Round, Submission
from shared.events.vocabulary import Item
from shared.regulation import Policy, Verdict, article, holds


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
