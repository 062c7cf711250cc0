"""市县协同项目: 分摊, 旧版本, 重复请求."""

from uuid import uuid4

import httpx

from deploy.demo.cast import FIN, Project, estimate, paper, yuan
from deploy.demo.client import Surprise
from deploy.demo.scenarios.units import FARMING, SMALL
from deploy.demo.steps import acceptance, approval, budget, registration
from deploy.demo.story import Story
from shared.events.approval import Concurrence, Round
from shared.events.budget import CostShare, Inclusion, Payment, Share
from shared.events.registry import CountyCoordination
from shared.events.vocabulary import FundingChannel, Source
from shared.web.receipts import Receipt


async def county_project(story: Story) -> None:
    """与三县协同、市县分摊；暂停和恢复；旧版本和重复请求."""
    await story.on(1, 12)
    await registration.register(story, FARMING)
    sources = (
        Source(channel=FundingChannel.MUNICIPAL, amount=yuan("2,940,000.00")),
        Source(channel=FundingChannel.COUNTY, amount=yuan("1,260,000.00")),
    )
    project = await registration.declare(
        story,
        FARMING,
        "农村集体资产监管平台",
        "4,200,000.00",
        county_codes=("511123", "511124", "511126"),
        county_coordination=CountyCoordination(
            requirements=paper("三县共享协同总体要求"), standards=(paper("数据接口规范"),)
        ),
        sources=sources,
    )
    officer = FARMING.officer
    await registration.enter_annual_list(story, project)
    await registration.obtain_code(story, project)
    await registration.link_county_project(story, project, "511123", "犍为县", "犍发改审3号")

    await story.on(4, 9)
    items = estimate(
        SOFTWARE=("应用软件开发", "2,500,000.00"),
        DATA=("三县数据接入", "1,200,000.00"),
        SECURITY=("安全和密码", "500,000.00"),
    )
    plan = approval.submission(
        Round.IMPLEMENTATION_PLAN, project, items, story.day(5, 20), story.day(8, 15), merge=SMALL
    )
    digest = await approval.submit(story, project, plan)
    await approval.ask_opinions(story, project)
    await story.on(4, 17)
    await approval.examine(story, project, digest)
    await story.on(4, 25)
    reply = await approval.issue_reply(story, project, digest)
    await acceptance.is_scheduled(story, project, reply, story.day(11, 15))

    await story.on(5, 11)
    shares = {"511100": 70, "511123": 12, "511124": 10, "511126": 3}
    await story.is_refused(
        FIN,
        f"{project.budget}/cost-share",
        _cost_share(shares),
        rule="shares_sum_to_a_hundred_percent",
        article=35,
        says="分摊比例合计95%",
    )
    await story.act(
        FIN,
        f"{project.budget}/cost-share",
        _cost_share({**shares, "511126": 8}),
        "确定市县分摊，市级70%",
    )
    before = await story.city.version(FIN, f"{project.budget}/inclusions")
    await budget.include_in_budget(story, project, sources)
    late = Inclusion(
        fiscal_year=project.plan_year, sources=sources[:1], document=paper("追加预算", "乐财预9号")
    )
    await story.is_turned_away(
        FIN,
        f"{project.budget}/inclusions",
        late,
        status=httpx.codes.PRECONDITION_FAILED,
        code="version_conflict",
        says="以读取后已变动的版本再次列入预算",
        if_match=before,
    )
    tender = await budget.procure(story, project, "4,200,000.00")
    await story.on(6, 12)
    contract = await budget.contract(story, project, tender, "4,200,000.00", "四川岷江软件有限公司")
    await _pay_twice_by_mistake(
        story, project.budget, await budget.payment(story, project, contract, "1,260,000.00")
    )

    await _stop_and_go(story, project)
    await story.on(8, 10)
    await acceptance.complete(story, project)
    await story.on(11, 12)
    await acceptance.hand_over(story, project)
    await acceptance.apply_for_acceptance(story, project)
    await story.on(11, 20)
    await acceptance.conclude(story, project)
    await acceptance.file_acceptance(story, project)
    await story.on(12, 2)
    await budget.pay(story, project, contract, "2,940,000.00")
    await story.is_turned_away(
        officer,
        f"{project.approval}/concurrence",
        Concurrence(digest=digest),
        status=httpx.codes.FORBIDDEN,
        code="not_authorised",
        says="代市数字经济局会签",
    )


async def _stop_and_go(story: Story, project: Project) -> None:
    """While it is suspended, nothing of it is changed either."""
    await story.on(6, 25)
    await approval.suspend(story, project, "一县数据接入点受灾，须重新勘察")
    moved = estimate(
        SOFTWARE=("应用软件开发", "2,600,000.00"),
        DATA=("三县数据接入", "1,100,000.00"),
        SECURITY=("安全和密码", "500,000.00"),
    )
    await story.is_refused(
        FARMING.officer,
        f"{project.approval}/change-filings",
        approval.change(moved, "接入点调整"),
        rule="construction_goes_on",
        article=30,
        says="暂停期间报备变更",
    )
    await story.on(7, 3)
    await approval.resume(story, project)


def _cost_share(percents: dict[str, int]) -> CostShare:
    shares = tuple(Share(division=d, percent=p) for d, p in percents.items())
    return CostShare(shares=shares, basis=paper("市县分摊方案", "乐财预3号"))


async def _pay_twice_by_mistake(story: Story, path: str, payment: Payment) -> None:
    """The answer got lost and the unit sends again, under the same key: paid once."""
    key = str(uuid4())
    first = await story.city.send(FARMING.officer, f"{path}/payments", payment, key=key)
    again = await story.city.send(FARMING.officer, f"{path}/payments", payment, key=key)
    if first.status_code != httpx.codes.CREATED or again.content != first.content:
        raise Surprise(f"同一幂等键的两次支付应得到同一回执：{first.text}；{again.text}")
    if again.headers.get("Idempotency-Replayed") != "true":
        raise Surprise("重复的支付应注明为重放")
    state = await story.city.read(FIN, path)
    if state["paid"] != str(payment.amount):
        raise Surprise(f"重复提交后已支付应为{payment.amount}元，系统记为{state['paid']}元")
    position = Receipt.model_validate_json(again.content).position
    story.tell(f"{FARMING.officer.name}：同一支付提交两次，均得回执（位置{position}），只付一次")
