"""Reads: one object folded from its stream, lists from the views by cursor."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response
from pydantic import Field
from sqlalchemy import BindParameter, Column, Row, Select, literal, select

from shared.eventstore.projection import Projector
from shared.kernel.actor import Actor
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record, present
from shared.kernel.text import clean
from shared.web.access.recorder import hide
from shared.web.problems import ProblemError, invalid
from shared.web.runtime import Aggregate, Folded, Runtime

P = TypeVar("P", bound="Page")
R = TypeVar("R", bound=Record)

REACH_SECONDS = 5.0

LAST_POSITION = 2**63 - 1
"""No log gets further: positions are the database's bigint."""

ProjectPath = Annotated[UUID, Path(title="项目标识")]
UnitQuery = Annotated[UnitId | None, Query(title="项目单位")]


class Page(Record):
    """清单页: the cursor of the next page, and the log position it speaks for; `items` beside."""

    next: Annotated[str | None, Field(title="下一页游标")]
    position: Annotated[int, Field(title="所反映的日志位置")]


@dataclass(frozen=True)
class Paging:
    """Which page of a list."""

    cursor: str | None
    limit: int
    min_position: int


async def paging(
    cursor: Annotated[
        str | None, Query(title="游标", description="上一页的 next", max_length=500)
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, title="每页条数")] = 50,
    min_position: Annotated[
        int,
        Query(
            ge=0,
            le=LAST_POSITION,
            title="至少反映到的日志位置",
            description="办理回执中的 position",
        ),
    ] = 0,
) -> Paging:
    """The page a request asks for."""
    return Paging(cursor, limit, min_position)


Paged = Annotated[Paging, Depends(paging)]


async def current(
    request: Request,
    response: Response,
    actor: Actor,
    aggregate: Aggregate,
    subject: object,
    parties: Callable[[Any], frozenset[str]],
) -> Any:
    """The folded state of one object, with its ETag.

    A unit sees its own projects and those it builds along, bodies see all. ProblemError(404)
    where there is none, and likewise where it is not for the caller, so that nothing is probed.
    """
    runtime: Runtime = request.app.state.runtime
    folded: Folded = await runtime.fold(aggregate, subject)
    hidden = actor.unit_id is not None and actor.unit_id not in parties(folded.state)
    if folded.version == 0 or hidden:
        if folded.version:
            hide(request)
        raise ProblemError("not_found", "没有该对象，或本服务尚无其办理记录，或无权查看")
    response.headers["ETag"] = f'"{folded.version}"'
    return folded.state


def of_unit(
    query: Select[Any], column: Column[str], actor: Actor, asked: str | None = None
) -> Select[Any]:
    """The rows a caller may list, of the unit that is asked for: a unit only its own."""
    for unit_id in {actor.unit_id, asked} - {None}:
        query = query.where(column == unit_id)
    return query


async def page(
    request: Request,
    actor: Actor,
    query: Select[Any],
    key: Column[Any],
    asked: Paging,
    make: Callable[..., P],
    row: Callable[[Row[Any]], Record],
) -> P:
    """One page of a view in the order of `key`, each row made by `row`.

    Waits until the view has reached the position asked for; ProblemError(503) if it does not in
    time, and 422 at once for a position that the log itself has not reached.
    """
    runtime: Runtime = request.app.state.runtime
    projector = present(runtime.projector)
    await _reached(runtime, projector, asked.min_position)
    if asked.cursor:
        query = query.where(key > _opened(asked.cursor, key))

    def read() -> tuple[list[Row[Any]], int]:
        with projector.engine.connect() as connection:
            position = connection.scalar(select(projector.position_column)) or 0
            rows = connection.execute(query.order_by(key).limit(asked.limit + 1)).all()
            return list(rows), int(position)

    rows, position = await asyncio.to_thread(read)
    if position < asked.min_position:  # the views have just been rebuilt beside us
        raise _not_there_yet()
    more = len(rows) > asked.limit
    shown = rows[: asked.limit]
    following = _sealed(str(shown[-1]._mapping[key.name])) if more else None
    return make(items=tuple(map(row, shown)), next=following, position=position)


async def _reached(runtime: Runtime, projector: Projector, position: int) -> None:
    if position and position > (await runtime.head()).position:
        raise invalid("min_position", "日志尚未到此位置，请填办理回执中的 position")
    try:
        await projector.reach(position, REACH_SECONDS)
    except TimeoutError:
        raise _not_there_yet() from None


def as_row(make: type[R], row: Row[Any], **others: Any) -> R:
    """A list's row from a view's: its columns by the fields' names, ids as text, and `others`."""
    values = {**row._mapping, **others}
    shown = {name: values[name] for name in make.model_fields}
    return make(**{n: str(v) if isinstance(v, UUID) else v for n, v in shown.items()})


def _not_there_yet() -> ProblemError:
    return ProblemError(
        "facts_not_fresh", "视图尚未反映该位置，请稍后重试", headers={"Retry-After": "1"}
    )


def _sealed(value: str) -> str:
    return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


def _opened(cursor: str, key: Column[Any]) -> BindParameter[Any]:
    try:
        value = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True)
        return literal(key.type.python_type(clean(value.decode())), key.type)
    except ValueError:
        raise invalid("cursor", "不是本接口给出的游标") from None
