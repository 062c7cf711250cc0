"""`govit audit recheck`: every recorded decision made again, in pieces that can be resumed."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from deploy.asking import (
    DEFAULT_URL,
    AsJson,
    ServerUrl,
    answer_of,
    ask,
    console,
    fail,
    said_by,
    write_json,
)
from deploy.audit.subjects import project_of
from shared.web.settings import LOGS

_TRIES = 8
"""How often a service that is busy for the moment is asked."""


def recheck(
    services: Annotated[
        list[str] | None, typer.Argument(help=f"服务：{'、'.join(LOGS)}；不填为全部")
    ] = None,
    project: Annotated[str | None, typer.Option(help="只复核一个项目的决定")] = None,
    resume: Annotated[
        Path | None,
        typer.Option(help="进度文件：每页写入；再次执行时从其中断之处，或从新的决定接着做"),
    ] = None,
    page: Annotated[int, typer.Option(min=1, max=500, help="每页走过的事件数")] = 200,
    url: ServerUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """按记录的事实重作每一项已记录的决定，列出结果不同的；有不同时退出码为 1。"""
    names = services or list(LOGS)
    if unknown := [name for name in names if name not in LOGS]:
        fail(f"没有服务 {'、'.join(unknown)}；有：{'、'.join(LOGS)}")
    if project is not None:
        if services or resume:
            fail("--project 复核一个项目在全部服务中的决定，不与服务名或 --resume 同用")
        report = _of_project(url, project_of(project))
    else:
        report = _of_logs(url, names, resume, page)
    if as_json:
        write_json(report)
    else:
        _show(report)
    if report["different"]:
        raise typer.Exit(1)


def _new_report() -> dict[str, Any]:
    return {"decisions": 0, "same": 0, "different": [], "undecidable": [], "wording": []}


def _add(report: dict[str, Any], item: dict[str, Any]) -> None:
    if item["undecidable"]:
        report["undecidable"].append(item)
    elif item["same"]:
        report["wording"].append(item)
    else:
        report["different"].append(item)


def _of_logs(url: str, names: list[str], resume: Path | None, page: int) -> dict[str, Any]:
    report = {**_new_report(), "reached": dict.fromkeys(names, 0)}
    if resume is not None and resume.exists():
        report = _kept(resume, names)
    with _progress() as progress:
        for name in names:
            task = progress.add_task(name, total=None)
            for answer in _pages(url, name, report["reached"][name], page):
                report["decisions"] += answer["decisions"]
                report["same"] += answer["same"]
                for item in answer["items"]:
                    _add(report, item)
                report["reached"][name] = answer["next"]
                _tell(progress, task, answer)
                if resume is not None:
                    _keep(resume, report)
    return report


def _tell(progress: Progress, task: TaskID, answer: dict[str, Any]) -> None:
    progress.update(task, completed=answer["next"], total=answer["head"])


def _pages(url: str, service: str, after: int, limit: int) -> Iterator[dict[str, Any]]:
    while True:
        answer = _page(url, service, {"after": after, "limit": limit})
        yield answer
        after = answer["next"]
        if after >= answer["head"]:
            return


def _page(url: str, service: str, asked: dict[str, Any]) -> dict[str, Any]:
    """A page; one that cannot be given for the moment is asked for again."""
    for attempt in range(_TRIES):
        answer = answer_of(url, f"/{service}/v1/rechecks", asked)
        busy = answer.status_code in {
            httpx.codes.SERVICE_UNAVAILABLE,
            httpx.codes.TOO_MANY_REQUESTS,
        }
        if not busy or attempt == _TRIES - 1:
            break
        time.sleep(float(answer.headers.get("Retry-After", "1")))
    if answer.is_error:
        fail(
            f"{service} 复核到位置 {asked['after']} 时中断：{said_by(answer)}；可以 --resume 接着做"
        )
    content: dict[str, Any] = answer.json()
    return content


def _kept(path: Path, names: list[str]) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads(path.read_text("utf-8"))
        reached = {name: int(report["reached"].get(name, 0)) for name in names}
        known = {**_new_report(), **report}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        fail(f"{path} 不是复核的进度文件；删去它则从头做起")
    return {**known, "reached": {**report["reached"], **reached}}


def _keep(path: Path, report: dict[str, Any]) -> None:
    # Written beside and put in place whole: a killed command leaves the page before, never half.
    beside = path.with_name(f"{path.name}.part")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(report, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _of_project(url: str, project: str) -> dict[str, Any]:
    entries = ask(url, f"/audit/v1/projects/{project}/history", {})["entries"]
    report, done = _new_report(), set[tuple[str, int]]()
    with _progress() as progress:
        for entry in progress.track(entries, description="复核"):
            if (entry["service"], entry["position"]) in done:
                continue
            place = f"/audit/v1/events/{entry['service']}/{entry['position']}/explanation"
            item = ask(url, place, {})["recheck"]
            if item is None or (item["service"], item["position"]) in done:
                continue
            done.add((item["service"], item["position"]))
            report["decisions"] += 1
            report["same"] += item["same"]
            if not item["same"] or item["mismatches"]:
                _add(report, item)
    return report


def _progress() -> Progress:
    shown = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=shown, disable=not shown.is_terminal)


def _show(report: dict[str, Any]) -> None:
    for item in report["different"]:
        console.print(
            f"不同 {item['service']}:{item['position']} {item['label'] or item['command']}",
            style="bold red",
        )
        for each in item["mismatches"]:
            console.print(f"  {each['what']}：记录 {each['was']}；重作 {each['now']}")
    for item in report["undecidable"]:
        console.print(
            f"不能重作 {item['service']}:{item['position']} {item['command']}"
            f"（{item['undecidable']}）",
            style="yellow",
        )
    console.print(
        f"{report['decisions']} 项决定，{report['same']} 项重作结果相同"
        f"（其中 {len(report['wording'])} 项文字有别），"
        f"{len(report['different'])} 项不同，{len(report['undecidable'])} 项不能重作"
    )
