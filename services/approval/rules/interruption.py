"""Rules on trouble, suspension and termination (第三十条)."""

from services.approval.rules.documents import bears_number
from services.approval.state import Project
from shared.events.approval import TerminationRequest, Trouble, TroubleKind
from shared.events.vocabulary import Document
from shared.regulation import Verdict, article, holds
from shared.standing import AcceptanceStatus, ProjectStanding


@article(
    30,
    row="30-1",
    says="批复之后、验收合格之前，且未终止的项目方在建设之中",
    remedy="核对项目是否已批复、已验收或已终止",
)
def project_is_being_built(project: Project, standing: ProjectStanding) -> Verdict:
    baseline = project.baseline
    accepted = standing.acceptance.status is AcceptanceStatus.PASSED
    state = {
        "尚无最终批复": baseline is None,
        "已验收合格": accepted,
        "已终止": standing.terminated is not None,
    }
    found = [name for name, there in state.items() if there]
    basis = [baseline.ref if baseline else None, standing.terminated]
    return holds(
        not found,
        "、".join(found) or "在建",
        basis=[*basis, standing.acceptance.ref if accepted else None],
    )


@article(
    30,
    row="30-1",
    says="逾期的写明逾期天数，损失的写明损失金额",
    remedy="填写 days_late 或 loss",
)
def trouble_is_quantified(trouble: Trouble) -> Verdict:
    stated = {
        TroubleKind.SERIOUS_DELAY: trouble.days_late > 0,
        TroubleKind.MAJOR_LOSS: trouble.loss is not None,
    }.get(trouble.kind, True)
    return holds(
        stated,
        f"{trouble.kind.label}：逾期{trouble.days_late}天，损失{trouble.loss or '未填'}元",
    )


@article(30, row="30-1", says="未暂停的项目方可暂停", remedy="项目已经暂停，不须再次办理")
def construction_is_not_suspended(project: Project) -> Verdict:
    suspended = project.suspended
    return holds(suspended is None, "已暂停建设" if suspended else "未暂停建设", basis=[suspended])


@article(30, row="30-1", says="恢复的是暂停建设的项目", remedy="项目没有暂停，不须办理")
def construction_is_suspended(project: Project) -> Verdict:
    suspended = project.suspended
    return holds(
        suspended is not None, "已暂停建设" if suspended else "未暂停建设", basis=[suspended]
    )


@article(
    30,
    row="30-1",
    says="暂停、恢复、核报和领导小组意见以带文号的文件为据",
    remedy="补充文件的文号",
)
def interruption_paper_is_numbered(document: Document) -> Verdict:
    return bears_number(document)


@article(
    30,
    row="30-2",
    says="申请终止的项目已实施且有实质性进展",
    remedy="尚无实质性进展的，按调整办理",
)
def progress_was_substantial(request: TerminationRequest) -> Verdict:
    made = request.substantial_progress
    return holds(made, "有实质性进展" if made else "没有实质性进展")


@article(30, row="30-2", says="同时只有一项终止申请", remedy="等待现有终止申请的结论")
def no_termination_is_pending(project: Project) -> Verdict:
    pending = project.termination
    return holds(
        pending is None,
        "终止申请待办" if pending else "没有待办的终止申请",
        basis=[pending.ref if pending else None],
    )


@article(30, row="30-2", says="项目单位先申请终止", remedy="请项目单位提出书面申请", mode="GATE")
def termination_is_requested(project: Project) -> Verdict:
    pending = project.termination
    return holds(
        pending is not None,
        "已申请终止" if pending else "没有终止申请",
        basis=[pending.ref if pending else None],
    )


@article(30, row="30-2", says="终止申请只核报一次", remedy="等待领导小组的意见")
def termination_is_not_reported_yet(project: Project) -> Verdict:
    reported = project.termination.reported if project.termination else None
    return holds(reported is None, "已核报" if reported else "未核报", basis=[reported])


@article(
    30,
    row="30-2",
    says="市数字经济局核报后，领导小组方作出意见",
    remedy="请市数字经济局核报",
    mode="GATE",
)
def termination_is_reported(project: Project) -> Verdict:
    reported = project.termination.reported if project.termination else None
    return holds(reported is not None, "已核报" if reported else "未核报", basis=[reported])
