"""验收: completion, trial run, extension, acceptance."""

from datetime import date
from typing import Any
from uuid import UUID

from deploy.demo.cast import DEB, Project, materials, official, paper
from deploy.demo.client import Surprise
from deploy.demo.story import Story
from shared.events.acceptance import (
    Acceptance,
    AcceptanceApplication,
    AcceptanceConclusion,
    AcceptanceFiling,
    AcceptanceReview,
    ClosedCondition,
    Completion,
    Extension,
    ExtensionRuling,
    Finding,
    Handover,
    OverdueFinding,
    TrialStart,
)
from shared.web.receipts import Receipt

_SELF_BUILD = (
    "SUMMARY",
    "FINANCIAL",
    "AUDIT",
    "SHARING",
    "FUNCTION_TEST",
    "PERFORMANCE_TEST",
    "MLPS",
    "DATA_RISK",
    "CRYPTO",
)
_SERVICE = ("RESULT", "BENEFIT", "SHARING")
_FINDINGS = {
    "RELIABLE_PRODUCTS": "服务器、数据库和中间件均在安全可靠目录内",
    "CRYPTOGRAPHY": "密码应用安全性评估结论为基本符合",
    "SECURITY_REVIEW": "不涉及网络安全审查",
    "ENERGY": "依托市级政务云，无新增机房",
}


async def is_scheduled(story: Story, project: Project, cause: Receipt, due_on: date) -> None:
    """验收期限 follows the final reply, and each approved change, by itself."""
    event = str(cause.events[0].event_id)
    scheduled = await story.city.wait_for(
        DEB, project.acceptance, lambda found: found["baseline"]["event_id"] == event
    )
    if scheduled["due_on"] != due_on.isoformat():
        raise Surprise(f"{project.name}：验收期限应为{due_on}，系统定为{scheduled['due_on']}")
    story.tell(f"系统：验收期限为{due_on}")


async def complete(story: Story, project: Project) -> None:
    """建设内容完成 and 试运行开始."""
    completion = Completion(
        statement="批复内容全部建成", supervision_report=paper(f"{project.name}监理报告")
    )
    officer = project.unit.officer
    await story.act(officer, f"{project.acceptance}/completion", completion, "报告建设内容完成")
    start = TrialStart(environment="市级政务云生产区")
    await story.act(officer, f"{project.acceptance}/trial-run", start, "开始试运行")


async def hand_over(story: Story, project: Project) -> None:
    """移交 of documents and source code."""
    handover = Handover(
        documents=(paper(f"{project.name}技术文档"),),
        source_code=paper(f"{project.name}源代码"),
        checked_by=project.unit.profile.contact,
    )
    await story.act(
        project.unit.officer, f"{project.acceptance}/handover", handover, "接收技术文档和源代码"
    )


async def extend(story: Story, project: Project, new_due_on: date, reason: str) -> None:
    """延期验收: requested in writing, granted."""
    extension = Extension(
        new_due_on=new_due_on, reason=reason, document=paper(f"{project.name}延期验收申请")
    )
    await story.act(
        project.unit.officer,
        f"{project.acceptance}/extension",
        extension,
        f"申请延期验收至{new_due_on}",
    )
    ruling = ExtensionRuling(approved=True, text="理由成立")
    await story.act(DEB, f"{project.acceptance}/extension-ruling", ruling, "同意延期验收")


def application(
    project: Project, *, closed: tuple[str, ...] = (), service: bool = False
) -> AcceptanceApplication:
    codes = _SERVICE if service else _SELF_BUILD
    proof = paper(f"{project.name}审核条件落实证明")
    return AcceptanceApplication(
        materials=materials(f"{project.name}验收资料", codes),
        closed_conditions=tuple(ClosedCondition(condition=c, evidence=proof) for c in closed),
    )


async def apply_for_acceptance(story: Story, project: Project, **more: Any) -> None:
    """申请验收."""
    await story.act(
        project.unit.officer,
        f"{project.acceptance}/acceptance-application",
        application(project, **more),
        "申请验收",
    )


def acceptance(
    story: Story,
    project: Project,
    *,
    failing: tuple[str, ...] = (),
    confirmed: tuple[str, ...] = (),
    sign: str = "乐数经验",
) -> Acceptance:
    """验收意见: passed, or failed on the findings `failing`."""
    conclusion = AcceptanceConclusion.FAILED if failing else AcceptanceConclusion.PASSED
    findings = (
        Finding(
            item=item, passed=item not in failing, note=note if item not in failing else "不符合"
        )
        for item, note in _FINDINGS.items()
    )
    return Acceptance(
        conclusion=conclusion,
        document=official(f"{project.name}验收意见", sign, story.today.year),
        findings=tuple(findings),
        confirmed_conditions=confirmed,
        text=f"验收{conclusion.label}",
    )


async def conclude(story: Story, project: Project, **more: Any) -> Receipt:
    """竣工验收 by DEB."""
    concluded = acceptance(story, project, **more)
    return await story.act(
        DEB,
        f"{project.acceptance}/acceptance",
        concluded,
        f"竣工验收，{concluded.conclusion.label}",
    )


async def report_service(story: Story, project: Project) -> None:
    """服务验收结果: the unit's own acceptance."""
    reported = acceptance(story, project, sign="自验")
    await story.act(
        project.unit.officer,
        f"{project.acceptance}/service-acceptance",
        reported,
        "组织服务验收并报送结果",
    )


def service_review(story: Story, project: Project) -> AcceptanceReview:
    return AcceptanceReview(
        conclusion=AcceptanceConclusion.PASSED,
        reviewers=("市财政局", "专家组"),
        document=official(f"{project.name}验收审核意见", "乐数经验", story.today.year),
        text="审核合格",
    )


async def file_acceptance(story: Story, project: Project) -> None:
    """验收情况报备."""
    filing = AcceptanceFiling(
        statement="已通过验收，转入运行", document=paper(f"{project.name}验收报备")
    )
    await story.act(project.unit.officer, f"{project.acceptance}/filing", filing, "报备验收情况")


async def mark_overdue(story: Story, project: Project) -> UUID:
    """逾期认定; the event on which the unit's bar rests."""
    receipt = await story.act(
        DEB, f"{project.acceptance}/overdue", OverdueFinding(), "认定逾期未验收"
    )
    return receipt.events[0].event_id
