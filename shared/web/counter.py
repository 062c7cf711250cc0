"""窗口: what a command brings besides its body, and the desk it is brought to."""

import hashlib
from typing import Annotated

from fastapi import Depends, Request

from shared.eventstore.records import IdempotencyKey
from shared.kernel.actor import Actor
from shared.web.actors import ActorBearer
from shared.web.desk import Desk
from shared.web.problems import ProblemError, invalid

COMMAND_HEADERS = (
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "幂等键：每次新的办理用一个新键，重试沿用原键；试办之外必填",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": '对象版本：读取时得到的 ETag，例如 "3"；* 表示任意；新建对象时不需要',
        "schema": {"type": "string", "maxLength": 100},
    },
    {
        "name": "dry_run",
        "in": "query",
        "required": False,
        "description": "试办：作出同样的决定并返回将记录的事件，但不作任何记录；不需要幂等键",
        "schema": {"type": "boolean", "default": False},
    },
    {
        "name": "X-Correlation-ID",
        "in": "header",
        "required": False,
        "description": "关联标识：记入由此产生的事件",
        "schema": {"type": "string", "maxLength": 100},
    },
)
"""What every command takes besides its body, as OpenAPI parameters."""


def _header(request: Request, name: str, longest: int) -> str:
    value = request.headers.get(name, "")
    if len(value) > longest or not value.isascii() or not value.isprintable():
        raise invalid(name, f"须为不超过 {longest} 个可见 ASCII 字符")
    return value


def _rehearsal(request: Request) -> bool:
    if not request.scope["query_string"]:
        return False
    value = request.query_params.get("dry_run", "false")
    if value not in {"true", "false"}:
        raise invalid("dry_run", "须为 true 或 false")
    return value == "true"


class DeskBearer(ActorBearer):
    """The desk for one command request, and who stands there from its bearer token.

    The headers are read here and documented in `COMMAND_HEADERS`.
    """

    async def __call__(self, request: Request) -> Desk:  # type: ignore[override]
        return await _desk(request, await self.actor(request))


async def _desk(request: Request, actor: Actor) -> Desk:
    rehearsal = _rehearsal(request)
    idempotency_key = _header(request, "Idempotency-Key", 200)
    if not idempotency_key and not (rehearsal and "Idempotency-Key" not in request.headers):
        raise ProblemError(
            "idempotency_key_missing",
            "请在 Idempotency-Key 头中为每次办理提供一个新键（例如 UUID），重试时沿用原键",
        )
    body = await request.body()
    path = request.scope["path"]
    asked = f"{request.method} {path}\n".encode() + body
    owner = f"{actor.body}\n{actor.unit_id}\n{actor.person}\n{idempotency_key}".encode()
    return Desk(
        runtime=request.app.state.runtime,
        actor=actor,
        operation=request.scope["route"].name,
        key=IdempotencyKey(hashlib.sha256(owner).hexdigest(), hashlib.sha256(asked).digest()),
        if_match=_header(request, "If-Match", 100) or None,
        request_digest=f"sha256:{hashlib.sha256(body).hexdigest()}",
        correlation_id=_header(request, "X-Correlation-ID", 100),
        traceparent=_header(request, "traceparent", 100),
        path=path,
        rehearsal=rehearsal,
    )


AtDesk = Annotated[Desk, Depends(DeskBearer())]
