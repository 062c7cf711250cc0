"""预算: inclusion, procurement, payments, surplus, O&M money."""

from datetime import date

from deploy.demo.cast import (
    DEB,
    FIN,
    GAB,
    Project,
    legal_person,
    municipal,
    official,
    paper,
    serial,
    yuan,
)
from deploy.demo.client import Surprise
from deploy.demo.story import Story
from shared.events.budget import (
    Assessment,
    Contract,
    FundsClosing,
    Inclusion,
    OperationInclusion,
    OperationMode,
    OperationPlan,
    PaidItem,
    Payment,
    Procurement,
    ProcurementMethod,
    SurplusReturn,
)
from shared.events.registry import AssetRegistration
from shared.events.vocabulary import Source
from shared.kernel.money import ZERO, Money, total


async def include_in_budget(
    story: Story, project: Project, sources: tuple[Source, ...] | None = None
) -> None:
    """列入预算."""
    document = official("关于批复部门预算的通知", "乐财预", story.today.year)
    inclusion = Inclusion(
        fiscal_year=project.plan_year,
        sources=sources or municipal(project.total),
        document=document,
    )
    await story.act(
        FIN, f"{project.budget}/inclusions", inclusion, f"列入{project.plan_year}年度预算"
    )


async def procure(
    story: Story,
    project: Project,
    amount: str,
    *,
    method: ProcurementMethod = ProcurementMethod.OPEN_TENDER,
) -> str:
    """采购; its number."""
    sign = f"511100{story.today.year}{serial():05d}"
    procurement = Procurement(
        number=sign,
        method=method,
        in_central_catalogue=True,
        amount=yuan(amount),
        document=paper(f"{project.name}采购文件"),
        ip_statement="第五章第三节",
    )
    await story.act(
        project.unit.officer,
        f"{project.budget}/procurements",
        procurement,
        f"{method.label}，预算{amount}元",
    )
    return sign


async def contract(
    story: Story, project: Project, procurement: str, amount: str, supplier: str
) -> str:
    """合同; its number."""
    sign = f"HT-{story.today.year}-{serial():04d}"
    made = Contract(
        number=sign,
        procurement_number=procurement,
        supplier_id=legal_person("91", serial()),
        supplier_name=supplier,
        amount=yuan(amount),
        document=paper(f"{project.name}合同"),
        custom_development=True,
        ip_owned_by_unit=True,
        ip_clause="第十二条",
        breach_clause="第十五条",
    )
    await story.act(
        project.unit.officer, f"{project.budget}/contracts", made, f"与{supplier}签订合同{amount}元"
    )
    return sign


async def payment(story: Story, project: Project, contract_number: str, amount: str) -> Payment:
    """A payment, split over the items of the reply in their order."""
    return Payment(
        contract_number=contract_number,
        amount=yuan(amount),
        voucher=f"GK{story.today:%Y%m%d}{serial():04d}",
        project_account=f"ZZ-{project.id.hex[-8:].upper()}",
        purpose="按合同约定付款",
        items=await _items(story, project, yuan(amount)),
    )


async def _items(story: Story, project: Project, amount: Money) -> tuple[PaidItem, ...]:
    """An amount over the items in force, as far as each has room for it."""
    approval = await story.city.read(FIN, project.approval)
    budget = await story.city.read(FIN, project.budget)
    paid = [item for payment in budget["payments"] for item in payment["items"]]
    items = []
    for item in approval["baseline"]["items"]:
        before = total(Money.of(p["amount"]) for p in paid if p["code"] == item["code"])
        part = min(amount, Money.of(item["amount"]) - before)
        if part > ZERO:
            items.append(PaidItem(code=item["code"], amount=part))
            amount -= part
    return tuple(items)


async def pay(story: Story, project: Project, contract_number: str, amount: str) -> None:
    """支付."""
    paid = await payment(story, project, contract_number, amount)
    await story.act(
        project.unit.officer, f"{project.budget}/payments", paid, f"国库集中支付{amount}元"
    )


async def return_surplus(story: Story, project: Project, amount: str) -> None:
    """结余退回: exactly what is outstanding."""
    state = await story.city.read(FIN, project.budget)
    if state["outstanding"] != str(yuan(amount)):
        raise Surprise(f"{project.name}：结余应为{amount}元，系统记为{state['outstanding']}元")
    returned = SurplusReturn(amount=yuan(amount), voucher=f"TH{story.today:%Y%m%d}{serial():04d}")
    await story.act(
        project.unit.officer, f"{project.budget}/surplus-returns", returned, f"退回结余{amount}元"
    )


async def close(story: Story, project: Project) -> None:
    """关账: nothing is left of the project's money."""
    closing = FundsClosing(
        text="合同款已付清，结余已退回",
        document=official("项目资金关账通知", "乐财", story.today.year),
    )
    await story.act(FIN, f"{project.budget}/closing", closing, "项目资金关账")


def operation_plan(project: Project, budget_year: int, amount: str) -> OperationPlan:
    return OperationPlan(
        budget_year=budget_year,
        amount=yuan(amount),
        content="应用维护、等级保护测评、密码应用安全性评估和值守",
        document=paper(f"{project.name}{budget_year}年度运维方案"),
        mode=OperationMode.PURCHASED_SERVICE,
        mode_reason="本单位没有专职运维人员",
        term_from=date(budget_year, 1, 1),
        term_to=date(budget_year, 12, 31),
    )


async def _confirm_asset(story: Story, project: Project) -> None:
    """资产确认: what is not under asset management gets no O&M money."""
    registered = await story.city.read(GAB, project.registration)
    system = registered["declaration"]["system_id"]
    asset = AssetRegistration(asset_number=f"RJ-{serial():06d}")
    await story.act(
        GAB, f"/registry/v1/systems/{system}/asset", asset, f"“{project.name}”纳入软件资产管理"
    )


async def plan_operation(story: Story, project: Project, amount: str, assessed: str) -> None:
    """运维方案 of next year: submitted, assessed at a lower amount, included in the budget."""
    year = story.today.year + 1
    await _confirm_asset(story, project)
    plan = operation_plan(project, year, amount)
    await story.act(
        project.unit.officer,
        f"{project.budget}/operation-plans",
        plan,
        f"报送{year}年度运维方案{amount}元",
    )
    state = await story.city.read(DEB, project.budget)
    path = f"{project.budget}/operation-plans/{state['operation_plans'][-1]['plan_id']}"
    assessment = Assessment(
        approved=True, assessed_amount=yuan(assessed), text="按市场价格核减驻场费用"
    )
    await story.act(DEB, f"{path}/assessment", assessment, f"论证运维方案，核定{assessed}元")
    document = official(f"{year}年度部门预算", "乐财预", story.today.year)
    inclusion = OperationInclusion(amount=yuan(assessed), document=document)
    await story.act(FIN, f"{path}/inclusion", inclusion, f"运维经费{assessed}元列入{year}年度预算")
