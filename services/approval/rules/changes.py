"""Rules on changes: what is filed, approved or not received (第二十八、二十九条)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.approval.rules.documents import bears_number
from services.approval.state import Baseline, PendingChange, Project
from shared.events.approval import Change, ChangeReason, ChangeRuling, FilingDispute
from shared.events.vocabulary import DeliveryMode, amount_of
from shared.kernel.money import ZERO, Money
from shared.regulation import Policy, Verdict, article, holds
from shared.standing import AcceptanceStanding, AcceptanceStatus


@dataclass(frozen=True)
class Assessment:
    """What a change does to its baseline; all amounts in 分."""

    change: Change
    approved: Money
    """批复总投资."""
    total: Money
    """Total after the change."""
    increases: Money
    decreases: Money
    moved_before: Money
    """Moved since the baseline and counted against the limit."""
    limit: Money

    @property
    def moved(self) -> Money:
        """Money this change moves: whichever is larger, what items gain or what they lose."""
        return max(self.increases, self.decreases)

    @property
    def moved_so_far(self) -> Money:
        return self.moved_before + self.moved

    @property
    def changes_content(self) -> bool:
        """Money between items moves only with the content it pays for."""
        return self.change.content_changed or self.moved > 0


def assess(change: Change, baseline: Baseline, policy: Policy) -> Assessment:
    """The money side of a change against its baseline; `policy` is the baseline's own.

    Amounts are compared item by item with the present items, the limit is a share of the
    approved total.
    """
    delta: Counter[str] = Counter()
    for item in change.items:
        delta[item.code] += int(item.amount)
    for item in baseline.items:
        delta[item.code] -= int(item.amount)
    return Assessment(
        change=change,
        approved=baseline.total,
        total=amount_of(change.items),
        increases=Money((+delta).total()),
        decreases=Money((-delta).total()),
        moved_before=baseline.moved_so_far if policy.flag("art29_cumulative") else ZERO,
        limit=policy.share("art29_max_percent", baseline.total),
    )


class Route(StrEnum):
    """Where a change goes."""

    REFUSE = "REFUSE"
    APPROVAL = "APPROVAL"
    FILE = "FILE"


def route_of(assessment: Assessment) -> Route:
    """The decision table; the first row that fits wins."""
    change = assessment.change
    exceeds = assessment.total > assessment.approved
    # Row 1: carried out before approval, which the day of receipt always is.
    if change.executed_on is not None and change.major_design_change and exceeds:
        return Route.REFUSE
    if exceeds or change.goals_changed:  # row 2
        return Route.APPROVAL
    if not assessment.changes_content:  # row 5
        return Route.FILE
    within = assessment.moved_so_far <= assessment.limit
    if within and change.reason is not ChangeReason.NONE:  # row 3
        return Route.FILE
    return Route.APPROVAL  # row 4


@article(28, row="28-1", says="调整以最终批复为基线", remedy="先取得最终批复")
def final_reply_is_issued(project: Project) -> Verdict:
    baseline = project.baseline
    return holds(
        baseline is not None,
        f"批复{baseline.number}" if baseline else "尚无最终批复",
        basis=[baseline.ref] if baseline else [],
    )


@article(
    28,
    row="28-1",
    says="验收合格后不再调整批复内容",
    remedy="验收后的完善按运行维护办理，新增内容另行申报",
)
def project_is_not_yet_accepted(standing: AcceptanceStanding) -> Verdict:
    return holds(
        standing.status is not AcceptanceStatus.PASSED,
        f"验收情况：{standing.status.label}",
        basis=[standing.ref],
    )


@article(28, row="28-2", says="同时只有一项待批的调整", remedy="等待现有调整申请的批复")
def no_application_is_pending(project: Project) -> Verdict:
    pending = project.pending_change
    return holds(
        pending is None,
        f"调整申请{pending.change_id}待批" if pending else "没有待批的调整申请",
        basis=[pending.ref] if pending else [],
    )


@article(28, row="28-2", says="有待批的调整申请", remedy="先由项目单位提出调整申请")
def some_application_is_pending(project: Project) -> Verdict:
    pending = project.pending_change
    return holds(pending is not None, "调整申请待批" if pending else "没有待批的调整申请")


@article(28, row="28-2", says="调整批复和会签以带文号的文件为据", remedy="补充文件的文号")
def change_ruling_is_numbered(ruling: ChangeRuling) -> Verdict:
    return bears_number(ruling.document)


@article(
    28,
    row="28-2",
    says="批准调整须经市数字经济局会签同意",
    remedy="请市数字经济局会签",
    mode="GATE",
)
def digital_bureau_concurs_in_the_change(pending: PendingChange) -> Verdict:
    concurrence = pending.concurrence
    agreed = concurrence is not None and concurrence.approved
    state = "未会签" if concurrence is None else "会签同意" if agreed else "会签不同意"
    return holds(agreed, state, basis=[pending.ref])


@article(
    28,
    row="28-3",
    says="未经批准擅自重大设计变更导致超概算的，不受理事后调整申请",
    remedy="本条没有例外；不得再以调整申请补办",
)
def retroactive_overrun_is_not_received(assessment: Assessment) -> Verdict:
    change = assessment.change
    return holds(
        route_of(assessment) is not Route.REFUSE,
        f"实施日期{change.executed_on or '（未实施）'}，"
        f"{'是' if change.major_design_change else '不是'}重大设计变更，"
        f"调整后总额{assessment.total}元，批复{assessment.approved}元",
        total=assessment.total,
        approved=assessment.approved,
    )


@article(
    28,
    row="28-2",
    says="报备有异议的调整，先申请审批",
    remedy="就有异议的调整提出调整申请",
)
def disputed_filing_is_applied_for(project: Project) -> Verdict:
    due = project.application_due
    return holds(
        due is None,
        "报备有异议，尚未申请审批" if due else "没有待申请审批的报备",
        basis=[due],
    )


BY_APPROVAL = "按第二十八条事先申请调整审批"


@article(29, row="29-1", says="调整后总额不超出批复总投资", remedy=BY_APPROVAL)
def total_stays_within_reply(assessment: Assessment) -> Verdict:
    return holds(
        assessment.total <= assessment.approved,
        f"调整后总额{assessment.total}元，批复{assessment.approved}元",
        total=assessment.total,
        approved=assessment.approved,
    )


@article(29, row="29-1", says="建设目标不变", remedy=BY_APPROVAL)
def goals_stay_unchanged(assessment: Assessment) -> Verdict:
    changed = assessment.change.goals_changed
    return holds(not changed, "建设目标改变" if changed else "建设目标不变")


@article(29, row="29-1", says="自基线起累计调整资金不超过批复总投资的规定比例", remedy=BY_APPROVAL)
def moved_money_stays_within_ratio(assessment: Assessment, policy: Policy) -> Verdict:
    percent = policy.number("art29_max_percent")
    so_far, limit = assessment.moved_so_far, assessment.limit
    return holds(
        not assessment.changes_content or so_far <= limit,
        f"此前{assessment.moved_before}元，本次{assessment.moved}元，累计{so_far}元；"
        f"上限{limit}元（{assessment.approved}元的{percent}%）",
        increases=assessment.increases,
        decreases=assessment.decreases,
        moved_so_far=so_far,
        limit=limit,
    )


@article(29, row="29-1", says="内容调整属于所列三种情形之一", remedy=BY_APPROVAL)
def change_has_a_listed_reason(assessment: Assessment) -> Verdict:
    reason = assessment.change.reason
    listed = reason is not ChangeReason.NONE
    return holds(listed or not assessment.changes_content, f"情形：{reason.label}")


@article(29, row="29-1", says="购买服务的调整比照自行建设报备", remedy=BY_APPROVAL)
def services_may_be_adjusted_alike(baseline: Baseline, policy: Policy) -> Verdict:
    service = baseline.delivery_mode is DeliveryMode.SERVICE_PURCHASE
    alike = policy.flag("art29_for_services")
    return holds(
        not service or alike, f"{baseline.delivery_mode.label}，{'可' if alike else '不可'}比照报备"
    )


@article(
    29,
    row="29-1",
    says="有异议的是最近一次仍然有效的报备",
    remedy="先就其后的报备提出异议；基线已更新的不再提出",
)
def filing_is_the_newest(change_id: UUID, project: Project) -> Verdict:
    filings = project.baseline.filings if project.baseline else ()
    newest = filings[-1] if filings else None
    return holds(
        newest is not None and newest.change_id == change_id,
        f"最近的报备：{newest.change_id if newest else '无'}",
        basis=[newest.ref if newest else None],
    )


@article(29, row="29-1", says="报备异议以带文号的文件为据", remedy="补充异议文件的文号")
def dispute_is_numbered(dispute: FilingDispute) -> Verdict:
    return bears_number(dispute.document)


def is_late(change: Change, received_on: date) -> bool:
    """Whether a change was carried out before the day its application came in (第二十八条).

    The day of receipt counts, whatever day the paper bears: a date written on it proves nothing.
    """
    return change.executed_on is not None and change.executed_on < received_on
