"""购买服务项目: 服务需求方案, 验收审核."""

import httpx

from deploy.demo.cast import DEB, estimate, yuan
from deploy.demo.scenarios.units import SERVICES
from deploy.demo.steps import acceptance, approval, budget, registration
from deploy.demo.story import Story
from shared.events.approval import Round, ServiceTerms
from shared.events.budget import ProcurementMethod
from shared.events.vocabulary import DeliveryMode


async def service_purchase(story: Story) -> None:
    """服务需求方案；本单位验收后经市数字经济局审核方算合格."""
    await story.on(1, 11)
    await registration.register(story, SERVICES)
    project = await registration.declare(
        story,
        SERVICES,
        "12345热线智能坐席服务",
        "2,400,000.00",
        delivery_mode=DeliveryMode.SERVICE_PURCHASE,
        mode_reason="市场服务成熟，购买服务较自建经济",
    )
    officer = SERVICES.officer
    await registration.enter_annual_list(story, project)

    await story.on(4, 8)
    terms = ServiceTerms(
        sections=approval.SERVICE_SECTIONS,
        not_goods_or_works=True,
        service_total=yuan("2,400,000.00"),
        self_build_total=yuan("2,400,000.00"),
        years=3,
        providers=("中国电信乐山分公司", "四川大渡河数字服务有限公司", "成都天府云服务有限公司"),
        security_compliant=True,
    )
    demand = approval.submission(
        Round.SERVICE_DEMAND,
        project,
        estimate(SERVICE=("三年服务费", "2,400,000.00")),
        story.day(5, 10),
        story.day(7, 28),
        sharing_chapter=None,
        custom_development=False,
        service=terms,
    )
    await story.is_refused(
        officer,
        f"{project.approval}/document",
        demand,
        rule="service_is_cheaper_than_building",
        article=19,
        says="服务费与自建总额相等而采用购买服务",
    )
    compared = terms.model_copy(update={"self_build_total": yuan("3,650,000.00")})
    digest = await approval.submit(story, project, demand.model_copy(update={"service": compared}))
    await approval.ask_opinions(story, project)
    await story.on(4, 18)
    await approval.examine(story, project, digest)
    await story.on(4, 25)
    reply = await approval.issue_reply(story, project, digest)
    await acceptance.is_scheduled(story, project, reply, story.day(10, 28))

    await story.on(5, 8)
    await budget.include_in_budget(story, project)
    tender = await budget.procure(
        story, project, "2,400,000.00", method=ProcurementMethod.COMPETITIVE_CONSULTATION
    )
    await story.on(5, 25)
    # The reply knew of no custom development; the contract has some: its source code is due too.
    contract = await budget.contract(
        story, project, tender, "2,376,000.00", "四川大渡河数字服务有限公司"
    )
    await budget.pay(story, project, contract, "792,000.00")
    await story.on(7, 10)
    await acceptance.complete(story, project)
    await story.on(10, 12)
    await story.is_refused(
        officer,
        f"{project.acceptance}/acceptance-application",
        acceptance.application(project, service=True),
        rule="custom_development_is_handed_over",
        article=43,
        says="合同含二次开发，未移交源代码即申请验收",
    )
    await acceptance.hand_over(story, project)
    await acceptance.apply_for_acceptance(story, project, service=True)
    await acceptance.report_service(story, project)
    review = acceptance.service_review(story, project)
    await story.is_turned_away(
        officer,
        f"{project.acceptance}/service-acceptance-review",
        review,
        status=httpx.codes.FORBIDDEN,
        code="not_authorised",
        says="自行审核本单位的验收结果",
    )
    await story.is_refused(
        officer,
        f"{project.budget}/operation-plans",
        budget.operation_plan(project, story.today.year + 1, "120,000.00"),
        rule="operation_money_needs_a_passed_acceptance",
        article=32,
        says="仅有本单位验收即报送运维方案",
    )
    await story.on(10, 22)
    await story.act(
        DEB, f"{project.acceptance}/service-acceptance-review", review, "审核服务验收，合格"
    )
    await acceptance.file_acceptance(story, project)
