"""Builders of the approval tests: a self-built project of 1 000 000.00 and its papers."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.approval.decisions import Facts, digest_of
from services.approval.state import Project, Registration, evolve_project, registration_of
from shared.events import Event, Meta
from shared.events.acceptance import (
    Acceptance,
    AcceptanceConcluded,
    AcceptanceConclusion,
    AcceptanceReview,
    AcceptanceReviewed,
)
from shared.events.approval import (
    CarryForward,
    Change,
    ChangeApplied,
    ChangeConcurred,
    ChangeFiled,
    ChangeRuling,
    Concurrence,
    ConcurrenceGiven,
    Consent,
    Construction,
    DocumentSubmitted,
    Evaluation,
    EvaluationRecorded,
    ExceptionGranted,
    JointDesign,
    Letter,
    MunicipalConsentGiven,
    Opinion,
    OpinionCarriedForward,
    OpinionGiven,
    OpinionKind,
    OpinionRequested,
    ParticipantSignedOff,
    Reply,
    ReplyIssued,
    ReviewTopic,
    SignOff,
    Submission,
)
from shared.events.envelope import Identity
from shared.events.registry import (
    CodeAssignment,
    InformationResource,
    ProjectCodeAssigned,
    ProjectDeclared,
    ProjectListed,
    ResourceCatalogue,
    ResourcesCatalogued,
    SharingType,
)
from shared.events.vocabulary import DeliveryMode, Item, amount_of
from shared.kernel.actor import Actor
from shared.regulation.exemption import Exemption
from shared.regulation.pack import Library, Pack, installed
from shared.standing import exemption_of
from tests.support.builders import UNIT, declaration, document, yuan
from tests.support.given_when_then import SUBJECT, TODAY, Case, as_recorded

IDENTITY: Identity = {"project_id": SUBJECT, "unit_id": UNIT}
CHANGE_ID = UUID("01890000-0000-7000-8000-0000000000c1")
SERVICE_SECTIONS = [
    "NECESSITY",
    "TECHNICAL",
    "ECONOMIC",
    "SHARING",
    "SECURITY",
    "COMPARISON",
    "FUNDS",
    "PROCUREMENT",
]
DUTIES = (
    ("FIN", "FUNDS"),
    ("CAC", "SECURITY"),
    ("PSB", "SECURITY"),
    ("DEB", "SECURITY"),
    ("CRY", "CRYPTOGRAPHY"),
    ("DEB", "TECHNICAL"),
)
ASKED = ("FIN", "CAC", "PSB", "CRY")


def officer(body: str) -> Actor:
    """An officer of a body, who submitted nothing."""
    return Actor(person=f"{body.lower()}-1", name="赵六", body=body, role="OFFICER")


def member_of(unit_id: str) -> Actor:
    return Actor(person="unit-1", name="钱七", body="UNIT", role="OFFICER", unit_id=unit_id)


def registry_events(
    mode: DeliveryMode = DeliveryMode.SELF_BUILD, participants: tuple[str, ...] = ()
) -> dict[str, Event]:
    """What the registry has recorded of a project that is ready for approval, by short name."""
    declared = declaration(delivery_mode=mode)
    code = CodeAssignment(code="2608-511100-04-04-123456", obtained_on=TODAY)
    resource = InformationResource(
        code="JY-0001", name="学籍信息", sharing=SharingType.UNCONDITIONAL
    )
    catalogue = ResourceCatalogue(resources=(resource,))
    return {
        "declared": ProjectDeclared(on=TODAY, **IDENTITY, declaration=declared),
        "listed": ProjectListed(
            on=TODAY,
            **IDENTITY,
            list_id=SUBJECT,
            year=2027,
            number="乐府办函〔2026〕1号",
            delivery_mode=mode,
            name=declared.name,
            total=declared.total,
            participants=participants,
        ),
        "coded": ProjectCodeAssigned(on=TODAY, **IDENTITY, assignment=code),
        "catalogued": ResourcesCatalogued(on=TODAY, **IDENTITY, catalogue=catalogue),
    }


def registered(
    mode: DeliveryMode = DeliveryMode.SELF_BUILD,
    *,
    participants: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> Registration:
    """A project's registration, lacking the steps named in `without`."""
    events = registry_events(mode, participants)
    kept = [event for step, event in events.items() if step not in without]
    return registration_of(as_recorded(kept, "registry", start=101))


CASE = Case(
    Project(), evolve_project, Facts(registered()), service="approval", actor=officer("DRC")
)
SERVICE_CASE = CASE.with_facts(registration=registered(DeliveryMode.SERVICE_PURCHASE))


def joint_case(*participants: str) -> Case:
    return CASE.with_facts(registration=registered(participants=participants))


def policies(**values: int | str | bool) -> Library:
    """The installed packs with other values from the start."""
    packs = [p.model_dump(mode="json") for p in installed().packs]
    for pack in packs:
        for value in pack["values"]:
            value["value"] = values.get(value["key"], value["value"])
    return Library(tuple(Pack.model_validate(pack) for pack in packs))


def under(case: Case, **values: int | str | bool) -> Case:
    """The case under a policy with other values."""
    return replace(case, policies=policies(**values))


EXCEPTION = UUID("01890000-0000-7000-8000-0000000000e1")


def exempted(
    *rows: str,
    kind: str = "JUSTIFIED",
    since: date = TODAY,
    until: date | None = None,
) -> Exemption:
    """An exception in force, as the decisions of its project see it."""
    granted = exception_granted(*rows, kind=kind, valid_from=since, valid_until=until)
    (recorded,) = as_recorded([granted], "approval", start=201)
    return exemption_of(granted, recorded.ref)


def exception_granted(*rows: str, **changes: Any) -> ExceptionGranted:
    return ExceptionGranted.model_validate(
        {
            "on": TODAY,
            "exception_id": EXCEPTION,
            **IDENTITY,
            "rows": rows,
            "kind": "JUSTIFIED",
            "number": "乐发改函〔2026〕77号",
            "approvers": ("DRC", "DEB"),
            "valid_from": TODAY,
            **changes,
        }
    )


COLLEAGUE = Actor(person="deb-9", name="周九", body="DEB", role="OFFICER")


def then_by(case: Case, actor: Actor, event: Event) -> Case:
    """The case after one more event, recorded by somebody else than the rest."""
    (recorded,) = as_recorded([event], "approval", start=len(case.history) + 1)
    meta = Meta(actor=actor, command="given", policy="511100-2022@1")
    state = evolve_project(case.state(), replace(recorded, stored_meta=meta))
    return replace(case, initial=state, history=())


def items(**amounts: str) -> tuple[Item, ...]:
    return tuple(Item(code=c, name=f"分项{c}", amount=yuan(a)) for c, a in amounts.items())


def submission(**changes: Any) -> Submission:
    """A feasibility study of 1 000 000.00: software 600 000.00, hardware 400 000.00."""
    return Submission.model_validate(
        {
            "round": "FEASIBILITY",
            "document": document("可行性研究报告"),
            "total": "1000000.00",
            "items": items(SOFT="600000.00", HARD="400000.00"),
            "goals": "服务覆盖全市学校",
            "content": "建设统一平台",
            "planned_start": "2027-03-01",
            "planned_end": "2027-12-31",
            "sharing_chapter": "第五章",
            "secure_reliable_statement": "均采用安全可靠产品",
            "fund_balance": document("资金平衡方案"),
            "construction": construction(),
            **changes,
        }
    )


def construction(**changes: Any) -> Construction:
    """A new system on all the common platforms, of none of the kinds of Article 8."""
    return Construction.model_validate(
        {
            "kind": "NEW",
            "deploy_target": "MUNICIPAL_CLOUD",
            "network": "EXTRANET",
            "common_supports": ["统一身份认证"],
            "integrations": ["学籍系统"],
            "endpoint_security": "NOT_INCLUDED",
            "connections": connections(),
            "shared_use": True,
            "duplicate_check": {"duplicated": False, "finding": "没有相近的上级系统"},
            "civil_works": False,
            "high_energy": False,
            **changes,
        }
    )


def connections(**changes: bool) -> dict[str, bool]:
    """Connected to the exchange platform, which is all that this one has to be."""
    return {
        "exchange_platform": True,
        "public_service": False,
        "service_platform": False,
        "command": False,
        "command_platform": False,
        "office_platform": False,
        **changes,
    }


def built(**changes: Any) -> Submission:
    """An implementation plan built in another way."""
    return plan(construction=construction(**changes))


def plan(**changes: Any) -> Submission:
    """An implementation plan merged because it is small."""
    merge = {"ground": "SMALL", "depth_statement": "深度达到初步设计要求"}
    return submission(**{"round": "IMPLEMENTATION_PLAN", "merge": merge, **changes})


def design(**changes: Any) -> Submission:
    return submission(**{"round": "DESIGN", **changes})


def of_total(total: str) -> dict[str, Any]:
    """A total in a single item."""
    return {"total": total, "items": items(SOFT=total)}


def terms(**changes: Any) -> dict[str, Any]:
    return {
        "sections": SERVICE_SECTIONS,
        "not_goods_or_works": True,
        "service_total": "1000000.00",
        "self_build_total": "1200000.00",
        "years": 5,
        "providers": ["甲公司", "乙公司"],
        "security_compliant": True,
        "saving_reason": None,
        **changes,
    }


def service_demand(**changes: Any) -> Submission:
    """A service demand whose terms meet the four conditions; `terms` keys may be given."""
    own = {k: v for k, v in changes.items() if k in terms()}
    rest = {k: v for k, v in changes.items() if k not in own}
    return submission(
        **{"round": "SERVICE_DEMAND", "sharing_chapter": None, "service": terms(**own), **rest}
    )


def joint_design(**changes: Any) -> JointDesign:
    return JointDesign.model_validate(
        {
            "business_flow": document("业务流"),
            "data_flow": document("数据流"),
            "interfaces": ["统一身份认证接口"],
            "data_catalogue": document("数据目录"),
            "no_overlap": True,
            **changes,
        }
    )


def submitted(content: Submission, *, participants: tuple[str, ...] = ()) -> DocumentSubmitted:
    return DocumentSubmitted(
        on=TODAY,
        **IDENTITY,
        submission=content,
        digest=digest_of(content),
        participants=participants,
    )


def letter(body: str, on: date | None = None) -> Letter:
    return Letter(on=on, body=body, number=f"乐发改函〔2026〕{body}号")


def asked(*bodies: str, about: Submission | None = None) -> tuple[Event, ...]:
    digest = digest_of(about or plan())
    return tuple(
        OpinionRequested(on=TODAY, **IDENTITY, letter=letter(b), digest=digest) for b in bodies
    )


def opinion(kind: str = "FUNDS", content: Submission | None = None, **changes: Any) -> Opinion:
    return Opinion.model_validate(
        {
            "kind": kind,
            "digest": digest_of(content or plan()),
            "conclusion": "AGREE",
            "text": "同意",
            "number": f"意见〔2026〕{kind}号",
            **changes,
        }
    )


def gave(body: str, kind: str, content: Submission | None = None, **changes: Any) -> OpinionGiven:
    return OpinionGiven(on=TODAY, **IDENTITY, body=body, opinion=opinion(kind, content, **changes))


def carried(body: str, kind: str, content: Submission) -> OpinionCarriedForward:
    carry = CarryForward(
        kind=OpinionKind(kind), digest=digest_of(content), statement="不影响原意见"
    )
    return OpinionCarriedForward(on=TODAY, **IDENTITY, body=body, carry=carry)


def judgements(*unmet: str, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """All five matters judged, but those named in `without`; met, but those named in `unmet`."""
    return [
        {"topic": topic, "met": topic not in unmet, "reason": "见报告", "reviewer": "专家甲"}
        for topic in ReviewTopic
        if topic not in without
    ]


def evaluation(content: Submission | None = None, **changes: Any) -> Evaluation:
    return Evaluation.model_validate(
        {
            "digest": digest_of(content or plan()),
            "method": "EXPERTS",
            "participants": ["专家甲"],
            "positive": True,
            "conclusion": "通过",
            "report": document("评估报告"),
            "judgements": judgements(),
            "depth_sufficient": True,
            **changes,
        }
    )


def evaluated(content: Submission | None = None, **changes: Any) -> EvaluationRecorded:
    return EvaluationRecorded(on=TODAY, **IDENTITY, evaluation=evaluation(content, **changes))


def consented() -> MunicipalConsentGiven:
    consent = Consent(document=document("市政府批示", "乐府函〔2026〕9号"))
    return MunicipalConsentGiven(on=TODAY, **IDENTITY, consent=consent)


def concurred(content: Submission | None = None) -> ConcurrenceGiven:
    concurrence = Concurrence(digest=digest_of(content or plan()))
    return ConcurrenceGiven(on=TODAY, **IDENTITY, concurrence=concurrence)


def signed_off(unit_id: str, content: Submission) -> ParticipantSignedOff:
    signature = SignOff(digest=digest_of(content))
    return ParticipantSignedOff(on=TODAY, **IDENTITY, participant_id=unit_id, sign_off=signature)


def examined(content: Submission | None = None, *, without: tuple[str, ...] = ()) -> list[Event]:
    """All that a reply to `content` needs, lacking the steps named in `without`.

    Steps: `letter:FIN`, `FIN:FUNDS`, `evaluation`, `concurrence` and so on.
    """
    content = content or plan()
    steps: dict[str, Event] = {
        "submission": submitted(content),
        **{f"letter:{b}": asked(b, about=content)[0] for b in ASKED},
        **{f"{body}:{kind}": gave(body, kind, content) for body, kind in DUTIES},
        "evaluation": evaluated(content),
        "concurrence": concurred(content),
    }
    return [event for name, event in steps.items() if name not in without]


def reply(content: Submission | None = None, **changes: Any) -> Reply:
    return Reply.model_validate(
        {
            "digest": digest_of(content or plan()),
            "document": document("批复", "乐发改审批〔2026〕18号"),
            **changes,
        }
    )


def replied(content: Submission | None = None, **changes: Any) -> ReplyIssued:
    """A reply to `content`, as the log holds it."""
    content = content or plan()
    final = content.round != "FEASIBILITY"
    return ReplyIssued.model_validate(
        {
            "on": TODAY,
            **IDENTITY,
            "reply": reply(content),
            "round": content.round,
            "delivery_mode": "SELF_BUILD",
            "final": final,
            "total": content.total,
            "items": content.items,
            "goals": content.goals,
            "content": content.content,
            "planned_start": content.planned_start,
            "planned_end": content.planned_end,
            "custom_development": content.custom_development,
            "open_conditions": (),
            "policy": "511100-2022@1",
            **changes,
        }
    )


def change(soft: str = "600000.00", hard: str = "400000.00", **changes: Any) -> Change:
    """A change to the items of the baseline, by default to what they already are."""
    return Change.model_validate(
        {
            "items": items(SOFT=soft, HARD=hard),
            "reason": "OPTIMISATION",
            "explanation": "优化技术方案",
            "written_material": document("调整报告"),
            **changes,
        }
    )


def moving(cents: int, **changes: Any) -> Change:
    """A change that moves so many 分 from hardware to software, within the total."""
    soft, hard = yuan("600000.00") + cents, yuan("400000.00") - cents
    return change(str(soft), str(hard), **changes)


def filed(content: Change, moved_so_far: str) -> ChangeFiled:
    return ChangeFiled(
        on=TODAY,
        **IDENTITY,
        change_id=CHANGE_ID,
        change=content,
        moved=yuan(moved_so_far),
        moved_so_far=yuan(moved_so_far),
        limit=yuan("150000.00"),
    )


def applied(content: Change) -> ChangeApplied:
    return ChangeApplied(
        on=TODAY,
        **IDENTITY,
        change_id=CHANGE_ID,
        change=content,
        total=amount_of(content.items),
    )


def accepted(conclusion: str = "PASSED", project_id: UUID = SUBJECT) -> AcceptanceConcluded:
    acceptance = Acceptance(
        conclusion=AcceptanceConclusion(conclusion),
        document=document("验收意见"),
        findings=(),
        text="意见",
    )
    return AcceptanceConcluded(on=TODAY, project_id=project_id, unit_id=UNIT, acceptance=acceptance)


def service_accepted(conclusion: str = "PASSED") -> AcceptanceReviewed:
    review = AcceptanceReview(
        conclusion=AcceptanceConclusion(conclusion),
        document=document("验收审核意见"),
        reviewers=("市数字经济局",),
        text="意见",
    )
    return AcceptanceReviewed(on=TODAY, **IDENTITY, review=review)


def ruling(
    *,
    approved: bool = True,
    number: str | None = "乐发改审批〔2026〕30号",
    on: date | None = None,
) -> ChangeRuling:
    paper = document("调整批复", number)
    return ChangeRuling(on=on, approved=approved, document=paper, text="同意调整")


def change_concurred(*, approved: bool = True) -> ChangeConcurred:
    return ChangeConcurred(
        on=TODAY, **IDENTITY, change_id=CHANGE_ID, ruling=ruling(approved=approved)
    )
