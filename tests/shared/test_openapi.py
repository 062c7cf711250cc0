"""The published contracts: equal to the code, and such that every generator accepts them."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy.contracts import documents, text
from shared.web.settings import SERVICES

PUBLISHED = Path(__file__).parents[2] / "openapi"
METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
PROBLEM = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
}
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
PATH = re.compile(r"/[a-z0-9{}_/.-]+")
HAN = re.compile(r"[\u4e00-\u9fff]")
# What says of which kind a schema is; without one of them it admits anything.
KINDS = {"$ref", "type", "anyOf", "oneOf", "allOf", "const", "enum"}

every_service = pytest.mark.parametrize("service", SERVICES)


@cache
def contracts() -> dict[str, dict[str, Any]]:
    return documents()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield f"{method.upper()} {path}", item[method]


def schemas(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of a document, nested ones too, with where it stands."""
    for name, schema in document["components"]["schemas"].items():
        yield from _within(name, schema)
    for where, operation in operations(document):
        for parameter in operation.get("parameters", []):
            yield from _within(f"{where} {parameter['name']}", parameter["schema"])
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            for media_type, content in body.get("content", {}).items():
                yield from _within(f"{where} {media_type}", content["schema"])


def _within(where: str, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield where, schema
    for name, inner in schema.get("properties", {}).items():
        yield from _within(f"{where}.{name}", inner)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from _within(f"{where}.{keyword}", schema[keyword])
    for keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for inner in schema.get(keyword, []):
            yield from _within(f"{where}.{keyword}", inner)


def _values(found: Any, keyword: str) -> Iterator[Any]:
    """Every value a keyword has anywhere in a document."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key == keyword:
                yield value
            yield from _values(value, keyword)
    elif isinstance(found, list):
        for value in found:
            yield from _values(value, keyword)


@every_service
def test_the_published_contract_is_the_one_the_code_has(service: str) -> None:
    published = (PUBLISHED / f"{service}.json").read_text(encoding="utf-8")
    assert published == text(contracts()[service]), "run: make openapi"


def test_nothing_else_is_published() -> None:
    assert {path.name for path in PUBLISHED.iterdir()} == {f"{name}.json" for name in SERVICES}


@every_service
def test_an_operation_is_named_once_and_in_ascii(service: str) -> None:
    names = [operation["operationId"] for _, operation in operations(contracts()[service])]
    assert len(names) == len(set(names))
    assert [name for name in names if not IDENTIFIER.fullmatch(name)] == []


@every_service
def test_what_goes_over_the_wire_is_ascii(service: str) -> None:
    document = contracts()[service]
    names = list(document["components"]["schemas"])
    for _, schema in schemas(document):
        names += schema.get("properties", {})
        names += [str(value) for value in schema.get("enum", [])]
        names += [str(schema["const"])] if "const" in schema else []
    for _, operation in operations(document):
        names += [parameter["name"] for parameter in operation.get("parameters", [])]
    assert [name for name in names if not name.isascii() or not name.isprintable()] == []
    assert [path for path in document["paths"] if not PATH.fullmatch(path)] == []


@every_service
def test_names_of_schemas_and_properties_are_identifiers(service: str) -> None:
    document = contracts()[service]
    names = list(document["components"]["schemas"])
    for _, schema in schemas(document):
        names += schema.get("properties", {})
    assert [name for name in names if not IDENTIFIER.fullmatch(name)] == []


@every_service
def test_an_operation_stands_under_one_tag_that_generators_can_name(service: str) -> None:
    document = contracts()[service]
    declared = [tag["name"] for tag in document["tags"]]
    for where, operation in operations(document):
        assert len(operation["tags"]) == 1, where
        assert operation["tags"][0] in declared, where
    unnamed = [tag for tag in declared if not IDENTIFIER.fullmatch(tag)]
    assert unnamed == [], "name them in shared/web/openapi.py"


@every_service
def test_every_error_is_a_problem(service: str) -> None:
    for where, operation in operations(contracts()[service]):
        answers = operation["responses"]
        assert answers["default"]["content"] == PROBLEM, where
        for status, answer in answers.items():
            if status.startswith("4"):
                assert answer["content"] == PROBLEM, f"{where} {status}"


@every_service
def test_an_operation_that_asks_who_acts_says_how_it_refuses(service: str) -> None:
    for where, operation in operations(contracts()[service]):
        if operation.get("security"):
            assert {"401", "403", "422", "503"} <= operation["responses"].keys(), where


@every_service
def test_the_framework_leaves_no_error_schema_of_its_own(service: str) -> None:
    found = text(contracts()[service])
    assert "HTTPValidationError" not in found
    assert '"ValidationError"' not in found


@every_service
def test_no_schema_admits_anything(service: str) -> None:
    untyped = [
        where
        for where, schema in schemas(contracts()[service])
        if not KINDS & schema.keys()
        or (
            schema.get("type") == "object"
            and not schema.get("properties")
            and not isinstance(schema.get("additionalProperties"), dict)
        )
        or (schema.get("type") == "array" and not {"items", "prefixItems"} & schema.keys())
    ]
    assert untyped == []


@every_service
def test_one_model_serves_both_directions(service: str) -> None:
    names = contracts()[service]["components"]["schemas"]
    assert [name for name in names if re.search(r"[-_](Input|Output)$|__", name)] == []


@every_service
def test_every_reference_leads_somewhere(service: str) -> None:
    document = contracts()[service]
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(_values(document, "$ref")) <= known


@every_service
def test_nothing_of_openapi_3_2_is_in_a_3_1_document(service: str) -> None:
    document = contracts()[service]
    assert document["openapi"].startswith("3.1.")
    assert list(_values(document, "itemSchema")) == []


@every_service
def test_people_read_chinese(service: str) -> None:
    document = contracts()[service]
    shown = [document["info"]["title"], document["info"]["description"]]
    shown += [tag["description"] for tag in document["tags"]]
    for where, operation in operations(document):
        shown += [operation.get("summary", where), operation.get("description", where)]
        shown += [answer["description"] for answer in operation["responses"].values()]
    for _, schema in schemas(document):
        shown += [schema[key] for key in ("title", "description") if key in schema]
    assert [each for each in shown if not HAN.search(each)] == []


def test_a_contract_is_json_that_reads_back_as_it_was() -> None:
    for document in contracts().values():
        assert json.loads(text(document)) == document
