"""HTTP of the policy: packs, their values on a day, and how they are read."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from services.registry.reactions import POLICY
from services.registry.state import Interpretations
from shared.events.registry import Interpretation, PackId, PolicyInterpreted
from shared.events.vocabulary import LegalDate
from shared.kernel.model import Record
from shared.regulation.pack import Pack
from shared.regulation.readings import Reading, readings_of
from shared.web.actors import CurrentActor
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND, READ, ProblemError
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["政策"])

PackPath = Annotated[PackId, Path(title="政策包标识")]


class PolicyRow(Record):
    """政策包."""

    pack_id: str
    reference: Annotated[str, Field(title="决定中引用的版本")]
    title: str
    valid_from: date
    valid_until: Annotated[date, Field(title="自该日起失效")]


class PolicyList(Record):
    """政策包清单."""

    items: tuple[PolicyRow, ...]


class PolicyValue(Record):
    """参数在某日的值."""

    key: Annotated[str, Field(title="参数")]
    value: Annotated[str, Field(title="值")]
    article: Annotated[str, Field(title="条号")]
    note: Annotated[str, Field(title="说明")]
    left_open: Annotated[bool, Field(title="能否由解释更改")]


class PolicyOnDay(Record):
    """政策包在某日的参数."""

    pack_id: str
    reference: str
    as_of: date
    values: tuple[PolicyValue, ...]


class PolicyReadings(Record):
    """解释登记: stated readings, and what has been published since."""

    pack_id: str
    readings: Annotated[tuple[Reading, ...], Field(title="条文未尽之处的读法")]
    published: Annotated[tuple[PolicyInterpreted, ...], Field(title="已公布的解释")]


@router.get("/policies", responses=READ)
async def list_policies(request: Request, actor: CurrentActor) -> PolicyList:
    """已安装的政策包及其有效期（第五十七条）。"""
    runtime: Runtime = request.app.state.runtime
    return PolicyList(
        items=tuple(
            PolicyRow(
                pack_id=pack.id,
                reference=pack.reference,
                title=pack.title,
                valid_from=pack.valid_from,
                valid_until=pack.valid_until,
            )
            for pack in runtime.policies.packs
        )
    )


@router.get("/policies/{pack_id}", responses=READ)
async def read_policy(
    request: Request,
    actor: CurrentActor,
    pack_id: PackPath,
    as_of: Annotated[LegalDate | None, Query(title="哪一日的值（缺省为今天）")] = None,
) -> PolicyOnDay:
    """政策包在某日的全部参数，各附条号。"""
    runtime: Runtime = request.app.state.runtime
    pack = _pack(runtime, pack_id)
    on = as_of or runtime.policy_to_read().on
    keys = dict.fromkeys(v.key for v in pack.values if v.since <= on)
    values = [(pack.known_value(key), pack.value(key, on)) for key in keys]
    return PolicyOnDay(
        pack_id=pack.id,
        reference=pack.reference,
        as_of=on,
        values=tuple(
            PolicyValue(
                key=first.key,
                value=str(value).lower() if isinstance(value, bool) else str(value),
                article=first.article,
                note=first.note,
                left_open=first.left_open,
            )
            for first, value in values
            if first is not None
        ),
    )


@router.get("/policies/{pack_id}/interpretations", responses=READ)
async def list_interpretations(
    request: Request, response: Response, actor: CurrentActor, pack_id: PackPath
) -> PolicyReadings:
    """条文未尽之处的读法，以及已公布的解释（第五十六条）。"""
    runtime: Runtime = request.app.state.runtime
    pack = _pack(runtime, pack_id)
    folded = await runtime.fold(POLICY, pack.id)
    known: Interpretations = folded.state
    response.headers["ETag"] = f'"{folded.version}"'
    return PolicyReadings(pack_id=pack.id, readings=readings_of(pack.id), published=known.published)


@router.post("/policies/{pack_id}/interpretations", status_code=201, responses=COMMAND)
async def publish_interpretation(
    desk: AtDesk, pack_id: PackPath, interpretation: Interpretation
) -> Receipt:
    """公布解释；改动参数的，自生效日期起适用（第五十六条）。"""
    return await desk.decide(pack_id, interpretation)


def _pack(runtime: Runtime, pack_id: str) -> Pack:
    for pack in runtime.policies.packs:
        if pack.id == pack_id:
            return pack
    raise ProblemError("not_found", f"没有安装政策包 {pack_id}")
