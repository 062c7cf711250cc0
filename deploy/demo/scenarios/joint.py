"""共建项目: 参建部门会签, 延期验收."""

from deploy.demo.cast import DEB, estimate, paper
from deploy.demo.scenarios.units import EMERGENCY, LAND, WATER
from deploy.demo.steps import acceptance, approval, budget, registration
from deploy.demo.story import Story
from shared.events.acceptance import OverdueFinding
from shared.events.approval import JointDesign, Merge, MergeGround, Round
from shared.events.registry import Participant


async def joint_project(story: Story) -> None:
    """三部门共建；最后一家会签前不予批复；延期验收."""
    await story.on(1, 10)
    for department in (EMERGENCY, WATER, LAND):
        await registration.register(story, department)
    project = await registration.declare(
        story,
        EMERGENCY,
        "自然灾害综合监测预警平台",
        "12,000,000.00",
        participants=(
            Participant(unit_id=WATER.id, scope="山洪和水情监测数据接入与预警"),
            Participant(unit_id=LAND.id, scope="地质灾害隐患点监测数据接入与预警"),
        ),
    )
    await registration.enter_annual_list(story, project)
    await registration.obtain_code(story, project)

    await story.on(4, 6)
    ordered = Merge(
        ground=MergeGround.EXPLICIT,
        depth_statement="三部门联合编制，深度达到初步设计要求",
        evidence=paper("关于加快建设自然灾害监测预警平台的决定", "乐府发12号"),
    )
    design = JointDesign(
        business_flow=paper("监测预警业务流程"),
        data_flow=paper("监测预警数据流程"),
        interfaces=("水情数据接口", "地灾数据接口", "预警发布接口"),
        data_catalogue=paper("监测预警数据目录"),
        no_overlap=True,
    )
    items = estimate(
        LEAD=("综合预警应用", "6,200,000.00"),
        WATER=("山洪监测接入", "2,900,000.00"),
        LAND=("地灾监测接入", "2,900,000.00"),
    )
    plan = approval.submission(
        Round.IMPLEMENTATION_PLAN,
        project,
        items,
        story.day(5, 20),
        story.day(8, 20),
        merge=ordered,
        joint=design,
    )
    digest = await approval.submit(story, project, plan)
    await approval.ask_opinions(story, project)
    await story.on(4, 16)
    await approval.examine(story, project, digest)
    await approval.sign_off(story, project, WATER, digest)
    await approval.reply_is_refused(
        story,
        project,
        digest,
        rule="every_participant_has_signed_off",
        article=21,
        says="还有一家参建部门未会签即批复",
    )
    await story.on(4, 20)
    await approval.sign_off(story, project, LAND, digest)
    reply = await approval.issue_reply(story, project, digest)
    await acceptance.is_scheduled(story, project, reply, story.day(11, 20))

    await approval.divide_work(story, project, WATER, LAND)

    await story.on(5, 14)
    await budget.include_in_budget(story, project)
    tender = await budget.procure(story, project, "12,000,000.00")
    await story.on(6, 25)
    contract = await budget.contract(
        story, project, tender, "11,760,000.00", "四川青衣江科技有限公司"
    )
    await budget.pay(story, project, contract, "3,528,000.00")
    await story.on(9, 5)
    await acceptance.extend(story, project, story.day(13, 10), "主汛期无法进场安装监测设备")
    await story.on(9, 25)
    await acceptance.complete(story, project)
    await story.on(11, 25)
    await story.is_refused(
        DEB,
        f"{project.acceptance}/overdue",
        OverdueFinding(),
        rule="due_date_has_passed",
        article=32,
        says="原期限已过、延期未满时认定逾期",
    )
    await story.on(12, 26)
    await acceptance.hand_over(story, project)
    await acceptance.apply_for_acceptance(story, project)
    await story.on(13, 4)
    await acceptance.conclude(story, project)
    await acceptance.file_acceptance(story, project)
    await budget.pay(story, project, contract, "8,232,000.00")
    await budget.return_surplus(story, project, "240,000.00")
