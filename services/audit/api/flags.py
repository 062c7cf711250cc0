"""HTTP: red flags and their definitions, for auditors."""

import base64
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from services.audit.api.asking import asked, today
from services.audit.flags import FLAGS, NOTICE
from services.audit.flags.answer import FlagDefinition, FlagFilter, Hit, Key, hits, key_of
from services.audit.ledger import City
from shared.events.vocabulary import LegalDate
from shared.kernel.model import Record
from shared.web.actors import CurrentActor
from shared.web.problems import invalid, problems
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["红旗"])


class FlagPage(Record):
    """红旗清单页."""

    notice: Annotated[str, Field(title="说明")] = NOTICE
    as_of: Annotated[date, Field(title="截至的法定日期")]
    positions: Annotated[dict[str, int], Field(title="各服务日志已反映到的位置")]
    items: tuple[Hit, ...]
    next: Annotated[str | None, Field(title="下一页游标")]


class FlagDefinitions(Record):
    """红旗定义清单."""

    notice: Annotated[str, Field(title="说明")] = NOTICE
    policy: Annotated[str, Field(title="政策包")]
    items: tuple[FlagDefinition, ...]


@router.get("/flags", responses=problems())
async def list_flags(
    request: Request, actor: CurrentActor, wanted: Annotated[FlagFilter, Query()]
) -> FlagPage:
    """红旗：供审计核实的线索，各附定义、条号、参数、计算和所据事件；由近及远。不是结论。"""
    if wanted.rule is not None and wanted.rule not in FLAGS:
        raise invalid("rule", "没有这种红旗，请查阅 /v1/flags/definitions")
    before, day = _opened(wanted.cursor), wanted.as_of or today(request)

    def page(city: City) -> FlagPage:
        found = hits(city, wanted, before)
        shown = tuple(found[: wanted.limit])
        more = len(found) > wanted.limit
        return FlagPage(
            as_of=city.as_of,
            positions=city.positions,
            items=shown,
            next=_sealed(key_of(shown[-1])) if more else None,
        )

    return await asked(request, lambda city_on: page(city_on(day)))


@router.get("/flags/definitions", responses=problems())
async def list_flag_definitions(
    request: Request,
    actor: CurrentActor,
    as_of: Annotated[
        LegalDate | None,
        Query(title="法定日期；缺省为今天", ge=date(2000, 1, 1), le=date(2099, 12, 31)),
    ] = None,
) -> FlagDefinitions:
    """红旗定义：每种红旗何时触发、依据哪一条、按某一日的哪些参数计算。"""
    day = as_of or today(request)

    def defined(city: City) -> FlagDefinitions:
        policy = city.policy
        return FlagDefinitions(
            policy=policy.reference,
            items=tuple(FlagDefinition.of(flag, policy) for flag in FLAGS.values()),
        )

    return await asked(request, lambda city_on: defined(city_on(day)))


def _sealed(key: Key) -> str:
    return base64.urlsafe_b64encode("|".join(key).encode()).decode().rstrip("=")


def _opened(cursor: str | None) -> Key | None:
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True)
        on, rule, hit_id = text.decode("ascii").split("|")
    except ValueError:
        raise invalid("cursor", "不是本接口给出的游标") from None
    return on, rule, hit_id
