"""OpenAPI: one document per service that every generator accepts.

ASCII on the wire, `Problem` for every error, Chinese for people: a model's docstring opens with
its Chinese term, and that opening is what the document shows; an endpoint's docstring is its
description, and the first sentence of it its summary.
"""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.web.counter import COMMAND_HEADERS
from shared.web.problems import Problem, problems

TAGS = {
    "单位": "units",
    "系统目录": "systems",
    "项目": "projects",
    "年度清单": "annual_lists",
    "规划": "plans",
    "政策": "policies",
    "报审": "submissions",
    "征求意见": "opinions",
    "批复": "replies",
    "建设": "construction",
    "变更": "changes",
    "例外": "exceptions",
    "项目资金": "project_funds",
    "采购和合同": "contracts",
    "支付和结余": "payments",
    "运维经费": "operation_funds",
    "线路租赁": "line_leases",
    "试运行": "trial_runs",
    "验收": "acceptances",
    "延期": "extensions",
    "资格": "eligibility",
    "报表": "reports",
    "登记簿": "registers",
    "共享和安全": "sharing_and_security",
    "绩效": "performance",
    "监督": "supervision",
    "整改和处理": "rectifications",
    "审计": "audit",
    "红旗": "flags",
    "开放数据": "exports",
    "另策重演": "simulations",
    "复核": "rechecks",
    "义务": "obligations",
    "附件": "attachments",
    "访问日志": "access_log",
    "加密销毁": "destructions",
    "事件流": "feed",
    "运行": "operations",
}
"""What an endpoint's tag is called in the document, where generators make it a module's name."""

_HAN = re.compile(r"[\u4e00-\u9fff]")
_SUCCESSES = {HTTPStatus.OK: "成功", HTTPStatus.CREATED: "已办理"}
_METHODS = ("get", "put", "post", "delete", "patch")
# What the framework says where nobody said anything.
_FRAMEWORK_ANSWER = "Successful Response"


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
    for operation in _operations(content):
        _say_in_chinese(operation)
        operation["tags"] = [TAGS.get(tag, tag) for tag in operation.get("tags", [])]
        if "201" in operation["responses"] and "application/json" in _accepted(operation):
            operation.setdefault("parameters", []).extend(deepcopy(COMMAND_HEADERS))
            rehearsed = {**operation["responses"]["201"], "description": "试办：将作出的决定"}
            operation["responses"] = {"200": rehearsed, **operation["responses"]}
        operation["responses"].setdefault("default", problems()["default"])
        for parameter in operation.get("parameters", []):
            _without_derived_titles(parameter["schema"])
    _without_derived_titles(schemas)
    content["tags"] = _tags(content)
    return content


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), "Problem": schema}


def _tags(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The tags in use, in the order of the paths, each with its Chinese name."""
    used = dict.fromkeys(tag for operation in _operations(content) for tag in operation["tags"])
    chinese = {name: term for term, name in TAGS.items()}
    return [{"name": tag, "description": chinese.get(tag, tag)} for tag in used]


def _operations(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in content["paths"].values():
        yield from (item[method] for method in _METHODS if method in item)


def _accepted(operation: dict[str, Any]) -> Iterable[str]:
    """Media types of the body: a command's is JSON; files create too, but know no keys."""
    content: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    return content


def _say_in_chinese(operation: dict[str, Any]) -> None:
    # The derived summary is the function's name over again, which `operationId` says already.
    if description := operation.get("description"):
        operation["summary"] = re.split(r"[。；\n]", description)[0]
    for status, answer in operation["responses"].items():
        if answer["description"] == _FRAMEWORK_ANSWER:
            answer["description"] = _SUCCESSES[HTTPStatus(int(status))]


def _describe(schema: dict[str, Any]) -> None:
    description = schema.get("description", "")
    if not description or "x-enum-descriptions" in schema:
        return
    opening = re.split(r"[:;] |\. |\.$|\n", description)[0]
    if _HAN.search(opening):
        schema["description"] = opening
    else:
        del schema["description"]


def _without_derived_titles(found: Any) -> None:
    """Drop titles that are but the name of the field or model in other letters."""
    if isinstance(found, list):
        for each in found:
            _without_derived_titles(each)
    elif isinstance(found, dict):
        title = found.get("title")
        if isinstance(title, str) and not _HAN.search(title):
            del found["title"]
        for key, each in found.items():
            if key not in ("default", "examples", "const", "enum"):
                _without_derived_titles(each)
