"""小型自建项目: 实施方案, 变更, 运维预算."""

from deploy.demo.cast import Project, estimate
from deploy.demo.scenarios.units import EDUCATION, SMALL
from deploy.demo.steps import acceptance, approval, budget, lines, registration
from deploy.demo.story import Story
from shared.events.approval import Round


async def small_project(story: Story) -> None:
    """实施方案恰为限额；两次报备累计越线，改为申请调整；直至验收、退结余、运维预算和线路租赁."""
    await story.on(1, 8)
    await registration.register(story, EDUCATION)
    project = await registration.declare(story, EDUCATION, "中小学智慧作业监测平台", "5,000,000.00")
    await registration.enter_annual_list(story, project)
    await registration.obtain_code(story, project)
    await _approve(story, project)
    contract = await _procure(story, project)
    await _change(story, project)
    await _accept(story, project)
    await _settle(story, project, contract)


async def _approve(story: Story, project: Project) -> None:
    await story.on(4, 3)
    start, end = story.day(5, 10), story.day(8, 28)
    a_cent_more = approval.submission(
        Round.IMPLEMENTATION_PLAN,
        project,
        estimate(SOFTWARE=("应用软件开发", "5,000,000.01")),
        start,
        end,
        merge=SMALL,
    )
    await story.is_refused(
        EDUCATION.officer,
        f"{project.approval}/document",
        a_cent_more,
        rule="small_merged_plan_stays_within_limit",
        article=18,
        says="以5,000,000.01元的实施方案报审",
    )
    items = estimate(
        SOFTWARE=("应用软件开发", "2,600,000.00"),
        DATA=("数据资源建设", "900,000.00"),
        INTEGRATION=("系统集成", "700,000.00"),
        SECURITY=("安全和密码", "500,000.00"),
        SUPERVISION=("监理测评", "300,000.00"),
    )
    plan = approval.submission(Round.IMPLEMENTATION_PLAN, project, items, start, end, merge=SMALL)
    digest = await approval.submit(story, project, plan)
    await approval.ask_opinions(story, project)
    await story.on(4, 15)
    await approval.examine(story, project, digest)
    await story.on(4, 24)
    reply = await approval.issue_reply(story, project, digest)
    await acceptance.is_scheduled(story, project, reply, story.day(11, 28))


async def _procure(story: Story, project: Project) -> str:
    await story.on(5, 12)
    await budget.include_in_budget(story, project)
    tender = await budget.procure(story, project, "4,900,000.00")
    await story.on(6, 20)
    contract = await budget.contract(story, project, tender, "4,860,000.00", "四川岷江软件有限公司")
    await budget.pay(story, project, contract, "1,458,000.00")
    return contract


async def _change(story: Story, project: Project) -> None:
    await story.on(7, 6)
    # Each of the two moves 400,000.00: one stays within fifteen per cent, both do not.
    first = estimate(
        SOFTWARE=("应用软件开发", "3,000,000.00"),
        DATA=("数据资源建设", "500,000.00"),
        INTEGRATION=("系统集成", "700,000.00"),
        SECURITY=("安全和密码", "500,000.00"),
        SUPERVISION=("监理测评", "300,000.00"),
    )
    changed = approval.change(first, "优化作业分析算法，数据治理改用市级平台能力")
    await approval.file_change(story, project, changed, "调整400,000.00元，占8%")
    await story.on(7, 20)
    second = estimate(
        SOFTWARE=("应用软件开发", "3,000,000.00"),
        DATA=("数据资源建设", "500,000.00"),
        INTEGRATION=("系统集成", "300,000.00"),
        SECURITY=("安全和密码", "900,000.00"),
        SUPERVISION=("监理测评", "300,000.00"),
    )
    changed = approval.change(second, "按等级保护三级补强安全措施")
    await story.is_refused(
        EDUCATION.officer,
        f"{project.approval}/change-filings",
        changed,
        rule="moved_money_stays_within_ratio",
        article=29,
        says="再报备调整400,000.00元，累计16%",
    )
    await approval.apply_for_change(story, project, changed, "按等级保护三级补强安全措施")
    await story.on(7, 27)
    approved = await approval.approve_change(story, project)
    await acceptance.is_scheduled(story, project, approved, story.day(11, 28))


async def _accept(story: Story, project: Project) -> None:
    officer = project.unit.officer
    await story.on(8, 18)
    await acceptance.complete(story, project)
    await story.on(11, 17)
    await story.is_refused(
        officer,
        f"{project.acceptance}/acceptance-application",
        acceptance.application(project),
        rule="trial_run_was_normal_to_its_end",
        article=31,
        says="试运行差一天满三个月即申请验收",
    )
    await story.on(11, 18)
    await story.is_refused(
        officer,
        f"{project.acceptance}/acceptance-application",
        acceptance.application(project),
        rule="custom_development_is_handed_over",
        article=43,
        says="未移交源代码即申请验收",
    )
    await acceptance.hand_over(story, project)
    await acceptance.apply_for_acceptance(story, project)
    await story.is_refused(
        officer,
        f"{project.budget}/operation-plans",
        budget.operation_plan(project, story.today.year + 1, "300,000.00"),
        rule="operation_money_needs_a_passed_acceptance",
        article=32,
        says="未验收即报送运维方案",
    )
    await story.on(11, 26)
    await acceptance.conclude(story, project)
    later = approval.change(
        estimate(SOFTWARE=("应用软件开发", "5,000,000.00")), "验收后合并列支软件开发"
    )
    await story.is_refused(
        officer,
        f"{project.approval}/change-filings",
        later,
        rule="project_is_not_yet_accepted",
        article=28,
        says="验收合格后再报备变更",
    )


async def _settle(story: Story, project: Project, contract: str) -> None:
    await story.on(12, 5)
    await acceptance.file_acceptance(story, project)
    await story.is_refused(
        EDUCATION.officer,
        f"{project.budget}/payments",
        await budget.payment(story, project, contract, "3,402,000.01"),
        rule="payment_stays_within_the_contract",
        article=36,
        says="尾款多付一分",
    )
    await budget.pay(story, project, contract, "3,402,000.00")
    await budget.return_surplus(story, project, "140,000.00")
    await budget.close(story, project)
    await story.on(12, 18)
    await budget.plan_operation(story, project, "300,000.00", "262,000.00")
    await lines.lease_line(story, EDUCATION, "2,600.00", "2,600.01")
