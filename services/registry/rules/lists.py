"""Rules of the central review and the annual list, in article order."""

from collections.abc import Mapping
from uuid import UUID

from services.registry.state import Project, ProjectList, Status
from shared.events.registry import AnnualList, CentralReview
from shared.regulation import Policy, Verdict, article, holds


@article(
    15,
    row="15-1",
    says="年度外项目须经市数字经济局同意，方可列入增补清单",
    remedy="重新集中审查，写明是否同意年度外申报（off_cycle_agreed）",
)
def off_cycle_projects_are_agreed(projects: Mapping[UUID, Project]) -> Verdict:
    waiting = [
        str(i)
        for i, p in projects.items()
        if p.declaration
        and p.declaration.off_cycle
        and not (p.review and p.review.off_cycle_agreed)
    ]
    return holds(not waiting, f"未同意年度外申报的项目：{'、'.join(waiting) or '无'}")


@article(17, row="17-1", says="对已申报且未列入清单的项目集中审查", remedy="核对项目状态")
def project_awaits_review(project: Project) -> Verdict:
    awaiting = {Status.DECLARED, Status.INCLUDED, Status.DEFERRED, Status.REJECTED}
    label = project.status.label if project.status else "未申报"
    return holds(project.status in awaiting, f"项目状态为{label}")


@article(
    17,
    row="17-1",
    says="集中审查须会同规定的部门",
    remedy="会同所缺部门审查后，在 bodies 中填写部门代码",
)
def reviewing_bodies_are_complete(review: CentralReview, policy: Policy) -> Verdict:
    known = {body.code for body in policy.pack.bodies}
    missing = [b for b in policy.codes("central_review_bodies") if b not in review.bodies]
    unknown = [b for b in review.bodies if b not in known]
    absent = "、".join(map(policy.body_name, missing)) or "无"
    return holds(
        not (missing or unknown),
        f"缺少：{absent}；不是本市部门的代码：{'、'.join(unknown) or '无'}",
    )


@article(
    17,
    row="17-2",
    says="清单中的项目均经集中审查列入，且属于该年度",
    remedy="先完成集中审查，或从清单中去掉该项目",
)
def listed_projects_are_reviewed(content: AnnualList, projects: Mapping[UUID, Project]) -> Verdict:
    wrong = [
        str(project_id)
        for project_id, project in projects.items()
        if project.status is not Status.INCLUDED
        or project.declaration is None
        or project.declaration.plan_year != content.year
    ]
    return holds(not wrong, f"未经审查列入或年度不符的项目：{'、'.join(wrong) or '无'}")


@article(17, row="17-2", says="年度外项目列入增补清单", remedy="将 supplementary 设为 true")
def off_cycle_projects_are_supplementary(
    content: AnnualList, projects: Mapping[UUID, Project]
) -> Verdict:
    off_cycle = [str(i) for i, p in projects.items() if p.declaration and p.declaration.off_cycle]
    return holds(
        content.supplementary or not off_cycle, f"年度外项目：{'、'.join(off_cycle) or '无'}"
    )


@article(17, row="17-2", says="清单须先报审，且只审定一次", remedy="核对清单状态")
def list_awaits_approval(listed: ProjectList) -> Verdict:
    state = "未报审" if listed.list is None else "已审定" if listed.approved else "待审定"
    return holds(state == "待审定", f"清单{state}")
