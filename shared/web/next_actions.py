"""下一步: what may be done with a project now, by whom, and what the rest still lacks.

Each command of the service is decided for real, with the body that the record itself can draft; an
action is offered exactly when that decision would accept it. Nothing is recorded.
"""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from shared.kernel.actor import Actor
from shared.kernel.model import Record
from shared.web.access.recorder import hide
from shared.web.actors import CurrentActor
from shared.web.commands import Command, Matter
from shared.web.desk import Desk, desk_for
from shared.web.drafts import blank, drafted
from shared.web.follower import Asked
from shared.web.problems import READ, BrokenRule, FieldError, ProblemError
from shared.web.reading import ProjectPath
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["项目"])


class NextAction(Record):
    """可办事项: one command by one body, and whether it would be accepted now."""

    operation: Annotated[str, Field(title="办理事项（operationId）")]
    label: Annotated[str, Field(title="事项名称")]
    path: Annotated[str, Field(title="办理地址")]
    article: Annotated[str, Field(title="行使职权的依据（条号）")]
    body: Annotated[str, Field(title="办理部门")]
    body_name: Annotated[str, Field(title="办理部门名称")]
    unit_id: Annotated[str | None, Field(title="办理单位")] = None
    yours: Annotated[bool, Field(title="是否由查询人办理")]
    allowed: Annotated[bool, Field(title="现在办理是否会被受理")]
    missing: Annotated[tuple[BrokenRule, ...], Field(title="尚不满足的规则")] = ()
    errors: Annotated[tuple[FieldError, ...], Field(title="尚不能填写的字段")] = ()
    not_before: Annotated[date | None, Field(title="仅差时间的，最早可办日期")] = None
    draft: Annotated[str, Field(title="草稿：已按记录填写的请求体（JSON 文本），其余待填")]


class NextActions(Record):
    """下一步."""

    project_id: UUID
    on: Annotated[date, Field(title="所说的是哪一天")]
    actions: tuple[NextAction, ...]


@router.get("/projects/{project_id}/next-actions", responses=READ)
async def list_next_actions(
    request: Request, actor: CurrentActor, project_id: ProjectPath
) -> NextActions:
    """下一步：对一个项目现在可以办理什么、由谁办理，其余还缺什么；按同样的规则试办得出。"""
    runtime: Runtime = request.app.state.runtime
    asked = await runtime.fence.ask()
    await asked.answered()
    asking = _Asking(request, runtime, actor, project_id, asked)
    if not await asking.may_see():
        hide(request)
        raise ProblemError("not_found", "没有该对象，或本服务尚无其办理记录，或无权查看")
    found = [action async for action in asking.actions()]
    return NextActions(project_id=project_id, on=asking.policy.on, actions=tuple(found))


class _Asking:
    """One caller's question about one project."""

    def __init__(
        self,
        request: Request,
        runtime: Runtime,
        caller: Actor,
        project_id: UUID,
        asked: Asked,
    ) -> None:
        self.request, self.runtime, self.caller = request, runtime, caller
        self.project_id, self.policy = project_id, runtime.policy_now()
        self._asked = asked

    async def may_see(self) -> bool:
        """Whether it is for the caller: a unit's own project, or one it builds along."""
        if self.caller.unit_id is None:
            return True
        for command in self._commands():
            state = (await self.runtime.fold(command.aggregate, self.project_id)).state
            if self.caller.unit_id in {*state.parties, *await self._units(command, None)}:
                return True
        return False

    def _commands(self) -> Iterator[Command]:
        """The service's commands on a project that is there already."""
        for command in self.runtime.spec.commands.values():
            if command.aggregate.kind == "project" and not command.creates:
                yield command

    async def actions(self) -> AsyncIterator[NextAction]:
        """Every command of the service on a project, by every body and unit that may issue it."""
        for command in self._commands():
            state = (await self.runtime.fold(command.aggregate, self.project_id)).state
            for part in command.parts(state) if command.parts else (None,):
                async for actor in self._actors(command, part):
                    yield await self._action(command, part, actor)

    async def _actors(self, command: Command, part: UUID | None) -> AsyncIterator[Actor]:
        """Who may issue a command: the caller where it is theirs to do, else somebody there."""
        for body in self.policy.powers(command.operation):
            if body == "UNIT":
                for unit in sorted(await self._units(command, part)):
                    yield self._somebody(body, unit)
            elif body != "SYSTEM":
                yield self._somebody(body)

    async def _units(self, command: Command, part: UUID | None) -> frozenset[str]:
        if command.parties is None:
            return frozenset()
        nothing = blank(command.body)
        known = await self._desk(command, self.caller).gather(
            Matter(command, self.project_id, nothing, part), fresh=False
        )
        return command.parties(known.state, nothing, known.facts)

    def _desk(self, command: Command, actor: Actor) -> Desk:
        # The others were asked once for all, and the project's stream is read already.
        return desk_for(self.runtime, actor, command.operation, self._asked)

    def _somebody(self, body: str, unit_id: str | None = None) -> Actor:
        if (self.caller.body, self.caller.unit_id) == (body, unit_id):
            return self.caller
        name = self.policy.body_name(body)
        return Actor(person=name, name=name, body=body, role="OFFICER", unit_id=unit_id)

    async def _action(self, command: Command, part: UUID | None, actor: Actor) -> NextAction:
        desk = self._desk(command, actor)
        content = await self._draft(desk, command, part)
        missing: tuple[BrokenRule, ...] = ()
        errors: tuple[FieldError, ...] = ()
        try:
            matter = Matter(command, self.project_id, content, part)
            judged = await desk.judge(matter, fresh=False)
            checks = judged.decision.checks if judged.refused else ()
            missing = tuple(BrokenRule.of(check) for check in checks if not check.stands)
        except ProblemError as problem:
            if not problem.errors:
                raise
            errors = problem.errors
        days = [rule.not_before for rule in missing]
        return NextAction(
            operation=command.operation,
            label=command.label,
            path=self._path(command, part),
            article=self.policy.powers(command.operation)[actor.body].article,
            body=actor.body,
            body_name=self.policy.body_name(actor.body),
            unit_id=actor.unit_id,
            yours=actor is self.caller,
            allowed=not (missing or errors),
            missing=missing,
            errors=errors,
            not_before=max((d for d in days if d), default=None) if all(days) else None,
            draft=content.model_dump_json(exclude_none=True),
        )

    async def _draft(self, desk: Desk, command: Command, part: UUID | None) -> Record:
        if command.draft is None:
            return drafted(command.body)
        nothing = Matter(command, self.project_id, blank(command.body), part)
        known = await desk.gather(nothing, fresh=False)
        return drafted(command.body, command.draft(known.state, known.facts, known.context))

    def _path(self, command: Command, part: UUID | None) -> str:
        template = next(
            path
            for path, item in self.request.app.openapi()["paths"].items()
            if item.get("post", {}).get("operationId") == command.operation
        )
        return re.sub(
            r"\{(\w+)\}", lambda m: str(self.project_id if m[1] == "project_id" else part), template
        )
