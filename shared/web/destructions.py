"""加密销毁 over HTTP: the same in every service, each for the keys of its own log."""

import asyncio

from fastapi import APIRouter

from shared.events import Recorded
from shared.events.destructions import Destruction
from shared.standing import destruction as decisions
from shared.web.commands import Command, Reading
from shared.web.counter import AtDesk
from shared.web.problems import COMMAND
from shared.web.receipts import Receipt
from shared.web.routes import StrictRoute
from shared.web.runtime import Aggregate

router = APIRouter(route_class=StrictRoute, tags=["加密销毁"])


def _evolve(state: None, recorded: Recorded) -> None:
    """A destruction is over as soon as it is recorded."""


async def _keys(reading: Reading, state: None, asked: Destruction) -> tuple[str, ...]:
    return await asyncio.to_thread(reading.runtime.log.keys_about, asked.subject)


DESTROY_KEYS = Command(
    Aggregate("destruction", None, _evolve), decisions.destroy_keys, facts=_keys, creates=True
)


@router.post("/destructions", status_code=201, responses=COMMAND)
async def destroy_keys(desk: AtDesk, destruction: Destruction) -> Receipt:
    """加密销毁：销毁本服务为一个对象保存的密钥，其个人信息和自由文本从此不可读；不可撤销。"""
    return await desk.decide(desk.new_id(), destruction)
