"""An application: one service's routes with everything that is the same for all of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import partial
from importlib.metadata import version as package_version
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from shared.kernel.actor import Actor
from shared.kernel.model import Record
from shared.regulation.pack import Library, Policy
from shared.web import (
    attachments,
    destructions,
    documentation,
    feed,
    log_proofs,
    next_actions,
    obligations,
    problems,
    rechecks,
    simulations,
)
from shared.web.access import reading as access_log
from shared.web.clock import ClockRunsBackwards, SandboxClock
from shared.web.direct import Direct
from shared.web.gate import stand_before
from shared.web.logs import without_locals
from shared.web.openapi import document
from shared.web.powers import entries, routes_of
from shared.web.problems import ProblemError, invalid
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime, ServiceSpec
from shared.web.settings import Settings

VERSION = package_version("govit")


class Liveness(Record):
    """存活."""

    status: str = "ok"


class Readiness(Record):
    """就绪: the faults that keep it from working, none when ready."""

    ready: bool
    faults: tuple[str, ...] = ()


class Version(Record):
    """版本: release, instance mode, clock and policy."""

    service: str
    version: str
    mode: str
    clock: Annotated[str, Field(title="时钟：real 真实；sandbox 沙箱，可设置，数据不作正式记录")]
    now: datetime
    policy: str
    policy_valid_until: Annotated[date, Field(title="政策包自该日起失效")]
    notices: Annotated[tuple[str, ...], Field(title="须留意的事项")]


operations = APIRouter(tags=["运行"])


@operations.get("/livez")
async def check_liveness() -> Liveness:
    """进程存活。"""
    return Liveness()


@operations.get("/readyz", responses={503: {"model": Readiness, "description": "未就绪"}})
async def check_readiness(request: Request, response: Response) -> Readiness:
    """能否办理业务：数据库、跟随、投影。"""
    faults = await request.app.state.runtime.ready()
    if faults:
        response.status_code = 503
    return Readiness(ready=not faults, faults=tuple(faults))


def notices(policy: Policy, policies: Library) -> tuple[str, ...]:
    """From a year before a pack ends on, unless its successor is there (第五十七条)."""
    ends, left = policy.pack.valid_until, policy.days_left()
    succeeded = any(pack.valid_from == ends for pack in policies.packs)
    if succeeded or left > _WARNED_DAYS:
        return ()
    return (f"政策包 {policy.reference} 将于 {ends} 失效（还有 {left} 天），此后须安装新的政策包",)


_WARNED_DAYS = 365


@operations.get("/version")
async def read_version(request: Request) -> Version:
    """版本、模式、时钟和政策包。"""
    runtime: Runtime = request.app.state.runtime
    policy = runtime.policy_to_read()
    return Version(
        service=runtime.name,
        version=VERSION,
        mode=runtime.settings.mode.value,
        clock=runtime.clock.kind,
        now=runtime.clock.now(),
        policy=policy.reference,
        policy_valid_until=policy.pack.valid_until,
        notices=notices(policy, runtime.policies),
    )


class TokenAnswer(Record):
    token: str


class ClockSetting(Record):
    to: AwareDatetime


class ClockReading(Record):
    now: datetime


development = APIRouter(prefix="/development", route_class=StrictRoute, include_in_schema=False)
"""Tokens for anybody, outside production only."""


@development.post("/tokens", status_code=201)
async def issue_token(request: Request, actor: Actor) -> TokenAnswer:
    """开发令牌：为任意行为人签发。"""
    runtime: Runtime = request.app.state.runtime
    if runtime.issuer is None:
        raise ProblemError("not_found", "没有这个地址")
    return TokenAnswer(token=runtime.issuer.token(actor))


sandbox = APIRouter(prefix="/sandbox", route_class=StrictRoute, include_in_schema=False)
"""The settable clock, on sandbox instances only."""


@sandbox.get("/clock")
async def read_clock(request: Request) -> ClockReading:
    """沙箱时钟。"""
    return ClockReading(now=request.app.state.runtime.clock.now())


@sandbox.put("/clock")
async def set_clock(request: Request, setting: ClockSetting) -> ClockReading:
    """拨快沙箱时钟。"""
    clock = request.app.state.runtime.clock
    if not isinstance(clock, SandboxClock):
        raise ProblemError("not_found", "没有这个地址")
    try:
        return ClockReading(now=clock.advance_to(setting.to))
    except ClockRunsBackwards as error:
        raise invalid("to", str(error)) from None


SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""The framework's own telemetry: nothing of a request leaves the service by it."""


def application(
    spec: ServiceSpec,
    routers: Sequence[APIRouter],
    settings: Settings | None = None,
    dsn: str = "",
    peers: Mapping[str, FastAPI] | None = None,
) -> FastAPI:
    """A service's application; without settings it only describes itself (OpenAPI)."""
    without_locals()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with app.state.runtime:
            yield

    app = FastAPIOffline(
        title=f"govit {spec.name}：{spec.title}",
        version=VERSION,
        description="乐山市市级政务信息化项目管理：所有办理均以事件留痕，决定引用条款。",
        lifespan=lifespan,
        telemetry=SILENT,
        separate_input_output_schemas=False,
        generate_unique_id_function=operation_name,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    deciding = (feed, log_proofs, next_actions, simulations, rechecks, obligations, destructions)
    common = deciding if spec.decides else ()
    files = attachments.ROUTERS if spec.decides else ()
    versioned = (*routers, *(module.router for module in (*common, access_log)), *files)
    for router in versioned:
        app.include_router(router, prefix="/v1")
    app.include_router(operations)
    app.include_router(documentation.router)
    if settings is not None:
        app.state.runtime = Runtime(spec, settings, dsn, peers=peers)
        policies = app.state.runtime.policies
        app.state.entries = entries(spec.name, routes_of(versioned), spec.commands, policies)
        if app.state.runtime.issuer is not None:
            app.include_router(development)
        if settings.sandbox:
            app.include_router(sandbox)
    app.openapi = partial(_cached_document, app)  # type: ignore[method-assign]
    direct = Direct(app, {"/v1": [r for each in versioned for r in each.routes]})
    if settings is None or peers is not None:
        app.middleware_stack = direct  # the gate stands before all services of the process
    else:
        stand_before(app, settings, direct)
    return app


def operation_name(route: APIRoute) -> str:
    """operationId: the endpoint function's name."""
    return route.name


def _cached_document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = document(app)
    return app.openapi_schema
