"""紧急项目: 年度外, 逾期, 限制新增."""

from uuid import uuid4

from deploy.demo.cast import DEB, Project, estimate, paper
from deploy.demo.client import Surprise
from deploy.demo.scenarios.units import HOUSING, SMALL
from deploy.demo.steps import acceptance, approval, budget, registration
from deploy.demo.story import Story, basis_of
from shared.events.acceptance import Extension
from shared.events.approval import Hardware, HardwareKind, Merge, MergeGround, Round
from shared.events.budget import ProcurementMethod
from shared.events.registry import AnnualList, OffCycle
from shared.events.vocabulary import Document


async def emergency_project(story: Story) -> None:
    """年度外紧急项目，经批准例外自购设备；逾期未验收即限制该单位新增项目；不合格仍限制，合格即解除."""
    await story.on(1, 10)
    await registration.register(story, HOUSING)
    project = await _declare(story)
    following = await registration.declare(story, HOUSING, "房屋建筑安全管理平台", "2,900,000.00")
    await _enter_supplementary_list(story, project)
    await _approve(story, project)
    contract = await _procure(story, project)

    await registration.enter_annual_list(story, following)
    await registration.obtain_code(story, following)
    await acceptance.complete(story, project)
    digest = await _examine_next(story, following)
    await _fall_overdue(story, project, following, digest)
    await _fail_and_pass(story, project, following, digest)
    await acceptance.file_acceptance(story, project)
    await budget.pay(story, project, contract, "2,520,000.00")


def _order() -> Document:
    return paper("关于开展燃气安全专项整治的紧急通知", "乐安委发21号")


async def _declare(story: Story) -> Project:
    name, this_year = "城镇燃气安全应急监管系统", story.today.year
    system = await registration.catalogue_system(story, HOUSING, name)
    await story.is_refused(
        HOUSING.officer,
        "/registry/v1/projects",
        registration.declaration(HOUSING, system, name, "3,600,000.00", this_year),
        rule="plan_year_is_next_year_or_off_cycle",
        article=15,
        says="申报当年项目而不说明紧急理由",
    )
    return await registration.declare(
        story,
        HOUSING,
        name,
        "3,600,000.00",
        system=system,
        plan_year=this_year,
        off_cycle=OffCycle(reason="燃气安全专项整治限期完成", evidence=_order()),
    )


async def _enter_supplementary_list(story: Story, project: Project) -> None:
    await story.on(1, 14)
    await registration.review_centrally(story, project, off_cycle_agreed=True)
    await story.is_refused(
        DEB,
        "/registry/v1/annual-lists",
        AnnualList(year=project.plan_year, number="乐数经88号", project_ids=(project.id,)),
        rule="off_cycle_projects_are_supplementary",
        article=17,
        says="将年度外项目列入正式清单",
    )
    added = await registration.submit_list(story, [project], supplementary=True)
    await story.on(1, 18)
    await registration.approve_list(story, added)
    await registration.obtain_code(story, project)


async def _approve(story: Story, project: Project) -> None:
    await story.on(1, 20)
    items = estimate(
        SOFTWARE=("监管应用", "2,300,000.00"),
        SENSORS=("报警数据接入", "900,000.00"),
        SECURITY=("安全和密码", "400,000.00"),
    )
    urgent = Merge(ground=MergeGround.URGENT, depth_statement="利用既有可研成果，深度达到要求")
    gateway = Hardware(kind=HardwareKind.SERVER, name="调压站边缘计算服务器", quantity=12)
    plan = approval.submission(
        Round.IMPLEMENTATION_PLAN,
        project,
        items,
        story.day(1, 27),
        story.day(2, 20),
        merge=urgent,
        construction=approval.construction(hardware=(gateway,)),
    )
    await story.is_refused(
        HOUSING.officer,
        f"{project.approval}/document",
        plan,
        rule="merged_plan_has_a_ground",
        article=18,
        says="以情况紧急合并编报而未附依据",
    )
    proved = urgent.model_copy(update={"evidence": _order()})
    digest = await approval.submit(story, project, plan.model_copy(update={"merge": proved}))
    await approval.ask_opinions(story, project)
    await story.on(1, 23)
    await approval.examine(story, project, digest)
    await story.on(1, 25)
    await approval.reply_is_refused(
        story,
        project,
        digest,
        rule="no_hardware_of_its_own",
        article=8,
        says="批复自购服务器的项目",
    )
    exception = await approval.request_exception(
        story, project, "8-(1)", "报警须在调压站现场判定，断网时不能依赖政务云"
    )
    await approval.grant_exception(story, exception)
    reply = await approval.issue_reply(story, project, digest)
    await acceptance.is_scheduled(story, project, reply, story.day(5, 20))


async def _procure(story: Story, project: Project) -> str:
    await budget.include_in_budget(story, project)
    sole = await budget.procure(
        story, project, "3,600,000.00", method=ProcurementMethod.SINGLE_SOURCE
    )
    contract = await budget.contract(
        story, project, sole, "3,600,000.00", "四川燃安物联科技有限公司"
    )
    await budget.pay(story, project, contract, "1,080,000.00")
    return contract


async def _examine_next(story: Story, following: Project) -> str:
    await story.on(4, 10)
    small = approval.submission(
        Round.IMPLEMENTATION_PLAN,
        following,
        estimate(SOFTWARE=("管理平台", "2,400,000.00"), SECURITY=("安全", "500,000.00")),
        story.day(8, 1),
        story.day(10, 28),
        merge=SMALL,
    )
    digest = await approval.submit(story, following, small)
    await approval.ask_opinions(story, following)
    await story.on(5, 10)
    await approval.examine(story, following, digest)
    return digest


async def _fall_overdue(story: Story, project: Project, following: Project, digest: str) -> None:
    await story.on(5, 21)
    too_late = Extension(
        new_due_on=story.day(7, 20), reason="试运行未满", document=paper("延期验收申请")
    )
    await story.is_refused(
        HOUSING.officer,
        f"{project.acceptance}/extension",
        too_late,
        rule="extension_is_requested_in_time",
        article=31,
        says="期限届满次日申请延期验收",
    )
    overdue = await acceptance.mark_overdue(story, project)
    problem = await approval.reply_is_refused(
        story,
        following,
        digest,
        rule="no_project_bars_the_unit",
        article=32,
        says="批复有项目逾期未验收的单位的另一项目",
    )
    if overdue not in basis_of(problem):
        raise Surprise(f"不予批复应以逾期认定事件 {overdue} 为依据")
    another = registration.declaration(
        HOUSING, uuid4(), "供水管网监测系统", "1,500,000.00", story.today.year + 1
    )
    await story.is_refused(
        HOUSING.officer,
        "/registry/v1/projects",
        another,
        rule="no_project_bars_the_unit",
        article=32,
        says="逾期期间申报新项目",
    )


async def _fail_and_pass(story: Story, project: Project, following: Project, digest: str) -> None:
    await story.on(6, 18)
    await acceptance.hand_over(story, project)
    await acceptance.apply_for_acceptance(story, project)
    await story.on(6, 24)
    failed = await acceptance.conclude(story, project, failing=("CRYPTOGRAPHY",))
    problem = await approval.reply_is_refused(
        story,
        following,
        digest,
        rule="no_project_bars_the_unit",
        article=32,
        says="验收不合格后批复另一项目",
    )
    if failed.events[0].event_id not in basis_of(problem):
        raise Surprise("不予批复应以验收不合格事件为依据")
    await story.on(7, 8)
    await acceptance.apply_for_acceptance(story, project)
    await story.on(7, 15)
    await acceptance.conclude(story, project)
    await approval.issue_reply(story, following, digest)
