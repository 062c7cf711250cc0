"""审批: documents, opinions, the reply, exceptions, changes, interruptions."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from deploy.demo.cast import (
    CAC,
    CRY,
    DEB,
    DRC,
    FIN,
    GAB,
    GOV,
    OFFICES,
    PSB,
    Project,
    Unit,
    number,
    official,
    paper,
)
from deploy.demo.story import Story
from shared.events.approval import (
    CarryForward,
    Change,
    ChangeReason,
    ChangeRuling,
    Conclusion,
    Concurrence,
    Connections,
    Consent,
    Construction,
    ConstructionKind,
    CopyReceipt,
    DeployTarget,
    DivisionOfWork,
    DuplicateCheck,
    EndpointSecurity,
    Evaluation,
    EvaluationMethod,
    ExceptionAgreement,
    ExceptionRequest,
    Judgement,
    Letter,
    NetworkUse,
    Opinion,
    OpinionKind,
    Reply,
    Resumption,
    ReviewTopic,
    Round,
    SignOff,
    Submission,
    Suspension,
    Trouble,
    TroubleKind,
    WorkShare,
)
from shared.events.vocabulary import Item, amount_of
from shared.kernel.actor import Actor
from shared.regulation.exemption import ExemptionKind
from shared.web.problems import Problem
from shared.web.receipts import Receipt

SERVICE_SECTIONS = (
    "NECESSITY",
    "TECHNICAL",
    "ECONOMIC",
    "SHARING",
    "SECURITY",
    "COMPARISON",
    "FUNDS",
    "PROCUREMENT",
)

OPINIONS = (
    (FIN, OpinionKind.FUNDS, "乐财资审"),
    (CAC, OpinionKind.SECURITY, "乐网办函"),
    (PSB, OpinionKind.SECURITY, "乐公网安"),
    (DEB, OpinionKind.SECURITY, "乐数经安"),
    (CRY, OpinionKind.CRYPTOGRAPHY, "乐密审"),
    (DEB, OpinionKind.TECHNICAL, "乐数经技"),
)
"""The six opinions of Article 22, and the sign of each body's letters."""


def submission(
    stage: Round, project: Project, items: tuple[Item, ...], start: date, end: date, **more: Any
) -> Submission:
    """A complete document of a self-built project; `more` overrides any of its fields."""
    content: dict[str, Any] = {
        "round": stage,
        "document": paper(f"{project.name}{stage.label}"),
        "total": amount_of(items),
        "items": items,
        "goals": "业务全程网办，数据按目录共享",
        "content": f"{project.name}的应用、数据资源、系统集成和安全体系",
        "planned_start": start,
        "planned_end": end,
        "sharing_chapter": "第六章",
        "secure_reliable_statement": "软硬件均选用安全可靠产品目录内的产品",
        "custom_development": True,
        "construction": construction(),
        "fund_balance": paper(f"{project.name}资金平衡方案"),
        **more,
    }
    return Submission(**content)


def construction(**more: Any) -> Construction:
    """建设方式 that Articles 6 and 8 have nothing against; `more` overrides any of its fields."""
    content: dict[str, Any] = {
        "kind": ConstructionKind.NEW,
        "deploy_target": DeployTarget.MUNICIPAL_CLOUD,
        "network": NetworkUse.EXTRANET,
        "common_supports": ("统一身份认证", "电子证照", "电子签章"),
        "integrations": ("市一体化政务服务平台办件接口", "市数据共享交换平台接口"),
        "endpoint_security": EndpointSecurity.NOT_INCLUDED,
        "connections": Connections(
            exchange_platform=True,
            public_service=True,
            service_platform=True,
            command=False,
            command_platform=False,
            office_platform=False,
        ),
        "shared_use": True,
        "duplicate_check": DuplicateCheck(
            duplicated=False, finding="经比对省级统建系统清单，没有重复内容"
        ),
        "civil_works": False,
        "high_energy": False,
        **more,
    }
    return Construction(**content)


async def submit(story: Story, project: Project, document: Submission) -> str:
    """报审文件; the digest that opinions and the reply name."""
    await story.act(
        project.unit.officer,
        f"{project.approval}/document",
        document,
        f"提交{document.round.label}，总额{document.total}元",
    )
    return await current_digest(story, project)


async def current_digest(story: Story, project: Project) -> str:
    state = await story.city.read(DRC, project.approval)
    digest: str = state["examination"]["digest"]
    return digest


async def ask_opinions(story: Story, project: Project) -> None:
    """征求意见 of the four bodies that are asked by letter."""
    for body in (CAC, CRY, PSB, FIN):
        letter = Letter(body=body.body, number=number("乐发改函", story.today.year))
        await story.act(
            DRC, f"{project.approval}/letters", letter, f"书面征求{OFFICES[body.body][0]}意见"
        )


def opinion(
    story: Story, kind: OpinionKind, digest: str, sign: str, *, conditions: tuple[str, ...] = ()
) -> Opinion:
    """An opinion that agrees, or agrees on conditions."""
    conclusion = Conclusion.CONDITIONAL if conditions else Conclusion.AGREE
    return Opinion(
        kind=kind,
        digest=digest,
        conclusion=conclusion,
        text=f"经审核，{conclusion.label}该项目建设",
        number=number(sign, story.today.year),
        conditions=conditions,
    )


async def give_opinion(
    story: Story,
    project: Project,
    digest: str,
    body: Actor,
    kind: OpinionKind,
    sign: str,
    *,
    conditions: tuple[str, ...] = (),
) -> None:
    """一份审核意见."""
    given = opinion(story, kind, digest, sign, conditions=conditions)
    says = f"出具{kind.label}（{given.conclusion.label}）"
    await story.act(body, f"{project.approval}/opinions", given, says)


async def give_opinions(
    story: Story, project: Project, digest: str, *, cryptography: tuple[str, ...] = ()
) -> None:
    """六份审核意见; `cryptography` are conditions of that one."""
    for body, kind, sign in OPINIONS:
        conditions = cryptography if kind is OpinionKind.CRYPTOGRAPHY else ()
        await give_opinion(story, project, digest, body, kind, sign, conditions=conditions)


async def carry_opinions(
    story: Story, project: Project, digest: str, bodies: Sequence[Actor]
) -> None:
    """沿用意见: the bodies confirm what they said of the earlier submission."""
    for body, kind, _ in OPINIONS:
        if body in bodies:
            carry = CarryForward(
                kind=kind, digest=digest, statement="修改内容不涉及本部门意见，予以沿用"
            )
            await story.act(
                body, f"{project.approval}/opinion-confirmations", carry, f"沿用{kind.label}"
            )


async def evaluate(
    story: Story, project: Project, digest: str, *, needs_municipal_consent: bool = False
) -> None:
    """评估论证 by a qualified third party."""
    evaluation = Evaluation(
        digest=digest,
        method=EvaluationMethod.THIRD_PARTY,
        participants=("四川省工程咨询研究院",),
        qualification_number="甲232021010866",
        positive=True,
        conclusion="方案可行，投资合理，建议批复",
        report=paper(f"{project.name}评估报告"),
        needs_municipal_consent=needs_municipal_consent,
        judgements=tuple(
            Judgement(topic=topic, met=True, reason="材料完整，已核验", reviewer="评审组")
            for topic in ReviewTopic
        ),
        depth_sufficient=True,
    )
    says = "组织评估论证，通过" + ("，须报市政府审定" if needs_municipal_consent else "")
    await story.act(DRC, f"{project.approval}/evaluation", evaluation, says)


async def concur(story: Story, project: Project, digest: str) -> None:
    """会签."""
    await story.act(DEB, f"{project.approval}/concurrence", Concurrence(digest=digest), "会签批复")


async def consent(story: Story, project: Project) -> None:
    """市政府同意."""
    document = official(f"关于{project.name}的审定意见", "乐府函", story.today.year)
    await story.act(
        GOV, f"{project.approval}/municipal-consent", Consent(document=document), "审定同意"
    )


async def sign_off(story: Story, project: Project, participant: Unit, digest: str) -> None:
    """参建部门会签."""
    await story.act(
        participant.officer, f"{project.approval}/sign-offs", SignOff(digest=digest), "会签报审文件"
    )


def reply_to(story: Story, project: Project, digest: str) -> Reply:
    document = official(f"关于{project.name}的批复", "乐发改审", story.today.year)
    return Reply(digest=digest, document=document)


async def issue_reply(story: Story, project: Project, digest: str) -> Receipt:
    """批复, and its copy to the bureau that keeps the assets."""
    reply = reply_to(story, project, digest)
    sign = reply.document.number or ""
    receipt = await story.act(DRC, f"{project.approval}/reply", reply, f"批复{sign}")
    await story.act(
        GAB, f"{project.approval}/copy-receipt", CopyReceipt(number=sign), f"签收批复抄送{sign}"
    )
    return receipt


async def reply_is_refused(
    story: Story, project: Project, digest: str, *, rule: str, article: int, says: str = "批复"
) -> Problem:
    """批复 that must not be."""
    return await story.is_refused(
        DRC,
        f"{project.approval}/reply",
        reply_to(story, project, digest),
        rule=rule,
        article=article,
        says=says,
    )


async def examine(
    story: Story, project: Project, digest: str, *, cryptography: tuple[str, ...] = ()
) -> None:
    """审核意见 to 会签: what precedes a reply once the bodies were asked."""
    await give_opinions(story, project, digest, cryptography=cryptography)
    await evaluate(story, project, digest)
    await concur(story, project, digest)


def change(
    items: tuple[Item, ...],
    explanation: str,
    *,
    reason: ChangeReason = ChangeReason.OPTIMISATION,
    **more: Any,
) -> Change:
    """调整: the whole new estimate, and why."""
    return Change(
        items=items,
        reason=reason,
        explanation=explanation,
        written_material=paper(f"变更说明：{explanation}"),
        **more,
    )


async def file_change(story: Story, project: Project, changed: Change, says: str) -> Receipt:
    """变更报备."""
    return await story.act(
        project.unit.officer, f"{project.approval}/change-filings", changed, f"变更报备：{says}"
    )


async def apply_for_change(story: Story, project: Project, changed: Change, says: str) -> None:
    """调整申请."""
    await story.act(
        project.unit.officer, f"{project.approval}/change-application", changed, f"调整申请：{says}"
    )


async def approve_change(story: Story, project: Project) -> Receipt:
    """调整批准: DEB concurs, then DRC rules."""
    path, year = f"{project.approval}/change-application", story.today.year
    agreed = ChangeRuling(
        approved=True, document=official("调整会签意见", "乐数经函", year), text="同意调整"
    )
    await story.act(DEB, f"{path}/concurrence", agreed, "会签调整申请")
    approved = ChangeRuling(
        approved=True, document=official("调整批复", "乐发改审", year), text="同意调整"
    )
    return await story.act(DRC, f"{path}/ruling", approved, "批准调整，基线重新起算")


async def divide_work(story: Story, project: Project, *participants: Unit) -> None:
    """参建分工."""
    division = DivisionOfWork(
        collaboration=f"{project.unit.name}牵头，参建部门按期联调",
        sharing_needs="监测数据实时汇聚，预警结果共享",
        shares=tuple(
            WorkShare(unit_id=u.id, scope=f"{u.name}数据接入", duty="按期交付并保障运行")
            for u in participants
        ),
        document=official("参建分工方案", "乐应急函", story.today.year),
    )
    await story.act(
        project.unit.officer,
        f"{project.approval}/division-of-work",
        division,
        "会同参建部门确定分工",
    )


async def request_exception(story: Story, project: Project, row: str, reason: str) -> str:
    """例外申请; the exception's path."""
    request = ExceptionRequest(
        unit_id=project.unit.id,
        project_id=project.id,
        rows=(row,),
        kind=ExemptionKind.JUSTIFIED,
        reason=reason,
        evidence=paper(f"{project.name}例外论证报告"),
        valid_until=story.day(12, 31),
    )
    receipt = await story.act(
        project.unit.officer, "/approval/v1/exceptions", request, f"申请对{row}的例外：{reason}"
    )
    return f"/approval/v1/exceptions/{receipt.id}"


async def grant_exception(story: Story, exception: str) -> None:
    """例外批准: DRC and DEB both agree."""
    for body, sign in ((DRC, "乐发改函"), (DEB, "乐数经函")):
        agreed = ExceptionAgreement(
            approved=True,
            text="理由成立，同意",
            document=official("例外意见", sign, story.today.year),
        )
        await story.act(body, f"{exception}/agreements", agreed, "同意例外")


async def suspend(story: Story, project: Project, says: str) -> None:
    """重大问题报告, and 暂停建设."""
    trouble = Trouble(
        kind=TroubleKind.OTHER, description=says, evidence=paper(f"{project.name}重大问题报告")
    )
    await story.act(project.unit.officer, f"{project.approval}/troubles", trouble, f"报告：{says}")
    suspension = Suspension(
        reason=says, document=official("暂停建设通知", "乐数经函", story.today.year)
    )
    await story.act(DEB, f"{project.approval}/suspension", suspension, "暂停项目建设")


async def resume(story: Story, project: Project) -> None:
    """恢复建设."""
    resumption = Resumption(
        reason="整改到位", document=official("恢复建设通知", "乐数经函", story.today.year)
    )
    await story.act(DEB, f"{project.approval}/resumption", resumption, "恢复项目建设")
