"""Strict bodies: no duplicate keys, NaN, lone surrogates or media types other than JSON."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from shared.web.problems import ProblemError

MAX_BODY = 4 * 1024 * 1024
"""Bytes of a command's body at most; documents travel as digests, so bodies are small."""


class StrictRequest(Request):
    """A request whose JSON is read strictly and whose size is bounded while it arrives."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            chunks: list[bytes] = []
            size = 0
            async for chunk in self.stream():
                size += len(chunk)
                if size > MAX_BODY:
                    raise ProblemError(
                        "too_large", f"请求体不得超过 {MAX_BODY // 1024 // 1024} MiB"
                    )
                chunks.append(chunk)
            self._body = b"".join(chunks)
        return self._body

    async def json(self) -> Any:
        body = await self.body()
        try:
            orjson.loads(body)  # refuses NaN, lone surrogates, bad UTF-8 and bottomless nesting
            return json.loads(body, object_pairs_hook=_unique)
        except (ValueError, RecursionError) as error:
            raise ProblemError("malformed_json", f"请求体不是合法的 JSON：{error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"字段 {twice[:80]!r} 重复")
    return values


class StrictRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            kind = request.headers.get("content-type", "")
            if self.body_field and kind.partition(";")[0].strip().lower() != "application/json":
                raise ProblemError(
                    "unsupported_media_type", "请以 Content-Type: application/json 提交"
                )
            return await handle(StrictRequest(request.scope, request.receive))

        return strict
