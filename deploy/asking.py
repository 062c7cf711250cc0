"""问询: how the command line asks a running instance, and what it says when it gets no answer.

Commands end with 0 where nothing was found against what was asked, 1 where something was, and 2
where it could not be asked: then the message says what to do.
"""

import json
import os
import sys
from datetime import date
from typing import Annotated, Any, NoReturn

import httpx
import typer
from rich.console import Console

from shared.kernel.actor import Actor
from shared.web.identity.development import DevelopmentIssuer
from shared.web.settings import InstanceMode, Settings

console = Console(width=None if sys.stdout.isatty() else 120)

ServerUrl = Annotated[
    str, typer.Option(help="正在运行的实例", envvar="GOVIT_URL", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
_AUDITOR = Actor(person="cli", name="审计人员", body="AUD", role="OFFICER")
DEFAULT_URL = "http://127.0.0.1:8080"


def day(text: str) -> str:
    """A legal date as it is asked for."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        fail(f"日期须为 YYYY-MM-DD，不是 {text}")


def ask(url: str, path: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """What an instance answers to a read."""
    content: dict[str, Any] = get(url, path, parameters).json()
    return content


def get(url: str, path: str, parameters: dict[str, Any]) -> httpx.Response:
    """A successful answer; any other ends the command."""
    answer = answer_of(url, path, parameters)
    if answer.is_error:
        fail(said_by(answer))
    return answer


def post(url: str, path: str, content: dict[str, Any]) -> dict[str, Any]:
    """What an instance answers to a request that changes nothing on record."""
    try:
        headers = {"Authorization": f"Bearer {token()}"}
        answer = httpx.post(f"{url}{path}", json=content, headers=headers, timeout=60)
    except httpx.HTTPError as error:
        fail(_unanswered(url, error))
    if answer.is_error:
        fail(said_by(answer))
    found: dict[str, Any] = answer.json()
    return found


def said_by(answer: httpx.Response) -> str:
    """What an error says in words."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"答复 {answer.status_code}：{answer.text[:200]}"


def answer_of(url: str, path: str, parameters: dict[str, Any]) -> httpx.Response:
    """Whatever an instance answers to a read; without an answer the command ends."""
    try:
        return httpx.get(
            f"{url}{path}",
            params=parameters,
            headers={"Authorization": f"Bearer {token()}"},
            timeout=60,
        )
    except httpx.HTTPError as error:
        fail(_unanswered(url, error))


def _unanswered(url: str, error: httpx.HTTPError) -> str:
    return f"{url} 没有应答（{type(error).__name__}）；先运行 govit run，或以 --url 指明实例"


def token(development: Actor = _AUDITOR) -> str:
    """The caller's token, or that of somebody of the development issuer's."""
    given = os.environ.get("GOVIT_TOKEN")
    if given is not None:
        return given
    settings = Settings()
    if settings.mode is InstanceMode.PRODUCTION or settings.issuer or settings.issuer_key:
        fail("生产模式下，或另有身份提供方时，请以 GOVIT_TOKEN 提供令牌")
    return DevelopmentIssuer.of(settings).token(development)


def write_json(content: Any) -> None:
    """Print for programs."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def fail(message: str) -> NoReturn:
    """End the command: it could not be done, and what to do next."""
    Console(stderr=True).print(f"[red]{message}[/red]")
    raise typer.Exit(2)
