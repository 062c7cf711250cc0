"""The published schemas of OC4IDS 0.9.5, with formats checked and nothing fetched."""

import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

_FORMATS = FormatChecker(formats=())


def _is_instant(told: object) -> bool:
    return not isinstance(told, str) or datetime.fromisoformat(told).utcoffset() is not None


def _is_address(told: object) -> bool:
    return not isinstance(told, str) or bool(urlsplit(told).scheme)


_FORMATS.checks("date-time", raises=ValueError)(_is_instant)
_FORMATS.checks("uri", raises=ValueError)(_is_address)

_SCHEMAS = Path(__file__).parent / "schema"


def published(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_SCHEMAS / f"{name}.json").read_text("utf-8"))
    return content


@cache
def _validator() -> Any:
    project, package = published("project-schema"), published("project-package-schema")
    registry: Any = Registry().with_resource(
        project["id"], Resource.from_contents(project, default_specification=DRAFT4)
    )
    return Draft4Validator(package, registry=registry, format_checker=_FORMATS)


def faults(content: bytes | dict[str, Any]) -> list[str]:
    """What the schema has against a package: where, and why."""
    package = json.loads(content) if isinstance(content, bytes) else content
    found = sorted(_validator().iter_errors(package), key=lambda error: list(error.absolute_path))
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in found]


def unknown_fields(content: bytes) -> set[str]:
    """Fields of a package that the schemas do not define: they let anything else pass."""
    schema = published("project-schema")
    package = published("project-package-schema")
    told = json.loads(content)
    unknown = {name for name in told if name not in package["properties"]}
    for project in told["projects"]:
        unknown |= set(_unknown(project, schema, schema["definitions"], ""))
    return unknown


def _unknown(value: Any, schema: dict[str, Any], all_of_them: Any, at: str) -> list[str]:
    if "$ref" in schema:
        schema = all_of_them[schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return [n for v in value for n in _unknown(v, schema.get("items", {}), all_of_them, at)]
    if not isinstance(value, dict):
        return []
    known = schema.get("properties", {})
    here = [f"{at}/{name}" for name in value if name not in known]
    within = [
        name
        for key, each in value.items()
        for name in _unknown(each, known.get(key, {}), all_of_them, f"{at}/{key}")
        if key in known
    ]
    return here + within


def amounts(content: bytes) -> list[Decimal]:
    """Every amount in a package, exactly as it is written."""
    found: list[Decimal] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        told = dict(pairs)
        if isinstance(told.get("amount"), Decimal):
            found.append(told["amount"])
        return told

    json.loads(content, parse_float=Decimal, object_pairs_hook=note)
    return found
