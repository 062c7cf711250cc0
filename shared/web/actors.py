"""身份: who acts, from a signed token; and whether the pack lets them (权限)."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from shared.kernel.actor import Actor
from shared.kernel.identifiers import UnitId
from shared.regulation.pack import Policy, Power
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
    """The power by which an actor may issue a command; ProblemError(403) if there is none.

    `parties` are the units whose project it is, where the command concerns one: a unit acts only
    on its own. The table is pack data (`[authority]`), so it changes without code.
    """
    power = policy.pack.authority[operation]
    if actor.body not in power.bodies or (power.roles and actor.role not in power.roles):
        names = "、".join(policy.body_name(b) for b in power.bodies)
        raise ProblemError("not_authorised", f"依据第{power.article}条，此事项由{names}办理")
    if actor.body == "UNIT" and parties is not None and actor.unit_id not in parties:
        raise ProblemError("not_authorised", "项目单位只能办理本单位的项目")
    return power


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
        return await verifier.actor(token)


CurrentActor = Annotated[Actor, Depends(ActorBearer())]
