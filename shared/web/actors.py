"""身份: who acts, from a signed token; and whether the pack lets them (权限)."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from shared.kernel.actor import Actor
from shared.kernel.identifiers import UnitId
from shared.regulation.authority import Power
from shared.regulation.pack import Policy
from shared.web.access.recorder import ACTOR
from shared.web.identity.development import DevelopmentIssuer
from shared.web.identity.instance import SYSTEM
from shared.web.identity.tokens import Verifier
from shared.web.problems import ProblemError

__all__ = [
    "SYSTEM",
    "ActorBearer",
    "CurrentActor",
    "DevelopmentIssuer",
    "Verifier",
    "authorise",
]


def authorise(
    actor: Actor, policy: Policy, operation: str, parties: frozenset[UnitId] | None = None
) -> Power:
    """The power by which an actor may do something on a day; ProblemError(403) if there is none.

    `parties` are the units whose object it is, where it is somebody's: a unit acts only on its
    own. The table is pack data (`[authority]`), so it changes without code.
    """
    powers = policy.powers(operation)
    power = powers.get(actor.body)
    if power is None or (power.roles and actor.role not in power.roles):
        raise ProblemError("not_authorised", _whose(policy, operation, powers))
    foreign = parties is not None and actor.unit_id is not None and actor.unit_id not in parties
    if foreign and power.own:
        raise ProblemError("not_authorised", "项目单位只能办理本单位的项目")
    return power


def _whose(policy: Policy, operation: str, powers: Mapping[str, Power]) -> str:
    if not powers:
        return f"{policy.on} 没有部门可以办理此事项（{operation}）"
    names = "、".join(policy.body_name(body) for body in powers)
    articles = "、".join(dict.fromkeys(f"第{power.article}条" for power in powers.values()))
    return f"依据{articles}，此事项由{names}办理"


class ActorBearer(HTTPBearer):
    """The request's actor from its bearer token; 401 without a good one."""

    def __init__(self) -> None:
        super().__init__(
            scheme_name="HTTPBearer",
            auto_error=False,
            description="签名令牌（JWT，ES256、RS256 或 PS256）：人员、部门、角色，及所受的委托",
        )

    async def __call__(self, request: Request) -> Actor:  # type: ignore[override]
        return await self.actor(request)

    async def actor(self, request: Request) -> Actor:
        """Who asks; ProblemError(401) without a good token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ProblemError(
                "not_authenticated",
                "请在 Authorization 头中提供 Bearer 令牌",
                headers={"WWW-Authenticate": "Bearer"},
            )
        verifier: Verifier = request.app.state.runtime.verifier
        # The gate charges who it is from now on, and the access log names him.
        actor = request.scope[ACTOR] = await verifier.actor(token)
        return actor


class ReaderBearer(ActorBearer):
    """Who asks to read, once the table lets them; 401 or 403 otherwise.

    Every operation that is no command takes one, so that none is open by an oversight.
    """

    async def __call__(self, request: Request) -> Actor:  # type: ignore[override]
        actor = await self.actor(request)
        state = request.app.state
        operation = state.entries[request.scope["route"].name]
        authorise(actor, state.runtime.policy_to_read(), operation)
        return actor


CurrentActor = Annotated[Actor, Depends(ReaderBearer())]
"""Who reads; what of it is theirs to see, the operation itself has to know."""
