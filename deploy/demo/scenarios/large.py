"""大型自建项目: 可研, 初设, 附条件意见."""

from datetime import date

from deploy.demo.cast import CAC, CRY, DEB, FIN, PSB, Project, estimate, yuan
from deploy.demo.scenarios.units import HEALTH
from deploy.demo.steps import (
    acceptance,
    approval,
    budget,
    performance,
    registration,
    supervision,
)
from deploy.demo.story import Story
from shared.events.acceptance import CloudPurpose
from shared.events.approval import OpinionKind, Round
from shared.events.vocabulary import FundingChannel, Item, Source, amount_of

CONDITION = "上线前通过第三级商用密码应用安全性评估"


def _items(*, data: str, other: str) -> tuple[Item, ...]:
    return estimate(
        PLATFORM=("平台和应用", "9,800,000.00"),
        DATA=("健康数据资源库", data),
        SECURITY=("安全和密码", "2,400,000.00"),
        OTHER=("监理测评等", other),
    )


def _period(story: Story) -> tuple[date, date]:
    return story.day(6, 20), story.day(9, 28)


async def large_project(story: Story) -> None:
    """可研、初设两轮；意见失效与沿用；附条件意见在验收时落实；事后调整不予受理；逾期不整改即暂停."""
    await story.on(1, 9)
    await registration.register(story, HEALTH)
    project = await registration.declare(story, HEALTH, "全民健康信息平台二期", "18,600,000.00")
    await registration.enter_annual_list(story, project)
    await registration.obtain_code(story, project)
    await _approve_study(story, project)
    await _approve_design(story, project)
    contract = await _build(story, project)
    await performance.manage(story, project)
    await _try(story, project)
    await _supervise(story, project)
    await _accept(story, project)
    await story.on(13, 3)
    await _operate(story, project)
    await acceptance.file_acceptance(story, project)
    await budget.pay(story, project, contract, "13,055,000.00")
    await budget.return_surplus(story, project, "250,000.00")


async def _approve_study(story: Story, project: Project) -> None:
    await story.on(4, 2)
    study = approval.submission(
        Round.FEASIBILITY,
        project,
        _items(data="5,200,000.00", other="1,200,000.00"),
        *_period(story),
    )
    earlier = await approval.submit(story, project, study)
    await approval.ask_opinions(story, project)
    await story.on(4, 11)
    await approval.examine(story, project, earlier)
    await story.on(4, 16)
    items = _items(data="5,100,000.00", other="1,200,000.00")
    revised = study.model_copy(update={"items": items, "total": amount_of(items)})
    digest = await approval.submit(story, project, revised)
    await approval.reply_is_refused(
        story,
        project,
        digest,
        rule="funds_opinion_is_given",
        article=22,
        says="批复重新报审的文件，而意见针对较早的文件",
    )
    await story.is_refused(
        FIN,
        f"{project.approval}/opinions",
        approval.opinion(story, OpinionKind.FUNDS, earlier, "乐财资审"),
        rule="opinion_names_the_current_submission",
        article=22,
        says="对较早的文件出具意见",
    )
    await approval.carry_opinions(story, project, digest, [CAC, PSB, DEB])
    for body, kind, sign in approval.OPINIONS:
        if body in (FIN, CRY):
            await approval.give_opinion(story, project, digest, body, kind, sign)
    await approval.evaluate(story, project, digest, needs_municipal_consent=True)
    await approval.concur(story, project, digest)
    await story.on(4, 19)
    await approval.reply_is_refused(
        story,
        project,
        digest,
        rule="municipal_consent_is_given_where_required",
        article=24,
        says="未经市政府同意即批复可研",
    )
    await story.on(4, 26)
    await approval.consent(story, project)
    await approval.issue_reply(story, project, digest)


async def _approve_design(story: Story, project: Project) -> None:
    await story.on(5, 6)
    design = approval.submission(
        Round.DESIGN, project, _items(data="5,100,000.00", other="1,600,000.00"), *_period(story)
    )
    await story.is_refused(
        HEALTH.officer,
        f"{project.approval}/document",
        design,
        rule="design_adjustment_is_explained",
        article=25,
        says="初步设计与可研批复不同而未以专章说明",
    )
    explained = design.model_copy(update={"adjustment_chapter": "第九章 调整说明"})
    digest = await approval.submit(story, project, explained)
    await approval.ask_opinions(story, project)
    await story.on(5, 18)
    await approval.examine(story, project, digest, cryptography=(CONDITION,))
    await story.on(5, 26)
    reply = await approval.issue_reply(story, project, digest)
    await acceptance.is_scheduled(story, project, reply, story.day(12, 28))


async def _build(story: Story, project: Project) -> str:
    await story.on(6, 5)
    await budget.include_in_budget(
        story,
        project,
        (
            Source(channel=FundingChannel.UPPER_LEVEL, amount=yuan("6,000,000.00")),
            Source(channel=FundingChannel.MUNICIPAL, amount=yuan("12,900,000.00")),
        ),
    )
    tender = await budget.procure(story, project, "18,900,000.00")
    await story.on(7, 15)
    contract = await budget.contract(
        story, project, tender, "18,650,000.00", "成都锦江信息技术股份有限公司"
    )
    await budget.pay(story, project, contract, "5,595,000.00")
    await story.on(8, 10)
    overrun = approval.change(
        _items(data="5,100,000.00", other="2,300,000.00"),
        "更换数据库技术路线",
        major_design_change=True,
        executed_on=story.day(8, 1),
    )
    await story.is_refused(
        HEALTH.officer,
        f"{project.approval}/change-application",
        overrun,
        rule="retroactive_overrun_is_not_received",
        article=28,
        says="擅自重大设计变更致超概算后补办调整申请",
    )
    return contract


async def _try(story: Story, project: Project) -> None:
    await story.on(9, 15)
    await story.is_refused(
        DEB,
        f"{project.acceptance}/cloud-resources",
        performance.cloud(story, project, CloudPurpose.PRODUCTION),
        rule="production_cloud_needs_a_passed_acceptance",
        article=32,
        says="验收前安排正式运行的政务云资源",
    )
    await performance.grant_cloud(story, project, CloudPurpose.TRIAL)
    await acceptance.complete(story, project)
    await performance.share(story, project)


async def _supervise(story: Story, project: Project) -> None:
    await story.on(10, 9)
    rectification = await supervision.inspect(story, project, story.day(10, 23))
    await story.on(10, 23)
    await story.is_refused(
        PSB,
        f"{project.acceptance}/measures",
        supervision.suspension(story, project, rectification),
        rule="measure_follows_a_failed_rectification",
        article=47,
        says="整改期限当日即作出处理",
    )
    await story.on(10, 24)
    await supervision.suspend(story, project, rectification)
    await story.is_refused(
        DEB,
        f"{project.acceptance}/cloud-resources",
        performance.cloud(story, project, CloudPurpose.TRIAL),
        rule="construction_goes_on",
        article=30,
        says="暂停建设期间安排政务云资源",
    )
    await story.on(11, 6)
    await supervision.mend(story, project, rectification)


async def _operate(story: Story, project: Project) -> None:
    officer, base = HEALTH.officer, project.acceptance
    await story.is_refused(
        officer,
        f"{base}/performance-reports",
        performance.report(story, project, supervised=False),
        rule="user_and_supervision_are_heard",
        article=45,
        says="未听取监理单位意见即提交绩效监控报告",
    )
    await performance.monitor(story, project)
    await performance.grant_cloud(story, project, CloudPurpose.PRODUCTION)
    await story.is_refused(
        officer,
        f"{base}/self-evaluation",
        performance.self_evaluation(project),
        rule="self_evaluation_is_not_early",
        article=46,
        says="投入运行不满一年即自评价",
    )


async def _accept(story: Story, project: Project) -> None:
    await story.on(12, 16)
    await acceptance.hand_over(story, project)
    await story.is_refused(
        HEALTH.officer,
        f"{project.acceptance}/acceptance-application",
        acceptance.application(project),
        rule="opinion_conditions_are_met",
        article=22,
        says="密码管理局所附条件未落实即申请验收",
    )
    await acceptance.apply_for_acceptance(story, project, closed=(CONDITION,))
    await story.on(12, 25)
    await story.is_refused(
        DEB,
        f"{project.acceptance}/acceptance",
        acceptance.acceptance(story, project),
        rule="passed_project_has_its_conditions_confirmed",
        article=22,
        says="未核实所附条件即作出合格结论",
    )
    await acceptance.conclude(story, project, confirmed=(CONDITION,))
