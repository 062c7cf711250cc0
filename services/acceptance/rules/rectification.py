"""Rules on rectification and measures, in article order (第四十七条)."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from services.acceptance.state import (
    MeasureTaken,
    Project,
    Rectification,
    RectificationStatus,
    Status,
)
from shared.events.acceptance import MeasureKind
from shared.events.vocabulary import Document
from shared.kernel.dates import add_days
from shared.regulation import Verdict, article, holds
from shared.standing import ProjectStanding

_OPEN = frozenset({RectificationStatus.ORDERED, RectificationStatus.FAILED})


@article(
    47,
    row="47-2",
    says="整改要求须依据已登记的检查发现、认定或重大问题报告",
    remedy="先登记检查或认定，再在 finding_id 填写其标识",
)
def order_rests_on_a_finding(finding_id: UUID, found: Collection[UUID]) -> Verdict:
    return holds(
        finding_id in found,
        f"可据以整改的发现{len(found)}项，本次依据{finding_id}",
    )


@article(47, row="47-2", says="整改期限在提出要求之后", remedy="填写晚于今天的 due_on")
def rectification_leaves_time(due_on: date, today: date) -> Verdict:
    return holds(due_on > today, f"{today}提出，期限{due_on}", due_on=due_on)


@article(47, row="47-2", says="整改通知须有文号", remedy="在 document.number 填写文号")
def order_bears_a_number(document: Document) -> Verdict:
    return _numbered(document)


@article(
    47,
    row="47-2",
    says="报告的须是正在进行或核验不符合要求的整改",
    remedy="核对整改标识；已报告的等待核验",
)
def rectification_is_open(rectification: Rectification | None) -> Verdict:
    return _is(rectification, _OPEN)


@article(
    47,
    row="47-2",
    says="项目单位报告后方可核验",
    remedy="等待整改报告；逾期未报告的可直接作出处理",
)
def rectification_is_reported(rectification: Rectification | None) -> Verdict:
    return _is(rectification, {RectificationStatus.REPORTED})


@article(
    47,
    row="47-2",
    says="整改由提出要求的部门核验",
    remedy="请提出整改要求的部门核验",
)
def rectification_is_confirmed_by_its_body(
    rectification: Rectification | None, body: str
) -> Verdict:
    return _same_body(rectification.body if rectification else body, body)


@article(
    47,
    row="47-3",
    says="逾期不整改或整改后仍不符合要求的，方可处理",
    remedy="先提出限期整改；期限届满或核验不符合要求后再处理",
    mode="GATE",
)
def measure_follows_a_failed_rectification(
    rectification: Rectification | None, on: date
) -> Verdict:
    if rectification is None:
        return holds(False, "没有该整改要求")
    due_on, status = rectification.order.due_on, rectification.status
    waiting = status is RectificationStatus.ORDERED
    return holds(
        status is RectificationStatus.FAILED or (waiting and on > due_on),
        f"{status.label}，整改期限{due_on}，处理{on}",
        basis=[rectification.ref],
        not_before=add_days(due_on, 1) if waiting else None,
        due_on=due_on,
    )


@article(47, row="47-3", says="处理文件须有文号", remedy="在 document.number 填写文号")
def measure_bears_a_number(document: Document) -> Verdict:
    return _numbered(document)


@article(
    47,
    row="47-3",
    says="同一措施不重复采取；终止的项目只可通报批评",
    remedy="核对在执行的措施",
)
def measure_adds_to_those_in_force(project: ProjectStanding, kind: MeasureKind) -> Verdict:
    criticism = kind is MeasureKind.CRITICISM
    same = [m for m in project.measures if m.kind is kind]
    ended = project.terminated
    return holds(
        criticism or not (same or ended),
        f"拟{kind.label}，{'项目已终止' if ended else '在执行' if same else '未采取'}",
        basis=[ended, *(m.ref for m in same)],
    )


@article(
    47,
    row="47-3",
    says="验收合格的项目已无建设可暂停或终止",
    remedy="改用其他措施",
)
def accepted_project_is_not_stopped(project: Project, kind: MeasureKind) -> Verdict:
    stops = kind in {MeasureKind.SUSPENSION, MeasureKind.TERMINATION}
    return holds(
        not (stops and project.status is Status.ACCEPTED),
        f"拟{kind.label}，验收状态：{project.label}",
    )


@article(47, row="47-3", says="解除的须是在执行的措施", remedy="核对措施标识")
def measure_is_in_force(measure: MeasureTaken | None) -> Verdict:
    if measure is None:
        return holds(False, "没有该措施")
    lifted = measure.lifted_on
    return holds(
        lifted is None,
        f"{measure.on}{measure.kind.label}，{f'{lifted}已解除' if lifted else '未解除'}",
        basis=[measure.ref],
    )


@article(47, row="47-3", says="措施由作出的部门解除", remedy="请作出处理的部门解除")
def measure_is_lifted_by_its_body(measure: MeasureTaken | None, body: str) -> Verdict:
    return _same_body(measure.body if measure else body, body)


@article(47, row="47-3", says="终止项目不能解除", remedy="确需建设的，重新申报")
def termination_is_final(measure: MeasureTaken | None) -> Verdict:
    kind = measure.kind if measure else None
    return holds(kind is not MeasureKind.TERMINATION, f"措施：{kind.label if kind else '（无）'}")


def _is(rectification: Rectification | None, wanted: Collection[RectificationStatus]) -> Verdict:
    if rectification is None:
        return holds(False, "没有该整改要求")
    status = rectification.status
    return holds(
        status in wanted,
        f"{status.label}，期限{rectification.order.due_on}",
        basis=[rectification.ref],
    )


def _same_body(first: str, body: str) -> Verdict:
    return holds(first == body, f"原办理部门{first}，本次{body}")


def _numbered(document: Document) -> Verdict:
    return holds(document.number is not None, f"文号：{document.number or '（无）'}")
