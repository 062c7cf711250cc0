"""路由: how a request reaches its endpoint: read strictly, and without detours for a command."""

from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from shared.kernel.model import Record
from shared.web.actors import ReaderBearer
from shared.web.counter import DeskBearer
from shared.web.problems import ProblemError
from shared.web.receipts import Receipt
from shared.web.secrecy import ScreenedRequest, marked, marked_unread, turned_away
from shared.web.strictjson import StrictRequest

_SIMPLE = (int, float)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRoute(APIRoute):
    """A route that reads its body strictly, and answers a command by itself."""

    @property
    def is_command(self) -> bool:
        """Whether it brings something to a desk."""
        return any(isinstance(each.call, DeskBearer) for each in self.dependant.dependencies)

    @property
    def plain(self) -> Handler | None:
        """How it is answered by itself where it is a read of the simplest kind; else None."""
        return _plain(self)

    def get_route_handler(self) -> Handler:
        command = _command(self)
        handle = command or super().get_route_handler()
        if self.body_field is None:
            return handle
        shape = self.body_field.field_info.annotation

        async def strict(request: Request) -> Response:
            kind = request.headers.get("content-type", "")
            if kind.partition(";")[0].strip().lower() != "application/json":
                raise ProblemError(
                    "unsupported_media_type", "请以 Content-Type: application/json 提交"
                )
            if command is None:
                return await handle(ScreenedRequest(request, shape))
            return await handle(StrictRequest(request.scope, request.receive))

        return strict


def _plain(route: APIRoute) -> Handler | None:
    """A read that takes who asks and a few simple parameters, each with a default.

    It does what the framework would do for it, without looking for everything else.
    """
    dependant, shape = route.dependant, route.response_model
    bearers = [d.call for d in dependant.dependencies if isinstance(d.call, ReaderBearer)]
    fields = dependant.query_params
    further = (dependant.path_params, dependant.header_params, dependant.cookie_params)
    if (
        len(bearers) != 1
        or len(dependant.dependencies) != 1
        or dependant.request_param_name is None
        or route.methods != {"GET"}
        or any((*further, dependant.body_params))
        or not all(
            field.field_info.annotation in _SIMPLE and not field.field_info.is_required()
            for field in fields
        )
        or not (shape is None or (isinstance(shape, type) and issubclass(shape, Record)))
    ):
        return None
    request_name, actor = dependant.request_param_name, str(dependant.dependencies[0].name)
    endpoint: Callable[..., Awaitable[Any]] = route.endpoint

    async def answer(request: Request) -> Response:
        values: dict[str, Any] = {request_name: request, actor: await bearers[0](request)}
        errors: list[Any] = []
        for field in fields:
            given = request.query_params.get(field.alias)
            if given is None:
                values[field.name] = field.get_default()
                continue
            where = ("query", field.alias)
            values[field.name], wrong = field.validate(given, loc=where)
            errors += wrong
        if errors:
            raise RequestValidationError(errors)
        found = await endpoint(**values)
        if isinstance(found, Response):
            return found
        content = found.__pydantic_serializer__.to_json(found, by_alias=True)
        return Response(content, media_type="application/json")

    return answer


def _command(route: APIRoute) -> Handler | None:
    """How a command is answered; None for a route that is none.

    The framework documents a command like any other operation, but does not resolve it: all
    commands have one shape, a desk, identifiers in the path, one document and a receipt, and
    what it spends on being ready for every other shape is a quarter of what a command costs.
    Errors are those that it would find, in its order.
    """
    dependant = route.dependant
    desks = [
        (str(d.name), d.call) for d in dependant.dependencies if isinstance(d.call, DeskBearer)
    ]
    if not desks:
        return None
    ((at, bearer),), (document,) = desks, dependant.body_params
    if dependant.query_params or dependant.header_params or dependant.cookie_params:
        raise TypeError(f"{route.name}: a command is a desk, a path and one document")
    identifiers = dependant.path_params
    endpoint: Callable[..., Awaitable[Receipt]] = route.endpoint
    status, shape = route.status_code or 200, document.field_info.annotation

    async def answer(request: Request) -> Response:
        try:
            content = await request.json() if (body := await request.body()) else None
        except ClientDisconnect:
            raise ProblemError("malformed_json", "请求体没有传完") from None
        except ProblemError as unread:
            if place := await marked_unread(request, unread):
                raise await turned_away(await bearer(request), place) from None
            raise
        desk = await bearer(request)
        if place := marked(request, body, content, shape):
            raise await turned_away(desk, place)
        values: dict[str, Any] = {at: desk}
        errors: list[Any] = []
        for field in identifiers:
            where = ("path", field.alias)
            values[field.name], wrong = field.validate(request.path_params[field.alias], loc=where)
            errors += wrong
        if content is None:
            errors.append({"type": "missing", "loc": ("body",)})
        else:
            values[document.name], wrong = document.validate(content, loc=("body",))
            errors += wrong
        if errors:
            raise RequestValidationError(errors)
        receipt = await endpoint(**values)
        # What is only rehearsed creates nothing.
        code = HTTPStatus.OK if receipt.dry_run else status
        return Response(receipt.to_bytes(), code, desk.headers, "application/json")

    return answer
