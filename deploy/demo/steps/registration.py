"""登记备案: from the unit to the approved annual list."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from deploy.demo.cast import (
    DEB,
    GOV,
    Project,
    Unit,
    materials,
    municipal,
    number,
    official,
    serial,
    yuan,
)
from deploy.demo.story import Story
from shared.events.registry import (
    AnnualList,
    CentralReview,
    CodeAssignment,
    CountyProject,
    Declaration,
    InformationResource,
    ListApproval,
    Plan,
    PlanLevel,
    ResourceCatalogue,
    ReviewResult,
    SharingType,
    SystemCategory,
    SystemEntry,
    SystemStatus,
)
from shared.events.vocabulary import DeliveryMode
from shared.kernel.money import Money

LISTED = (3, 16)
"""Month and day by which the annual list is approved."""

PLAN = "乐山市数字政府建设规划"
"""The plan that the stories' projects conform to."""

_MATERIALS = ("APPLICATION_PLAN", "RESOURCE_CATALOGUE", "CLOUD_DEMAND", "MLPS_PLAN", "CRYPTO_PLAN")


async def register(story: Story, unit: Unit) -> None:
    """单位登记."""
    await story.act(DEB, "/registry/v1/units", unit.profile, f"登记单位{unit.name}")


async def register_plan(story: Story, first_year: int, last_year: int) -> None:
    """规划登记."""
    plan = Plan(
        title=PLAN,
        level=PlanLevel.MUNICIPAL,
        first_year=first_year,
        last_year=last_year,
        approver="乐山市人民政府",
        document=official(PLAN, "乐府发", first_year),
    )
    await story.act(DEB, "/registry/v1/plans", plan, f"登记“{PLAN}”")


async def catalogue_system(story: Story, unit: Unit, name: str) -> UUID:
    """系统编目; the entry's id."""
    entry = SystemEntry(
        unit_id=unit.id,
        name=name,
        category=SystemCategory.BUSINESS_SYSTEM,
        status=SystemStatus.PLANNED,
        functions=f"{name}的业务办理、数据归集和统计分析",
    )
    receipt = await story.act(
        unit.officer, "/registry/v1/systems", entry, f"将“{name}”编入系统目录"
    )
    return UUID(receipt.id)


def declaration(
    unit: Unit, system: UUID, name: str, total: str, plan_year: int, **more: Any
) -> Declaration:
    """A complete declaration; `more` overrides any of its fields."""
    amount = yuan(total)
    content: dict[str, Any] = {
        "unit_id": unit.id,
        "system_id": system,
        "name": name,
        "category": SystemCategory.BUSINESS_SYSTEM,
        "delivery_mode": DeliveryMode.SELF_BUILD,
        "mode_reason": "业务流程需与本单位现有系统深度整合",
        "plan_year": plan_year,
        "tasks": f"建设{name}，接入市级政务云和数据共享交换平台",
        "scope_basis": "GB/T 40692：支撑政务部门履行职能的业务信息系统",
        "necessity": "落实市委、市政府数字政府建设部署",
        "goals": "业务全程网办，数据按目录共享",
        "responsible_person": unit.profile.head,
        "plan_alignment": (PLAN,),
        "materials": materials(name, _MATERIALS),
        "total": amount,
        "operation_cost": Money(amount // 20),
        "sources": municipal(amount),
        **more,
    }
    return Declaration(**content)


async def declare(
    story: Story,
    unit: Unit,
    name: str,
    total: str,
    *,
    system: UUID | None = None,
    plan_year: int | None = None,
    **more: Any,
) -> Project:
    """申报 for next year (or `plan_year`), with the system's entry (or `system`) and its data."""
    year = plan_year or story.today.year + 1
    entry = system or await catalogue_system(story, unit, name)
    declared = declaration(unit, entry, name, total, year, **more)
    receipt = await story.act(
        unit.officer, "/registry/v1/projects", declared, f"申报“{name}”{total}元"
    )
    project = Project(UUID(receipt.id), name, unit, declared.total, year)
    story.projects.append(project)
    resource = InformationResource(
        code=f"511100/{unit.id[-6:]}-{serial():03d}",
        name=f"{name}业务数据",
        sharing=SharingType.UNCONDITIONAL,
    )
    await story.act(
        unit.officer,
        f"{project.registration}/resources",
        ResourceCatalogue(resources=(resource,)),
        "编制信息资源目录",
    )
    return project


async def review_centrally(
    story: Story, project: Project, *, off_cycle_agreed: bool | None = None
) -> None:
    """集中审查."""
    review = CentralReview(
        result=ReviewResult.INCLUDE,
        reason="符合规划，无重复建设",
        bodies=("DRC", "FIN"),
        off_cycle_agreed=off_cycle_agreed,
    )
    await story.act(DEB, f"{project.registration}/central-review", review, "集中审查，列入清单")


async def link_county_project(
    story: Story, project: Project, county: str, name: str, official_number: str
) -> None:
    """关联县级项目."""
    linked = CountyProject(
        county_code=county,
        unit_name=f"{name}农业农村局",
        name=f"{name}数据接入工程",
        number=official_number,
        approver=f"{name}发展和改革局",
    )
    await story.act(
        project.unit.officer,
        f"{project.registration}/county-projects",
        linked,
        f"关联{name}的项目，由当地审批",
    )


async def obtain_code(story: Story, project: Project) -> None:
    """项目赋码."""
    stamp = story.today.strftime("%y%m")
    code = f"{stamp}-511100-04-04-{serial():06d}"
    assignment = CodeAssignment(code=code, obtained_on=story.today)
    await story.act(
        project.unit.officer, f"{project.registration}/code", assignment, f"登记项目代码{code}"
    )


async def submit_list(
    story: Story, projects: Sequence[Project], *, supplementary: bool = False
) -> str:
    """年度清单报审; the list's id."""
    year = projects[0].plan_year
    content = AnnualList(
        year=year,
        number=number("乐数经", story.today.year),
        project_ids=tuple(p.id for p in projects),
        supplementary=supplementary,
    )
    kind = "增补清单" if supplementary else "年度清单"
    receipt = await story.act(
        DEB, "/registry/v1/annual-lists", content, f"报审{year}{kind}，{len(projects)}个项目"
    )
    return receipt.id


async def approve_list(story: Story, list_id: str) -> None:
    """清单审定."""
    document = official("关于审定政务信息化项目清单的批复", "乐府函", story.today.year)
    await story.act(
        GOV,
        f"/registry/v1/annual-lists/{list_id}/approval",
        ListApproval(document=document),
        "审定清单",
    )


async def enter_annual_list(story: Story, project: Project) -> None:
    """From the declaration to the approved annual list."""
    await story.on(2, 10)
    await review_centrally(story, project)
    story.candidates.append(project)
    await story.on(*LISTED)


async def compile_annual_lists(story: Story) -> None:
    """The bureau's own part: the plan, and a list per plan year of all that the stories bring."""
    await story.on(1, 5)
    await register_plan(story, story.today.year, story.today.year + 4)
    await story.on(2, 25)
    years = sorted({p.plan_year for p in story.candidates})
    lists = [
        await submit_list(story, [p for p in story.candidates if p.plan_year == year])
        for year in years
    ]
    await story.on(3, 15)
    for list_id in lists:
        await approve_list(story, list_id)
