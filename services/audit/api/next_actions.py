"""HTTP: what may be done with a project now in any service, put together for whoever asks."""

import asyncio
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from pydantic import Field

from services.audit.api.asking import asked, today
from shared.kernel.model import Record
from shared.web.access.recorder import hide
from shared.web.actors import CurrentActor
from shared.web.follower import Follower
from shared.web.next_actions import NextAction, NextActions
from shared.web.problems import READ, ProblemError
from shared.web.reading import ProjectPath
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["项目"])

_UNREACHABLE = "此刻不能给出下一步，请稍后重试"


class ServiceAction(NextAction):
    """可办事项, and the service where it is done."""

    service: Annotated[str, Field(title="办理服务")]


class ProjectActions(Record):
    """全部服务的下一步."""

    project_id: UUID
    actions: tuple[ServiceAction, ...]


@router.get("/projects/{project_id}/next-actions", responses=READ)
async def list_project_actions(
    request: Request, actor: CurrentActor, project_id: ProjectPath
) -> ProjectActions:
    """下一步：汇总四个服务对一个项目的可办事项；任一服务无法取得时不给出部分结果。"""
    runtime: Runtime = request.app.state.runtime
    day = today(request)
    if await asked(request, lambda city_on: city_on(day).project(project_id)) is None:
        raise ProblemError("not_found", f"没有项目 {project_id}，或无权查看")
    token = request.headers["authorization"]
    answers = await asyncio.gather(
        *(of_service(follower, project_id, token) for follower in runtime.followers)
    )
    if not any(answers):
        hide(request)
        raise ProblemError("not_found", f"没有项目 {project_id}，或无权查看")
    return ProjectActions(
        project_id=project_id, actions=tuple(action for each in answers for action in each)
    )


async def of_service(
    follower: Follower, project_id: UUID, authorization: str
) -> tuple[ServiceAction, ...]:
    """One service's answer to the caller; nothing where the project is none of theirs there."""
    try:
        answer = await follower.ask(f"/v1/projects/{project_id}/next-actions", authorization)
    except httpx.HTTPError:
        raise ProblemError(
            "facts_not_fresh",
            f"{follower.source} 没有应答，{_UNREACHABLE}",
            headers={"Retry-After": "2"},
        ) from None
    if answer.status_code == httpx.codes.NOT_FOUND:
        return ()
    if answer.is_error:
        raise ProblemError(
            "facts_not_fresh",
            f"{follower.source} 答复 {answer.status_code}，{_UNREACHABLE}",
            headers={"Retry-After": "2"},
        )
    told = NextActions.model_validate_json(answer.content)
    return tuple(ServiceAction(service=follower.source, **dict(a)) for a in told.actions)
