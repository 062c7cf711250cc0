"""Problems: every error answers `application/problem+json` in Chinese, with rule and article."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any, Self

import psycopg
import sqlalchemy.exc
import structlog
from eventsourcing import persistence
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from shared.kernel.model import Record
from shared.regulation.decision import Decision
from shared.regulation.rule import Check

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class FieldError(Record):
    """字段错误."""

    field: Annotated[str, Field(title="字段路径")]
    message: Annotated[str, Field(title="说明")]


class BrokenRule(Record):
    """不满足的规则."""

    rule: Annotated[str, Field(title="规则名")]
    article: Annotated[str, Field(title="条号")]
    row: Annotated[str, Field(title="规则编号")]
    says: Annotated[str, Field(title="规则要求")]
    text: Annotated[str, Field(title="实际情况与计算")]
    remedy: Annotated[str, Field(title="下一步")]
    exception_possible: Annotated[bool, Field(title="能否申请例外（原则上）")] = False
    not_before: Annotated[date | None, Field(title="仅差时间的，自该日起满足")] = None

    @classmethod
    def of(cls, check: Check) -> Self:
        """A check that does not hold, as callers read it."""
        return cls(
            rule=check.rule,
            article=check.article,
            row=check.row,
            says=check.says,
            text=check.text,
            remedy=check.remedy,
            exception_possible=check.mode == "SOFT",
            not_before=check.not_before,
        )


class Problem(Record):
    """问题详情 (RFC 9457)."""

    type: Annotated[str, Field(title="问题类型")]
    title: Annotated[str, Field(title="标题")]
    status: Annotated[int, Field(title="HTTP 状态码")]
    code: Annotated[str, Field(title="机器可读代码")]
    detail: Annotated[str, Field(title="说明与下一步")]
    instance: Annotated[str, Field(title="请求路径")] = ""
    errors: Annotated[tuple[FieldError, ...], Field(title="字段错误")] = ()
    rules: Annotated[tuple[BrokenRule, ...], Field(title="不满足的规则")] = ()
    decision: Annotated[Decision | None, Field(title="决定记录")] = None


CODES: dict[str, tuple[int, str]] = {
    "malformed_json": (400, "请求体不是合法的 JSON"),
    "idempotency_key_missing": (400, "缺少 Idempotency-Key"),
    "unknown_host": (400, "不是本实例的主机名"),
    "malformed_request": (400, "不是合法的 HTTP 请求"),
    "upload_incomplete": (400, "附件没有传完"),
    "not_authenticated": (401, "身份未经验证"),
    "not_authorised": (403, "无权办理"),
    "not_found": (404, "未找到"),
    "method_not_allowed": (405, "不支持的方法"),
    "too_slow": (408, "请求传送过慢"),
    "rule_broken": (409, "不符合管理办法"),
    "version_conflict": (412, "版本已变化"),
    "too_large": (413, "请求体过大"),
    "target_too_long": (414, "请求地址过长"),
    "unsupported_media_type": (415, "不支持的内容类型"),
    "classified_content": (422, "带有密级标志，不在本系统办理"),
    "range_not_satisfiable": (416, "没有所要的这一段"),
    "invalid_payload": (422, "请求内容有误"),
    "idempotency_key_reused": (422, "Idempotency-Key 已用于其他请求"),
    "version_missing": (428, "缺少 If-Match"),
    "rate_limited": (429, "请求过于频繁"),
    "head_too_large": (431, "请求头过大"),
    "internal_error": (500, "服务器内部错误"),
    "facts_not_fresh": (503, "依据的事实尚未同步"),
    "no_policy_in_force": (503, "当前没有有效的政策包"),
    "busy": (503, "暂时无法办理"),
    "answer_too_large": (507, "结果过大"),
}
"""Every problem code, with its status and title."""


class ProblemError(Exception):
    """Raise to answer with a problem; `detail` says in Chinese what to do next."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        rules: Sequence[BrokenRule] = (),
        decision: Decision | None = None,
        headers: dict[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.decision = code, detail, decision
        self.errors, self.rules = tuple(errors), tuple(rules)
        self.headers = headers or {}
        self.status = status or CODES[code][0]

    def response(self, path: str) -> Response:
        title = CODES[self.code][1]
        body = Problem(
            type=f"urn:govit:problem:{self.code}",
            title=title,
            status=self.status,
            code=self.code,
            detail=self.detail,
            instance=path,
            errors=self.errors,
            rules=self.rules,
            decision=self.decision,
        )
        content = body.model_dump_json(exclude_defaults=True).encode()
        return Response(content, self.status, self.headers, MEDIA_TYPE)


def invalid(field: str, message: str) -> ProblemError:
    """422 that names one field."""
    return ProblemError(
        "invalid_payload", f"{field}：{message}", errors=[FieldError(field=field, message=message)]
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of an operation: these statuses, those any operation can answer, and default."""
    described = {*statuses, 401, 403, 422, 429, 503}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers: dict[int | str, dict[str, Any]] = {
        status: {"description": _described(status), "content": content}
        for status in sorted(described)
    }
    answers["default"] = {"description": "其他问题", "content": content}
    return answers


def _described(status: int) -> str:
    return "；".join(title for code, title in CODES.values() if code == status)


READ = problems(404)
"""`responses=` of a read."""

COMMAND = problems(400, 404, 409, 412, 413, 415, 428)
"""`responses=` of a command."""


_MESSAGES = {
    "missing": "必填",
    "extra_forbidden": "不认识的字段",
    "string_type": "须为字符串",
    "string_unicode": "不是合法的 Unicode 文本",
    "string_too_short": "不能为空或过短",
    "string_too_long": "过长",
    "string_pattern_mismatch": "格式不正确",
    "enum": "不是允许的代码",
    "bool_type": "须为 true 或 false",
    "int_type": "须为整数",
    "int_parsing": "须为整数",
    "int_from_float": "须为整数",
    "uuid_parsing": "须为 UUID",
    "uuid_type": "须为 UUID",
    "date_from_datetime_parsing": "日期须为 YYYY-MM-DD",
    "date_parsing": "日期须为 YYYY-MM-DD",
    "tuple_type": "须为数组",
    "model_type": "须为对象",
    "model_attributes_type": "须为对象",
    "dict_type": "须为对象",
    "too_short": "项目过少",
    "too_long": "项目过多",
    "greater_than": "数值过小",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
    "datetime_parsing": "时间须为 RFC 3339 格式",
    "datetime_from_date_parsing": "时间须为 RFC 3339 格式",
    "timezone_aware": "时间须带时区",
}


UNAVAILABLE: tuple[type[Exception], ...] = (
    persistence.OperationalError,
    psycopg.OperationalError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.TimeoutError,
)
"""What the database being away, or taking too long, looks like from the log, inbox and views."""


def unavailable(error: Exception) -> ProblemError:
    """503 for one of `UNAVAILABLE`; the log is told which, but nothing of the statement."""
    cause = getattr(error, "orig", None) or error.__cause__ or error
    log.warning("database_unavailable", error=type(cause).__name__)
    return ProblemError(
        "busy",
        "数据库没有及时应答，请稍后重试；办理请用同一 Idempotency-Key",
        headers={"Retry-After": "1"},
    )


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def _field_errors(error: RequestValidationError) -> list[FieldError]:
    found = []
    for each in error.errors():
        where, *path = each["loc"]
        if each["type"] == "extra_forbidden" and not _NAME.fullmatch(str(path[-1])):
            path[-1] = "（未知字段）"  # what is no name may say anything
        name = ".".join(str(part) for part in path) or str(where)
        message = _MESSAGES.get(each["type"])
        if each["type"] == "value_error":
            message = str(each["ctx"]["error"])
        found.append(FieldError(field=name, message=message or "内容不正确"))
    return found


def _methods(app: FastAPI, request: Request) -> list[str]:
    """The documented methods of an address: the framework names those of its first route only."""
    path = get_route_path(request.scope)
    return sorted(
        {
            method.upper()
            for template, item in app.openapi()["paths"].items()
            if _pattern(template).fullmatch(path)
            for method in item
        }
    )


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return compile_path(template)[0]


def install(app: FastAPI) -> None:
    """Make every error of an application a problem."""

    @app.exception_handler(ProblemError)
    async def known(request: Request, error: ProblemError) -> Response:
        return error.response(request.url.path)

    @app.exception_handler(RequestValidationError)
    async def payload(request: Request, error: RequestValidationError) -> Response:
        errors = _field_errors(error)
        detail = "；".join(f"{e.field}：{e.message}" for e in errors[:5])
        return ProblemError("invalid_payload", detail, errors=errors).response(request.url.path)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if isinstance(error.__cause__, ProblemError):  # FastAPI wraps what reading a body raises
            return error.__cause__.response(request.url.path)
        code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(
            error.status_code, "malformed_json" if error.status_code == 400 else "internal_error"
        )
        detail = {
            "not_found": "没有这个地址，请查阅 /docs 中的接口清单",
            "method_not_allowed": "此地址不支持该方法，请查阅 /docs",
        }.get(code, HTTPStatus(error.status_code).phrase)
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (known := _methods(app, request)):
            headers["Allow"] = ", ".join(known)
        return ProblemError(code, detail, headers=headers, status=error.status_code).response(
            request.url.path
        )

    async def away(request: Request, error: Exception) -> Response:
        return unavailable(error).response(request.url.path)

    for kind in UNAVAILABLE:
        app.add_exception_handler(kind, away)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        return ProblemError(
            "internal_error", "请求未被处理，可以用同一 Idempotency-Key 重试"
        ).response(request.url.path)
