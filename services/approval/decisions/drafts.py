"""草稿: what the record can fill in of a project's next command, and of whose."""

from collections.abc import Iterator
from typing import Any

from services.approval.decisions.facts import Facts
from services.approval.rules.documents import ROUNDS
from services.approval.state import Baseline, Examination, Project
from shared.events.approval import OpinionKind, ReviewTopic, Round, Submission
from shared.events.vocabulary import DeliveryMode, Document
from shared.regulation import Context, Policy

Fields = dict[str, Any]

BLANK, BLANK_CODE = "（待填）", "BLANK"
PAPER = Document(title=BLANK, digest=f"sm3:{'0' * 64}", number=BLANK)
"""A document still to be written, with a number still to be given."""

ONE_YUAN, TWO_YUAN = "1.00", "2.00"


# -- 报审 -------------------------------------------------------------------------------------


def submission(project: Project, facts: Facts, context: Context) -> Fields:
    """The current submission, else what the feasibility reply approved; the rest blank."""
    current = project.examination
    held = _as_it_stands(current.submission) if current else _as_replied(project.feasibility)
    return {**_blank_submission(project, facts, context), **held}


def _as_it_stands(content: Submission) -> Fields:
    return content.model_dump(mode="json", exclude_none=True, exclude={"on"})


def _as_replied(replied: Baseline | None) -> Fields:
    if replied is None:
        return {}
    return {
        "total": str(replied.total),
        "items": replied.items,
        "goals": replied.goals,
        "content": replied.content,
        "planned_start": replied.planned_start,
        "planned_end": replied.planned_end,
    }


def _blank_submission(project: Project, facts: Facts, context: Context) -> Fields:
    registration, policy = facts.registration, context.policy
    mode = registration.delivery_mode or DeliveryMode.SELF_BUILD
    stage = Round.DESIGN if project.feasibility else ROUNDS[mode][0]
    service = stage is Round.SERVICE_DEMAND
    return {
        "round": stage,
        "document": PAPER,
        "total": ONE_YUAN,
        "items": [{"code": BLANK_CODE, "name": BLANK, "amount": ONE_YUAN}],
        "planned_start": context.today,
        "planned_end": context.today,
        "sharing_chapter": None if service else BLANK,
        "secure_reliable_statement": BLANK,
        "service": _service_terms(policy) if service else None,
        "joint": JOINT_DESIGN if registration.participants else None,
        "construction": CONSTRUCTION,
        "fund_balance": PAPER,
        "prior_approvals": [
            {"code": material.code, "document": PAPER}
            for material in policy.materials("prior_approvals")
        ],
    }


CONSTRUCTION: Fields = {
    "kind": "NEW",
    "deploy_target": "MUNICIPAL_CLOUD",
    "network": "EXTRANET",
    "common_supports": [BLANK],
    "integrations": [BLANK],
    "endpoint_security": "NOT_INCLUDED",
    "connections": {
        "exchange_platform": True,
        "public_service": False,
        "service_platform": False,
        "command": False,
        "command_platform": False,
        "office_platform": False,
    },
    "shared_use": True,
    "duplicate_check": {"duplicated": False, "finding": BLANK},
    "civil_works": False,
    "high_energy": False,
}
"""The least that Articles 6, 8 and 23 ask for."""

JOINT_DESIGN: Fields = {
    "business_flow": PAPER,
    "data_flow": PAPER,
    "interfaces": [BLANK],
    "data_catalogue": PAPER,
    "no_overlap": True,
}


def _service_terms(policy: Policy) -> Fields:
    return {
        "sections": [material.code for material in policy.materials("service_demand")],
        "not_goods_or_works": True,
        "service_total": ONE_YUAN,
        "self_build_total": TWO_YUAN,
        "years": 1,
        "providers": [f"{BLANK}{n + 1}" for n in range(policy.number("service_min_providers"))],
        "security_compliant": True,
        "saving_reason": BLANK,
    }


def digest(project: Project, facts: Facts, context: Context) -> Fields:
    """What speaks of the current submission names its digest."""
    return {"digest": project.examination.digest} if project.examination else {}


# -- 征求意见 ---------------------------------------------------------------------------------


def letter(project: Project, facts: Facts, context: Context) -> Fields:
    """To the first body that has not been asked in this round."""
    asked = [duty.body for duty in context.policy.pack.opinions if duty.written_request]
    current = project.examination
    waiting = [b for b in asked if current is None or current.letter_to(b) is None]
    return {"body": (waiting or asked)[0]}


def opinion(project: Project, facts: Facts, context: Context) -> Fields:
    """The kind that the body owes and has not given for the current submission."""
    kinds = list(_kinds_of(context))
    current = project.examination
    owed = [k for k in kinds if current is None or not _given(current, context.actor.body, k)]
    return {**digest(project, facts, context), "kind": (owed or kinds)[0]}


def carry_forward(project: Project, facts: Facts, context: Context) -> Fields:
    """The kind that the body has given for an earlier submission of the round only."""
    kinds, body, current = list(_kinds_of(context)), context.actor.body, project.examination
    earlier = [k for k in kinds if current and current.opinion_of(body, k)]
    stale = [k for k in earlier if current and not _given(current, body, k)]
    return {**digest(project, facts, context), "kind": (stale or kinds)[0]}


def _kinds_of(context: Context) -> Iterator[OpinionKind]:
    body = context.actor.body
    yield from (OpinionKind(d.kind) for d in context.policy.pack.opinions if d.body == body)


def _given(examination: Examination, body: str, kind: OpinionKind) -> bool:
    standing = examination.opinion_of(body, kind)
    return standing is not None and standing.digest == examination.digest


# -- 批复 -------------------------------------------------------------------------------------


def evaluation(project: Project, facts: Facts, context: Context) -> Fields:
    """All five matters judged, and the depth of a merged plan."""
    return {
        **digest(project, facts, context),
        "judgements": [
            {"topic": topic, "met": True, "reason": BLANK, "reviewer": BLANK}
            for topic in ReviewTopic
        ],
        "depth_sufficient": True,
    }


def with_document(project: Project, facts: Facts, context: Context) -> Fields:
    """A paper that bears a number."""
    return {"document": PAPER}


def about_submission(project: Project, facts: Facts, context: Context) -> Fields:
    """A numbered paper about the current submission."""
    return {**digest(project, facts, context), "document": PAPER}


def copy_receipt(project: Project, facts: Facts, context: Context) -> Fields:
    """Of the reply whose copy has not been acknowledged, else the newest."""
    waiting = [reply.number for reply in project.replies if not reply.copied]
    issued = [reply.number for reply in reversed(project.replies)]
    return {"number": (*waiting, *issued, BLANK)[0]}


# -- 建设期间 ---------------------------------------------------------------------------------


def change(project: Project, facts: Facts, context: Context) -> Fields:
    """The baseline as it stands: nothing is moved yet."""
    baseline = project.baseline
    return {"reason": "OPTIMISATION", **({"items": baseline.items} if baseline else {})}


def division(project: Project, facts: Facts, context: Context) -> Fields:
    """A line for every unit that builds along."""
    shares = [{"unit_id": u, "scope": BLANK, "duty": BLANK} for u in project.participants]
    return {"shares": shares} if shares else {}


def trouble(project: Project, facts: Facts, context: Context) -> Fields:
    """Delay by the days since the planned end, where that has passed."""
    end = project.baseline.planned_end if project.baseline else context.today
    late = (context.today - end).days
    return {"kind": "SERIOUS_DELAY", "days_late": late} if late > 0 else {"kind": "OTHER"}
