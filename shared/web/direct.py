"""直达: commands go straight to their routes, past the layers that wrap every request.

The framework's layers (routing in a tree, error and exit stacks) are made for any endpoint and cost
a command a sixth of its time. A command needs none of them: it has one shape, and its errors are
problems already. So are reads of the simplest kind, such as a log's head, for which every decision
of another service waits, and its feed. Everything else goes the usual way.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette._utils import get_route_path
from starlette.responses import Response
from starlette.routing import BaseRoute, compile_path
from starlette.types import Message, Receive, Scope, Send

from shared.web.problems import UNAVAILABLE, ProblemError, unavailable
from shared.web.routes import Handler, StrictRoute

_READS = "/v1/"
_FOLLOWING = "/v1/feed"
_NO_ROOM = ProblemError(
    "busy", "查阅须留痕，而访问日志此刻写不下，请稍后重试", headers={"Retry-After": "1"}
)


class _Commands:
    """The commands of an application, by path."""

    def __init__(self) -> None:
        self._exact: dict[str, tuple[StrictRoute, Handler]] = {}
        self._others: list[tuple[re.Pattern[str], StrictRoute, Handler]] = []

    def add(self, path: str, route: StrictRoute) -> None:
        handler = route.get_route_handler()
        if "{" in path:
            self._others.append((compile_path(path)[0], route, handler))
        else:
            self._exact[path] = (route, handler)

    def find(self, path: str) -> tuple[StrictRoute, Handler, dict[str, str]] | None:
        if (exact := self._exact.get(path)) is not None:
            return *exact, {}
        for pattern, route, handler in self._others:
            if (match := pattern.match(path)) is not None:
                return route, handler, match.groupdict()
        return None


class Direct:
    """The outermost layer of an application: commands are answered here, all else inside."""

    def __init__(self, app: FastAPI, routes: Mapping[str, Iterable[BaseRoute]]) -> None:
        """`routes` by the prefix they are included under."""
        self._app, self._inside = app, app.build_middleware_stack()
        self._commands, self._plain = _Commands(), dict[str, tuple[StrictRoute, Handler]]()
        for prefix, among in routes.items():
            for route in among:
                if isinstance(route, StrictRoute) and route.is_command:
                    self._commands.add(f"{prefix}{route.path}", route)
                elif isinstance(route, StrictRoute) and (plain := route.plain) is not None:
                    self._plain[f"{prefix}{route.path}"] = (route, plain)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = get_route_path(scope)
            found = self._commands.find(path) if scope["method"] == "POST" else None
            if found is not None:
                route, handler, identifiers = found
                scope.update(route=route, path_params=identifiers)
                access = self._app.state.runtime.access
                await self._answer(handler, scope, receive, send, access.command)
                return
            if path.startswith(_READS):
                await self._read(path, scope, receive, send)
                return
        await self._inside(scope, receive, send)

    async def _read(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        access = self._app.state.runtime.access
        if access.full and not path.startswith(_FOLLOWING):
            await _NO_ROOM.response(scope["path"])(scope, receive, send)
            return
        if scope["method"] == "GET" and (plain := self._plain.get(path)) is not None:
            route, handler = plain
            scope.update(route=route, path_params={})
            await self._answer(handler, scope, receive, send, access.read)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":  # before anything is given away
                access.read(scope, message["status"])
            await send(message)

        await self._inside(scope, receive, noting)

    async def _answer(
        self,
        handler: Handler,
        scope: Scope,
        receive: Receive,
        send: Send,
        note: Callable[[Scope, int], None],
    ) -> None:
        request = Request(scope, receive)
        try:
            response = await handler(request)
        except (ProblemError, RequestValidationError) as error:
            response = await self._problem(type(error), request, error)
        except UNAVAILABLE as error:
            response = unavailable(error).response(scope["path"])
        except Exception as error:
            response = await self._problem(Exception, request, error)
            await response(scope, receive, send)
            raise  # so that the server logs it
        note(scope, response.status_code)  # before anything is given away
        await response(scope, receive, send)

    async def _problem(self, kind: type[Exception], request: Request, error: Exception) -> Response:
        answer = self._app.exception_handlers[kind](request, error)
        return await answer if inspect.isawaitable(answer) else answer
