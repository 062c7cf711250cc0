"""监督: an inspection, a rectification within a limit, and a measure when it passes unused."""

from datetime import date
from uuid import UUID

from deploy.demo.cast import DEB, PSB, Project, official, paper
from deploy.demo.story import Story
from shared.events.acceptance import (
    InspectedProblem,
    Inspection,
    Measure,
    MeasureKind,
    MeasureLifting,
    RectificationConfirmation,
    RectificationOrder,
    RectificationReport,
    SupervisedMatter,
)


async def inspect(story: Story, project: Project, due_on: date) -> UUID:
    """监督检查 that finds something, and 限期整改; the rectification's id."""
    problem = InspectedProblem(
        requirement="日志留存不少于六个月", description="试运行日志只留存一月"
    )
    inspection = Inspection(
        matter=SupervisedMatter.CYBERSECURITY,
        summary="现场检查日志和边界防护",
        problems=(problem,),
        document=official(f"{project.name}检查记录", "乐公网检", story.today.year),
    )
    await story.act(PSB, f"{project.acceptance}/inspections", inspection, "检查网络安全，发现问题")
    found = (await _supervision(story, project))["inspections"][-1]
    order = RectificationOrder(
        finding_id=found["inspection_id"],
        matter=SupervisedMatter.CYBERSECURITY,
        requirement="补足日志留存",
        due_on=due_on,
        document=official(f"{project.name}限期整改通知", "乐公网改", story.today.year),
    )
    await story.act(PSB, f"{project.acceptance}/rectifications", order, f"要求{due_on}前整改")
    ordered = (await _supervision(story, project))["rectifications"][-1]
    return UUID(ordered["rectification_id"])


def suspension(story: Story, project: Project, rectification: UUID) -> Measure:
    return Measure(
        kind=MeasureKind.SUSPENSION,
        rectification_id=rectification,
        reason="逾期未整改",
        document=official(f"{project.name}处理决定", "乐公网处", story.today.year),
    )


async def suspend(story: Story, project: Project, rectification: UUID) -> None:
    """暂停项目建设 after the limit."""
    measure = suspension(story, project, rectification)
    await story.act(PSB, f"{project.acceptance}/measures", measure, "逾期未整改，暂停项目建设")


async def mend(story: Story, project: Project, rectification: UUID) -> None:
    """整改报告, 核验, 解除."""
    ordered = f"{project.acceptance}/rectifications/{rectification}"
    report = RectificationReport(
        text="日志留存已满六个月", document=paper(f"{project.name}整改报告")
    )
    await story.act(project.unit.officer, f"{ordered}/report", report, "报告整改情况")
    confirmation = RectificationConfirmation(
        done=True, text="复查符合要求", document=paper(f"{project.name}复查记录")
    )
    await story.act(PSB, f"{ordered}/confirmation", confirmation, "核验整改，符合要求")
    measure = (await _supervision(story, project))["measures"][-1]["measure_id"]
    lifting = MeasureLifting(
        reason="整改符合要求",
        document=official(f"{project.name}解除决定", "乐公网处", story.today.year),
    )
    await story.act(PSB, f"{project.acceptance}/measures/{measure}/lifting", lifting, "解除暂停")


async def _supervision(story: Story, project: Project) -> dict[str, list[dict[str, str]]]:
    seen: dict[str, list[dict[str, str]]] = (await story.city.read(DEB, project.acceptance))[
        "supervision"
    ]
    return seen
