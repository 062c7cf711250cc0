"""From the document submitted to the reply (第十八至二十五条)."""

from fastapi import APIRouter

from shared.events.approval import (
    CarryForward,
    Concurrence,
    Consent,
    CopyReceipt,
    Evaluation,
    LeadingGroupApproval,
    Letter,
    Opinion,
    Reply,
    ReplyRefusal,
    SignOff,
    Submission,
)
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND
from shared.web.reading import ProjectPath
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)


@router.post("/projects/{project_id}/document", status_code=201, responses=COMMAND, tags=["报审"])
async def submit_document(desk: AtDesk, project_id: ProjectPath, submission: Submission) -> Receipt:
    """报审文件；批复前再次报审即替换（第十八至二十一条）。"""
    return await desk.decide(project_id, submission)


@router.post("/projects/{project_id}/sign-offs", status_code=201, responses=COMMAND, tags=["报审"])
async def sign_off(desk: AtDesk, project_id: ProjectPath, signature: SignOff) -> Receipt:
    """参建部门会签（第二十一条）。"""
    return await desk.decide(project_id, signature)


@router.post(
    "/projects/{project_id}/letters", status_code=201, responses=COMMAND, tags=["征求意见"]
)
async def request_opinion(desk: AtDesk, project_id: ProjectPath, letter: Letter) -> Receipt:
    """书面征求意见（第二十二条）。"""
    return await desk.decide(project_id, letter)


@router.post(
    "/projects/{project_id}/opinions", status_code=201, responses=COMMAND, tags=["征求意见"]
)
async def give_opinion(desk: AtDesk, project_id: ProjectPath, opinion: Opinion) -> Receipt:
    """出具审核意见（第二十二条）。"""
    return await desk.decide(project_id, opinion)


@router.post(
    "/projects/{project_id}/opinion-confirmations",
    status_code=201,
    responses=COMMAND,
    tags=["征求意见"],
)
async def carry_opinion_forward(
    desk: AtDesk, project_id: ProjectPath, carry: CarryForward
) -> Receipt:
    """对重新报审的文件沿用本部门意见（第二十二条）。"""
    return await desk.decide(project_id, carry)


@router.post("/projects/{project_id}/evaluation", status_code=201, responses=COMMAND, tags=["批复"])
async def record_evaluation(
    desk: AtDesk, project_id: ProjectPath, evaluation: Evaluation
) -> Receipt:
    """评估论证（第二十四条）。"""
    return await desk.decide(project_id, evaluation)


@router.post(
    "/projects/{project_id}/municipal-consent", status_code=201, responses=COMMAND, tags=["批复"]
)
async def give_municipal_consent(
    desk: AtDesk, project_id: ProjectPath, consent: Consent
) -> Receipt:
    """市政府同意（第二十四条）。"""
    return await desk.decide(project_id, consent)


@router.post(
    "/projects/{project_id}/concurrence", status_code=201, responses=COMMAND, tags=["批复"]
)
async def concur(desk: AtDesk, project_id: ProjectPath, concurrence: Concurrence) -> Receipt:
    """会同审批会签（第二十四条）。"""
    return await desk.decide(project_id, concurrence)


@router.post("/projects/{project_id}/reply", status_code=201, responses=COMMAND, tags=["批复"])
async def issue_reply(desk: AtDesk, project_id: ProjectPath, reply: Reply) -> Receipt:
    """批复（第二十四条）。"""
    return await desk.decide(project_id, reply)


@router.post(
    "/projects/{project_id}/copy-receipt", status_code=201, responses=COMMAND, tags=["批复"]
)
async def confirm_copy(desk: AtDesk, project_id: ProjectPath, receipt: CopyReceipt) -> Receipt:
    """批复抄送签收（第二十四条）。"""
    return await desk.decide(project_id, receipt)


@router.post(
    "/projects/{project_id}/leading-group-approval",
    status_code=201,
    responses=COMMAND,
    tags=["批复"],
)
async def approve_unshared_project(
    desk: AtDesk, project_id: ProjectPath, approval: LeadingGroupApproval
) -> Receipt:
    """领导小组批准不能共享的项目（第十二条）。"""
    return await desk.decide(project_id, approval)


@router.post("/projects/{project_id}/refusal", status_code=201, responses=COMMAND, tags=["批复"])
async def refuse_reply(desk: AtDesk, project_id: ProjectPath, refusal: ReplyRefusal) -> Receipt:
    """不予批复（第二十四条）。"""
    return await desk.decide(project_id, refusal)


@router.post("/projects/{project_id}/return", status_code=201, responses=COMMAND, tags=["批复"])
async def return_submission(
    desk: AtDesk, project_id: ProjectPath, refusal: ReplyRefusal
) -> Receipt:
    """退回修改（第二十四条）。"""
    return await desk.decide(project_id, refusal)
