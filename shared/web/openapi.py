"""OpenAPI: one document per service that every generator accepts.

ASCII on the wire, `Problem` for every error, Chinese descriptions: a model's docstring opens with
its Chinese term, and that opening is what the document shows.
"""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.web.problems import Problem

_HAN = re.compile(r"[\u4e00-\u9fff]")


def document(app: FastAPI) -> dict[str, Any]:
    """The application's OpenAPI 3.1 document."""
    content = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        separate_input_output_schemas=False,
    )
    schemas: dict[str, Any] = content.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in _problem_schemas().items():
        schemas.setdefault(name, schema)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for schema in schemas.values():
        _describe(schema)
    return content


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), "Problem": schema}


def _describe(schema: dict[str, Any]) -> None:
    description = schema.get("description", "")
    if not description or "x-enum-descriptions" in schema:
        return
    opening = re.split(r"[:;] |\. |\.$|\n", description)[0]
    if _HAN.search(opening):
        schema["description"] = opening
    else:
        del schema["description"]
