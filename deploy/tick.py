"""`govit tick`: the daily job: what has become overdue is found so, once; old access logs go.

The audit service tells what is late; each finding is a command to the service that looks after
the obligation, which computes it anew and decides. Run it twice, late or after days of absence:
what was found is not found again.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx
from rich import box
from rich.console import Console
from rich.table import Table

from shared.standing.obligations import Duty
from shared.web.settings import SERVICES

ATTEMPTS = 5
PATIENCE = 0.5
"""Seconds between attempts."""


class NoList(Exception):
    """The audit service did not tell what is late; says why."""


@dataclass(frozen=True)
class Outcome:
    """What came of one late obligation."""

    obligation: dict[str, Any]
    status: int | None
    """None where the service did not answer."""
    text: str

    @property
    def found(self) -> bool:
        return self.status == httpx.codes.CREATED

    @property
    def settled(self) -> bool:
        """Found now, or refused by a rule: discharged meanwhile, or found by somebody else."""
        return self.found or self.status == httpx.codes.CONFLICT


def tick(http: httpx.Client, token: str) -> list[Outcome]:
    """Ask what is late, and have each of it found; NoList where that cannot be had."""
    try:
        answer = http.get(
            "/audit/v1/obligations", params={"state": "UNFOUND"}, headers=_bearer(token)
        )
    except httpx.HTTPError as error:
        raise NoList(f"没有应答（{type(error).__name__}）") from error
    if not answer.is_success:
        raise NoList(_said(answer))
    return [_find(http, token, obligation) for obligation in answer.json()["items"]]


def prune(http: httpx.Client, token: str) -> dict[str, int | None]:
    """Have every service drop what its access log need not keep; None where it did not answer."""
    removed: dict[str, int | None] = {}
    for service in SERVICES:
        try:
            answer = http.delete(f"/{service}/v1/access-log", headers=_bearer(token))
            removed[service] = answer.json()["removed"] if answer.is_success else None
        except httpx.HTTPError:
            removed[service] = None
    return removed


def _find(http: httpx.Client, token: str, obligation: dict[str, Any]) -> Outcome:
    path, body = _command(obligation)
    # A key for every run: another day's refusal would be this day's answer under the same one.
    key = f"tick-{obligation['obligation_id']}-{secrets.token_hex(8)}"
    headers = _bearer(token) | {"Idempotency-Key": key, "If-Match": "*"}
    outcome = Outcome(obligation, None, "没有应答")
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PATIENCE)
        try:
            answer = http.post(path, json=body, headers=headers)
        except httpx.HTTPError as error:
            outcome = Outcome(obligation, None, f"没有应答（{type(error).__name__}）")
            continue
        outcome = Outcome(obligation, answer.status_code, _said(answer))
        if not answer.is_server_error:
            break
    return outcome


def _said(answer: httpx.Response) -> str:
    """What a problem says; empty where all went well."""
    if answer.is_success:
        return ""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"答复 {answer.status_code}"


def _command(obligation: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An acceptance overdue also bars the unit, and has a finding of its own (第三十二条)."""
    if obligation["duty"] == Duty.ACCEPTANCE_APPLICATION:
        project = obligation["subject"].partition(":")[2]
        return f"/acceptance/v1/projects/{project}/overdue", {}
    path = f"/{obligation['service']}/v1/obligations/{obligation['obligation_id']}/overdue"
    return path, {"subject": obligation["subject"]}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def show_pruned(console: Console, removed: dict[str, int | None]) -> None:
    """What went from the access logs; nothing is said of those where nothing was due."""
    for service, count in removed.items():
        if count is None:
            console.print(f"{service}：访问日志未能清理")
        elif count:
            console.print(f"{service}：访问日志已清理 {count} 条")


def show_outcomes(console: Console, outcomes: list[Outcome]) -> None:
    """Every late obligation and what came of it."""
    if not outcomes:
        console.print("没有新的逾期")
        return
    table = Table("义务", "名称", "承担者", "期限", "条号", "结果", box=box.SIMPLE)
    for outcome in outcomes:
        owed = outcome.obligation
        result = "已认定逾期" if outcome.found else outcome.text
        table.add_row(
            owed["label"], owed["name"], owed["owner_name"], owed["due_on"], owed["article"], result
        )
    console.print(table)
