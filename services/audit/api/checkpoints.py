"""HTTP: what was witnessed of the four logs, and where something did not fit."""

import asyncio
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import Field
from starlette.responses import PlainTextResponse

from services.audit.witness import Witness
from shared.eventstore import cosigned
from shared.kernel.model import Record
from shared.web.actors import CurrentActor
from shared.web.beside import part_of
from shared.web.log_proofs import NOTE, LogKey, Size, no_checkpoint
from shared.web.problems import ProblemError, problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime
from shared.web.signing_keys import origin_of

router = APIRouter(route_class=StrictRoute, tags=["审计"])

_SHOWN = 20
"""Alarms of one log that are shown by `/v1/integrity`."""


class LogService(StrEnum):
    """日志所属服务."""

    REGISTRY = "registry"
    APPROVAL = "approval"
    BUDGET = "budget"
    ACCEPTANCE = "acceptance"


class KnownLogKey(Record):
    """日志公钥: a verifier key by which a log is witnessed."""

    key: Annotated[str, Field(title="公钥（C2SP signed-note 的 vkey）")]
    known_since: Annotated[datetime | None, Field(title="自该时刻起为见证所认；不填为配置所列")] = (
        None
    )


class WitnessAlarm(Record):
    """见证警报: what a log showed and was not cosigned; it stays."""

    fault: Annotated[str, Field(title="不符的种类")]
    reason: Annotated[str, Field(title="不符之处")]
    raised_at: Annotated[datetime, Field(title="发现的时刻")]
    note: Annotated[str, Field(title="当时所示的检查点")]


class WitnessedLog(Record):
    """见证情况: one log, what was cosigned of it last, and what did not fit."""

    service: Annotated[str, Field(title="服务")]
    origin: Annotated[str, Field(title="日志名称")]
    size: Annotated[int | None, Field(title="最近见证的大小（事件数）")] = None
    root: Annotated[str | None, Field(title="其默克尔根（十六进制）")] = None
    cosigned_at: Annotated[datetime | None, Field(title="见证时刻")] = None
    followed: Annotated[int, Field(title="已跟随到的位置")]
    keys: Annotated[tuple[KnownLogKey, ...], Field(title="据以见证的公钥")]
    away: Annotated[str | None, Field(title="此刻不能见证的原因，并非警报")] = None
    alarms: Annotated[int, Field(title="警报数")] = 0
    alarm: Annotated[WitnessAlarm | None, Field(title="最近的警报")] = None


class Checkpoints(Record):
    """见证."""

    witness: Annotated[tuple[LogKey, ...], Field(title="见证公钥")]
    logs: tuple[WitnessedLog, ...]


@router.get("/checkpoints", responses=problems())
async def list_checkpoints(request: Request, actor: CurrentActor) -> Checkpoints:
    """见证情况：四个日志各自最近见证的检查点、所用公钥，以及不符之处。"""
    runtime: Runtime = request.app.state.runtime
    witness = part_of(runtime.beside, Witness)
    logs = [
        await asyncio.to_thread(_log, runtime, witness, follower.source)
        for follower in runtime.followers
    ]
    return Checkpoints(witness=tuple(map(LogKey.of, witness.keys)), logs=tuple(logs))


@router.get(
    "/checkpoints/{service}", responses={**problems(404), **NOTE}, response_class=PlainTextResponse
)
async def read_checkpoint(
    request: Request,
    actor: CurrentActor,
    service: Annotated[LogService, Path(title="服务")],
    size: Size | None = None,
) -> PlainTextResponse:
    """见证过的检查点：日志的签名之下另有见证签名；不填大小为最新的一个。"""
    kept = part_of(request.app.state.runtime.beside, Witness).kept
    found = (
        await asyncio.to_thread(kept.newest, service.value)
        if size is None
        else await asyncio.to_thread(kept.of_size, service.value, size)
    )
    if found is None:
        raise ProblemError("not_found", f"{service.value}：{no_checkpoint(size)}")
    return PlainTextResponse(found.note)


async def alarms_of(runtime: Runtime, source: str) -> list[cosigned.Alarm]:
    """The newest alarms of a log."""
    witness = part_of(runtime.beside, Witness)
    _, found = await asyncio.to_thread(witness.kept.alarms, source, _SHOWN)
    return found


def _log(runtime: Runtime, witness: Witness, source: str) -> WitnessedLog:
    origin = origin_of(runtime.settings, source)
    last = witness.kept.newest(source)
    count, alarms = witness.kept.alarms(source)
    return WitnessedLog(
        service=source,
        origin=origin,
        size=last.size if last else None,
        root=last.root.hex() if last else None,
        cosigned_at=last.cosigned_at if last else None,
        followed=runtime.inbox.position(source),
        keys=tuple(_keys(witness, source, origin)),
        away=witness.away.get(source),
        alarms=count,
        alarm=next(map(_alarm, alarms), None),
    )


def _keys(witness: Witness, source: str, origin: str) -> list[KnownLogKey]:
    if witness.pinned is not None:
        return [KnownLogKey(key=str(key)) for key in witness.pinned.get(origin, ())]
    return [
        KnownLogKey(key=each.key, known_since=each.known_since)
        for each in witness.kept.keys(source)
    ]


def _alarm(alarm: cosigned.Alarm) -> WitnessAlarm:
    return WitnessAlarm(
        fault=alarm.fault, reason=alarm.reason, raised_at=alarm.raised_at, note=alarm.note
    )
