"""Strict bodies: no duplicate keys, NaN or lone surrogates, and no more than is bearable."""

import json
from typing import Any

import orjson
from fastapi import Request

from shared.web.problems import ProblemError


class StrictRequest(Request):
    """A request whose JSON is read strictly and whose size is bounded while it arrives."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            most = self.app.state.runtime.settings.body_bytes
            chunks: list[bytes] = []
            size = 0
            async for chunk in self.stream():
                size += len(chunk)
                if size > most:
                    raise ProblemError("too_large", f"请求体不得超过 {most // 1024} KiB")
                chunks.append(chunk)
            self._body = b"".join(chunks)
        return self._body

    async def json(self) -> Any:
        body = await self.body()
        try:
            content = orjson.loads(body)  # no NaN, lone surrogates, bad UTF-8, bottomless nesting
            return content if _says(body, content) else json.loads(body, object_pairs_hook=_unique)
        except (ValueError, RecursionError) as error:
            raise ProblemError("malformed_json", f"请求体不是合法的 JSON：{error}") from None


def _says(body: bytes, content: Any) -> bool:
    """Whether a body is just what its content is written as: then no name stands twice in it.

    So most programs write, and it is found out faster than by looking at every name.
    """
    try:
        return orjson.dumps(content) == body
    except TypeError:  # nested deeper than is written
        return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("有字段出现两次")
    return values
