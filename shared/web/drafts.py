"""草稿: a complete body of a command, filled from the record where it can be, and blank elsewhere.

Blank means the least that is well-formed: the first code of a list, the least number, a text that
says it is to be filled in. A draft shows what is to be sent; nobody is meant to send it as it is.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

import orjson
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from shared.kernel.model import Record
from shared.kernel.money import Money

R = TypeVar("R", bound=Record)

BLANK = "（待填）"
_BY_FORMAT = {"date": "2026-01-01", "uuid": "00000000-0000-0000-0000-000000000000"}
_STRINGS = (BLANK, "BLANK", "1.00")
"""What a string may be; the first that has the shape asked for."""


def drafted(body: type[R], fields: Mapping[str, Any] | None = None) -> R:
    """A well-formed `body` with these fields, the other required ones blank.

    What the record has that can no longer be sent (a year beyond all planning) stays blank too.
    """
    given = _plain(fields or {})
    try:
        return body.model_validate_json(orjson.dumps({**_blank(body), **given}))
    except ValidationError as error:
        faulty = {each["loc"][0] for each in error.errors() if each["loc"]} & set(given)
        if not faulty:
            raise
        return drafted(body, {name: given[name] for name in given if name not in faulty})


def _plain(value: Any) -> Any:
    """As JSON has it; amounts as the text that they are on the wire."""
    match value:
        case Record():
            return value.model_dump(mode="json", exclude_none=True)
        case Money():
            return str(value)
        case Mapping():
            return {name: _plain(each) for name, each in value.items() if each is not None}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return to_jsonable_python(value)


def blank(body: type[R]) -> R:
    """A `body` of which nothing is known yet, not even whether its fields fit together."""
    return cast(R, body.model_construct(**_blank(body)))


def paper(title: str, number: str | None = None) -> dict[str, Any]:
    """The fields of a document still to be written."""
    numbered = {"number": number} if number else {}
    return {"title": title, "digest": f"sm3:{'0' * 64}", **numbered}


NUMBERED = paper(BLANK, BLANK)
"""A document that must bear a number."""


@cache
def _blank(body: type[Record]) -> dict[str, Any]:
    schema = body.model_json_schema()
    least: dict[str, Any] = _value(schema, schema.get("$defs", {}))
    return least


def _value(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    """The least value that a schema allows."""
    if "$ref" in schema:
        return _value(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    for choice in ("examples", "enum"):
        if choice in schema:
            return schema[choice][0]
    for several in ("anyOf", "allOf", "oneOf"):
        if several in schema:
            return _value(schema[several][0], definitions)
    return _of_type(schema, definitions)


def _of_type(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    match schema["type"]:
        case "object":
            properties = schema.get("properties", {})
            return {n: _value(properties[n], definitions) for n in schema.get("required", ())}
        case "array":
            return [_value(schema["items"], definitions)] * schema.get("minItems", 0)
        case "integer":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case _:
            by_format = _BY_FORMAT.get(schema.get("format", ""))
            shape = schema.get("pattern", "")
            return by_format or next(s for s in _STRINGS if re.search(shape, s))
