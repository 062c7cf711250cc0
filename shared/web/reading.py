"""Reads: one object folded from its stream, lists from the views by cursor."""

import asyncio
import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from fastapi import Query, Request, Response
from sqlalchemy import BindParameter, Column, Row, Select, literal, select, tuple_

from shared.kernel.actor import Actor
from shared.web.problems import ProblemError, invalid
from shared.web.runtime import Aggregate, Folded, Runtime

REACH_SECONDS = 5.0

Cursor = Annotated[str | None, Query(title="游标", description="上一页的 next", max_length=500)]
Limit = Annotated[int, Query(ge=1, le=200, title="每页条数")]
MinPosition = Annotated[
    int, Query(ge=0, title="至少反映到的日志位置", description="办理回执中的 position")
]


async def current(
    request: Request,
    response: Response,
    aggregate: Aggregate,
    subject: object,
) -> Any:
    """The folded state of one object, with its ETag; ProblemError(404) where there is none."""
    runtime: Runtime = request.app.state.runtime
    folded: Folded = await runtime.fold(aggregate, subject)
    if folded.version == 0:
        raise ProblemError("not_found", f"没有 {subject}，或本服务尚无其办理记录")
    response.headers["ETag"] = f'"{folded.version}"'
    return folded.state


def require_party(actor: Actor, parties: frozenset[str]) -> None:
    """A unit sees its own projects and those it builds along; bodies see all."""
    if actor.body == "UNIT" and actor.unit_id not in parties:
        # The same answer as for what does not exist, so that nothing can be probed.
        raise ProblemError("not_found", "没有该对象，或无权查看")


async def page(
    runtime: Runtime,
    query: Select[Any],
    key: Sequence[Column[Any]],
    *,
    cursor: str | None,
    limit: int,
    min_position: int,
) -> tuple[list[Row[Any]], str | None, int]:
    """One page of a view in the order of `key`: rows, next cursor, position it speaks for.

    Waits until the view has reached `min_position`; ProblemError(503) if it does not in time.
    """
    projector = runtime.projector
    if projector is None:
        raise LookupError(f"{runtime.name} keeps no views")
    try:
        await projector.reach(min_position, REACH_SECONDS)
    except TimeoutError:
        raise ProblemError(
            "facts_not_fresh", "视图尚未反映该位置，请稍后重试", headers={"Retry-After": "1"}
        ) from None
    if cursor:
        query = query.where(tuple_(*key) > tuple_(*_opened(cursor, key)))

    def read() -> tuple[list[Row[Any]], int]:
        with projector.engine.connect() as connection:
            position = connection.scalar(select(projector.position_column)) or 0
            rows = connection.execute(query.order_by(*key).limit(limit + 1)).all()
            return list(rows), int(position)

    rows, position = await asyncio.to_thread(read)
    more = len(rows) > limit
    rows = rows[:limit]
    last = [str(rows[-1]._mapping[column.name]) for column in key] if more else None
    return rows, _sealed(last) if last else None, position


def _sealed(values: list[str]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def _opened(cursor: str, key: Sequence[Column[Any]]) -> list[BindParameter[Any]]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [
            literal(column.type.python_type(str(value)), column.type)
            for column, value in zip(key, values, strict=True)
        ]
    except (ValueError, TypeError, binascii.Error):
        raise invalid("cursor", "不是本接口给出的游标") from None
