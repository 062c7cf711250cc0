"""HTTP of the approval service."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from services.approval import views
from services.approval.reactions import PROJECT
from services.approval.state import Project, Stage
from shared.events.approval import (
    CarryForward,
    Change,
    ChangeRuling,
    Concurrence,
    Consent,
    CopyReceipt,
    Evaluation,
    Letter,
    Opinion,
    Reply,
    SignOff,
    Submission,
)
from shared.web.actors import CurrentActor
from shared.web.desk import AtDesk
from shared.web.problems import COMMAND, READ
from shared.web.reading import (
    Paged,
    ProjectPath,
    UnitQuery,
    current,
    of_unit,
    page,
)
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)


@router.get("/projects", responses=READ, tags=["项目"])
async def list_projects(
    request: Request,
    actor: CurrentActor,
    paging: Paged,
    *,
    unit: UnitQuery = None,
    stage: Annotated[Stage | None, Query(title="审批状态")] = None,
) -> views.ProjectPage:
    """项目审批清单；项目单位只见本单位的项目。"""
    query = select(views.projects)
    query = of_unit(query, views.projects.c.unit_id, actor, unit)
    if stage:
        query = query.where(views.projects.c.stage == stage.value)
    return await page(
        request,
        actor,
        query,
        views.projects.c.project_id,
        paging,
        views.ProjectPage,
        views.project_row,
    )


@router.get("/projects/{project_id}", responses=READ, tags=["项目"])
async def read_project(
    request: Request, response: Response, actor: CurrentActor, project_id: ProjectPath
) -> Project:
    """项目审批情况：现行报审文件及其意见、批复基线、待批的调整。"""
    project: Project = await current(
        request, response, actor, PROJECT, project_id, lambda seen: seen.parties
    )
    return project


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
    "/projects/{project_id}/change-filings", status_code=201, responses=COMMAND, tags=["变更"]
)
async def file_change(desk: AtDesk, project_id: ProjectPath, change: Change) -> Receipt:
    """变更报备（第二十九条）。"""
    return await desk.decide(project_id, change)


@router.post(
    "/projects/{project_id}/change-application", status_code=201, responses=COMMAND, tags=["变更"]
)
async def apply_for_change(desk: AtDesk, project_id: ProjectPath, change: Change) -> Receipt:
    """调整申请（第二十八条）。"""
    return await desk.decide(project_id, change)


@router.post(
    "/projects/{project_id}/change-application/concurrence",
    status_code=201,
    responses=COMMAND,
    tags=["变更"],
)
async def concur_in_change(desk: AtDesk, project_id: ProjectPath, ruling: ChangeRuling) -> Receipt:
    """调整会签（第二十八条）。"""
    return await desk.decide(project_id, ruling)


@router.post(
    "/projects/{project_id}/change-application/ruling",
    status_code=201,
    responses=COMMAND,
    tags=["变更"],
)
async def rule_on_change(desk: AtDesk, project_id: ProjectPath, ruling: ChangeRuling) -> Receipt:
    """调整批复（第二十八条）。"""
    return await desk.decide(project_id, ruling)
