"""`govit purge`: the keys of a subject are destroyed in every service that holds some.

Run it again where a service did not answer: what is destroyed stays so, and what was sealed for
the subject since is destroyed with it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from deploy.asking import token
from shared.kernel.actor import Actor
from shared.web.settings import LOGS

_OFFICER = Actor(person="cli", name="经办人员", body="DEB", role="OFFICER")
_NOTHING_HELD = "keys_are_held"
"""By this rule a service refuses that has no key of the subject, or none any more."""


@dataclass(frozen=True)
class Outcome:
    """What came of it in one service."""

    service: str
    destroyed: int
    """How many destructions were recorded."""
    fault: str = ""
    """Why it may hold keys still; empty where it holds none."""


def purge(
    http: httpx.Client, token: str, subject: str, reason: str, document: dict[str, Any]
) -> list[Outcome]:
    """Have every service destroy the keys of a subject, until it has none."""
    body = {"subject": subject, "reason": reason, "document": document}
    return [_purged(http, token, service, body) for service in LOGS]


def _purged(http: httpx.Client, token: str, service: str, body: dict[str, Any]) -> Outcome:
    destroyed = 0
    while True:
        headers = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": f"purge-{secrets.token_hex(16)}",
        }
        try:
            answer = http.post(f"/{service}/v1/destructions", json=body, headers=headers)
        except httpx.HTTPError as error:
            return Outcome(service, destroyed, f"没有应答（{type(error).__name__}）")
        if answer.is_success:
            destroyed += 1  # and once more, for what was sealed meanwhile
        elif _rules(answer) == [_NOTHING_HELD]:
            return Outcome(service, destroyed)
        else:
            return Outcome(service, destroyed, _said(answer))


def _rules(answer: httpx.Response) -> list[str]:
    if answer.status_code != httpx.codes.CONFLICT:
        return []
    return [rule["rule"] for rule in answer.json().get("rules", ())]


def _said(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"答复 {answer.status_code}"


def paper(path: Path, number: str | None) -> dict[str, Any]:
    """The document that orders it, as commands name documents."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    numbered = {"number": number} if number else {}
    return {"title": path.stem, "digest": f"sha256:{digest}", **numbered}


def purge_subject(
    subject: Annotated[str, typer.Argument(help="对象，例如 project:…、unit:…")],
    reason: Annotated[str, typer.Option(help="理由")],
    document: Annotated[Path, typer.Option(help="依据文件", exists=True, dir_okay=False)],
    number: Annotated[str | None, typer.Option(help="依据文件的文号")] = None,
    url: Annotated[str, typer.Option(envvar="GOVIT_URL", help="正在运行的实例")] = (
        "http://127.0.0.1:8080"
    ),
    yes: Annotated[bool, typer.Option("--yes", help="不再确认")] = False,
) -> None:
    """加密销毁一个对象的个人信息和自由文本：不可撤销；事件和证明不变。见 docs/purge.md。"""
    if not yes:
        typer.confirm(f"{subject} 的内容将永远不可读，确定吗？", abort=True)
    with httpx.Client(base_url=url, timeout=60) as http:
        outcomes = purge(http, token(_OFFICER), subject, reason, paper(document, number))
    console = Console()
    for outcome in outcomes:
        result = outcome.fault or ("已销毁" if outcome.destroyed else "没有其密钥")
        console.print(f"{outcome.service}：{result}")
    if any(outcome.fault for outcome in outcomes):
        raise typer.Exit(2)
