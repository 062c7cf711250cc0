"""The fuzzing notices: a service that breaks its contract in every way it can is found out."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from deploy.demo.sandbox import served
from shared.web.actors import DevelopmentIssuer
from tests.security.fuzzing import Callers, Effort, fuzz
from tests.support.builders import UNIT

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.filterwarnings("default::hypothesis.errors.HypothesisWarning"),
    pytest.mark.filterwarnings("default::ResourceWarning"),
]

EXPECTED = {
    "broken": "not_a_server_error",
    "surprising": "status_code_conformance",
    "other": "response_schema_conformance",
    "text": "content_type_conformance",
    "open": "ignored_auth",
    "lenient": "negative_data_rejection",
}
"""What each operation does wrong, by the check that notices."""


def dishonest() -> FastAPI:
    app = FastAPI()

    @app.get("/v1/{name}")
    async def answer(request: Request, name: str) -> Response:
        if not request.headers.get("authorization", "").startswith("Bearer ey") and name != "open":
            return Response(status_code=401)
        limit = request.query_params.getlist("limit")
        if name != "lenient" and (len(limit) > 1 or (limit and not limit[0].isdecimal())):
            return Response(status_code=422)
        match name:
            case "broken":
                return Response(status_code=500)
            case "surprising":
                return JSONResponse({"value": 1}, 418)
            case "other":
                return JSONResponse({"value": "one"})
            case "text":
                return Response('{"value": 1}', media_type="text/plain")
            case _:
                return JSONResponse({"value": 1})

    return app


def contract() -> dict[str, Any]:
    """As if each operation were what every operation should be."""
    value = {"type": "object", "required": ["value"], "properties": {"value": {"type": "integer"}}}
    answers = {
        "200": {"description": "good", "content": {"application/json": {"schema": value}}},
        **{status: {"description": "no"} for status in ("401", "422", "default")},
    }
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 0}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "dishonest", "version": "1"},
        "paths": {
            f"/v1/{name}": {
                "get": {
                    "operationId": name,
                    "parameters": [limit],
                    "security": [{"HTTPBearer": []}],
                    "responses": dict(answers),
                }
            }
            for name in EXPECTED
        },
        "components": {"securitySchemes": {"HTTPBearer": {"type": "http", "scheme": "bearer"}}},
    }


def test_each_breach_is_noticed_by_its_check(tmp_path: Path) -> None:
    callers = Callers(DevelopmentIssuer(tmp_path), (UNIT,))
    with served(dishonest()) as (address,):
        outcome = fuzz(contract(), address, callers, {}, Effort())
    for name, check in EXPECTED.items():
        assert f"GET /v1/{name}: {check}" in outcome.failures, outcome.failures.keys()
